import { damaged, type ErrorPlace } from '../../errors.js'
import type { Workspace } from '../../kernels/workspace.js'
import { type AxisRuns, planWords, spanOfRuns } from '../b2nd/runs.js'
import { streamsOfBlock } from '../chunk/header.js'
import type { ChunkBytes } from './chunk-bytes.js'
import { type Chunk2Header, FILTER_SHUFFLE, streamsOf } from './header.js'
import { type ChunkLayout, readLayout } from './layout.js'
import { blockContext, type PipelineTraits, runBackward, usesDelta } from './pipeline.js'
import { fillPattern } from './special.js'
import { type StreamDecoder, streamDecoder } from './streams.js'

/** Counts what was done, so that tests can see that nothing is decompressed in vain. */
export interface DecodeCounts {
  chunks: number
  blocks: number
}

/** Fills `output` from the plain bytes of a block, which are as many; `offset` is its place in the chunk, in bytes. */
export type BlockHook = (input: Uint8Array, output: Uint8Array, offset: number) => void

export interface DecodeOptions extends PipelineTraits {
  counts?: DecodeCounts | undefined
  /** What codecs of users are handed along. */
  owner?: unknown
  /** Gives what is answered in place of the plain bytes of each block. */
  postfilter?: BlockHook | undefined
}

/** Streams of which less than one in so many bytes is wanted are fetched one by one, in case they are stored plain. */
const FEW = 8

/** The streams of a block that is brought into the arena, wholly or piece by piece. */
interface Streams {
  address: number
  nbytes: number
  view: DataView
  /** Where the block starts in the chunk, if pieces of it are still to be fetched. */
  missing: number | undefined
  /** Plain size of each stream, in bytes, and which of them are wanted. */
  size: number
  first: number
  want: number
  /** Streams that a codec works on elsewhere. */
  pending: Promise<void>[]
}

/** Is a byte shuffle of whole items all that was done to the blocks, so that items can be picked from it? */
function isShuffled(h: Chunk2Header): boolean {
  const [only] = h.filters
  if (only === undefined || h.filters.length > 1 || only.id !== FILTER_SHUFFLE || h.typesize < 2) return false
  return only.meta === 0 || only.meta === h.typesize
}

/** A chunk whose layout is known; blocks are then decoded one by one. */
export class OpenChunk {
  readonly layout: ChunkLayout
  readonly #ws: Workspace
  readonly #bytes: ChunkBytes
  readonly #options: DecodeOptions
  readonly #shuffled: boolean
  readonly #decoder: StreamDecoder | undefined
  #reference: Uint8Array | undefined

  /** @throws BlpkError UNSUPPORTED for a codec that is not known, DAMAGED for a malformed dictionary */
  constructor(ws: Workspace, bytes: ChunkBytes, layout: ChunkLayout, options: DecodeOptions) {
    const { header, dictionary, starts } = layout
    this.#ws = ws
    this.#bytes = bytes
    this.layout = layout
    this.#options = options
    this.#shuffled = options.postfilter === undefined && isShuffled(header)
    if (starts.length > 0) this.#decoder = streamDecoder(ws, header, dictionary, options.owner, bytes.place)
    if (options.counts !== undefined) options.counts.chunks++
  }

  /** Reads what must be known first; see {@link readLayout}. @throws BlpkError DAMAGED or UNSUPPORTED */
  static async open(ws: Workspace, bytes: ChunkBytes, options: DecodeOptions): Promise<OpenChunk> {
    return new OpenChunk(ws, bytes, await readLayout(bytes, options.itemBytes), options)
  }

  get header(): Chunk2Header {
    return this.layout.header
  }

