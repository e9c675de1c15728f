import type { LockOptions } from '../disk/changing-file.js'
import { replacing } from '../disk/replace.js'
import type { ArrayRun } from '../engine/blosc2/array-writer.js'
import type { FrameChecksum } from '../engine/blosc2/checksums.js'
import { atPlace, type ChunkExtent, ChunkList, type Entry, memoryEntry } from '../engine/blosc2/chunk-list.js'
import { type CompressionOptions, headerFields, optionsOf, resolveParams } from '../engine/blosc2/cparams.js'
import { FrameSink } from '../engine/blosc2/frame-sink.js'
import { type FrameParts, layFrame } from '../engine/blosc2/frame-writer.js'
import { checkLayers } from '../engine/blosc2/layer-limits.js'
import { newFrameHeader } from '../engine/blosc2/new-header.js'
import { type ChunkRun, packChunks2 } from '../engine/blosc2/pack-chunks2.js'
import { writeSparse } from '../engine/blosc2/sparse-writer.js'
import { unsupported, usage } from '../errors.js'
import type { BlockHook } from '../format/chunk2/decode.js'
import { encodeChunk2 } from '../format/chunk2/encode.js'
import { MAX_CHUNK2_NBYTES } from '../format/chunk2/header.js'
import type { Chunk2Params } from '../format/chunk2/params.js'
import { fillPattern } from '../format/chunk2/special.js'
import type { Layers } from '../format/frame/layers.js'
import type { OffsetSpecial } from '../format/frame/offsets.js'
import { withWorkspace } from '../kernels/borrow.js'
import { Workspace } from '../kernels/workspace.js'
import { openSink } from '../open.js'
import { type SinkSettings, schemeOf } from '../places.js'
import type { ByteSink } from '../sinks/byte-sink.js'
import { MemorySink } from '../sinks/memory.js'
import type { ByteSource } from '../sources/byte-source.js'
import type { FilePlace } from '../sources/file-place.js'
import { type FrameOpenOptions, openAny } from './open.js'
import { type BlockFunction, SChunkReader } from './schunk-reader.js'

/** How a super-chunk is opened. */
export interface SChunkOpenOptions extends FrameOpenOptions {
  /** For when it is written: `none` leaves checksums out. Default: `xxh64`, whatever was there. */
  checksum?: FrameChecksum
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
  /** `xxh64` (default) keeps a checksum of each chunk in a metalayer of ours; `none` does not. */
  checksum?: FrameChecksum
  /** Threads that compress or decompress; all cores by default. */
  threads?: number
}

/** How a frame is saved. */
export interface SaveOptions extends SinkSettings, Omit<LockOptions, 'signal'> {
  /** Write a directory with a file for each chunk (README_SFRAME_FORMAT) instead of one file. */
  sparse?: boolean
}

/** Bytes, or a typed array of any kind. */
export type Data = ArrayBufferView

const DEFAULT_CHUNKSIZE = 4 * 2 ** 20

