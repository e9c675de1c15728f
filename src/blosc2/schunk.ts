import { type ChunkExtent, ChunkList, type Entry, memoryEntry } from '../engine/blosc2/chunk-list.js'
import { type CompressionOptions, headerFields, optionsOf, resolveParams } from '../engine/blosc2/cparams.js'
import { FrameStream } from '../engine/blosc2/frame-stream.js'
import { layFrame } from '../engine/blosc2/frame-writer.js'
import { type ChunkRun, packChunks2 } from '../engine/blosc2/pack-chunks2.js'
import { unsupported, usage } from '../errors.js'
import type { BlockHook } from '../format/chunk2/decode.js'
import { encodeChunk2 } from '../format/chunk2/encode.js'
import { MAX_CHUNK2_NBYTES } from '../format/chunk2/header.js'
import type { Chunk2Params } from '../format/chunk2/params.js'
import { fillPattern } from '../format/chunk2/special.js'
import type { FrameHeader } from '../format/frame/header.js'
import { type Layers, MAX_LAYER_NAME } from '../format/frame/layers.js'
import type { OffsetSpecial } from '../format/frame/offsets.js'
import { withWorkspace } from '../kernels/borrow.js'
import { Workspace } from '../kernels/workspace.js'
import type { ByteSink } from '../sinks/byte-sink.js'
import { FileSink } from '../sinks/file.js'
import { MemorySink } from '../sinks/memory.js'
import type { ByteSource } from '../sources/byte-source.js'
import { openAny } from './open.js'
import { SChunkReader } from './schunk-reader.js'

/** How a super-chunk is opened. */
export interface SChunkOpenOptions {
  /** Where the frame starts in the file, in bytes. */
  offset?: number
  /** Threads that compress or decompress; all cores by default. */
  threads?: number
}

/** How a new super-chunk is made. */
export interface SChunkOptions extends CompressionOptions {
  /** Size of an item, in bytes. Default: 1. */
  typesize?: number
  /** Plain size of chunks, in bytes. Default: 4 MiB, in whole items. */
  chunksize?: number
  /** Fixed metalayers, at most 16. */
  meta?: Iterable<readonly [string, Uint8Array]>
  /** Threads that compress or decompress; all cores by default. */
  threads?: number
}

/** Bytes, or a typed array of any kind. */
export type Data = ArrayBufferView

const DEFAULT_CHUNKSIZE = 4 * 2 ** 20
const MAX_META = 16
/** What a chunk takes in a frame beyond its plain bytes, and room for all but the chunks, in bytes. */
const CHUNK_OVERHEAD = 48
const FRAME_OVERHEAD = 2 ** 20

