// The reading half of `SChunk`: chunks, ranges, items and metalayers.

import type { ByteSource } from '../../../bytes/byte-source.js'
import type { BlockHook, DecodeCounts, DecodeOptions } from '../../../chunk/blosc2/decode.js'
import { allocate, type ResultOptions, roomFor } from '../../../core/allocate.js'
import { usage } from '../../../core/errors.js'
import { Turns } from '../../../core/turns.js'
import type { Access } from '../../../disk/modes.js'
import type { Workspace } from '../../../kernels/workspace.js'
import type { ChunkList } from '../../chunks/chunk-list.js'
import type { ChunkPart } from '../../chunks/chunk-part.js'
import type { PartRead, PartSource } from '../../chunks/part-task.js'
import { readParts } from '../../chunks/read-parts.js'
import { blockshapeIn } from '../../frame/array-layer.js'
import type { FrameHeader } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import type { FrameObject } from '../../frame/objects.js'
import type { OpenedFrame } from './open.js'
import { UserLayers } from './user-layers.js'

/**
 * A function over blocks: fills `output` from `input`, which has the same length. `offset` is the start of
 * the block, in items of the super-chunk. In an array, chunks are padded, and items are in the order of its
 * chunks and blocks.
 */
export type BlockFunction = (input: Uint8Array, output: Uint8Array, offset: number) => void

/** Properties that only opened frames have. */
type FromOutside = 'source' | 'object' | 'access'

/** Options of a read. */
export interface ReadCallOptions {
  /** Stops waiting for the read: INTERRUPTED, with the reason of the signal as its cause. */
  signal?: AbortSignal | undefined
}

/** Options of a read of plain bytes. */
export interface ReadIntoOptions extends ReadCallOptions, ResultOptions {}

/** Maximum number of chunks that are read together; they may be small. */
const MOST_TOGETHER = 1024

/**
 * Reads a super-chunk: data of any size as a list of Blosc2 chunks, with metalayers. Frames on disk, in
 * memory and in your own sources are read in place: only the requested chunks (of large ones, only blocks)
 * are fetched. A read sees the state at its call. It neither waits for changes nor sees half of one.
 */
export class SChunkReader {
  protected readonly ws: Workspace
  /** Threads that compress or decompress. Default: one per core. */
  protected readonly threads: number | undefined
  protected readonly source: ByteSource | undefined
  protected readonly header: FrameHeader
  /** The state that changes work on. */
  protected readonly list: ChunkList
  /**
   * @internal The files that its contents come from. What it is saved to must not be readable by more users.
   */
  readonly within: readonly Access[]
  /** The state that reads see: after the last successful change. */
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

  /** Typesize in bytes. */
  get typesize(): number {
    return this.header.typesize
  }

  /** Plain size of every chunk but the last, in bytes; 0 if chunks vary in size. */
  get chunkSize(): number {
    return this.shown.chunksize
  }

  /** Fixed metalayers by name; their contents are msgpack by convention. */
  get meta(): Layers {
    return this.header.meta
  }

  /** Variable-length metalayers by name, decompressed; one name is reserved for checksums. */
  get vlmeta(): Layers {
    return this.#vlmeta
  }

  /**
   * The kind of object that python-blosc2 stores in the frame besides plain numbers, such as `lazyexpr`,
   * `proxy` or `objectarray`; undefined for a plain frame or array. If the values are stored elsewhere, items
   * cannot be read.
   */
  get kind(): string | undefined {
    return this.#object?.kind
  }

  /** @internal The same in words. */
  get object(): FrameObject | undefined {
    return this.#object
  }

  /** @internal What the frame says about itself. */
  get frameHeader(): FrameHeader {
    return this.header
  }

  /**
   * @internal @throws BlpkError UNSUPPORTED if the values are stored elsewhere and the chunks are
   * placeholders
   */
  checkHolds(): void {
    this.list.checkHolds()
  }

  /** What was decompressed since the frame was opened. */
  get decoded(): Readonly<DecodeCounts> {
    return this.#counts
  }

  /**
   * A function whose result is returned instead of each block; undefined for none. The stored data are not
   * changed.
   */
  set postfilter(hook: BlockFunction | undefined) {
    this.#decoding.postfilter = this.hookOf(hook)
  }

  /** @internal Chunks arrive as blocks of an array; codecs and user filters get their shape. */
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

  /** @internal A snapshot of the current state, unaffected by later changes. */
  get state(): PartSource {
    return this.#partsOf(this.shown)
  }

  /** @internal Reads the current state, or an earlier one. @throws BlpkError CLOSED, INTERRUPTED */
  reading<T>(
    { signal }: ReadCallOptions,
    action: (parts: PartSource) => Promise<T>,
    state?: PartSource,
  ): Promise<T> {
    return this.turns.read(() => action(state ?? this.state), signal)
  }

  /** @internal Reads when the changes that were called before are done. @throws BlpkError CLOSED */
  afterChanges<T>(action: () => Promise<T>): Promise<T> {
    return this.turns.readAfterChanges(action)
  }

