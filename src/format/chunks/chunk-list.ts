// The chunks of a super-chunk in order, wherever they are stored, with their plain sizes.

import { type ChunkBytes, MemoryChunk } from '../../chunk/blosc2/chunk-bytes.js'
import type { DecodeOptions, OpenChunk } from '../../chunk/blosc2/decode.js'
import { parseBlosc2ChunkHeader } from '../../chunk/blosc2/header.js'
import { type ChunkLayout, readLayout } from '../../chunk/blosc2/layout.js'
import { asDamage, damaged, type ErrorPlace, located } from '../../core/errors.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { OffsetSpecial } from '../frame/offsets.js'
import { CheckedChunk } from './checksums.js'
import { type ChunkFinder, type FoundChunk, openFound } from './found-chunk.js'
import { LayoutCache } from './layout-cache.js'
import { type SpecialSize, specialChunk } from './special-chunk.js'

/**
 * A chunk of a super-chunk: a special value that takes no room, or stored bytes. `at` is the position in the
 * frame file, in bytes from the end of the header. In a sparse frame, `number` is the number of the chunk's
 * file.
 */
export type Entry = { special: OffsetSpecial } | { open: () => ChunkBytes; at?: number; number?: number }

/** An entry for a chunk in memory. */
export function memoryEntry(bytes: Uint8Array, place: ErrorPlace = {}): Entry {
  return { open: () => new MemoryChunk(bytes, place) }
}

/** Position of a chunk in the plain bytes, and its size. */
export interface ChunkExtent {
  index: number
  start: number
  nbytes: number
}

/** The chunks of a super-chunk in order, with their plain sizes. */
export class ChunkList implements ChunkFinder {
  entries: Entry[]
  /** In bytes, of all but the last chunk; 0 if each has its own. */
  chunksize: number
  /** Makes the error for access to plain bytes if the chunks are placeholders for values stored elsewhere. */
  refusal: (() => Error) | undefined
  readonly #typesize: number
  readonly #blocksize: number
  /** Plain sizes, if chunks vary in size or the last size does not follow from the rule. */
  #sizes: number[] | undefined
  /** Position of each chunk, by these sizes. */
  #starts: { sizes: readonly number[]; at: number[] } | undefined
  #nbytes: number
  /** Keyed by chunk, so that lists can share it. */
  readonly #layouts: LayoutCache
  /** Whether another list has the same entries. */
  #isShared = false
  /** The most recent special chunk: most others are like it. */
  #special: { special: OffsetSpecial; nbytes: number; bytes: Uint8Array } | undefined

  constructor(
    entries: Entry[],
    chunksize: number,
    nbytes: number,
    typesize: number,
    blocksize: number,
    layouts = new LayoutCache(),
  ) {
    this.#layouts = layouts
    this.entries = entries
    this.chunksize = chunksize
    this.#nbytes = nbytes
    this.#typesize = typesize
    this.#blocksize = blocksize
  }

  get nbytes(): number {
    return this.#nbytes
  }

  /** A snapshot of the list, unaffected by later changes. */
  snapshot(): ChunkList {
    const { entries, chunksize } = this
    const list = new ChunkList(
      entries,
      chunksize,
      this.#nbytes,
      this.#typesize,
      this.#blocksize,
      this.#layouts,
    )
    list.#sizes = this.#sizes
    list.refusal = this.refusal
    this.#isShared = true
    return list
  }

  /** Restores the state of a snapshot. */
  restore(snapshot: ChunkList): void {
    this.entries = snapshot.entries
    this.chunksize = snapshot.chunksize
    this.#nbytes = snapshot.#nbytes
    this.#sizes = snapshot.#sizes
    this.#isShared = true
  }

