import type { ByteSink } from '../../bytes/byte-sink.js'
import { BlpkError, unsupported, usage } from '../../core/errors.js'
import { exactSize, jsonRatio, prettySeconds, prettySize } from '../../core/sizes.js'
import { Archive } from '../../format/bloscpack/archive.js'
import type { RecoveryReport } from '../../format/bloscpack/damage/recover.js'
import type { ByteRange } from '../../format/bloscpack/range.js'
import { unpackRange } from '../../format/bloscpack/range-threads.js'
import { unpack } from '../../format/bloscpack/unpack.js'
import { itemBytes, npyItemsPrefix, npyPrefix } from '../../sinks/npy.js'
import { BytesPlainSink, type PlainSink } from '../../sinks/plain.js'
import { headOf } from '../../verbs/info.js'
import type { Input } from '../../verbs/inputs.js'
import { checkExtension, plainNameOf } from '../archive-name.js'
import { type ContainerInput, isSparseFrame, openContainer } from '../containers.js'
import { about, type Context, saySummary, sayVerbose } from '../context.js'
import { isDash, nameOf, shown } from '../dash.js'
import { runOptions } from '../flags/codec-flags.js'
import type { CliOptions } from '../flags/options.js'
import { checkSalvage, SOMETHING_LOST } from '../flags/recover-options.js'
import { resolveSlice } from '../flags/slices.js'
import { openOutput, refuseMixedOutput } from '../outputs.js'
import { openProgress, type ProgressView } from '../view/progress.js'
import { jsonSeconds, printJson, stopwatch } from '../view/report.js'
import { isTerminal } from '../view/stdio.js'

/** What is to be written of an archive. */
interface Part {
  /** All of it where it is not given. */
  range?: ByteRange
  /** A header in front, of a `.npy`. */
  prefix?: Uint8Array | undefined
}

/** One run of the command. */
export interface Job {
  input: string
  output: string
  /** Was no output named? */
  isDefault: boolean
}

/**
 * Settles the name of the output, once it is known what will be in it.
 * @param prefix the header of a `.npy`, if one is written
 */
export function nameOutput(job: Job, prefix: Uint8Array | undefined, { options }: Context): string {
  const lacksName = prefix !== undefined && !/\.npy$/i.test(job.output)
  if (job.isDefault && lacksName && !isDash(job.output)) job.output += '.npy'
  sayVerbose(options, `input is '${job.input}'; output is '${job.output}'`)
  return job.output
}

/** What was written. */
export interface Result {
  nbytes: number
  /** Not all of the container. */
  isPart?: boolean
  nchunks?: number
  range?: ByteRange
  /** Of an array. */
  shape?: readonly number[]
  salvaged?: RecoveryReport
}

function sizeOf(archive: Archive): number {
  if (archive.nbytes !== undefined) return archive.nbytes
  throw usage('the archive was written to a pipe and does not know its size: parts of it cannot be found')
}

function choosePart(archive: Archive, o: CliOptions): Part {
  if (o.bytes !== undefined) return { range: resolveSlice(o.bytes, sizeOf(archive)) }
  if (o.items === undefined) return { prefix: o.raw === true ? undefined : npyPrefix(archive) }
  const itemsize = itemBytes(archive)
  const items = resolveSlice(o.items, itemsize === 0 ? 0 : Math.floor(sizeOf(archive) / itemsize))
  return {
    range: { start: items.start * itemsize, stop: items.stop * itemsize },
    prefix: o.raw === true ? undefined : npyItemsPrefix(archive, items.stop - items.start),
  }
}

async function openMetadataOut(
  archive: Archive,
  input: Input,
  context: Context,
): Promise<ByteSink | undefined> {
  const { metadataOut } = context.options
  if (metadataOut === undefined) return undefined
  if (archive.metadata === undefined) throw new BlpkError('NOT_FOUND', 'the archive has no metadata')
  return openOutput(metadataOut, { context, compressed: false, metadata: true, inputs: [input] })
}

/** A sink that shows how far the work is; what was read for it is not known. */
export function watched(sink: PlainSink, total: number, view: ProgressView): PlainSink {
  let plain = 0
  return {
    write: (piece) => {
      plain += piece.length
      view.update({ plain, packed: 0, total })
      return sink.write(piece)
    },
    finish: () => sink.finish(),
    abort: () => sink.abort(),
  }
}

