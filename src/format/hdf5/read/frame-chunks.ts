// The chunks of a dataset whose chunks are frames (filter 32026), for readers of blocks.

import type { Partition } from '../../../array/geometry.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { type ChunkLayout, readLayout } from '../../../chunk/blosc2/layout.js'
import { damaged } from '../../../core/errors.js'
import type { ChunkFinder, FoundChunk } from '../../chunks/found-chunk.js'
import { LayoutCache } from '../../chunks/layout-cache.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { spanOf } from '../chunk-index/table.js'
import type { ChunkEntry, ChunkTable } from '../model.js'
import { frameHeaderOf, isDividedAs, isStored } from './chunk-frame.js'
import { chunkOfItems, chunkOfValue } from './plain-chunk.js'

/** A dataset whose chunks are frames. */
export interface FramesOfDataset {
  source: ByteSource
  table: ChunkTable
  /** How the array is divided, in items of `itemBytes`. */
  cut: Partition
  /** In bytes. */
  itemBytes: number
  /** The item that missing chunks hold; undefined for zeros. */
  fill: Uint8Array | undefined
  /** Whether a chunk is stored without the filter. */
  isPlain(entry: ChunkEntry, index: number): boolean
  /** Decodes all of a chunk, into C order. */
  decode(entry: ChunkEntry, index: number): Promise<Uint8Array>
}

/** Where the chunk in a frame lies, from the start of the frame. */
interface InFrame {
  at: number
  limit: number
}

/** Finds the blocks of chunks in their frames. Unusual chunks are decoded as a whole first. */
export class FrameChunks implements ChunkFinder {
  readonly #data: FramesOfDataset
  readonly #layouts = new LayoutCache()
  readonly #places = new WeakMap<ChunkEntry, InFrame>()
  #fill: FoundChunk | undefined

  constructor(data: FramesOfDataset) {
    this.#data = data
  }

  checkHolds(): void {}

  isZeros(index: number): boolean {
    return !this.#data.table.has(index) && this.#data.fill === undefined
  }

  knows(index: number): boolean {
    const entry = this.#data.table.get(index)
    return entry === undefined || this.#layouts.get(entry) !== undefined
  }

  async bytes(index: number): Promise<ChunkBytes> {
    const entry = this.#data.table.get(index)
    return entry === undefined ? (await this.#filled()).bytes : this.#frame(entry, index)
  }

  /** @throws BlpkError DAMAGED if the index contradicts itself or the file */
  #frame(entry: ChunkEntry, chunk: number): SourceChunk {
    const [start, stop] = spanOf(entry, chunk)
    return new SourceChunk(this.#data.source, start, stop - start, { chunk, offset: start })
  }

  async find(index: number): Promise<FoundChunk> {
    const entry = this.#data.table.get(index)
    if (entry === undefined) return this.#filled()
    const place = this.#places.get(entry)
    const layout = this.#layouts.get(entry)
    if (place === undefined || layout === undefined) return this.#open(entry, index)
    const { at, limit } = place
    return { bytes: this.#frame(entry, index).inside(at, limit), layout, start: this.#startOf(index) }
  }

  #startOf(index: number): number {
    return index * this.#data.cut.chunkItems * this.#data.itemBytes
  }

  /** The layout of a chunk, which is kept for the next read. */
  async #open(entry: ChunkEntry, index: number): Promise<FoundChunk> {
    const { cut, itemBytes } = this.#data
    if (this.#data.isPlain(entry, index)) return this.#whole(entry, index)
    const frame = this.#frame(entry, index)
    const header = await frameHeaderOf(frame)
    if (!isStored(header) || !isDividedAs(cut, header, itemBytes, frame.place))
      return this.#whole(entry, index)
    const inFrame = { at: header.headerBytes, limit: header.cbytes }
    const bytes = frame.inside(inFrame.at, inFrame.limit)
    const layout = await readLayout(bytes, itemBytes)
    checkLayout(layout, header.nbytes, bytes)
    this.#places.set(entry, inFrame)
    this.#layouts.set(entry, layout)
    return { bytes, layout, start: this.#startOf(index) }
  }

  async #whole(entry: ChunkEntry, index: number): Promise<FoundChunk> {
    const items = await this.#data.decode(entry, index)
    return this.#inMemory(chunkOfItems(items, this.#data), index)
  }

  async #filled(): Promise<FoundChunk> {
    const { fill, itemBytes } = this.#data
    this.#fill ??= await this.#inMemory(chunkOfValue(fill ?? new Uint8Array(itemBytes), this.#data), 0)
    return this.#fill
  }

  async #inMemory(chunk: Uint8Array, index: number): Promise<FoundChunk> {
    const bytes = new MemoryChunk(chunk, { chunk: index })
    return { bytes, layout: await readLayout(bytes, this.#data.itemBytes), start: this.#startOf(index) }
  }
}

/** @throws BlpkError DAMAGED if the chunk is not the one that its frame describes */
function checkLayout({ header }: ChunkLayout, nbytes: number, { place }: ChunkBytes): void {
  if (header.nbytes !== nbytes)
    throw damaged(`the chunk has ${header.nbytes} plain bytes, but its frame says ${nbytes}`, place)
}
