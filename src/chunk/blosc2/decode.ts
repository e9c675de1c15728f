// Decompresses chunks of Blosc2, block by block.

import { copyInArena, writePlan } from '../../array/arena-runs.js'
import { type AxisRuns, spanOfRuns } from '../../array/runs.js'
import { damaged, type ErrorPlace } from '../../core/errors.js'
import type { Workspace } from '../../kernels/workspace.js'
import { BlockStreams } from './block-streams.js'
import type { ChunkBytes } from './chunk-bytes.js'
import { type Blosc2ChunkHeader, FILTER_SHUFFLE } from './header.js'
import { type ChunkLayout, readLayout } from './layout.js'
import { blockContext, type PipelineTraits, runBackward, usesFirstBlock } from './pipeline.js'
import { fillPattern } from './special.js'

/** Counts of decompressed data, so that tests can check that nothing is decompressed in vain. */
export interface DecodeCounts {
  chunks: number
  blocks: number
}

/**
 * Fills `output` from the plain bytes of a block, of the same length. `offset` is its position in the chunk,
 * in bytes.
 */
export type BlockHook = (input: Uint8Array, output: Uint8Array, offset: number) => void

export interface DecodeOptions extends PipelineTraits {
  counts?: DecodeCounts | undefined
  /** Replaces the plain bytes of each block. */
  postfilter?: BlockHook | undefined
}

/** Whether byte shuffle of whole items is the only filter, so that single items can be picked. */
function isShuffled(h: Blosc2ChunkHeader): boolean {
  const [only] = h.filters
  if (only === undefined || h.filters.length > 1 || only.id !== FILTER_SHUFFLE || h.typesize < 2) return false
  return only.meta === 0 || only.meta === h.typesize
}

/** A chunk whose layout is known. Blocks are decoded one by one. */
export class OpenChunk {
  readonly layout: ChunkLayout
  readonly #ws: Workspace
  readonly #bytes: ChunkBytes
  readonly #options: DecodeOptions
  readonly #shuffled: boolean
  /** Undefined if there is nothing to decompress: a special value, or stored bytes. */
  readonly #streams: BlockStreams | undefined
  #reference: Uint8Array | undefined

  /** @throws BlpkError UNSUPPORTED for a codec that is unknown */
  constructor(ws: Workspace, bytes: ChunkBytes, layout: ChunkLayout, options: DecodeOptions) {
    const { header, starts } = layout
    this.#ws = ws
    this.#bytes = bytes
    this.layout = layout
    this.#options = options
    this.#shuffled = options.postfilter === undefined && isShuffled(header)
    if (starts.length > 0) this.#streams = new BlockStreams(ws, bytes, layout, options)
    if (options.counts !== undefined) options.counts.chunks++
  }

  /** Reads the layout first; see {@link readLayout}. @throws BlpkError DAMAGED or UNSUPPORTED */
  static async open(ws: Workspace, bytes: ChunkBytes, options: DecodeOptions): Promise<OpenChunk> {
    return new OpenChunk(ws, bytes, await readLayout(bytes, options.itemBytes), options)
  }

  get header(): Blosc2ChunkHeader {
    return this.layout.header
  }

