// A frame or an array that is open, as the verbs read from it.

import { type ArrayShape, partition } from '../../array/geometry.js'
import { type NdarrayLayout, parseMetadataDtype } from '../../array/npy/index.js'
import type { ByteSource } from '../../bytes/byte-source.js'
import { damaged, interruptedError, unsupported, usage } from '../../core/errors.js'
import { EventTurns } from '../../core/event-turns.js'
import type { RunOptions } from '../../engine/options.js'
import type { PlainSink } from '../../sinks/plain.js'
import { holdSource } from '../../sources/held.js'
import { withTail } from '../../sources/tail.js'
import type { ChunkSpan, Opened, OpenOptions, OpenPlace, PieceOptions } from '../opened.js'
import type { SpanReader } from '../span-reader.js'
import type { Format } from '../traits.js'
import { withBox } from './chunks/array-reader.js'
import { arrayOfFrame, JSON_LAYER, jsonOf } from './chunks/described.js'
import { frameIdsOf, OWN_LAYER } from './chunks/frame-ids.js'
import { unpackChunks } from './chunks/unpack-chunks.js'
import { B2ND_LAYER, CATERVA_LAYER } from './frame/array-layer.js'
import { defaultDtypeText, isDefaultDtype } from './frame/dtype.js'
import { isObjectLayer, objectText } from './frame/objects.js'
import { TENSOR_LAYER } from './frame/tensor.js'
import { arrayChunkAt } from './objects/chunk-span.js'
import { fortranPieces } from './objects/fortran-pieces.js'
import { startsLinear } from './objects/linear.js'
import { listFrame } from './objects/listed-frame.js'
import { NDArray } from './objects/ndarray.js'
import { piecesOf } from './objects/pieces.js'
import { select } from './objects/regions.js'
import { rowPieces } from './objects/row-pieces.js'
import { SChunk } from './objects/schunk.js'
import { FrameSpans } from './objects/spans.js'
import { tableColumn } from './table-column.js'
import { B2FRAME, B2ND, BLOSC2 } from './traits.js'

/** Metalayers that are read as the array, as metadata and as ids of appends. */
const DESCRIBED: readonly string[] = [B2ND_LAYER, CATERVA_LAYER, JSON_LAYER, TENSOR_LAYER, OWN_LAYER]

/** What array comes out of an {@link NDArray}: shape, and dtype as NumPy has it. @throws BlpkError DAMAGED */
export function layoutOf({ dtype, schunk, shape, size }: NDArray): NdarrayLayout {
  const { typesize } = schunk
  const { descr, itemsize } = parseMetadataDtype(dtype)
  if (itemsize !== typesize)
    throw damaged(
      `items of the dtype ${dtype} have ${itemsize} bytes, but those of the array have ${typesize}`,
      {},
      { option: 'raw', to: 'get them as they are' },
    )
  return { descr, itemsize, shape: [...shape], order: 'C', nbytes: size * typesize }
}

function shapesOf({ shape, chunks, blocks }: NDArray): ArrayShape {
  return { shape: [...shape], chunkshape: [...chunks], blockshape: [...blocks] }
}

function checkRange(start: number, stop: number, nbytes: number): void {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(stop) && start >= 0 && start <= stop
  if (!isRange || stop > nbytes)
    throw usage(`the range ${start}:${stop} is not within the ${nbytes} plain bytes`)
}

/** Gives signals their turn, and stops for them. */
async function* stoppable(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const turns = new EventTurns()
  for await (const piece of pieces) {
    await turns.rest()
    if (signal?.aborted === true) throw interruptedError(signal)
    yield piece
  }
}

/** A frame, with the array in it where it holds one. */
export class OpenedFrame implements Opened {
  readonly container = BLOSC2
  readonly format: Format
  readonly schunk: SChunk
  /** The array in chunks of a shape, if it holds one. */
  readonly ndarray: NDArray | undefined
  readonly nbytes: number
  /** What the frame is read from: the place, or a file that holds what came from a pipe. */
  readonly source: ByteSource
  /** The place that it was opened at. */
  readonly place: OpenPlace
  declare readonly spans?: SpanReader
  declare readonly regions?: NonNullable<Opened['regions']>
  declare readonly fortranPieces?: NonNullable<Opened['fortranPieces']>
  declare readonly unpack?: NonNullable<Opened['unpack']>

  constructor(schunk: SChunk, ndarray: NDArray | undefined, source: ByteSource, place: OpenPlace) {
    this.schunk = schunk
    this.ndarray = ndarray
    this.source = source
    this.place = place
    this.format = ndarray === undefined ? B2FRAME : B2ND
    this.nbytes = ndarray === undefined ? schunk.nbytes : ndarray.size * schunk.typesize
    if (ndarray === undefined || startsLinear(shapesOf(ndarray)))
      this.unpack = (sink, o) => this.#unpack(sink, o)
    if (ndarray === undefined) {
      this.spans = new FrameSpans(schunk)
      return
    }
    this.regions = (keys, { signal }) => {
      const { shape, nbytes, pieces } = select(ndarray, keys)
      const fill = async (out: Uint8Array): Promise<void> => {
        if (signal === undefined) await ndarray.slice(keys, { out })
        else await fillFrom(stoppable(pieces(), signal), out)
      }
      return { shape, nbytes, pieces: () => stoppable(pieces(), signal), fill }
    }
    this.fortranPieces = ({ signal }) => {
      this.willReadAll()
      return stoppable(fortranPieces(ndarray), signal)
    }
  }

  get name(): string {
    return this.place.source.name
  }

  get appendIds(): readonly string[] {
    return frameIdsOf(this.schunk.vlmeta)
  }

