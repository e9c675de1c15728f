// The reading half of `SChunk`: chunks, ranges, items and metalayers.

import type { ByteSource } from '../../../bytes/byte-source.js'
import type { BlockHook, DecodeCounts, DecodeOptions } from '../../../chunk/blosc2/decode.js'
import { allocate, zerosFor } from '../../../core/allocate.js'
import type { Data } from '../../../core/data.js'
import { usage } from '../../../core/errors.js'
import { Turns } from '../../../core/turns.js'
import type { Access } from '../../../disk/modes.js'
import type { Workspace } from '../../../kernels/workspace.js'
import type { ChunkList } from '../chunks/chunk-list.js'
import type { ChunkPart } from '../chunks/chunk-part.js'
import { type PartRead, type PartSource, readParts } from '../chunks/read-parts.js'
import { blockshapeIn } from '../frame/array-layer.js'
import type { FrameHeader } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import type { FrameObject } from '../frame/objects.js'
import type { OpenedFrame } from './open.js'
import { UserLayers } from './user-layers.js'

/**
 * What a user does to blocks: fills `output` from `input`, which is as long. `offset` is where the block starts,
 * in items of the super-chunk; in an array chunks are padded, and items are in the order of its chunks and blocks.
 */
export type BlockFunction = (input: Uint8Array, output: Uint8Array, offset: number) => void

/** What only frames have that were opened. */
type FromOutside = 'source' | 'object' | 'access'

/** Options of a read. */
export interface ReadCallOptions {
  /** Ends the wait for it: INTERRUPTED, with the reason of the signal as its cause. */
  signal?: AbortSignal | undefined
}

/** Options of a read of plain bytes. */
export interface ReadIntoOptions extends ReadCallOptions {
  /**
   * Where the bytes go, in place of new memory: a typed array with at least as many bytes. The result is a view of its
   * start. Its content is not defined while the read goes on, and after one that failed.
   */
  out?: Data | undefined
}

/** Chunks that are read together at most: there may be many small ones. */
const MOST_TOGETHER = 1024

/**
 * What reads a super-chunk: data of any size as a list of Blosc2 chunks, with metalayers. Frames on disk, in
 * memory and behind sources of your own are read in place: only chunks, and of large ones only blocks, that are
 * asked for. A read sees the state at its call; it neither waits for changes nor sees half of one.
 */
