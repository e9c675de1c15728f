// `blpk decompress`: unpacks a container, or a part of it, into a file, an object or standard output.

import { BlpkError, usage } from '../../core/errors.js'
import { exactSize, jsonRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import {
  type DecompressResult,
  openToUnpack,
  selectionOf,
  type Unpackable,
  unpackInto,
} from '../../verbs/decompress.js'
import { headOf } from '../../verbs/info.js'
import type { ByteSink } from '../../verbs/outputs.js'
import type { RecoveryReport } from '../../verbs/recover.js'
import { checkExtension, plainNameOf } from '../archive-name.js'
import { type ContainerInput, isSparseFrame, openContainer } from '../containers.js'
import { about, type Context, say, saySummary, sayVerbose } from '../context.js'
import { isDash, nameOf, shown } from '../dash.js'
import { oneLine } from '../exit.js'
import { runOptions } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { checkSalvage, SOMETHING_LOST } from '../flags/recover-options.js'
import { hintOf } from '../hints.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import type { ProgressView } from '../progress-view.js'
import { openProgress } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'
import { isTerminal } from '../view/stdio.js'
import { type Job, nameOutput } from './unpack-job.js'

/** What was written. */
interface Result extends DecompressResult {
  salvaged?: RecoveryReport
}

async function openMetadataOut(
  { metadata }: Unpackable,
  input: ContainerInput,
  context: Context,
): Promise<{ sink: ByteSink; json: string } | undefined> {
  const { metadataOut } = context.options
  if (metadataOut === undefined) return undefined
  if (metadata === undefined) throw new BlpkError('NOT_FOUND', 'the archive has no metadata')
  const request = { context, compressed: false, metadata: true, inputs: [input] }
  return { sink: await openOutput(metadataOut, request), json: metadata }
}

function checkDtype({ format }: Unpackable, { dtype }: CliOptions): void {
  if (dtype === undefined || format.holds === 'array') return
  throw usage('--dtype needs an array (b2nd): use blpk convert to make one')
}

async function unpackOpened(
  opened: Unpackable,
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<Result> {
  checkDtype(opened, context.options)
  const open = (npy: boolean): Promise<ByteSink> => {
    const request = { context, compressed: false, npy, inputs: [input], like: input.like }
    return openOutput(nameOutput(job, npy, context), request)
  }
  const metadata = await openMetadataOut(opened, input, context)
  try {
    const result = await unpackInto(opened, selectionOf(context.options), open, runOptions(context, view))
    await metadata?.sink.write(Buffer.from(`${metadata.json}\n`))
    await metadata?.sink.commit()
    return result
  } catch (error) {
    await metadata?.sink.discard()
    throw error
  }
}

async function salvageInput(
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<Result> {
  // Loaded when it is needed: hardly ever.
  const { salvage } = await import('./salvage.js')
  const salvaged = await salvage(job, input, view, context)
  return { nbytes: salvaged.nbytes, isWhole: true, salvaged }
}

function openInput(job: Job, input: ContainerInput, { options }: Context): Promise<Unpackable> {
  const { nthreads, maxChunk, dtype, quiet } = options
  return openToUnpack(input, selectionOf(options), {
    ...(nthreads !== undefined && { threads: nthreads }),
    ...(maxChunk !== undefined && { maxChunk }),
    ...(dtype !== undefined && { dtype }),
    onNote: (text, advice) =>
      quiet !== true && say(`note: '${oneLine(job.input)}': ${text}${hintOf(advice)}`),
  })
}

async function report(
  job: Job,
  result: Result,
  input: ContainerInput,
  seconds: number,
  o: CliOptions,
): Promise<void> {
  const isWholeFile = input.directory === undefined && input.inner === undefined
  const cbytes = isWholeFile ? input.source.size : undefined
  const { nbytes, isWhole } = result
  sayVerbose(o, `wrote ${exactSize(nbytes)} in ${prettySeconds(seconds)}`)
  const from = cbytes === undefined || !isWhole ? '' : `${prettySize(cbytes)} → `
  const what = `${from}${prettySize(nbytes)} in ${prettySeconds(seconds)}`
  saySummary(o, job.output, `${job.input}: ${what}`)
  if (o.json !== true) return
  const head = await headOf(input, job.input)
  printJson(
    {
      ...head,
      shape: result.shape ?? (isWhole ? head.shape : null),
      dtype: result.dtype ?? head.dtype,
      nbytes,
      cbytes: isWhole ? (head.cbytes ?? cbytes ?? null) : null,
      ratio: !isWhole || cbytes === undefined ? null : jsonRatio(nbytes, head.cbytes ?? cbytes),
      output: job.output,
      ...(result.nchunks !== undefined && { nchunks: result.nchunks }),
      ...(result.range !== undefined && { range: result.range }),
      ...(result.salvaged !== undefined && { salvaged: result.salvaged }),
      seconds: jsonSeconds(seconds),
    },
    o,
  )
}

function chooseOutput(input: string, output: string | undefined, o: CliOptions): string {
  const parts = [o.bytes, o.items, o.slice].filter((part) => part !== undefined)
  if (parts.length > 1) throw usage('--bytes, --items and --slice cannot be combined')
  if (o.bytes !== undefined && o.field !== undefined) throw usage('--bytes and --field cannot be combined')
  if (output !== undefined) return output
  if (parts.length > 0) throw usage('--bytes, --items and --slice need the name of an output file')
  if (o.field !== undefined) throw usage('--field needs the name of an output file')
  return plainNameOf(input)
}

/** Are parts asked for, which can be taken of a `.npy` file too? */
function mayBeNpy(input: string, o: CliOptions): boolean {
  const isPart = [o.bytes, o.items, o.slice, o.field].some((part) => part !== undefined)
  return isPart && /\.npy$/i.test(input)
}

/** `blpk decompress <in> [<out>]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const { options } = context
  const [input = '-'] = args
  if (!isSparseFrame(input) && !mayBeNpy(input, options)) checkExtension(input, options)
  const output = chooseOutput(input, args[1], options)
  const job: Job = { input: shown(input), output, isDefault: args[1] === undefined }
  refuseMixedOutput(context, job.output, options.metadataOut)
  checkSalvage(options)
  const seconds = stopwatch()
  const place = await openContainer(input, context)
  const view = openProgress(options, { dataOnTerminal: isDash(job.output) && isTerminal(1) })
  let opened: Unpackable | undefined
  try {
    const result = await about(nameOf(input, 'standard input'), async () => {
      if (options.salvage === true) return salvageInput(job, place, view, context)
      opened = await openInput(job, place, context)
      return unpackOpened(opened, job, place, view, context)
    })
    view.close()
    await report(job, result, place, seconds(), options)
    return result.salvaged?.ok === false ? SOMETHING_LOST : 0
  } finally {
    view.close()
    await (opened ?? place.source).close()
  }
}