/** A place for a frame; where it replaces another one, it waits for those who change that. */
export function openFrameSink(path: string, options: Omit<SaveOptions, 'sparse'> = {}): Promise<ByteSink> {
  const { signal, ...waiting } = options
  return openSink(path, { ...options, beforeReplace: replacing({ ...waiting, ...(signal && { signal }) }) })
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

/** The bytes of any view. */
export function asBytes(data: Data): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function checkedChecksum(checksum: FrameChecksum = 'xxh64'): FrameChecksum {
  if (checksum !== 'xxh64' && checksum !== 'none')
    throw usage(`frames have the checksum xxh64 or none, not '${checksum}'`)
  return checksum
}

/**
 * A super-chunk that can be changed. Changes are kept in memory until {@link SChunk.save} or
 * {@link SChunk.toCframe}: chunks that did not change are then copied from where they are. To change a file in
 * place, use {@link changeFrame}.
 */
export class SChunk extends SChunkReader {
  #params: Chunk2Params | undefined
  #prefilter: BlockFunction | undefined
  #checksum: FrameChecksum = 'xxh64'
  #keep: (chunk: Uint8Array) => Entry = memoryEntry

  /**
   * Opens a frame (README_CFRAME_FORMAT, README_SFRAME_FORMAT).
   * @param input path or address (`https://…`, `s3://bucket/key`) of a frame, path of a sparse frame's directory,
   * the bytes of a frame, or a source of your own
   * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
   */
  static async open(
    input: string | Uint8Array | ByteSource,
    options: SChunkOpenOptions = {},
  ): Promise<SChunk> {
    const schunk = new SChunk(await openAny(input, options), options.threads)
    schunk.#checksum = checkedChecksum(options.checksum)
    return schunk
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
    checkLayers(meta, new Map())
    const params = resolveParams(options, typesize)
    const chunks = new ChunkList([], chunksize, 0, typesize, params.blocksize)
    const frame = { header: newFrameHeader(params, meta), vlmeta: new Map(), chunks, ws: new Workspace() }
    const schunk = new SChunk(frame, options.threads)
    schunk.#params = resolveParams(options, typesize, schunk)
    schunk.#checksum = checkedChecksum(options.checksum)
    if (data !== undefined) await schunk.append(data)
    return schunk
  }

  /**
   * A function that gives what is compressed in place of each block, or none. Where a chunk is changed in part,
   * the other items go through it again.
   */
  set prefilter(hook: BlockFunction | undefined) {
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
    return this.#params
  }

  /** Compresses chunks as this super-chunk does. @param startOf where each is in the plain bytes */
  async #packAll(run: Omit<ChunkRun, 'threads'>, startOf: (i: number) => number): Promise<void> {
    const hook = this.hookOf(this.#prefilter)
    const prefilterOf = hook && ((i: number) => atPlace(hook, startOf(i)))
    await packChunks2(this.#packing(), { ...run, threads: this.threads, prefilterOf })
  }

  /** @internal Packs chunks of an array in the place of those that there are. */
  async replaceChunks({ places, nbytes, fill }: ArrayRun): Promise<void> {
    const put = (i: number, entry: Entry): Promise<void> =>
      this.list.splice(places[i] ?? 0, 1, [entry], [nbytes])
    await this.#packAll(
      {
        nchunks: places.length,
        chunkBytes: nbytes,
        fill: async (room, i) => {
          if (i === places.length) return undefined
          await fill(room.subarray(0, nbytes), i)
          return nbytes
        },
        take: async (packed, i) => {
          await put(i, this.#keep(packed.slice()))
          return undefined
        },
      },
      (i) => (places[i] ?? 0) * nbytes,
    )
  }

  /** @param at where the chunk starts in the plain bytes */
  async #pack(plain: Uint8Array, at: number): Promise<Entry> {
    return this.#encode(plain, atPlace(this.hookOf(this.#prefilter), at))
  }

  async #encode(plain: Uint8Array, prefilter?: BlockHook): Promise<Entry> {
    const params = { ...this.#packing(), prefilter }
    return withWorkspace(async (ws) => this.#keep(await encodeChunk2(ws, params, plain)))
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
    const at = index === this.nchunks ? this.nbytes : (await this.list.extent(index))[0]
    await this.list.splice(index, 0, [await this.#pack(plain, at)], [plain.length])
    return this.nchunks
  }

  /** Replaces a chunk. */
  async updateChunk(index: number, data: Data): Promise<void> {
    const plain = asBytes(data)
    this.#checkChunk(plain)
    const place = this.checkIndex(index)
    const [at] = await this.list.extent(place)
    await this.list.splice(place, 1, [await this.#pack(plain, at)], [plain.length])
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
    await this.#packAll(
      {
        nchunks: places.length,
        chunkBytes: places.reduce((most, { nbytes }) => Math.max(most, nbytes), 0),
        fill: async (room, i) => {
          const place = places[i]
          if (place === undefined) return undefined
          const { index, start, nbytes } = place
          const [a, b] = [Math.max(at, start), Math.min(at + values.length, start + nbytes)]
          if (b - a < nbytes) room.set(await this.storedChunk(index))
          room.set(values.subarray(a - at, b - at), a - start)
          return nbytes
        },
        take: async (packed, i, nbytes) => {
          await this.list.splice(places[i]?.index ?? 0, 1, [this.#keep(packed.slice())], [nbytes])
          return undefined
        },
      },
      (i) => places[i]?.start ?? 0,
    )
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
      plain.set(await this.storedChunk(last))
      plain.set(values.subarray(0, first), lastSize)
      await this.list.splice(last, 1, [await this.#pack(plain, this.nbytes - lastSize)], [plain.length])
    }
    const entries: Entry[] = []
    const sizes: number[] = []
    const before = this.nbytes
    await this.#packAll(
      {
        ...pieces(values.subarray(first), size),
        take: (packed, _i, nbytes) => {
          entries.push(this.#keep(packed.slice()))
          sizes.push(nbytes)
          return undefined
        },
      },
      (i) => before + i * size,
    )
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
    return this.#encode(plain)
  }

  /** @internal Keeps new chunks elsewhere than in memory. */
  set keepChunks(keep: (chunk: Uint8Array) => Entry) {
    this.#keep = keep
  }

  /** @internal What a frame of it is made of. @throws BlpkError USAGE where it cannot be one */
  parts(): FrameParts {
    checkLayers(this.header.meta, this.vlmeta)
    return { header: this.header, chunks: this.list, vlmeta: this.vlmeta, checksum: this.#checksum }
  }

  /** @internal */
  get workspace(): Workspace {
    return this.ws
  }

  /** Writes the frame into a sink. @returns its size, in bytes @throws BlpkError USAGE for metalayers that do not fit */
  async writeTo(sink: ByteSink): Promise<number> {
    try {
      const { frameBytes, pieces } = await layFrame(this.ws, this.parts())
      sink.expect?.({ front: 0, most: frameBytes })
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
      const { header, vlmeta, checksum } = this.parts()
      const values = asBytes(data)
      this.#checkItems(values)
      const { chunksize } = this
      const frame = new FrameSink(this.ws, sink, { ...header, chunksize }, checksum)
      const run = pieces(values, chunksize)
      await frame.begin({ nbytes: values.length, nchunks: run.nchunks ?? 0 })
      const take = (packed: Uint8Array, i: number): Promise<FilePlace | undefined> => frame.hand(i, packed)
      await this.#packAll({ ...run, take }, (i) => i * chunksize)
      return (await frame.finish(values.length, vlmeta)).cbytes
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
   * Writes the frame to a file, which appears only when it is whole; it may be the one that was opened. Where it
   * replaces another, it waits for those who change that.
   * @param path of a file, or `s3://bucket/key`; with `sparse`, of a directory
   * @returns its size, in bytes
   * @throws BlpkError EXISTS, NOT_FOUND, IO, NO_SPACE, LOCKED, DENIED, NETWORK; USAGE for metalayers that do not fit
   */
  async save(path: string, options: SaveOptions = {}): Promise<number> {
    const { sparse = false, ...rest } = options
    if (!sparse) return this.writeTo(await openFrameSink(path, rest))
    if (schemeOf(path) !== undefined)
      throw usage('a sparse frame is a directory, which only file systems have')
    return writeSparse(this.ws, this.parts(), path, rest.overwrite === true)
  }
}