  get #place(): ErrorPlace {
    return this.#bytes.place
  }

  /** Position of block `index` in the plain chunk, in bytes. */
  blockOffset(index: number): number {
    const { sizes, header } = this.layout
    if (sizes === undefined) return index * header.blocksize
    return sizes.subarray(0, index).reduce((sum, size) => sum + size, 0)
  }

  /** Plain size of a block, in bytes. */
  blockBytes(index: number): number {
    const { sizes, header } = this.layout
    if (sizes !== undefined) return sizes[index] ?? 0
    return Math.min(header.blocksize, header.nbytes - index * header.blocksize)
  }

  /** Decodes a block. @returns its plain bytes, valid until the next call */
  async block(index: number): Promise<Uint8Array> {
    const plain = await this.#plainBlock(index)
    const { postfilter } = this.#options
    if (postfilter === undefined) return plain
    const changed = new Uint8Array(plain.length)
    postfilter(plain, changed, this.blockOffset(index))
    return changed
  }

  async #plainBlock(index: number): Promise<Uint8Array> {
    const size = this.blockBytes(index)
    const { header, pattern } = this.layout
    if (pattern !== undefined) {
      const filled = new Uint8Array(size)
      fillPattern(filled, pattern, this.blockOffset(index) % pattern.length)
      return filled
    }
    if (header.memcpyed) return this.#bytes.fetch(header.headerBytes + this.blockOffset(index), size)
    return this.#ws.view(await this.#decode(index, size), size)
  }

  /** @param dst address for the plain bytes; scratch by default @returns their address */
  async #decode(index: number, size: number, dst?: number): Promise<number> {
    const { header: h } = this
    const reference = index > 0 && usesFirstBlock(h) ? await this.#firstBlock(size) : undefined
    const packed = await this.#take(index, size, 0, size)
    const context = blockContext(this.#ws, h, this.#options, reference, this.#place)
    return runBackward(context, h, size, packed, dst)
  }

  /** Decodes the streams of a block; see {@link BlockStreams.take}. */
  #take(index: number, size: number, first: number, want: number): Promise<number> {
    const { counts } = this.#options
    if (counts !== undefined) counts.blocks++
    if (this.#streams === undefined) throw damaged('the chunk has no blocks', this.#place)
    return this.#streams.take(index, size, first, want)
  }

  /** Block 0 in plain form, for a block of `size` bytes. @returns its address */
  async #firstBlock(size: number): Promise<number> {
    this.#reference ??= (await this.#plainBlock(0)).slice()
    if (this.#reference.length < size)
      throw damaged('a block of the chunk is larger than the first block, which delta refers to', this.#place)
    const address = this.#ws.scratch('reference', this.#reference.length)
    this.#ws.view(address, this.#reference.length).set(this.#reference)
    return address
  }

  /** Announces that all blocks will be decoded, so that the chunk is read at once, and checked. */
  async prefetch(): Promise<void> {
    await this.#bytes.prefetch?.(this.header.cbytes)
  }

  /** The value that a chunk repeats. */
  get pattern(): Uint8Array | undefined {
    return this.layout.pattern
  }

  /** Decodes the whole chunk. @param out exactly as long as the plain chunk */
  async all(out: Uint8Array): Promise<void> {
    const { header } = this
    await this.prefetch()
    if (await this.#copy(0, out)) return
    const { postfilter } = this.#options
    const address =
      postfilter === undefined && this.#streams !== undefined ? this.#ws.addressOf(out) : undefined
    for (let i = 0, at = 0; i < header.nblocks; i++) {
      const size = this.blockBytes(i)
      if (address === undefined) out.set(await this.block(i), at)
      else await this.#decode(i, size, address + at)
      at += size
    }
  }

  /** Fills `out` with the plain bytes from `start` on, if they can be copied without decompression. */
  async #copy(start: number, out: Uint8Array): Promise<boolean> {
    const { header, pattern } = this.layout
    if (this.#options.postfilter !== undefined || this.#streams !== undefined) return false
    const at = header.headerBytes + start
    if (pattern !== undefined) fillPattern(out, pattern, start % pattern.length)
    else if (this.#bytes.fetchInto !== undefined) await this.#bytes.fetchInto(at, out)
    else out.set(await this.#bytes.fetch(at, out.length))
    return true
  }

  /**
   * Decodes the bytes from `start` to `stop`, using only the blocks that hold them.
   * @param out as long as the range
   */
  async range(start: number, stop: number, out: Uint8Array): Promise<void> {
    if (start === 0 && stop === this.header.nbytes) {
      await this.all(out)
      return
    }
    if (await this.#copy(start, out)) return
    const { blocksize, nblocks } = this.header
    const first = blocksize === 0 ? 0 : Math.floor(start / blocksize)
    for (let i = first, at = this.blockOffset(first); i < nblocks && at < stop; i++) {
      const size = this.blockBytes(i)
      if (at + size > start) {
        const from = Math.max(start - at, 0)
        out.set(await this.#part(i, from, Math.min(stop - at, size)), at + from - start)
      }
      at += size
    }
  }

  /** The plain bytes from `from` to `to` of a block, valid until the next call. */
  async #part(index: number, from: number, to: number): Promise<Uint8Array> {
    const { itemBytes } = this.#options
    if (to - from === this.blockBytes(index) || !this.#picks(index))
      return (await this.block(index)).subarray(from, to)
    const first = Math.floor(from / itemBytes)
    const count = Math.ceil(to / itemBytes) - first
    const address = this.#ws.scratch('second', count * itemBytes)
    await this.takeRuns(index, [{ runs: [first, 0, count], from: 1, to: 1 }], address)
    return this.#ws.view(address + from - first * itemBytes, to - from)
  }

  /** Whether items of the block can be extracted without undoing all of its filters. */
  #picks(index: number): boolean {
    const { typesize } = this.header
    const whole = this.blockBytes(index) % typesize === 0
    return this.#shuffled && this.#streams !== undefined && whole && typesize === this.#options.itemBytes
  }

  /**
   * Decodes a block as far as the wanted items require, and copies these.
   * @param axes the wanted items of the block, and their targets
   * @param dst start of the target in the arena
   */
  async takeRuns(index: number, axes: readonly AxisRuns[], dst: number): Promise<void> {
    const { itemBytes } = this.#options
    const size = this.blockBytes(index)
    const ws = this.#ws
    if (this.#picks(index)) {
      const packed = await this.#take(index, size, ...spanOfRuns(axes))
      const plan = writePlan(ws, axes, itemBytes)
      ws.kernels.joinRuns(plan, axes.length, itemBytes, size / itemBytes, packed, dst)
    } else copyInArena(ws, axes, itemBytes, ws.bring(await this.block(index)), dst)
  }

  /** The same for items of `nbytes` plain bytes from `start` on, which may span blocks. */
  async takeRunsAt(start: number, nbytes: number, axes: readonly AxisRuns[], dst: number): Promise<void> {
    const bytes = new Uint8Array(nbytes)
    await this.range(start, start + nbytes, bytes)
    copyInArena(this.#ws, axes, this.#options.itemBytes, this.#ws.bring(bytes), dst)
  }
}
