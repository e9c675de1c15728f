// A dataset that is open, as the verbs read from it.

import type { NdarrayLayout } from '../../array/npy/index.js'
import type { RunOptions } from '../../engine/options.js'
import type { PlainSink } from '../../sinks/plain.js'
import { holdSource } from '../../sources/held.js'
import type { ArrayChunkStream } from '../array-chunk-stream.js'
import { b2ndDtype } from '../frame/array-layer.js'
import type { ChunkSpan, Opened, OpenOptions, OpenPlace, PieceOptions } from '../opened.js'
import { arrayChunkAt } from '../regions/chunk-span.js'
import { arrayPieces, fortranPiecesOf, regionsOf } from '../regions/opened-regions.js'
import { checkRange, fillFrom, stoppable } from '../regions/stoppable.js'
import { unpackRegions } from '../regions/unpack-regions.js'
import { datasetAt } from './names.js'
import { arrayStream } from './read/array-stream.js'
import { type ChunkedValues, gridSize } from './read/chunked.js'
import { type Content, contentOf } from './read/content.js'
import { layoutOf } from './read/items.js'
import { linearPieces } from './read/linear-pieces.js'
import { metadataOf } from './read/metadata.js'
import { isInOrder, unpackInOrder } from './read/unpack.js'
import { H5, HDF5 } from './traits.js'

/** What is known of a dataset when it is open. */
interface DatasetParts extends Content {
  place: OpenPlace
  metadata: string | undefined
}

/** A dataset. */
export class OpenedDataset implements Opened {
  readonly container = HDF5
  readonly format = H5
  readonly nbytes: number
  readonly typesize: number
  readonly metadata: string | undefined
  readonly #parts: DatasetParts
  declare readonly regions?: NonNullable<Opened['regions']>
  declare readonly fortranPieces?: NonNullable<Opened['fortranPieces']>
  declare readonly chunkAt?: NonNullable<Opened['chunkAt']>
  declare readonly unpack?: NonNullable<Opened['unpack']>

  constructor(parts: DatasetParts) {
    const { items, values, metadata, checkAmount } = parts
    this.#parts = parts
    this.nbytes = items.nbytes
    this.typesize = Math.max(items.itemsize, 1)
    this.metadata = metadata
    if (values.kind !== 'chunked') return
    const { array } = values
    if (checkAmount === undefined) this.unpack = (sink, o) => this.#unpack(values, sink, o)
    this.regions = regionsOf(array)
    this.fortranPieces = fortranPiecesOf(array, () => {})
    this.chunkAt = (position, order = 'C'): ChunkSpan => arrayChunkAt(array, position, order)
  }

  get name(): string {
    return this.#parts.place.source.name
  }

  /** In the grid: those that are not stored hold the fill value, and are chunks all the same. */
  get nchunks(): number | undefined {
    const { values } = this.#parts
    return values.kind === 'chunked' ? gridSize(values) : undefined
  }

  get chunkShape(): readonly number[] | undefined {
    const { values } = this.#parts
    return values.kind === 'chunked' ? values.array.chunkshape : undefined
  }

  array(): NdarrayLayout {
    return layoutOf(this.#parts.items)
  }

  pieces(start: number, stop: number | undefined, { signal }: PieceOptions): AsyncIterable<Uint8Array> {
    const { values } = this.#parts
    const end = stop ?? this.nbytes
    checkRange(start, end, this.nbytes)
    this.#parts.checkAmount?.(end - start)
    return stoppable(
      values.kind === 'chunked' ? arrayPieces(values.array, start, end) : linearPieces(values, start, end),
      signal,
    )
  }

  async #unpack(values: ChunkedValues, sink: PlainSink, o: RunOptions) {
    if (isInOrder(values)) await unpackInOrder(values.data, this.nbytes, sink, o)
    else await unpackRegions(values.array, sink, o)
    return { nbytes: this.nbytes, nchunks: this.nchunks ?? 0 }
  }

  async fill(start: number, out: Uint8Array, o: PieceOptions): Promise<void> {
    const { values } = this.#parts
    checkRange(start, start + out.length, this.nbytes)
    this.#parts.checkAmount?.(out.length)
    if (values.kind === 'linear') await values.read(start, out)
    else if (o.signal === undefined && out.length === this.nbytes) await values.array.pickInto([], out)
    else await fillFrom(this.pieces(start, start + out.length, o), out)
  }

  async arrayChunks(): Promise<ArrayChunkStream | undefined> {
    const { values } = this.#parts
    if (values.kind !== 'chunked' || values.frames === undefined) return undefined
    return arrayStream({ data: values.data, ...values.frames, dtype: b2ndDtype(this.array()) })
  }

  async close(): Promise<void> {
    await this.#parts.place.source.close()
  }
}

/**
 * Opens a dataset: that with the name `place.inner`, or the only one. A pipe is brought into a file first, for an
 * HDF5 file is read in all directions.
 * @throws BlpkError NOT_FOUND with the datasets that there are; DAMAGED, UNSUPPORTED, IO
 */
export async function openDataset(place: OpenPlace, o: OpenOptions): Promise<OpenedDataset> {
  const { source: given } = place
  const held = given.seekable ? undefined : await holdSource(given)
  try {
    const source = held ?? given
    const { file, spec } = await datasetAt({ ...place, source })
    const content = await contentOf(file, spec, o)
    const metadata = await metadataOf(file, spec, o.onNote)
    return new OpenedDataset({ place: { ...place, source }, ...content, metadata })
  } catch (error) {
    await held?.close()
    throw error
  }
}