  /** The state that a change works on, without the postfilter. */
  protected get draft(): PartSource {
    const { chunks, options, threads } = this.#partsOf(this.list)
    return { chunks, options: { ...options, postfilter: undefined }, threads }
  }

  /** Users count in items. */
  protected hookOf(hook: BlockFunction | undefined): BlockHook | undefined {
    return hook && ((input, output, offset) => hook(input, output, Math.floor(offset / this.typesize)))
  }

  /** The stored bytes, without the postfilter: for chunks that are about to be changed. */
  protected storedChunk(index: number): Promise<Uint8Array> {
    return this.#wholeChunk(index, this.draft)
  }

  async #wholeChunk(index: number, parts: PartSource, into: ResultOptions = {}): Promise<Uint8Array> {
    const { chunks } = parts
    const at = this.checkIndex(index, chunks)
    const [, nbytes] = await chunks.extent(at)
    // The header must agree before memory is allocated.
    await chunks.find(at)
    const out = roomFor(nbytes, into)
    const isDirty = into.out !== undefined
    await readParts(parts, [{ index: at, part: { spans: [[0, nbytes]] }, out }], { isDirty })
    return out
  }

  protected checkIndex(index: number, { entries: { length } }: ChunkList): number {
    const at = index < 0 ? index + length : index
    if (!Number.isInteger(index) || at < 0 || at >= length)
      throw usage(`there is no chunk ${String(index)}: the super-chunk has ${length}`)
    return at
  }

  /**
   * A chunk as it is stored, or as it would be if its value is in the index only.
   * @param index from 0; negative values count from the end
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
    return this.reading(options, (parts) => this.#wholeChunk(index, parts, options))
  }

  /**
   * @internal Plain bytes of neighbouring chunks, as many as fit, but at least one.
   * @param first index of the first chunk
   * @param most maximum of plain bytes to read together, if they are of several chunks
   * @param room buffer for them, if they fit
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
      // The header must agree before memory is allocated.
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
    await readParts(source, reads, { more: chunks.nbytes - start - total })
    for (const [i, piece] of pieces.entries()) if (isZeros[i]) piece.fill(0)
    return pieces
  }

  /**
   * Reads the plain bytes of the items from `start` to `stop`. Only the blocks that hold some of them are
   * decompressed.
   * @param start negative values count from the end; out-of-range values are clipped, as in Python
   * @throws BlpkError USAGE for bounds that are not integers; DAMAGED, UNSUPPORTED, IO, CLOSED, INTERRUPTED
   */
  slice(start = 0, stop?: number, options: ReadIntoOptions = {}): Promise<Uint8Array> {
    return this.reading(options, async (parts) => {
      const items = Math.floor(parts.chunks.nbytes / this.typesize)
      const limit = (at: number): number => {
        if (!Number.isInteger(at)) throw usage(`the bound ${String(at)} of a slice is not an integer`)
        return Math.min(Math.max(at < 0 ? at + items : at, 0), items)
      }
      const first = limit(start)
      const last = Math.max(first, limit(stop ?? items))
      return bytesOf(parts, first * this.typesize, last * this.typesize, options)
    })
  }

  /**
   * Reads the plain bytes from `from` to `to`.
   * @throws BlpkError USAGE for a range out of bounds; DAMAGED, UNSUPPORTED, IO, CLOSED, INTERRUPTED
   */
  bytes(from = 0, to?: number, options: ReadIntoOptions = {}): Promise<Uint8Array> {
    return this.reading(options, async (parts) => {
      const { nbytes } = parts.chunks
      const stop = to ?? nbytes
      const isRange = Number.isSafeInteger(from) && Number.isSafeInteger(stop) && from >= 0 && from <= stop
      if (!isRange || stop > nbytes)
        throw usage(`the range ${String(from)}:${String(stop)} is not within the ${nbytes} plain bytes`)
      return bytesOf(parts, from, stop, options)
    })
  }

  /** Yields the plain bytes of each chunk, from the state at the first call, unaffected by later changes. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const { state } = this
    for (let i = 0; i < state.chunks.entries.length; i++)
      yield await this.reading({}, (parts) => this.#wholeChunk(i, parts), state)
  }

  /** Closes the opened file after all earlier calls are done. Later calls throw BlpkError CLOSED. */
  close(): Promise<void> {
    return this.turns.close(() => this.source?.close())
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

async function bytesOf(
  parts: PartSource,
  from: number,
  to: number,
  into: ResultOptions,
): Promise<Uint8Array> {
  const out = roomFor(to - from, into)
  const reads: PartRead[] = []
  for await (const { index, start, nbytes } of parts.chunks.within(from, to)) {
    const [a, b] = [Math.max(from, start), Math.min(to, start + nbytes)]
    const part: ChunkPart = { spans: [[a - start, b - start]] }
    reads.push({ index, part, out: out.subarray(a - from, b - from) })
  }
  await readParts(parts, reads, { isDirty: into.out !== undefined })
  return out
}
