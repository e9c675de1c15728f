import { availableParallelism } from 'node:os'
import { usage } from '../../core/errors.js'
import { counted, exactSize, prettyRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import type { PlanInfo } from '../../engine/options.js'
import { partOf } from '../../format/bloscpack/part.js'
import { BloscpackSink } from '../../format/bloscpack/sink.js'
import { pack } from '../../format/pack.js'
import { openPlain } from '../../sources/npy.js'
import type { BytesPlainSource, PlainSource } from '../../sources/plain.js'
import type { Input } from '../../verbs/inputs.js'
import { type ContainerName, containerToWrite, EXTENSIONS, localNameOf } from '../archive-name.js'
import { about, type Context, saySummary, sayVerbose } from '../context.js'
import { isDash, nameOf, shown } from '../dash.js'
import { withDescribed } from '../described-input.js'
import { checkForBloscpack } from '../flags/blosc2-options.js'
import { packOptions, readMetadata, runOptions, withArray } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { openInput } from '../inputs.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import { sayForeign } from '../view/foreign.js'
import { headOfPlace } from '../view/head.js'
import { openProgress, type ProgressView } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'

/** One run of the command. */
export interface Job {
  input: string
  output: string
  container: ContainerName
  /** What packing decided, once it has: printed with --json. */
  plan?: object
}

/** What packing came to. */
export interface Packed {
  nbytes: number
  cbytes: number
  nchunks: number
}

/** Says where the data come from and go. */
export function sayPlaces(job: Job, source: PlainSource, o: CliOptions): void {
  const size = source.size === undefined ? 'of unknown size' : exactSize(source.size)
  sayVerbose(o, `input is '${job.input}', ${size}; output is '${job.output}'`)
}

/** Says what the item size is, and where it comes from. */
export function typesizeText(plan: { typesize: number; sampled: boolean }, o: CliOptions): string {
  const asked = typeof o.typesize === 'number' ? '' : ' (of the array)'
  return `typesize ${plan.typesize}${plan.sampled ? ' (found out by a sample)' : asked}`
}

function sayPlan(plan: PlanInfo, o: CliOptions): void {
  sayVerbose(o, `using ${counted(o.nthreads ?? availableParallelism(), 'thread')}`)
  const typesize = typesizeText(plan, o)
  sayVerbose(o, `codec ${plan.codec}, level ${plan.level}, shuffle ${plan.shuffle}, ${typesize}`)
  sayVerbose(o, `chunks of ${exactSize(plan.chunkSize)}, checksum ${o.checksum ?? 'crc32'}`)
}

async function packInput(job: Job, input: Input, view: ProgressView, context: Context): Promise<Packed> {
  const { options } = context
  checkForBloscpack(options)
  const own = await readMetadata(options, job.input)
  const opened = await openPlain(input.source, { raw: options.raw === true })
  await sayForeign(opened, job.input, options)
  return withDescribed(opened, options, (whole) => packPlain(job, whole, own, input, view, context))
}

async function packPlain(
  job: Job,
  whole: BytesPlainSource,
  own: string | undefined,
  input: Input,
  view: ProgressView,
  context: Context,
): Promise<Packed> {
  const { options } = context
  const { source: plain, options: packing } =
    options.part === undefined
      ? { source: whole, options: packOptions(options) }
      : await partOf(whole, options.part, packOptions(options))
  const metadata = withArray(own, plain.metadata)
  const sink = await openOutput(job.output, { context, compressed: true, inputs: [input], like: input.like })
  return pack(plain, new BloscpackSink(sink), {
    ...packing,
    ...runOptions(context, view),
    ...(metadata !== undefined && { metadata }),
    onPlan: (plan) => {
      const { typesize, codec, level, shuffle, chunkSize } = plan
      job.plan = { typesize, codec, level, shuffle, chunkSize }
      sayPlaces(job, plain, options)
      sayPlan(plan, options)
    },
  })
}

async function report(job: Job, result: Packed, seconds: number, context: Context): Promise<void> {
  const { options: o } = context
  const { nbytes, cbytes, nchunks } = result
  const ratio = prettyRatio(nbytes, cbytes)
  sayVerbose(o, `${counted(nchunks, 'chunk')}, ${exactSize(nbytes)} to ${exactSize(cbytes)}, ratio ${ratio}`)
  sayVerbose(o, `done in ${prettySeconds(seconds)}`)
  const sizes = `${prettySize(nbytes)} → ${prettySize(cbytes)} (ratio ${ratio})`
  saySummary(o, job.output, `${job.input}: ${sizes} in ${prettySeconds(seconds)}`)
  if (o.json !== true || job.plan === undefined) return
  printJson(
    {
      ...(await headOfPlace(job.output, context)),
      input: job.input,
      nchunks,
      ...job.plan,
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

/** `blpk compress <in> [<out>]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const [input = '-'] = args
  const extension = EXTENSIONS[context.options.format ?? 'blp']
  const output = args[1] ?? (isDash(input) ? '-' : `${localNameOf(input)}${extension}`)
  refuseMixedOutput(context, output)
  if (context.options.part !== undefined && args[1] === undefined)
    throw usage('with --part an output must be named, one for each piece')
  const job: Job = { input: shown(input), output, container: containerToWrite(output, context.options) }
  const seconds = stopwatch()
  const opened = await openInput(input, context)
  const view = openProgress(context.options)
  try {
    // Loaded when it is needed, with all of Blosc2.
    const work = job.container === 'blp' ? packInput : (await import('./compress-blosc2.js')).packInput
    const result = await about(nameOf(input, 'standard input'), () => work(job, opened, view, context))
    view.close()
    await report(job, result, seconds(), context)
    return 0
  } finally {
    view.close()
    await opened.source.close()
  }
}