  /** Position of chunk `index` in the plain bytes, and its size. */
  async extent(index: number): Promise<[start: number, nbytes: number]> {
    if (this.chunksize > 0) {
      const start = index * this.chunksize
      return [start, Math.min(this.chunksize, this.#nbytes - start)]
    }
    const sizes = await this.sizes()
    return [this.#startsFor(sizes)[index] ?? this.#nbytes, sizes[index] ?? 0]
  }

  #startsFor(sizes: readonly number[]): number[] {
    if (this.#starts?.sizes !== sizes) {
      let end = 0
      const at = sizes.map((size) => {
        end += size
        return end - size
      })
      this.#starts = { sizes, at }
    }
    return this.#starts.at
  }

  /** The plain sizes of all chunks. @throws BlpkError DAMAGED if they contradict the frame */
  async sizes(): Promise<number[]> {
    if (this.chunksize > 0) {
      const sizes = this.entries.map(() => this.chunksize)
      if (sizes.length > 0) sizes[sizes.length - 1] = this.#nbytes - (sizes.length - 1) * this.chunksize
      return sizes
    }
    this.#sizes ??= await this.#readSizes()
    return this.#sizes
  }

  async #readSizes(): Promise<number[]> {
    const sizes: number[] = []
    for (const entry of this.entries) {
      if ('special' in entry) throw damaged('a chunk has a special value, but no size')
      const bytes = entry.open()
      sizes.push(parseBlosc2ChunkHeader(await bytes.fetch(0, Math.min(32, bytes.limit)), bytes.place).nbytes)
    }
    const total = sizes.reduce((sum, size) => sum + size, 0)
    if (total !== this.#nbytes)
      throw damaged(`the chunks have ${total} plain bytes, the frame ${this.#nbytes}`)
    return sizes
  }

  /** The stored bytes of a chunk. Special ones get a header of 32 bytes. */
  async bytes(index: number): Promise<ChunkBytes> {
    const entry = this.entries[index]
    if (entry === undefined) throw damaged(`there is no chunk ${index}`)
    if ('open' in entry) return entry.open()
    const [, nbytes] = await this.extent(index)
    return new MemoryChunk(this.#specialBytes(entry.special, nbytes), { chunk: index })
  }

  #sized(nbytes: number): SpecialSize {
    return { nbytes, typesize: this.#typesize, blocksize: this.#blocksize }
  }

  #specialBytes(special: OffsetSpecial, nbytes: number): Uint8Array {
    if (this.#special?.special !== special || this.#special.nbytes !== nbytes) {
      const bytes = specialChunk(special, this.#sized(nbytes))
      this.#special = { special, nbytes, bytes }
    }
    return this.#special.bytes
  }

  /**
   * Opens a chunk for decoding, whole or in part.
   * @param options the postfilter gets positions among all plain bytes
   * @throws BlpkError DAMAGED if it has another size
   */
  async openChunk(ws: Workspace, index: number, options: DecodeOptions): Promise<OpenChunk> {
    return openFound(ws, await this.find(index), options)
  }

  /** Whether the layout of a chunk is cached, or nothing must be read for it. */
  knows(index: number): boolean {
    const entry = this.entries[index]
    return entry === undefined || 'special' in entry || this.#layouts.get(entry) !== undefined
  }

  /** Whether the index says that the chunk is zeros. */
  isZeros(index: number): boolean {
    const entry = this.entries[index]
    return entry !== undefined && 'special' in entry && entry.special !== 'nans'
  }

  /** A chunk with everything needed to decode it. @throws BlpkError DAMAGED if it has another size */
  async find(index: number): Promise<FoundChunk> {
    this.checkHolds()
    const bytes = await this.bytes(index)
    const entry = this.entries[index]
    const known = entry && this.#layouts.get(entry)
    const layout = known ?? (await this.#layoutOf(bytes))
    const [start, nbytes] = await this.extent(index)
    if (layout.header.nbytes !== nbytes)
      throw damaged(
        `the chunk has ${layout.header.nbytes} plain bytes, but the frame says ${nbytes}`,
        bytes.place,
      )
    if (known === undefined && entry !== undefined && 'open' in entry) this.#layouts.set(entry, layout)
    return { bytes, layout, start }
  }

  /** @throws BlpkError UNSUPPORTED if the chunks are placeholders */
  checkHolds(): void {
    if (this.refusal !== undefined) throw this.refusal()
  }

  /** A chunk of unknown kind may just be damaged. */
  async #layoutOf(bytes: ChunkBytes): Promise<ChunkLayout> {
    try {
      return await readLayout(bytes, this.#typesize)
    } catch (error) {
      const mismatch = bytes instanceof CheckedChunk ? bytes.check().catch(asDamage) : undefined
      throw located((await mismatch) ?? error)
    }
  }

  /** The chunks that hold the plain bytes from `from` to `to`, with the position and size of each. */
  async *within(from: number, to: number): AsyncGenerator<ChunkExtent> {
    const first = this.chunksize > 0 ? Math.floor(from / this.chunksize) : 0
    for (
      let index = first, start = first * this.chunksize;
      start < to && index < this.entries.length;
      index++
    ) {
      const nbytes = this.chunksize > 0 ? (await this.extent(index))[1] : ((await this.sizes())[index] ?? 0)
      if (start + nbytes > from) yield { index, start, nbytes }
      start += nbytes
    }
  }

  /** Replaces `remove` chunks from `index` on; `sizes` are the plain sizes of the new ones. */
  async splice(index: number, remove: number, entries: Entry[], sizes: number[]): Promise<void> {
    this.checkHolds()
    const [entry] = entries
    if (remove === 1 && entries.length === 1 && entry !== undefined) {
      const [, nbytes] = await this.extent(index)
      if (nbytes === sizes[0]) {
        this.#layouts.clear()
        this.#ownEntries()[index] = entry
        return
      }
    }
    // The number of arguments of a call is limited, that of chunks is not.
    const replaced = <T>(list: readonly T[], by: readonly T[]): T[] => [
      ...list.slice(0, index),
      ...by,
      ...list.slice(index + remove),
    ]
    const all = replaced(await this.sizes(), sizes)
    const wasEmpty = this.entries.length === 0
    this.entries = replaced(this.entries, entries)
    this.#settle(all, wasEmpty)
  }

  #ownEntries(): Entry[] {
    if (this.#isShared) this.entries = [...this.entries]
    this.#isShared = false
    return this.entries
  }

  async reorder(order: readonly number[]): Promise<void> {
    this.checkHolds()
    const sizes = await this.sizes()
    const entries = this.entries
    this.entries = order.map((i) => entries[i] as Entry)
    this.#settle(order.map((i) => sizes[i] ?? 0))
  }

  /** If all chunks but the last have one size, no separate sizes are needed. */
  #settle(sizes: number[], wasEmpty = false): void {
    this.#layouts.clear()
    // As in C-Blosc2, the first chunk sets the chunk size if nothing else does.
    if (wasEmpty && this.chunksize === 0) {
      this.chunksize = sizes[0] ?? 0
      this.#sizes = undefined
    }
    this.#nbytes = sizes.reduce((sum, size) => sum + size, 0)
    const first = sizes[0] ?? 0
    const wanted = this.chunksize > 0 ? this.chunksize : first
    const regular = sizes.every((size, i) =>
      i < sizes.length - 1 ? size === wanted : size <= wanted && size > 0,
    )
    if (regular && (this.chunksize > 0 || this.#sizes === undefined)) {
      this.#sizes = undefined
      return
    }
    this.chunksize = 0
    this.#sizes = sizes
    // The index alone cannot express the size of a chunk.
    this.entries = this.entries.map((entry, i) =>
      'special' in entry ? memoryEntry(specialChunk(entry.special, this.#sized(sizes[i] ?? 0))) : entry,
    )
  }

  /** Replaces all chunks by others of `chunksize` bytes. */
  replaceAll(entries: Entry[]): void {
    this.checkHolds()
    this.#layouts.clear()
    this.entries = entries
    this.#sizes = undefined
    this.#nbytes = entries.length * this.chunksize
  }
}
