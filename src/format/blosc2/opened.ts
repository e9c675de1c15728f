// A frame or an array that is open, as the verbs read from it.

import { partition } from '../../array/geometry.js'
import { startsLinear } from '../../array/linear.js'
import { type NdarrayLayout, parseMetadataDtype } from '../../array/npy/index.js'
import type { ByteSource } from '../../bytes/byte-source.js'
import { damaged, unsupported, usage } from '../../core/errors.js'
import type { RunOptions } from '../../engine/options.js'
import type { PlainSink } from '../../sinks/plain.js'
import { holdSource } from '../../sources/held.js'
import { withTail } from '../../sources/tail.js'
import type { ArrayChunkStream } from '../array-chunk-stream.js'
import { withBox } from '../chunks/array-reader.js'
import { unpackChunks } from '../chunks/unpack-chunks.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../frame/array-layer.js'
import { defaultDtypeText, isDefaultDtype } from '../frame/dtype.js'
import { isObjectLayer, objectText } from '../frame/objects.js'
import { TENSOR_LAYER } from '../frame/tensor.js'
import type { ChunkSpan, Opened, OpenOptions, OpenPlace, PieceOptions } from '../opened.js'
import { arrayChunkAt } from '../regions/chunk-span.js'
import { arrayPieces, fortranPiecesOf, regionsOf } from '../regions/opened-regions.js'
import type { RegionSource } from '../regions/region-source.js'
import { checkRange, fillFrom, stoppable } from '../regions/stoppable.js'
import type { SpanReader } from '../span-reader.js'
import type { Format } from '../traits.js'
import { arrayStream } from './chunks/array-stream.js'
import { arrayOfFrame, JSON_LAYER, jsonOf } from './chunks/described.js'
import { frameIdsOf, OWN_LAYER } from './chunks/frame-ids.js'
import { jsonValues } from './objects/json-values.js'
import { listFrame } from './objects/listed-frame.js'
import { NDArray } from './objects/ndarray.js'
import { piecesOf } from './objects/pieces.js'
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

function regionSource(array: NDArray): RegionSource {
  return {
    shape: [...array.shape],
    chunkshape: [...array.chunks],
    blockshape: [...array.blocks],
    itemBytes: array.schunk.typesize,
    pick: async (keys) => (await array.slice(keys)).data,
    box: (box) => array.box(box),
    async pickInto(keys, out): Promise<void> {
      await array.slice(keys, { out })
    },
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
    if (ndarray === undefined || startsLinear(regionSource(ndarray)))
      this.unpack = (sink, o) => this.#unpack(sink, o)
    if (ndarray === undefined) {
      this.spans = new FrameSpans(schunk)
      return
    }
    this.regions = regionsOf(regionSource(ndarray))
    this.fortranPieces = fortranPiecesOf(regionSource(ndarray), () => this.willReadAll())
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

  get extraValues(): ReadonlyMap<string, string> {
    const { meta, vlmeta } = this.schunk
    return jsonValues(new Map([...meta, ...vlmeta]), this.extras)
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
      throw ndarray === undefined ? error : withBox(error, partition(regionSource(ndarray)))
    }
    return { nbytes, nchunks }
  }

  async arrayChunks(): Promise<ArrayChunkStream | undefined> {
    if (this.ndarray === undefined || this.schunk.object !== undefined) return undefined
    const { shape, chunkshape, blockshape } = regionSource(this.ndarray)
    const [{ dtype }, { directory }, { source }] = [this.ndarray, this.place, this]
    this.willReadAll()
    return arrayStream({ shape, chunkshape, blockshape, dtype, source, directory })
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
    return arrayPieces(regionSource(ndarray), start, stop)
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
    if (this.ndarray !== undefined) return arrayChunkAt(regionSource(this.ndarray), position, order)
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
