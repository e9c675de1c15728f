import { ARRAY_KEYS, ndarrayIn } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'
import { membersOf, objectOf } from '../../core/json/edit.js'
import { counted, exactSize, prettyRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import { OWN_LAYER } from '../../format/blosc2/chunks/frame-ids.js'
import { BloscpackSink } from '../../format/bloscpack/sink.js'
import { pack } from '../../format/pack.js'
import { holdSource } from '../../sources/held.js'
import { type ContainerName, containerByName } from '../archive-name.js'
import { type ContainerInput, openContainer } from '../containers.js'
import { about, type Context, say, saySummary, sayVerbose } from '../context.js'
import { isDash, nameOf, shown } from '../dash.js'
import { checkForBlosc2, checkForBloscpack } from '../flags/blosc2-options.js'
import { packOptions, readMetadata, runOptions, withArray } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { openFrameOutput } from '../frame-output.js'
import { openFrameInput, sayDefaultDtype, sayObject } from '../frames.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import { headOfPlace } from '../view/head.js'
import { openProgress } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'
import type { Job, Packed } from './compress.js'
import { packInto } from './compress-blosc2.js'
import { describedGiven } from './convert-described.js'
import { type Given, givenArchive, givenFrame, ownJson, type Work } from './convert-given.js'

/** What converting came to. */
interface Converted extends Packed {
  /** Chunks that were taken as they are. */
  copied: number
}

const PACKING: readonly (keyof CliOptions)[] = [
  'codec',
  'clevel',
  'shuffle',
  'filters',
  'splitMode',
  'dict',
  'typesize',
  'chunkSize',
  'blockSize',
  'chunks',
  'blocks',
]
function sayDropped({ kept }: Given, { job, context }: Work): void {
  const names = [...kept.meta.keys(), ...kept.vlmeta.keys()].filter((name) => name !== OWN_LAYER)
  if (job.container !== 'blp' || names.length === 0 || context.options.quiet === true) return
  say(`note: a .blp archive has no place for metalayers; left out: ${names.join(', ')}`)
}

async function toBloscpack(given: Given, json: string | undefined, work: Work): Promise<Packed> {
  const { context, view, open, job } = work
  checkForBloscpack(context.options)
  sayDropped(given, work)
  const plain = given.plain()
  return pack(plain, new BloscpackSink(await open()), {
    ...packOptions(context.options),
    ...runOptions(context, view),
    ...(json !== undefined && { metadata: json }),
    onPlan: ({ typesize, codec, level, shuffle, chunkSize }) => {
      job.plan = { typesize, codec, level, shuffle, chunkSize }
    },
  })
}

async function convert(given: Given, work: Work): Promise<Converted> {
  const { job, context } = work
  const { options } = context
  const own = await readMetadata(options, job.input)
  const isArray = ndarrayIn(given.json) !== undefined
  const described = isArray ? arrayPart(given.json) : undefined
  const json = own === undefined ? given.json : (withArray(own, described) ?? own)
  const isAsked = PACKING.some((key) => options[key] !== undefined)
  if (given.copy !== undefined && !isAsked) {
    checkForBlosc2(job.container, options)
    const text = job.container === 'b2nd' ? ownJson(json) : json
    const result = await given.copy(own === undefined ? undefined : text, await work.openFrame())
    job.plan = {}
    return result
  }
  if (job.container === 'blp') return { ...(await toBloscpack(given, json, work)), copied: 0 }
  const plain = given.plain()
  const mine = job.container === 'b2nd' ? ownJson(json) : own
  const result = await packInto({ ...work, open: work.openFrame, plain, own: mine, kept: given.kept })
  return { ...result, copied: 0 }
}

function arrayPart(json: string | undefined): string | undefined {
  const members = json === undefined ? [] : (membersOf(json) ?? [])
  return objectOf(members.filter(({ key }) => ARRAY_KEYS.includes(key)))
}

async function convertInput(input: ContainerInput, work: Work): Promise<Converted> {
  if (!input.isFrame) return convert(describedGiven(await givenArchive(input, work), work), work)
  const frame = await openFrameInput(input, work.context.options)
  try {
    sayObject(frame, work.job.input, work.context.options)
    sayDefaultDtype(frame, work.job.input, work.context.options)
    return await convert(describedGiven(await givenFrame(input, frame, work), work), work)
  } finally {
    await frame.close()
  }
}

/** A pipe is brought into a file first: both ends of a frame, and the offsets of an archive, are looked at again. */
async function convertWhole(input: ContainerInput, work: Work): Promise<Converted> {
  if (input.source.seekable) return convertInput(input, work)
  const source = await holdSource(input.source)
  try {
    return await convertInput({ ...input, source }, work)
  } finally {
    await source.close()
  }
}

async function report(job: Job, result: Converted, seconds: number, context: Context): Promise<void> {
  const { options: o } = context
  const { nbytes, cbytes, nchunks, copied } = result
  const anew = nchunks - copied
  const ratio = prettyRatio(nbytes, cbytes)
  sayVerbose(o, `${counted(copied, 'chunk')} copied, ${anew} compressed anew`)
  sayVerbose(o, `${exactSize(nbytes)} in ${exactSize(cbytes)}, ratio ${ratio}, in ${prettySeconds(seconds)}`)
  const how = anew === 0 ? 'copied' : `${anew} of ${counted(nchunks, 'chunk')} compressed anew`
  const what = `${prettySize(nbytes)} in ${prettySize(cbytes)} (ratio ${ratio}), ${how}`
  saySummary(o, job.output, `${job.input}: ${what}, in ${prettySeconds(seconds)}`)
  if (o.json !== true) return
  printJson(
    {
      ...(await headOfPlace(job.output, context)),
      input: job.input,
      nchunks,
      copied,
      recompressed: anew,
      ...job.plan,
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

function containerOfOutput(output: string, { format }: CliOptions): ContainerName {
  const found = format ?? containerByName(output)
  if (found !== undefined) return found
  if (/\.npy$/i.test(output))
    throw usage(`convert writes .blp, .b2frame and .b2nd: use blpk decompress to get '${shown(output)}'`)
  throw usage(`the name of '${shown(output)}' tells no container (.blp, .b2frame, .b2nd): use --format`)
}

/** `blpk convert <in> <out>` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-', output = '-'] = args
  refuseMixedOutput(context, isDash(output) ? '-' : undefined)
  const job: Job = { input: shown(input), output, container: containerOfOutput(output, context.options) }
  const seconds = stopwatch()
  const opened = await openContainer(input, context)
  const view = openProgress(context.options)
  const request = { context, compressed: true, inputs: [opened], like: opened.like }
  const work: Work = {
    job,
    view,
    context,
    open: () => openOutput(output, request),
    openFrame: () => openFrameOutput(output, request),
  }
  try {
    const result = await about(nameOf(input, 'standard input'), () => convertWhole(opened, work))
    view.close()
    await report(job, result, seconds(), context)
    return 0
  } finally {
    view.close()
    await opened.source.close()
  }
}
