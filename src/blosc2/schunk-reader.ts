import type { Access } from '../disk/modes.js'
import type { ChunkList } from '../engine/blosc2/chunk-list.js'
import { type PartRead, type PartSource, readParts } from '../engine/blosc2/read-parts.js'
import { usage } from '../errors.js'
import { allocate } from '../format/allocate.js'
import type { BlockHook, DecodeCounts, DecodeOptions } from '../format/chunk2/decode.js'
import type { FrameHeader } from '../format/frame/header.js'
import type { Layers } from '../format/frame/layers.js'
import type { FrameObject } from '../format/frame/objects.js'
import type { Workspace } from '../kernels/workspace.js'
import type { ByteSource } from '../sources/byte-source.js'
import type { OpenedFrame } from './open.js'
import { UserLayers } from './user-layers.js'

/**
 * What a user does to blocks: fills `output` from `input`, which is as long. `offset` is where the block starts,
 * in items of the super-chunk; in an array chunks are padded, and items are in the order of its chunks and blocks.
 */
export type BlockFunction = (input: Uint8Array, output: Uint8Array, offset: number) => void

/** What only frames have that were opened. */
type FromOutside = 'source' | 'object' | 'access'

/** Chunks that are read together at most: there may be many small ones. */
const MOST_TOGETHER = 1024

/**
 * What reads a super-chunk: data of any size as a list of Blosc2 chunks, with metalayers. Frames on disk, in
 * memory and behind sources of your own are read in place: only chunks, and of large ones only blocks, that are
 * asked for.
 */
export class SChunkReader {
  protected readonly ws: Workspace
  /** Threads that pack and unpack; all cores where it is not given. */
  protected readonly threads: number | undefined
  protected readonly source: ByteSource | undefined
  protected readonly header: FrameHeader
  protected readonly list: ChunkList
  /** @internal Whose files its contents come from: nobody may more with what they are saved to. */
  readonly within: readonly Access[]
  readonly #vlmeta: Layers
  readonly #object: FrameObject | undefined
  readonly #counts: DecodeCounts = { chunks: 0, blocks: 0 }
  #decoding: DecodeOptions

  protected constructor(
    frame: Omit<OpenedFrame, FromOutside> & Partial<Pick<OpenedFrame, FromOutside>>,
    threads?: number,
  ) {
    this.ws = frame.ws
    this.threads = threads
    this.source = frame.source
    this.within = frame.access === undefined ? [] : [frame.access]
    this.header = frame.header
    this.list = frame.chunks
    this.#vlmeta = new UserLayers(frame.vlmeta)
    this.#object = frame.object
    this.#decoding = { itemBytes: this.typesize, counts: this.#counts, owner: this }
  }

  /** Plain size, in bytes. */
  get nbytes(): number {
    return this.list.nbytes
  }

  get nchunks(): number {
    return this.list.entries.length
  }

  /** Size of an item, in bytes. */
  get typesize(): number {
    return this.header.typesize
  }

  /** Plain size of every chunk but the last, in bytes; 0 where each has its own. */
  get chunksize(): number {
    return this.list.chunksize
  }

  /** Fixed metalayers by name; their contents are msgpack by convention. */
  get meta(): Layers {
    return this.header.meta
  }

  /** Metalayers of variable length by name, decompressed; one name is reserved for checksums. */
  get vlmeta(): Layers {
    return this.#vlmeta
  }

  /**
   * What python-blosc2 keeps in the frame besides plain numbers, such as `lazyexpr`, `proxy` or `objectarray`;
   * undefined for a plain frame or array. Of one whose values are elsewhere no items can be read.
   */
  get kind(): string | undefined {
    return this.#object?.kind
  }

  /** @internal What that is, in words. */
  get object(): FrameObject | undefined {
    return this.#object
  }

  /** @internal @throws BlpkError UNSUPPORTED where the values are elsewhere, and chunks only stand for them */
  checkHolds(): void {
    this.list.checkHolds()
  }

  /** What was decompressed since the frame was opened. */
  get decoded(): Readonly<DecodeCounts> {
    return this.#counts
  }

  /** A function that gives what is answered in place of each block, or none; what is stored stays as it is. */
  set postfilter(hook: BlockFunction | undefined) {
    this.#decoding.postfilter = this.hookOf(hook)
  }

  /** @internal What an array needs to read blocks by itself. */
  asStore(blockshape: readonly number[]): PartSource {
    this.#decoding.blockshape = blockshape
    return this.#parts
  }

  get #parts(): PartSource {
    return { chunks: this.list, options: this.#decoding, threads: this.threads }
  }