  get typesize(): number {
    return this.schunk.typesize
  }

  get nchunks(): number {
    return this.schunk.nchunks
  }

  get chunkShape(): readonly number[] | undefined {
    return this.ndarray?.chunks
  }

  get metadata(): string | undefined {
    return jsonOf(this.schunk.vlmeta)
  }

  get extras(): readonly string[] {
    const { meta, vlmeta } = this.schunk
    return [...meta.keys(), ...vlmeta.keys()].filter(
      (name) => !DESCRIBED.includes(name) && !isObjectLayer(name),
    )
  }

  array(): NdarrayLayout | undefined {
    return this.ndarray === undefined ? arrayOfFrame(this.schunk) : layoutOf(this.ndarray)
  }

  /** Says that all of it is going to be read, from start to end. */
  willReadAll(): void {
    const { size = 0 } = this.source
    this.source.willRead?.(0, size)
  }

  /** Chunk by chunk, which is the order of the plain bytes. */
  async #unpack(sink: PlainSink, o: RunOptions): Promise<{ nbytes: number; nchunks: number }> {
    const { schunk, ndarray, nbytes, nchunks } = this
    this.willReadAll()
    try {
      await schunk.reading({}, (parts) => unpackChunks(parts, nbytes, sink, o))
    } catch (error) {
      throw ndarray === undefined ? error : withBox(error, partition(shapesOf(ndarray)))
    }
    return { nbytes, nchunks }
  }

  pieces(start: number, stop: number | undefined, options: PieceOptions): AsyncIterable<Uint8Array> {
    return stoppable(this.#pieces(start, stop ?? this.nbytes), options.signal)
  }

  #pieces(start: number, stop: number): AsyncIterable<Uint8Array> {
    const { schunk, ndarray, nbytes } = this
    checkRange(start, stop, nbytes)
    const isWhole = start === 0 && stop === nbytes
    if (isWhole) this.willReadAll()
    if (ndarray === undefined) return piecesOf(schunk, start, stop)
    return isWhole ? select(ndarray).pieces() : rowPieces(ndarray, start, stop)
  }

  async fill(start: number, out: Uint8Array, o: PieceOptions): Promise<void> {
    const { schunk, ndarray, nbytes } = this
    const stop = start + out.length
    checkRange(start, stop, nbytes)
    const isWhole = out.length === nbytes
    // What is given up may still be read, but not into memory of the caller.
    if (o.signal !== undefined || (ndarray !== undefined && !isWhole))
      return fillFrom(this.pieces(start, stop, o), out)
    if (isWhole) this.willReadAll()
    if (ndarray === undefined) await schunk.bytes(start, stop, { out })
    else await ndarray.slice([], { out })
  }

  async chunkAt(position: number, order: 'C' | 'F' = 'C'): Promise<ChunkSpan> {
    if (this.ndarray !== undefined) return arrayChunkAt(this.ndarray, position, order)
    for await (const { index, start, nbytes } of this.schunk.state.chunks.within(position, position + 1))
      return { index, stop: start + nbytes }
    throw usage(`there is no byte ${position}: the frame has ${this.nbytes}`)
  }

  async close(): Promise<void> {
    await this.schunk.close()
    const { source } = this.place
    if (this.source.seekable && !source.seekable) await this.source.close()
    await source.close()
  }
}

async function fillFrom(pieces: AsyncIterable<Uint8Array>, out: Uint8Array): Promise<void> {
  let at = 0
  for await (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
}

function checkChunks({ chunkSize }: SChunk, maxChunk: number | undefined): void {
  if (maxChunk !== undefined && chunkSize > maxChunk)
    throw damaged(
      `the frame has chunks of ${chunkSize} plain bytes, more than allowed`,
      {},
      { option: 'maxChunk' },
    )
}

/**
 * Says what a frame holds where that is something else than plain numbers, and that items come out as opaque ones where
 * nobody said what they are.
 * @throws BlpkError UNSUPPORTED for a store, whose bytes are those of other frames, unless they are wanted raw
 */
function sayWhatItIs({ schunk, ndarray }: OpenedFrame, name: string, o: OpenOptions): void {
  const object = schunk.object ?? tableColumn(name)
  if (object?.holds === 'frames' && o.raw !== true) throw unsupported(objectText(object))
  if (object?.holds === 'other' || object?.holds === 'frames') o.onNote?.(objectText(object))
  const said = ndarray?.storedDtype
  if (said === undefined || !isDefaultDtype(said, schunk.typesize)) return
  if (o.dtype === undefined && o.raw !== true)
    o.onNote?.(defaultDtypeText(schunk.typesize), { option: 'dtype', to: 'set the right one' })
}

function arrayIn(schunk: SChunk, dtype: string | undefined): NDArray | undefined {
  if (schunk.meta.has(B2ND_LAYER) || schunk.meta.has(CATERVA_LAYER)) return NDArray.of(schunk, dtype)
  return undefined
}

/**
 * Opens a frame. A pipe is brought into a file first, for a frame is described at its end.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED (also if the values are elsewhere), IO
 */
export async function openFrameAt(place: OpenPlace, options: OpenOptions): Promise<OpenedFrame> {
  const { source: given, directory } = place
  const held = given.seekable ? undefined : await holdSource(given)
  try {
    const source = withTail(held ?? given)
    const schunk = SChunk.over(await listFrame(source, { directory }), options.threads)
    checkChunks(schunk, options.maxChunk)
    schunk.checkHolds()
    const frame = new OpenedFrame(schunk, arrayIn(schunk, options.dtype), source, place)
    sayWhatItIs(frame, directory ?? given.name, options)
    return frame
  } catch (error) {
    await held?.close()
    throw error
  }
}