export class SChunkReader {
  protected readonly ws: Workspace
  /** Threads that pack and unpack; all cores where it is not given. */
  protected readonly threads: number | undefined
  protected readonly source: ByteSource | undefined
  protected readonly header: FrameHeader
  /** What changes work on. */
  protected readonly list: ChunkList
  /** @internal Whose files its contents come from: nobody may more with what they are saved to. */
  readonly within: readonly Access[]
  /** What reads see: the chunks after the last change that succeeded. */
  protected shown: ChunkList
  protected readonly turns = new Turns('the super-chunk')
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
    this.shown = frame.chunks.snapshot()
    this.#vlmeta = new UserLayers(frame.vlmeta)
    this.#object = frame.object
    this.#decoding = {
      itemBytes: this.typesize,
      counts: this.#counts,
      schunk: this,
      blockshape: blockshapeIn(this.meta),
    }
  }

  /** Plain size, in bytes. */
  get nbytes(): number {
    return this.shown.nbytes
  }

  /** Number of chunks. */
  get nchunks(): number {
    return this.shown.entries.length
  }

  /** Size of an item, in bytes. */
  get typesize(): number {
    return this.header.typesize
  }

  /** Plain size of every chunk but the last, in bytes; 0 where each has its own. */
  get chunkSize(): number {
    return this.shown.chunksize
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

  /** @internal What the frame says of itself. */
  get frameHeader(): FrameHeader {
    return this.header
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

  /** @internal Chunks come as blocks of an array: codecs and filters of users are told their shape. */
  useBlockshape(blockshape: readonly number[]): void {
    this.#decoding.blockshape = blockshape
  }

  /** @internal Shape of the blocks, if it holds an array. */
  get blockshape(): readonly number[] | undefined {
    return this.#decoding.blockshape
  }

  #partsOf(chunks: ChunkList): PartSource {
    return { chunks, options: { ...this.#decoding }, threads: this.threads }
  }

  /** @internal The state that there is now: what changes later does not show in it. */
  get state(): PartSource {
    return this.#partsOf(this.shown)
  }

  /** @internal Reads the state that there is now, or a former one. @throws BlpkError CLOSED, INTERRUPTED */
  reading<T>(
    { signal }: ReadCallOptions,
    action: (parts: PartSource) => Promise<T>,
    state?: PartSource,
  ): Promise<T> {
    return this.turns.read(() => action(state ?? this.state), signal)
  }

  /** @internal Reads when the changes are done that were called before. @throws BlpkError CLOSED */
  afterChanges<T>(action: () => Promise<T>): Promise<T> {
    return this.turns.readAfterChanges(action)
  }

  /** What a change works on, without the postfilter. */
  protected get draft(): PartSource {
    const { chunks, options, threads } = this.#partsOf(this.list)
    return { chunks, options: { ...options, postfilter: undefined }, threads }
  }

  /** Users count in items. */
  protected hookOf(hook: BlockFunction | undefined): BlockHook | undefined {
    return hook && ((input, output, offset) => hook(input, output, Math.floor(offset / this.typesize)))
  }

  /** What is stored, without the postfilter: for chunks that are going to be changed. */
  protected storedChunk(index: number): Promise<Uint8Array> {
    return this.#wholeChunk(index, this.draft)
  }

  async #wholeChunk(index: number, parts: PartSource, into?: Data): Promise<Uint8Array> {
    const { chunks } = parts
    const at = this.checkIndex(index, chunks)
    const [, nbytes] = await chunks.extent(at)
    // The header must say the same before there is room for it.
    await chunks.find(at)
    const out = zerosFor(nbytes, into)
    await readParts(parts, [{ index: at, part: { spans: [[0, nbytes]] }, out }])
    return out
  }

  protected checkIndex(index: number, { entries: { length } }: ChunkList): number {
    const at = index < 0 ? index + length : index
    if (!Number.isInteger(index) || at < 0 || at >= length)
      throw usage(`there is no chunk ${String(index)} among ${length}`)
    return at
  }

  /**
   * A chunk as it is stored, or as it would be where its value stands in the index alone.
   * @param index from 0; negative ones count from the end
   * @throws BlpkError USAGE, DAMAGED, IO, CLOSED, INTERRUPTED
   */
  chunk(index: number, options: ReadCallOptions = {}): Promise<Uint8Array> {
    return this.reading(options, async ({ chunks }) => {
      const { bytes, layout } = await chunks.find(this.checkIndex(index, chunks))
      const { cbytes } = layout.header
      await bytes.prefetch?.(cbytes)
      return (await bytes.fetch(0, cbytes)).slice()
    })
  }

  /** The plain bytes of a chunk. @throws BlpkError USAGE, DAMAGED, UNSUPPORTED, IO, CLOSED, INTERRUPTED */
  decompressChunk(index: number, options: ReadIntoOptions = {}): Promise<Uint8Array> {
    return this.reading(options, (parts) => this.#wholeChunk(index, parts, options.out))
  }

  /**
   * @internal Plain bytes of neighbouring chunks, as many as fit, at least one.
   * @param first the first of them
   * @param most plain bytes that may be read together, if they are of several chunks
   * @param room where they go if they fit
   */
  someChunks(first: number, most: number, room: Uint8Array): Promise<Uint8Array[]> {
    return this.reading({}, (parts) => this.#someChunks(parts, first, most, room))
  }

  async #someChunks(
    source: PartSource,
    first: number,
    most: number,
    room: Uint8Array,
  ): Promise<Uint8Array[]> {
    const { chunks } = source
    const ends: number[] = []
    let total = 0
    for (let i = first; i < chunks.entries.length && ends.length < MOST_TOGETHER; i++) {
      const [, nbytes] = await chunks.extent(i)
      if (ends.length > 0 && total + nbytes > most) break
      // The header must say the same before there is room for it.
      await chunks.find(i)
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
      return { index: first + i, part: { spans: [[0, piece.length]] }, take }
    })
    const [start] = await chunks.extent(first)
    await readParts(source, reads, chunks.nbytes - start - total)
    for (const [i, piece] of pieces.entries()) if (isZeros[i]) piece.fill(0)
    return pieces
  }

  /**
   * The plain bytes of the items `start` to `stop`; only blocks that hold some of them are decompressed.
   * @param start negative ones count from the end; limits beyond the items are cut, as in Python
   * @throws BlpkError USAGE for limits that are no integers; DAMAGED, UNSUPPORTED, IO, CLOSED, INTERRUPTED
   */
  slice(start = 0, stop?: number, options: ReadIntoOptions = {}): Promise<Uint8Array> {
    return this.reading(options, async (parts) => {
      const items = Math.floor(parts.chunks.nbytes / this.typesize)
      const limit = (at: number): number => {
        if (!Number.isInteger(at)) throw usage(`the limit ${String(at)} of a slice is no integer`)
        return Math.min(Math.max(at < 0 ? at + items : at, 0), items)
      }
      const first = limit(start)
      const last = Math.max(first, limit(stop ?? items))
      return bytesOf(parts, first * this.typesize, last * this.typesize, options.out)
    })
  }

  /**
   * The plain bytes `from` to `to`.
   * @throws BlpkError USAGE where they do not lie within; DAMAGED, UNSUPPORTED, IO, CLOSED, INTERRUPTED
   */
  bytes(from = 0, to?: number, options: ReadIntoOptions = {}): Promise<Uint8Array> {
    return this.reading(options, async (parts) => {
      const { nbytes } = parts.chunks
      const stop = to ?? nbytes
      const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(stop) && from >= 0 && from <= stop
      if (!isRange || stop > nbytes)
        throw usage(`the range ${String(from)}:${String(stop)} does not lie within the ${nbytes} plain bytes`)
      return bytesOf(parts, from, stop, options.out)
    })
  }

  /** The plain bytes of each chunk in turn, of the state at the start, whatever changes meanwhile. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { state } = this
    for (let i = 0; i < state.chunks.entries.length; i++)
      yield await this.reading({}, (parts) => this.#wholeChunk(i, parts), state)
  }

  /**
   * Closes the file that was opened for it, when all is done that was called before. What is called afterwards throws
   * BlpkError CLOSED.
   */
  close(): Promise<void> {
    return this.turns.close(() => this.source?.close())
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

async function bytesOf(parts: PartSource, from: number, to: number, into?: Data): Promise<Uint8Array> {
  const out = zerosFor(to - from, into)
  const reads: PartRead[] = []
  for await (const { index, start, nbytes } of parts.chunks.within(from, to)) {
    const [a, b] = [Math.max(from, start), Math.min(to, start + nbytes)]
    const part: ChunkPart = { spans: [[a - start, b - start]] }
    reads.push({ index, part, out: out.subarray(a - from, b - from) })
  }
  await readParts(parts, reads)
  return out
}
