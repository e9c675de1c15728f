import { formatNpyHeader, type NdarrayLayout } from '../../array/npy/index.js'
import type { ByteSink } from '../../bytes/byte-sink.js'
import { BlpkError, usage } from '../../core/errors.js'
import { EventTurns } from '../../core/event-turns.js'
import { arrayOfFrame, jsonOf } from '../../format/blosc2/chunks/described.js'
import type { NDArray } from '../../format/blosc2/objects/ndarray.js'
import { piecesOf } from '../../format/blosc2/objects/pieces.js'
import { select } from '../../format/blosc2/objects/regions.js'
import type { SChunk } from '../../format/blosc2/objects/schunk.js'
import type { ByteRange } from '../../format/bloscpack/range.js'
import { BytesPlainSink } from '../../sinks/plain.js'
import type { ContainerInput } from '../containers.js'
import type { Context } from '../context.js'
import type { CliOptions } from '../flags/options.js'
import { keysFor } from '../flags/selection.js'
import { resolveSlice, type Slice } from '../flags/slices.js'
import { layoutOf, type OpenedFrame, openFrameInput, sayDefaultDtype, sayObject } from '../frames.js'
import { openOutput } from '../outputs.js'
import type { ProgressView } from '../view/progress.js'
import { type Job, nameOutput, type Result, watched } from './decompress.js'

/** What is to be written. */
interface Part {
  /** In bytes, without the header of a `.npy`. */
  nbytes: number
  prefix: Uint8Array | undefined
  pieces: AsyncIterable<Uint8Array>
  /** Is it all there is? */
  isWhole: boolean
  /** Of the part, where it is one of an array. */
  shape?: number[]
  range?: ByteRange
}

function npyHeader(layout: NdarrayLayout, shape: readonly number[]): Uint8Array {
  return formatNpyHeader({ ...layout, shape, order: 'C' })
}

function keysOfItems(items: Slice, array: NDArray): [{ start: number; stop: number }] {
  if (array.ndim !== 1)
    throw usage(`--items is for one dimension, and the array has ${array.ndim}: use --slice`)
  return [resolveSlice(items, array.shape[0] ?? 0)]
}

function partOfArray(array: NDArray, o: CliOptions): Part {
  if (o.bytes !== undefined) throw usage('--bytes is not for arrays, whose bytes lie in blocks: use --slice')
  const keys =
    o.items !== undefined
      ? keysOfItems(o.items, array)
      : o.slice === undefined
        ? []
        : keysFor(o.slice, array.ndim)
  const { shape, nbytes, pieces } = select(array, keys)
  const prefix = o.raw === true ? undefined : npyHeader(layoutOf(array), shape)
  const isWhole = o.items === undefined && o.slice === undefined
  return { nbytes, prefix, pieces: pieces(), isWhole, shape }
}

function rangeOfItems(schunk: SChunk, items: Slice, itemsize: number): ByteRange {
  const { start, stop } = resolveSlice(items, itemsize === 0 ? 0 : Math.floor(schunk.nbytes / itemsize))
  return { start: start * itemsize, stop: stop * itemsize }
}

function partOfFrame(schunk: SChunk, o: CliOptions): Part {
  if (o.slice !== undefined)
    throw usage('--slice is for arrays (b2nd), and this frame has no shape: use --items or --bytes')
  if (o.dtype !== undefined)
    throw usage('--dtype is for arrays (b2nd) here: blpk convert makes an array of the items of a frame')
  const whole = { start: 0, stop: schunk.nbytes }
  const layout = o.raw === true || o.bytes !== undefined ? undefined : arrayOfFrame(schunk)
  const itemsize = layout?.itemsize ?? schunk.typesize
  const range =
    o.bytes !== undefined
      ? resolveSlice(o.bytes, schunk.nbytes)
      : o.items !== undefined
        ? rangeOfItems(schunk, o.items, itemsize)
        : whole
  const isWhole = o.bytes === undefined && o.items === undefined
  const nbytes = range.stop - range.start
  const shape = isWhole ? layout?.shape : [nbytes / Math.max(1, itemsize)]
  const prefix =
    layout === undefined || shape === undefined
      ? undefined
      : isWhole
        ? formatNpyHeader(layout)
        : npyHeader(layout, shape)
  const pieces = piecesOf(schunk, range.start, range.stop)
  return { nbytes, prefix, pieces, isWhole, ...(!isWhole && { range }) }
}

async function openMetadataOut(
  schunk: SChunk,
  input: ContainerInput,
  context: Context,
): Promise<{ sink: ByteSink; json: string } | undefined> {
  const { metadataOut } = context.options
  if (metadataOut === undefined) return undefined
  const json = jsonOf(schunk.vlmeta)
  if (json === undefined) throw new BlpkError('NOT_FOUND', 'the frame has no metadata in JSON')
  return {
    sink: await openOutput(metadataOut, { context, compressed: false, metadata: true, inputs: [input] }),
    json,
  }
}

async function write(part: Part, sink: BytesPlainSink, view: ProgressView, context: Context): Promise<void> {
  const shown = watched(sink, part.nbytes, view)
  const turns = new EventTurns()
  try {
    sink.expect(part.nbytes)
    for await (const piece of part.pieces) {
      await turns.rest()
      context.signal.throwIfAborted()
      await shown.write(piece)
    }
    await shown.finish()
  } catch (error) {
    await shown.abort()
    throw error
  }
}

async function unpackFrame(
  frame: OpenedFrame,
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<Result> {
  const { schunk, array } = frame
  const { options } = context
  const part = array === undefined ? partOfFrame(schunk, options) : partOfArray(array, options)
  if (part.isWhole) frame.willReadAll()
  const metadata = await openMetadataOut(schunk, input, context)
  try {
    const npy = part.prefix !== undefined
    const request = { context, compressed: false, npy, inputs: [input], like: input.like }
    const output = await openOutput(nameOutput(job, part.prefix, context), request)
    await write(part, new BytesPlainSink(output, part.prefix), view, context)
    await metadata?.sink.write(Buffer.from(`${metadata.json}\n`))
    await metadata?.sink.commit()
  } catch (error) {
    await metadata?.sink.discard()
    throw error
  }
  const { nbytes, isWhole, range, shape } = part
  return {
    nbytes,
    isPart: !isWhole,
    ...(isWhole && { nchunks: schunk.nchunks }),
    ...(range !== undefined && { range }),
    ...(shape !== undefined && { shape }),
  }
}

/** The work of `blpk decompress` where the input is a frame or an array. */
export async function unpackInput(
  job: Job,
  input: ContainerInput,
  view: ProgressView,
  context: Context,
): Promise<Result> {
  const frame = await openFrameInput(input, context.options)
  try {
    sayObject(frame, job.input, context.options)
    sayDefaultDtype(frame, job.input, context.options)
    return await unpackFrame(frame, job, input, view, context)
  } finally {
    await frame.close()
  }
}