  get #place(): ErrorPlace {
    return this.#bytes.place
  }

  /** Has the chunk blocks to decompress: no special value, no plain bytes? */
  get #compressed(): boolean {
    return this.layout.starts.length > 0
  }

  /** Where block `index` starts in the plain chunk, in bytes. */
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

  /** Decodes a block. @returns its plain bytes, which may be used until the next call */
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

  /** @param dst where the plain bytes are to go; into scratch by default @returns where they are */
  async #decode(index: number, size: number, dst?: number): Promise<number> {
    const { header: h } = this
    const reference = index > 0 && usesDelta(h) ? await this.#firstBlock() : undefined
    const packed = await this.#takeStreams(index, size, 0, size)
    const context = blockContext(this.#ws, h, this.#options, reference, this.#place)
    return runBackward(context, h, size, packed, dst)
  }

  /** Block 0 in its plain form, at an address. */
  async #firstBlock(): Promise<number> {
    this.#reference ??= (await this.#plainBlock(0)).slice()
    const address = this.#ws.scratch('reference', this.#reference.length)
    this.#ws.view(address, this.#reference.length).set(this.#reference)
    return address
  }

  /** Brings the packed bytes of a block into the arena. @returns where they are */
  async #bring(start: number, nbytes: number): Promise<number> {
    if (this.#bytes.fetchInto === undefined) return this.#ws.bring(await this.#bytes.fetch(start, nbytes))
    const address = this.#ws.scratch('input', nbytes)
    await this.#bytes.fetchInto(start, this.#ws.view(address, nbytes))
    return address
  }

  /** Brings a piece of a block into the arena, where that was left open. */
  #bringPiece(s: Streams, at: number, nbytes: number): void {
    if (s.missing !== undefined)
      this.#bytes.fetchInto?.(s.missing + at, this.#ws.view(s.address + at, nbytes))
  }

  /**
   * Decodes the streams of a block into scratch.
   * @param first where each byte plane has a stream of its own: which bytes of it are needed
   * @param want behind the last of them
   */
  async #takeStreams(index: number, size: number, first: number, want: number): Promise<number> {
    const { header: h, starts, ends, sizes } = this.layout
    if (this.#options.counts !== undefined) this.#options.counts.blocks++
    const start = starts[index] ?? 0
    const nbytes = (ends[index] ?? 0) - start
    const count = h.extended ? streamsOf(h, size) : streamsOfBlock({ ...h, shuffle: 'none' }, size)
    if (size % count !== 0)
      throw damaged(`the chunk splits blocks of ${size} bytes into ${count} streams`, this.#place)
    const each = size / count
    const span = count > 1 ? { first, want: Math.min(want, each) } : { first: 0, want: each }
    const piecewise = this.#bytes.nearby === true && span.want - span.first < each / FEW
    const address = piecewise ? this.#ws.scratch('input', nbytes) : await this.#bring(start, nbytes)
    const target = this.#ws.scratch('filtered', size)
    const view = new DataView(this.#ws.arena.handle.memory.buffer, address, nbytes)
    const missing = piecewise ? start : undefined
    const s: Streams = { address, nbytes, view, missing, size: each, ...span, pending: [] }
    try {
      if (sizes !== undefined) this.#decompress(s, 4, nbytes - 4, target)
      else for (let i = 0, at = 0; i < count; i++) at = this.#takeStream(s, at, target + i * each)
    } finally {
      // Whatever goes wrong: nothing may be written to scratch once somebody else uses it.
      if (s.pending.length > 0) await Promise.allSettled(s.pending)
    }
    if (s.pending.length > 0) await Promise.all(s.pending)
    return target
  }

  /** Decodes the stream at `at` and returns where the next one starts (README_CHUNK_FORMAT, "Compressed Data Streams"). */
  #takeStream(s: Streams, at: number, dst: number): number {
    if (at + 4 > s.nbytes) throw damaged('a stream of the chunk starts behind its end', this.#place)
    this.#bringPiece(s, at, Math.min(5, s.nbytes - at))
    const head = s.view.getInt32(at, true)
    if (head <= 0) return this.#takeRun(s, at, head, dst)
    if (head > s.nbytes - at - 4) throw damaged('a stream of the chunk is longer than the chunk', this.#place)
    this.#decompress(s, at + 4, head, dst)
    return at + 4 + head
  }

  #takeRun(s: Streams, at: number, head: number, dst: number): number {
    this.#ws.view(dst + s.first, s.want - s.first).fill(-head & 0xff)
    if (head === 0) return at + 4
    if (at + 4 >= s.nbytes || head < -255)
      throw damaged('a run in the chunk has no byte to repeat', this.#place)
    const token = s.view.getUint8(at + 4)
    if ((token & 1) === 0) throw damaged(`a stream of the chunk has the unknown token ${token}`, this.#place)
    return at + 5
  }

  #decompress(s: Streams, at: number, cbytes: number, dst: number): void {
    const { size, first, want } = s
    if (cbytes === size) {
      this.#bringPiece(s, at + first, want - first)
      this.#ws.view(dst + first, want - first).set(this.#ws.view(s.address + at + first, want - first))
      return
    }
    this.#bringPiece(s, at, cbytes)
    const check = (nbytes: number): void => {
      if (nbytes < want || nbytes > size) throw damaged('a stream of the chunk does not decode', this.#place)
    }
    const result = this.#decoder?.(s.address + at, cbytes, dst, size, want) ?? -1
    if (typeof result === 'number') check(result)
    else s.pending.push(result.then(check))
  }

  /** Says that all blocks will be decoded, so that the chunk is read in one go, and checked. */
  async prefetch(): Promise<void> {
    await this.#bytes.prefetch?.(this.header.cbytes)
  }

  /** What a chunk of one value repeats. */
  get pattern(): Uint8Array | undefined {
    return this.layout.pattern
  }

  /** Decodes the whole chunk. @param out exactly as long as the plain chunk */
  async all(out: Uint8Array): Promise<void> {
    const { header } = this
    await this.prefetch()
    if (await this.#copy(0, out)) return
    const { postfilter } = this.#options
    const address = postfilter === undefined && this.#compressed ? this.#ws.addressOf(out) : undefined
    for (let i = 0, at = 0; i < header.nblocks; i++) {
      const size = this.blockBytes(i)
      if (address === undefined) out.set(await this.block(i), at)
      else await this.#decode(i, size, address + at)
      at += size
    }
  }

  /** Fills `out` with the plain bytes from `start` on, where nothing must be decompressed for them. */
  async #copy(start: number, out: Uint8Array): Promise<boolean> {
    const { header, pattern } = this.layout
    if (this.#options.postfilter !== undefined || this.#compressed) return false
    const at = header.headerBytes + start
    if (pattern !== undefined) fillPattern(out, pattern, start % pattern.length)
    else if (this.#bytes.fetchInto !== undefined) await this.#bytes.fetchInto(at, out)
    else out.set(await this.#bytes.fetch(at, out.length))
    return true
  }

  /** Decodes the bytes `start` to `stop`, from the blocks that hold them. @param out as long as they are */
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

  /** The plain bytes `from` to `to` of a block, which may be used until the next call. */
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

  /** Can items of the block be had without undoing all of its filters? */
  #picks(index: number): boolean {
    const { typesize } = this.header
    const whole = this.blockBytes(index) % typesize === 0
    return this.#shuffled && this.#compressed && whole && typesize === this.#options.itemBytes
  }

  /**
   * Decodes a block as far as items are wanted, and copies these.
   * @param axes which items of the block, and where they go
   * @param dst where that begins in the arena
   */
  async takeRuns(index: number, axes: readonly AxisRuns[], dst: number): Promise<void> {
    const { itemBytes } = this.#options
    const size = this.blockBytes(index)
    const { kernels } = this.#ws
    if (this.#picks(index)) {
      const packed = await this.#takeStreams(index, size, ...spanOfRuns(axes))
      kernels.joinRuns(this.#plan(axes), axes.length, itemBytes, size / itemBytes, packed, dst)
    } else {
      const block = this.#ws.bring(await this.block(index))
      kernels.copyRuns(this.#plan(axes), axes.length, itemBytes, block, dst)
    }
  }

  /** The same for items of `nbytes` plain bytes from `start` on, which need not be one block. */
  async takeRunsAt(start: number, nbytes: number, axes: readonly AxisRuns[], dst: number): Promise<void> {
    const bytes = new Uint8Array(nbytes)
    await this.range(start, start + nbytes, bytes)
    this.#ws.kernels.copyRuns(
      this.#plan(axes),
      axes.length,
      this.#options.itemBytes,
      this.#ws.bring(bytes),
      dst,
    )
  }

  #plan(axes: readonly AxisRuns[]): number {
    const words = planWords(axes, this.#options.itemBytes)
    const address = this.#ws.scratch('plan', 4 * words.length)
    new Uint32Array(this.#ws.arena.handle.memory.buffer, address, words.length).set(words)
    return address
  }
}
