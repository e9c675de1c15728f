import { damaged, type ErrorPlace, unsupported } from '../../errors.js'
import type { Workspace } from '../../kernels/workspace.js'
import { streamsOfBlock } from '../chunk/header.js'
import type { ChunkBytes } from './chunk-bytes.js'
import {
  type Chunk2Header,
  EXTENDED_HEADER_BYTES,
  parseChunk2Header,
  SHORT_HEADER_BYTES,
  streamsOf,
} from './header.js'
import { blockContext, type PipelineTraits, runBackward, usesDelta } from './pipeline.js'
import { fillPattern, specialPattern } from './special.js'
import { type StreamDecoder, streamDecoder } from './streams.js'

const MAX_DICTIONARY = 1 << 20
/** Larger blocks than this must not be packed by more than this, in bytes. */
const MOST_BLOCK = 32 * 2 ** 20
const MOST_RATIO = 2 ** 14

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

/**
 * A block must not need memory out of all proportion to its chunk.
 * @throws BlpkError UNSUPPORTED
 */
function checkBlocks(h: Chunk2Header, place: ErrorPlace): void {
  if (h.special !== 'none' || h.memcpyed || h.blocksize <= MOST_BLOCK || h.blocksize <= MOST_RATIO * h.cbytes)
    return
  throw unsupported(`the chunk claims blocks of ${h.blocksize} bytes in ${h.cbytes}`, place)
}

/** A chunk whose header and block table were read; blocks are then decoded one by one. */
export class OpenChunk {
  readonly header: Chunk2Header
  readonly #ws: Workspace
  readonly #bytes: ChunkBytes
  readonly #options: DecodeOptions
  #starts: number[] = []
  #ends: number[] = []
  /** Plain sizes of blocks of variable length. */
  #sizes: number[] | undefined
  #pattern: Uint8Array | undefined
  #decoder: StreamDecoder | undefined
  #reference: Uint8Array | undefined

  private constructor(ws: Workspace, bytes: ChunkBytes, header: Chunk2Header, options: DecodeOptions) {
    this.#ws = ws
    this.#bytes = bytes
    this.header = header
    this.#options = options
  }

  /**
   * Reads the header and the table of blocks (README_CHUNK_FORMAT, "Header" and "Blocks").
   * @throws BlpkError DAMAGED or UNSUPPORTED
   */
  static async open(ws: Workspace, bytes: ChunkBytes, options: DecodeOptions): Promise<OpenChunk> {
    const { place } = bytes
    const start = await bytes.fetch(
      0,
      Math.min(EXTENDED_HEADER_BYTES, Math.max(bytes.limit, SHORT_HEADER_BYTES)),
    )
    const header = parseChunk2Header(start, place)
    if (header.cbytes > bytes.limit)
      throw damaged(`the chunk claims ${header.cbytes} bytes where there are ${bytes.limit}`, place)
    checkBlocks(header, place)
    const chunk = new OpenChunk(ws, bytes, header, options)
    if (options.counts !== undefined) options.counts.chunks++
    if (header.special !== 'none') await chunk.#openSpecial(header.special)
    else if (!header.memcpyed && header.nbytes > 0) await chunk.#openBlocks()
    return chunk
  }