  /** Users count in items. */
  protected hookOf(hook: BlockFunction | undefined): BlockHook | undefined {
    return hook && ((input, output, offset) => hook(input, output, Math.floor(offset / this.typesize)))
  }

  /** What is stored, without the postfilter: for chunks that are going to be changed. */
  protected async storedChunk(index: number): Promise<Uint8Array> {
    return this.#wholeChunk(index, { ...this.#decoding, postfilter: undefined })
  }

  async #wholeChunk(index: number, options: DecodeOptions): Promise<Uint8Array> {
    const at = this.checkIndex(index)
    const [, nbytes] = await this.list.extent(at)
    // The header must say the same before there is room for it.
    await this.list.find(at)
    const out = allocate(nbytes)
    await readParts({ ...this.#parts, options }, [{ index: at, part: { start: 0, stop: nbytes }, out }])
    return out
  }

  protected checkIndex(index: number): number {
    const at = index < 0 ? index + this.nchunks : index
    if (!Number.isInteger(index) || at < 0 || at >= this.nchunks)
      throw usage(`there is no chunk ${index} among ${this.nchunks}`)
    return at
  }

  /**
   * A chunk as it is stored, or as it would be where its value stands in the index alone.
   * @param index from 0; negative ones count from the end
   * @throws BlpkError USAGE, DAMAGED, IO
   */
  async chunk(index: number): Promise<Uint8Array> {
    const { bytes, layout } = await this.list.find(this.checkIndex(index))
    const { cbytes } = layout.header
    await bytes.prefetch?.(cbytes)
    return (await bytes.fetch(0, cbytes)).slice()
  }

  /** The plain bytes of a chunk. @throws BlpkError USAGE, DAMAGED, UNSUPPORTED, IO */
  async decompressChunk(index: number): Promise<Uint8Array> {
    return this.#wholeChunk(index, this.#decoding)
  }

  /**
   * @internal Plain bytes of neighbouring chunks, as many as fit, at least one.
   * @param first the first of them
   * @param most plain bytes that may be read together, if they are of several chunks
   * @param room where they go if they fit
   */
  async someChunks(first: number, most: number, room: Uint8Array): Promise<Uint8Array[]> {
    const ends: number[] = []
    let total = 0
    for (let i = first; i < this.nchunks && ends.length < MOST_TOGETHER; i++) {
      const [, nbytes] = await this.list.extent(i)
      if (ends.length > 0 && total + nbytes > most) break
      // The header must say the same before there is room for it.
      await this.list.find(i)
      total += nbytes
      ends.push(total)
    }
    const bytes = total <= room.length ? room : allocate(total)
    const pieces = ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
    const isZeros = pieces.map(() => true)
    const reads = pieces.map((piece, i): PartRead => {
      const take = (plain: Uint8Array): void => {
        piece.set(plain)
        isZeros[i] = false
      }
      return { index: first + i, part: { start: 0, stop: piece.length }, take }
    })
    const [start] = await this.list.extent(first)
    await readParts(this.#parts, reads, this.nbytes - start - total)
    for (const [i, piece] of pieces.entries()) if (isZeros[i]) piece.fill(0)
    return pieces
  }

  /**
   * The plain bytes of the items `start` to `stop`; only blocks that hold some of them are decompressed.
   * @param start negative ones count from the end; limits beyond the items are cut, as in Python
   * @throws BlpkError DAMAGED, UNSUPPORTED, IO
   */
  async slice(start = 0, stop = Math.floor(this.nbytes / this.typesize)): Promise<Uint8Array> {
    const items = Math.floor(this.nbytes / this.typesize)
    const limit = (at: number): number => Math.min(Math.max(at < 0 ? at + items : at, 0), items)
    const first = limit(start)
    const last = Math.max(first, limit(stop))
    return this.bytes(first * this.typesize, last * this.typesize)
  }

  /** The plain bytes `from` to `to`. */
  async bytes(from = 0, to = this.nbytes): Promise<Uint8Array> {
    const out = allocate(to - from)
    const reads: PartRead[] = []
    for await (const { index, start, nbytes } of this.list.within(from, to)) {
      const [a, b] = [Math.max(from, start), Math.min(to, start + nbytes)]
      const part = { start: a - start, stop: b - start }
      reads.push({ index, part, out: out.subarray(a - from, b - from) })
    }
    await readParts(this.#parts, reads)
    return out
  }

  /** The plain bytes of each chunk in turn. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < this.nchunks; i++) yield await this.decompressChunk(i)
  }

  /** Closes the file that was opened for it. */
  async close(): Promise<void> {
    await this.source?.close()
  }
}