/** The bytes of any view. */
export function asBytes(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function newHeader(params: Chunk2Params, meta: Layers): FrameHeader {
  return {
    headerBytes: 0,
    frameBytes: 0,
    version: 2,
    variableChunks: false,
    variableBlocks: false,
    sparse: false,
    ...headerFields(params),
    nbytes: 0,
    cbytes: 0,
    typesize: params.itemBytes,
    chunksize: 0,
    threads: { compress: 1, decompress: 1 },
    dictionary: false,
    hasVlmeta: false,
    meta,
  }
}

function checkLayers(meta: Layers): void {
  if (meta.size > MAX_META) throw usage(`there are ${meta.size} metalayers; ${MAX_META} fit in a frame`)
  for (const name of meta.keys()) {
    const { length } = new TextEncoder().encode(name)
    if (length === 0 || length > MAX_LAYER_NAME)
      throw usage(`the metalayer name '${name}' has ${length} bytes; it may have 1 to ${MAX_LAYER_NAME}`)
  }
}

/** Bytes cut into chunks, to be packed. */
function pieces(values: Uint8Array, size: number): Omit<ChunkRun, 'take'> {
  return {
    nchunks: Math.ceil(values.length / size),
    chunkBytes: Math.min(size, values.length),
    fill: (room, i) => {
      const plain = values.subarray(i * size, (i + 1) * size)
      room.set(plain)
      return plain.length === 0 ? undefined : plain.length
    },
  }
}

/**
 * A super-chunk that can be changed. Changes are kept in memory until {@link SChunk.save} or
 * {@link SChunk.toCframe}: chunks that did not change are then copied from where they are.
 */
export class SChunk extends SChunkReader {
  #params: Chunk2Params | undefined
  #prefilter: BlockHook | undefined

  /**
   * Opens a frame (README_CFRAME_FORMAT, README_SFRAME_FORMAT).
   * @param input path of a frame or of a sparse frame's directory, the bytes of a frame, or a source of your own
   * @throws BlpkError NOT_FOUND, IO, DAMAGED, UNSUPPORTED
   */
  static async open(
    input: string | Uint8Array | ByteSource,
    options: SChunkOpenOptions = {},
  ): Promise<SChunk> {
    return new SChunk(await openAny(input, options.offset ?? 0), options.threads)
  }

  /** A frame in memory; the bytes must stay as they are as long as it is used. */
  static fromCframe(bytes: Uint8Array): Promise<SChunk> {
    return SChunk.open(bytes)
  }

  /**
   * A new super-chunk in memory.
   * @param data its first items, if any
   * @throws BlpkError USAGE
   */
  static async create(options: SChunkOptions = {}, data?: Data): Promise<SChunk> {
    const { typesize = 1 } = options
    if (!Number.isSafeInteger(typesize) || typesize < 1 || typesize >= 2 ** 31)
      throw usage(`the typesize is ${typesize}; it must be 1 byte or more`)
    const { chunksize = Math.max(DEFAULT_CHUNKSIZE - (DEFAULT_CHUNKSIZE % typesize), typesize) } = options
    if (!Number.isSafeInteger(chunksize) || chunksize < 1 || chunksize > MAX_CHUNK2_NBYTES)
      throw usage(`the chunk size is ${chunksize}; it must be 1 to ${MAX_CHUNK2_NBYTES} bytes`)
    if (chunksize % typesize !== 0)
      throw usage(`the chunk size ${chunksize} is no multiple of the typesize ${typesize}`)
    const meta: Layers = new Map(options.meta ?? [])
    checkLayers(meta)
    const params = resolveParams(options, typesize)
    const chunks = new ChunkList([], chunksize, 0, typesize, params.blocksize)
    const frame = { header: newHeader(params, meta), vlmeta: new Map(), chunks, ws: new Workspace() }
    const schunk = new SChunk(frame, options.threads)
    schunk.#params = resolveParams(options, typesize, schunk)
    if (data !== undefined) await schunk.append(data)
    return schunk
  }

  /** A function that changes each block before it is compressed, or none; `offset` is in bytes of the chunk. */
  set prefilter(hook: BlockHook | undefined) {
    this.#prefilter = hook
  }

  /**
   * Changes how chunks are compressed from now on.
   * @throws BlpkError USAGE
   */
  setCompression(options: CompressionOptions): void {
    this.#params = resolveParams({ ...optionsOf(this.header), ...options }, this.typesize, this)
    Object.assign(this.header, headerFields(this.#params))
  }

  #packing(): Chunk2Params {
    if (this.header.variableBlocks)
      throw unsupported('chunks with blocks of variable length can be read, but not written')
    this.#params ??= resolveParams(optionsOf(this.header), this.typesize, this)
    return { ...this.#params, prefilter: this.#prefilter }
  }

  /** @internal Compresses chunks as this super-chunk does. */
  async packAll(run: ChunkRun): Promise<void> {
    await packChunks2(this.#packing(), { threads: this.threads, ...run })
  }

  async #pack(plain: Uint8Array): Promise<Entry> {
    return withWorkspace(async (ws) => memoryEntry(await encodeChunk2(ws, this.#packing(), plain)))
  }

  #checkItems(data: Uint8Array): void {
    if (data.length % this.typesize !== 0)
      throw usage(`${data.length} bytes are no whole number of items of ${this.typesize} bytes`)
  }

  #checkChunk(plain: Uint8Array): void {
    this.#checkItems(plain)
    if (plain.length === 0) throw usage('a chunk needs at least one item')
  }

  /** Adds items at the end: the last chunk is filled up first. @throws BlpkError USAGE */
  async append(data: Data): Promise<void> {
    await this.set(Math.floor(this.nbytes / this.typesize), data)
  }

  /** Adds a chunk as it is at the end. @returns the number of chunks */
  async appendChunk(data: Data): Promise<number> {
    return this.insertChunk(this.nchunks, data)
  }

  /**
   * Puts a chunk before another one. Where sizes then differ, the frame gets chunks of variable size.
   * @returns the number of chunks
   */
  async insertChunk(index: number, data: Data): Promise<number> {
    const plain = asBytes(data)
    this.#checkChunk(plain)
    if (!Number.isInteger(index) || index < 0 || index > this.nchunks)
      throw usage(`a chunk cannot be inserted at ${index}; there are ${this.nchunks} chunks`)
    await this.list.splice(index, 0, [await this.#pack(plain)], [plain.length])
    return this.nchunks
  }

  /** Replaces a chunk. */
  async updateChunk(index: number, data: Data): Promise<void> {
    const plain = asBytes(data)
    this.#checkChunk(plain)
    await this.list.splice(this.checkIndex(index), 1, [await this.#pack(plain)], [plain.length])
  }

  /** Removes a chunk. @returns the number of chunks that are left */
  async deleteChunk(index: number): Promise<number> {
    await this.list.splice(this.checkIndex(index), 1, [], [])
    return this.nchunks
  }

  /** Puts the chunks in another order. @param order for each place, the chunk that goes there */
  async reorderChunks(order: readonly number[]): Promise<void> {
    const seen = new Set(order)
    const whole = order.length === this.nchunks && seen.size === order.length
    if (!whole || !order.every((i) => Number.isInteger(i) && i >= 0 && i < this.nchunks))
      throw usage(`the new order must name each of the ${this.nchunks} chunks once`)
    await this.list.reorder(order)
  }

  /**
   * Overwrites items from `start` on; where the values run past the end, they extend it.
   * @throws BlpkError USAGE where they start behind the end
   */
  async set(start: number, data: Data): Promise<void> {
    const values = asBytes(data)
    this.#checkItems(values)
    const at = start < 0 ? this.nbytes + start * this.typesize : start * this.typesize
    if (!Number.isSafeInteger(at) || at < 0 || at > this.nbytes)
      throw usage(`item ${start} does not lie within the ${this.nbytes / this.typesize} items`)
    await this.#overwrite(at, values)
    await this.#extend(values.subarray(Math.max(0, this.nbytes - at)))
  }

  async #overwrite(at: number, values: Uint8Array): Promise<void> {
    const places: ChunkExtent[] = []
    for await (const place of this.list.within(at, Math.min(at + values.length, this.nbytes)))
      places.push(place)
    const chunkBytes = places.reduce((most, { nbytes }) => Math.max(most, nbytes), 0)
    await this.packAll({
      nchunks: places.length,
      chunkBytes,
      fill: async (room, i) => {
        const place = places[i]
        if (place === undefined) return undefined
        const { index, start, nbytes } = place
        const [a, b] = [Math.max(at, start), Math.min(at + values.length, start + nbytes)]
        if (b - a < nbytes) room.set(await this.decompressChunk(index))
        room.set(values.subarray(a - at, b - at), a - start)
        return nbytes
      },
      take: async (packed, i, nbytes) => {
        await this.list.splice(places[i]?.index ?? 0, 1, [memoryEntry(packed.slice())], [nbytes])
        return undefined
      },
    })
  }

  async #extend(values: Uint8Array): Promise<void> {
    if (values.length === 0) return
    const size = this.chunksize > 0 ? this.chunksize : DEFAULT_CHUNKSIZE - (DEFAULT_CHUNKSIZE % this.typesize)
    let first = 0
    const last = this.nchunks - 1
    const lastSize = last < 0 || this.chunksize === 0 ? size : (await this.list.extent(last))[1]
    if (lastSize < size) {
      first = Math.min(size - lastSize, values.length)
      const plain = new Uint8Array(lastSize + first)
      plain.set(await this.decompressChunk(last))
      plain.set(values.subarray(0, first), lastSize)
      await this.list.splice(last, 1, [await this.#pack(plain)], [plain.length])
    }
    const entries: Entry[] = []
    const sizes: number[] = []
    await this.packAll({
      ...pieces(values.subarray(first), size),
      take: (packed, _i, nbytes) => {
        entries.push(memoryEntry(packed.slice()))
        sizes.push(nbytes)
        return undefined
      },
    })
    await this.list.splice(this.nchunks, 0, entries, sizes)
  }

  /**
   * Fills an empty super-chunk with one value, which takes next to no room however many items there are.
   * @param value for 'value': an item
   * @throws BlpkError USAGE where there are chunks already, or the value is no item
   */
  async fillSpecial(items: number, special: OffsetSpecial | 'value', value?: Data): Promise<void> {
    const total = items * this.typesize
    if (this.nchunks > 0) throw usage('only an empty super-chunk can be filled with a special value')
    if (!Number.isSafeInteger(total) || items < 0) throw usage(`${items} items cannot be filled`)
    if (special === 'nans' && this.typesize !== 4 && this.typesize !== 8)
      throw usage(`items of ${this.typesize} bytes cannot be NaN; floats have 4 or 8`)
    const size = this.chunksize
    const count = Math.ceil(total / size)
    const sizes = Array.from({ length: count }, (_, i) => Math.min(size, total - i * size))
    const whole = await this.#specialEntry(special, value, Math.min(size, total))
    const entries = sizes.map(() => whole)
    const rest = sizes.at(-1)
    if (rest !== undefined && rest < size) entries[count - 1] = await this.#specialEntry(special, value, rest)
    await this.list.splice(0, 0, entries, sizes)
  }

  async #specialEntry(
    special: OffsetSpecial | 'value',
    value: Data | undefined,
    nbytes: number,
  ): Promise<Entry> {
    if (special !== 'value') return { special }
    if (value?.byteLength !== this.typesize)
      throw usage(`the value to fill with must be an item of ${this.typesize} bytes`)
    const plain = new Uint8Array(nbytes)
    fillPattern(plain, asBytes(value))
    return this.#pack(plain)
  }

  #checkAllLayers(): void {
    checkLayers(this.header.meta)
    for (const name of this.vlmeta.keys()) checkLayers(new Map([[name, new Uint8Array()]]))
  }

  /** Writes the frame into a sink. @returns its size, in bytes */
  async writeTo(sink: ByteSink): Promise<number> {
    try {
      this.#checkAllLayers()
      const { frameBytes, pieces } = await layFrame(this.ws, {
        header: this.header,
        chunks: this.list,
        vlmeta: this.vlmeta,
      })
      for await (const piece of pieces()) await sink.write(piece)
      await sink.commit()
      return frameBytes
    } catch (error) {
      await sink.discard()
      throw error
    }
  }

  /**
   * @internal Writes an empty super-chunk with these items into a sink, chunk by chunk as they are packed: they are
   * never in memory together.
   * @returns the size of the frame, in bytes
   */
  async stream(data: Data, sink: ByteSink): Promise<number> {
    try {
      const values = asBytes(data)
      this.#checkItems(values)
      this.#checkAllLayers()
      const run = pieces(values, this.chunksize)
      const frame = new FrameStream(this.ws, sink, { ...this.header, chunksize: this.chunksize })
      await frame.begin(values.length + (run.nchunks ?? 0) * CHUNK_OVERHEAD + FRAME_OVERHEAD)
      await this.packAll({ ...run, take: (packed) => frame.put(packed) })
      return await frame.finish(values.length, this.vlmeta)
    } catch (error) {
      await sink.discard()
      throw error
    }
  }

  /** The frame in memory. */
  async toCframe(): Promise<Uint8Array> {
    const sink = new MemorySink()
    await this.writeTo(sink)
    return sink.bytes
  }

  /**
   * Writes the frame to a file, which appears only when it is whole; it may be the one that was opened.
   * @returns its size, in bytes
   * @throws BlpkError EXISTS, NOT_FOUND, IO, NO_SPACE
   */
  async save(path: string, options: { overwrite?: boolean } = {}): Promise<number> {
    return this.writeTo(new FileSink(path, options))
  }
}