async function writePart(
  archive: Archive,
  part: Part,
  sink: PlainSink,
  view: ProgressView,
  context: Context,
) {
  const { range } = part
  if (range === undefined) return unpack(archive, sink, runOptions(context, view))
  const shown = watched(sink, range.stop - range.start, view)
  return { nbytes: await unpackRange(archive, range, shown, runOptions(context, view)), isPart: true, range }
}

async function unpackInput(
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<Result> {
  const { options } = context
  if (options.salvage === true) {
    // Loaded when it is needed: hardly ever.
    const { salvage } = await import('./salvage.js')
    const salvaged = await salvage(job, input, view, context)
    return { nbytes: salvaged.nbytes, salvaged }
  }
  if (options.slice !== undefined)
    throw usage('--slice is for arrays (b2nd): of a .blp archive --items and --bytes give parts')
  if (options.dtype !== undefined)
    throw usage('--dtype is for arrays (b2nd) here: blpk convert makes an array of the items of an archive')
  const archive = await Archive.open(
    input.source,
    options.maxChunk === undefined ? {} : { maxChunk: options.maxChunk },
  )
  const part = choosePart(archive, options)
  const metadataSink = await openMetadataOut(archive, input, context)
  try {
    const npy = part.prefix !== undefined
    const request = { context, compressed: false, npy, inputs: [input], like: input.like }
    const { onlyWhole } = input.source
    if (part.range !== undefined && onlyWhole !== undefined) throw unsupported(onlyWhole)
    const output = nameOutput(job, part.prefix, context)
    const sink = new BytesPlainSink(await openOutput(output, request), part.prefix)
    sink.expect(part.range === undefined ? archive.nbytes : part.range.stop - part.range.start)
    const result = await writePart(archive, part, sink, view, context)
    await metadataSink?.write(Buffer.from(`${archive.metadata}\n`))
    await metadataSink?.commit()
    return result
  } catch (error) {
    await metadataSink?.discard()
    throw error
  }
}

async function report(
  job: Job,
  result: Result,
  opened: ContainerInput,
  seconds: number,
  o: CliOptions,
): Promise<void> {
  const cbytes = opened.directory === undefined ? opened.source.size : undefined
  sayVerbose(o, `wrote ${exactSize(result.nbytes)} in ${prettySeconds(seconds)}`)
  const from = cbytes === undefined || result.isPart === true ? '' : `${prettySize(cbytes)} → `
  const what = `${from}${prettySize(result.nbytes)} in ${prettySeconds(seconds)}`
  saySummary(o, job.output, `${job.input}: ${what}`)
  if (o.json !== true) return
  const head = await headOf(opened, job.input)
  const isPart = result.isPart === true
  printJson(
    {
      ...head,
      shape: result.shape ?? (isPart ? null : head.shape),
      nbytes: result.nbytes,
      cbytes: isPart ? null : (head.cbytes ?? cbytes ?? null),
      ratio: isPart || cbytes === undefined ? null : jsonRatio(result.nbytes, head.cbytes ?? cbytes),
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
  if (parts.length > 1) throw usage('--bytes, --items and --slice exclude each other')
  if (output !== undefined) return output
  if (parts.length > 0) throw usage('with --bytes, --items or --slice an output must be named')
  return plainNameOf(input)
}

/** `blpk decompress <in> [<out>]` */
export async function run(args: readonly string[], context: Context): Promise<number> {
  const { options } = context
  const [input = '-'] = args
  if (!isSparseFrame(input)) checkExtension(input, options)
  const output = chooseOutput(input, args[1], options)
  const job: Job = { input: shown(input), output, isDefault: args[1] === undefined }
  refuseMixedOutput(context, job.output, options.metadataOut)
  checkSalvage(options)
  const seconds = stopwatch()
  const opened = await openContainer(input, context)
  const view = openProgress(options, { dataOnTerminal: isDash(job.output) && isTerminal(1) })
  try {
    // Loaded when it is needed, with all of Blosc2.
    const isFrame = opened.isFrame && options.salvage !== true
    const work = isFrame ? (await import('./decompress-blosc2.js')).unpackInput : unpackInput
    const result = await about(nameOf(input, 'standard input'), () => work(job, opened, view, context))
    view.close()
    await report(job, result, opened, seconds(), options)
    return result.salvaged?.ok === false ? SOMETHING_LOST : 0
  } finally {
    view.close()
    await opened.source.close()
  }
}