  get #place(): ErrorPlace {
    return this.#bytes.place
  }

  async #openSpecial(special: Exclude<Chunk2Header['special'], 'none'>): Promise<void> {
    const { cbytes, headerBytes, typesize } = this.header
    const value =
      special === 'value' ? (await this.#bytes.fetch(headerBytes, cbytes - headerBytes)).slice() : undefined
    const item = special === 'nans' ? (typesize === 1 ? this.#options.itemBytes : typesize) : typesize
    this.#pattern = specialPattern(special, item, value, this.#place)
  }

  async #openBlocks(): Promise<void> {
    const h = this.header
    const table = await this.#bytes.fetch(h.headerBytes, 4 * h.nblocks)
    const view = new DataView(table.buffer, table.byteOffset, table.length)
    for (let i = 0; i < h.nblocks; i++) this.#starts.push(view.getUint32(4 * i, true))
    const dictionary = h.dictionary ? await this.#readDictionary() : undefined
    this.#checkStarts(h.headerBytes + 4 * h.nblocks + (dictionary === undefined ? 0 : 4 + dictionary.length))
    if (h.variableBlocks) await this.#readSizes()
    this.#decoder = streamDecoder(this.#ws, h, dictionary, this.#options.owner, this.#place)
  }

  async #readDictionary(): Promise<Uint8Array> {
    const { headerBytes, nblocks, cbytes } = this.header
    const at = headerBytes + 4 * nblocks
    const head = await this.#bytes.fetch(at, 4)
    const size = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true)
    if (size === 0 || size > MAX_DICTIONARY || at + 4 + size > cbytes) {
      throw damaged(`the chunk claims a dictionary of ${size} bytes`, this.#place)
    }
    return (await this.#bytes.fetch(at + 4, size)).slice()
  }

  /** Blocks need not lie in order: several threads write them as they are done. */
  #checkStarts(first: number): void {
    const { cbytes } = this.header
    const sorted = [...this.#starts].sort((a, b) => a - b)
    const ends = new Map<number, number>()
    sorted.forEach((start, i) => {
      ends.set(start, sorted[i + 1] ?? cbytes)
    })
    this.#ends = this.#starts.map((start, i) => {
      const end = ends.get(start) ?? 0
      if (start < first || end - start < 4)
        throw damaged(`block ${i} of the chunk lies outside it`, this.#place)
      return end
    })
  }

  async #readSizes(): Promise<void> {
    const sizes: number[] = []
    let total = 0
    for (const start of this.#starts) {
      const head = await this.#bytes.fetch(start, 4)
      const size = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true)
      total += size
      sizes.push(size)
    }
    if (total !== this.header.nbytes)
      throw damaged(
        `the blocks have ${total} plain bytes in all, the chunk ${this.header.nbytes}`,
        this.#place,
      )
    this.#sizes = sizes
  }

  /** Where block `index` starts in the plain chunk, in bytes. */
  blockOffset(index: number): number {
    if (this.#sizes === undefined) return index * this.header.blocksize
    return this.#sizes.slice(0, index).reduce((sum, size) => sum + size, 0)
  }

  /** Plain size of a block, in bytes. */
  blockBytes(index: number): number {
    if (this.#sizes !== undefined) return this.#sizes[index] ?? 0
    return Math.min(this.header.blocksize, this.header.nbytes - index * this.header.blocksize)
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
    const { header } = this
    if (this.#pattern !== undefined) {
      const filled = new Uint8Array(size)
      fillPattern(filled, this.#pattern, this.blockOffset(index) % this.#pattern.length)
      return filled
    }
    if (header.memcpyed) return this.#bytes.fetch(header.headerBytes + this.blockOffset(index), size)
    if (this.#options.counts !== undefined) this.#options.counts.blocks++
    return this.#decode(index, size)
  }

  async #decode(index: number, size: number): Promise<Uint8Array> {
    const { header: h } = this
    const reference = index > 0 && usesDelta(h) ? await this.#firstBlock() : undefined
    const packed = await this.#takeStreams(index, size)
    const context = blockContext(this.#ws, h, this.#options, reference, this.#place)
    const at = runBackward(context, h, size, packed)
    return this.#ws.view(at, size)
  }

  /** Block 0 in its plain form, at an address. */
  async #firstBlock(): Promise<number> {
    this.#reference ??= (await this.#plainBlock(0)).slice()
    const address = this.#ws.scratch('reference', this.#reference.length)
    this.#ws.view(address, this.#reference.length).set(this.#reference)
    return address
  }

  async #takeStreams(index: number, size: number): Promise<number> {
    const { header: h } = this
    const start = this.#starts[index] ?? 0
    const bytes = await this.#bytes.fetch(start, (this.#ends[index] ?? 0) - start)
    const streams = h.extended ? streamsOf(h, size) : streamsOfBlock({ ...h, shuffle: 'none' }, size)
    if (size % streams !== 0)
      throw damaged(`the chunk splits blocks of ${size} bytes into ${streams} streams`, this.#place)
    const target = this.#ws.scratch('filtered', size)
    let at = 0
    for (let i = 0; i < streams; i++) {
      at = await this.#takeStream(bytes, at, target + (i * size) / streams, size / streams)
    }
    return target
  }

  /** Decodes the stream at `at` and returns where the next one starts (README_CHUNK_FORMAT, "Compressed Data Streams"). */
  async #takeStream(bytes: Uint8Array, at: number, dst: number, size: number): Promise<number> {
    if (at + 4 > bytes.length) throw damaged('a stream of the chunk starts behind its end', this.#place)
    const head = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getInt32(0, true)
    if (this.#sizes !== undefined) {
      await this.#decompress(bytes.subarray(at + 4), dst, size)
      return bytes.length
    }
    if (head <= 0) return this.#takeRun(bytes, at, head, dst, size)
    if (head > bytes.length - at - 4)
      throw damaged('a stream of the chunk is longer than the chunk', this.#place)
    await this.#decompress(bytes.subarray(at + 4, at + 4 + head), dst, size)
    return at + 4 + head
  }

  #takeRun(bytes: Uint8Array, at: number, head: number, dst: number, size: number): number {
    this.#ws.view(dst, size).fill(-head & 0xff)
    if (head === 0) return at + 4
    const token = bytes[at + 4]
    if (token === undefined || head < -255)
      throw damaged('a run in the chunk has no byte to repeat', this.#place)
    if ((token & 1) === 0) throw damaged(`a stream of the chunk has the unknown token ${token}`, this.#place)
    return at + 5
  }

  async #decompress(stream: Uint8Array, dst: number, size: number): Promise<void> {
    if (stream.length === size) {
      this.#ws.view(dst, size).set(stream)
      return
    }
    const pending = this.#decoder?.(this.#ws.bring(stream), stream.length, dst, size) ?? -1
    const nbytes = typeof pending === 'number' ? pending : await pending
    if (nbytes !== size) throw damaged('a stream of the chunk does not decode', this.#place)
  }

  /** Says that all blocks will be decoded, so that the chunk is read in one go, and checked. */
  async prefetch(): Promise<void> {
    await this.#bytes.prefetch?.(this.header.cbytes)
  }

  /** Decodes the whole chunk. @param out exactly as long as the plain chunk */
  async all(out: Uint8Array): Promise<void> {
    const { header } = this
    await this.prefetch()
    if (header.memcpyed && header.special === 'none' && this.#options.postfilter === undefined) {
      out.set(await this.#bytes.fetch(header.headerBytes, header.nbytes))
      return
    }
    if (this.#pattern !== undefined && this.#options.postfilter === undefined) {
      fillPattern(out, this.#pattern)
      return
    }
    let at = 0
    for (let i = 0; i < header.nblocks; i++) {
      const block = await this.block(i)
      out.set(block, at)
      at += block.length
    }
  }

  /** Decodes the bytes `start` to `stop`, from the blocks that hold them. */
  async range(start: number, stop: number, out: Uint8Array): Promise<void> {
    if (start === 0 && stop === this.header.nbytes) {
      await this.all(out)
      return
    }
    if (this.#pattern !== undefined && this.#options.postfilter === undefined) {
      fillPattern(out, this.#pattern, start % this.#pattern.length)
      return
    }
    let at = 0
    for (let i = 0; i < this.header.nblocks && at < stop; i++) {
      const size = this.blockBytes(i)
      if (at + size > start) {
        const from = Math.max(start - at, 0)
        const block = await this.block(i)
        out.set(block.subarray(from, Math.min(stop - at, size)), at + from - start)
      }
      at += size
    }
  }

  /** Is there nothing to decompress: a special value, or plain bytes? */
  get pattern(): Uint8Array | undefined {
    return this.#pattern
  }
}
