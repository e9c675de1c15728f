// `SChunk`: a super-chunk that can be read, changed and saved.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { fillPattern } from '../../../chunk/blosc2/special.js'
import { asBytes, type Data, dtypeOf } from '../../../core/data.js'
import { usage } from '../../../core/errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import { Workspace } from '../../../kernels/workspace.js'
import { MemorySink } from '../../../sinks/memory.js'
import type { FrameChecksum } from '../../chunks/checksums.js'
import { ChunkList, type Entry } from '../../chunks/chunk-list.js'
import { type CompressionOptions, resolveParams } from '../../chunks/cparams.js'
import { checkLossy } from '../../chunks/lossy.js'
import { newFrameHeader } from '../../chunks/new-header.js'
import type { PartSource } from '../../chunks/part-task.js'
import { checkForPeers } from '../../chunks/peer-limits.js'
import { B2ND_LAYER, parseB2nd } from '../../frame/array-layer.js'
import type { Layers } from '../../frame/layers.js'
import type { OffsetSpecial } from '../../frame/offsets.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import type { PackChunks } from '../chunks/array-writer.js'
import type { FrameParts } from '../chunks/frame-writer.js'
import { checkLayers } from '../chunks/layer-limits.js'
import { ChunkPacker } from './chunk-packer.js'
import type { ListedFrame } from './listed-frame.js'
import { openAny } from './open.js'
import { type SaveOptions, saveFrame, streamFrame, writeFrame } from './save-frame.js'
import {
  checkedChecksum,
  checkedSizes,
  type SChunkOpenOptions,
  type SChunkOptions,
} from './schunk-options.js'
import { type BlockFunction, SChunkReader } from './schunk-reader.js'
import { type Changing, extend, overwrite, replaceChunks } from './write-items.js'

/**
 * A super-chunk that can be changed. Changes stay in memory until {@link SChunk.save} or {@link SChunk.toCframe}, which
 * copy unchanged chunks from where they are. To change a file in place, use {@link changeFrame}.
 *
 * Changes take effect in the order of the calls, awaited or not. Each shows as a whole when it is done, and one that fails
 * leaves nothing behind. Do not alter the data until the promise is settled. A prefilter or codec that a change uses may
 * read the super-chunk, but must not wait for another change of it: that one comes later.
 * @example
 * ```ts
 * import { SChunk } from 'blpk'
 *
 * const schunk = await SChunk.create({ typesize: 4, chunkSize: 1 << 20 })
 * await schunk.append(new Float32Array(1_000_000)) // 4 MB of plain bytes
 * schunk.vlmeta.set('unit', new TextEncoder().encode('m/s'))
 * const nbytes = await schunk.save('data.b2frame')
 * ```
 */
export class SChunk extends SChunkReader {
  #checksum: FrameChecksum = 'xxh64'
  readonly #packer = new ChunkPacker(this.header, this, this.threads)

  /**
   * Opens a frame (README_CFRAME_FORMAT, README_SFRAME_FORMAT).
   * @param input path or address (`https://…`, `s3://bucket/key`) of a frame, path of a sparse frame's directory,
   * the bytes of a frame, or a source of your own
   * @throws BlpkError NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, CHECKSUM, UNSUPPORTED
   */
  static async open(
    input: PlaceName | Uint8Array | ByteSource,
    options: SChunkOpenOptions = {},
  ): Promise<SChunk> {
    const schunk = new SChunk(await openAny(input, options), options.threads)
    schunk.#checksum = checkedChecksum(options.checksum)
    return schunk
  }

  /** @internal A frame that was opened elsewhere; the opener closes its place. */
  static over(frame: ListedFrame, threads?: number): SChunk {
    return new SChunk(frame, threads)
  }

  /** Opens a frame in memory. The bytes must not change while it is in use. */
  static fromCframe(bytes: Uint8Array): Promise<SChunk> {
    return SChunk.open(bytes)
  }

  /**
   * A new super-chunk in memory.
   * @param data its first items, if any
   * @throws BlpkError USAGE
   */
  static async create(options: SChunkOptions = {}, data?: Data): Promise<SChunk> {
    const { typesize, chunksize } = checkedSizes(options)
    const meta: Layers = new Map(options.meta ?? [])
    checkLayers(meta, new Map())
    checkLossy(options, dtypeOf(data))
    checkForPeers(options, typesize)
    const params = resolveParams(options, {
      schunk: traitsOf({ typesize, chunksize, nbytes: 0, meta }, new Map()),
    })
    const chunks = new ChunkList([], chunksize, 0, typesize, params.blocksize)
    const frame = { header: newFrameHeader(params, meta), vlmeta: new Map(), chunks, ws: new Workspace() }
    const schunk = new SChunk(frame, options.threads)
    schunk.#packer.use(options)
    schunk.#checksum = checkedChecksum(options.checksum)
    if (data !== undefined) await schunk.append(data)
    return schunk
  }

  /**
   * A function that gives what is compressed in place of each block, or none. Where a chunk is changed in part,
   * the other items go through it again.
   */
  set prefilter(hook: BlockFunction | undefined) {
    this.#packer.prefilter = this.hookOf(hook)
  }

  /**
   * Changes how chunks are compressed from now on.
   * @throws BlpkError USAGE
   */
  setCompression(options: CompressionOptions): void {
    const layer = this.meta.get(B2ND_LAYER)
    checkLossy(options, layer && parseB2nd(layer, false).dtype)
    checkForPeers(options, this.typesize)
    this.#packer.change(options)
  }

  get #changing(): Changing {
    const { list, typesize } = this
    return { list, typesize, packer: this.#packer, storedChunk: (index) => this.storedChunk(index) }
  }

  /** A change becomes visible as a whole, or not at all. */
  #change<T>(action: () => Promise<T>, commit?: (result: T) => void): Promise<T> {
    return this.turns.change(async () => {
      const header = { ...this.header }
      const packing = this.#packer.params
      try {
        const result = await action()
        commit?.(result)
        this.shown = this.list.snapshot()
        return result
      } catch (error) {
        this.list.restore(this.shown)
        Object.assign(this.header, header)
        this.#packer.params = packing
        throw error
      }
    })
  }

  /**
   * @internal A change of the array that it holds: all of it shows at once, or nothing.
   * @param action gets the chunks as it may change them, and what packs some in their places
   * @param commit shows what else the change brings, in the same moment
   */
  changeArray<T>(
    action: (draft: PartSource, pack: PackChunks) => Promise<T>,
    commit: (result: T) => void,
  ): Promise<T> {
    return this.#change(() => action(this.draft, (run) => replaceChunks(this.#changing, run)), commit)
  }

  #checkItems(data: Uint8Array): void {
    if (data.length % this.typesize !== 0)
      throw usage(`${data.length} bytes are not a whole number of items of ${this.typesize} bytes`)
  }

  #checkChunk(plain: Uint8Array): void {
    this.#checkItems(plain)
    if (plain.length === 0) throw usage('a chunk needs at least one item')
  }

  /**
   * Adds items right after the last byte: the last chunk is filled up first.
   * @throws BlpkError USAGE, CLOSED
   */
  append(data: Data): Promise<void> {
    return this.#change(async () => {
      const values = asBytes(data)
      this.#checkItems(values)
      await extend(this.#changing, values)
    })
  }

  /** Appends a chunk as it is. @returns the number of chunks @throws BlpkError USAGE, CLOSED */
  appendChunk(data: Data): Promise<number> {
    return this.#change(() => this.#insertChunk(this.list.entries.length, data))
  }

  /**
   * Puts a chunk before another one. Where sizes then differ, the frame gets chunks of variable size.
   * @returns the number of chunks
   * @throws BlpkError USAGE, CLOSED
   */
  insertChunk(index: number, data: Data): Promise<number> {
    return this.#change(() => this.#insertChunk(index, data))
  }

  async #insertChunk(index: number, data: Data): Promise<number> {
    const { list } = this
    const plain = asBytes(data)
    this.#checkChunk(plain)
    const { length } = list.entries
    if (!Number.isInteger(index) || index < 0 || index > length)
      throw usage(`a chunk cannot be inserted at ${String(index)}; there are ${length} chunks`)
    const at = index === length ? list.nbytes : (await list.extent(index))[0]
    await list.splice(index, 0, [await this.#packer.one(plain, at)], [plain.length])
    return list.entries.length
  }

  /** Replaces a chunk. @throws BlpkError USAGE, CLOSED */
  updateChunk(index: number, data: Data): Promise<void> {
    return this.#change(async () => {
      const plain = asBytes(data)
      this.#checkChunk(plain)
      const place = this.checkIndex(index, this.list)
      const [at] = await this.list.extent(place)
      await this.list.splice(place, 1, [await this.#packer.one(plain, at)], [plain.length])
    })
  }

  /** Removes a chunk. @returns the number of remaining chunks @throws BlpkError USAGE, CLOSED */
  deleteChunk(index: number): Promise<number> {
    return this.#change(async () => {
      await this.list.splice(this.checkIndex(index, this.list), 1, [], [])
      return this.list.entries.length
    })
  }

  /**
   * Puts the chunks in another order.
   * @param order for each place, the chunk that goes there
   * @throws BlpkError USAGE, CLOSED
   */
  reorderChunks(order: readonly number[]): Promise<void> {
    return this.#change(async () => {
      const { length } = this.list.entries
      const whole = Array.isArray(order) && order.length === length && new Set(order).size === length
      if (!whole || !order.every((i) => Number.isInteger(i) && i >= 0 && i < length))
        throw usage(`the new order must name each of the ${length} chunks once`)
      await this.list.reorder([...order])
    })
  }

  /**
   * Overwrites items from `start` on; where the values run past the end, they extend it.
   * @throws BlpkError USAGE if they start after the end, CLOSED
   */
  set(start: number, data: Data): Promise<void> {
    return this.#change(() => this.#set(start, data))
  }

  async #set(start: number, data: Data): Promise<void> {
    const values = asBytes(data)
    this.#checkItems(values)
    const { nbytes } = this.list
    const items = Math.floor(nbytes / this.typesize)
    const at = (start < 0 ? items + start : start) * this.typesize
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(at) || at < 0 || at > nbytes)
      throw usage(`item ${String(start)} is not within the ${items} items`)
    await overwrite(this.#changing, at, values)
    await extend(this.#changing, values.subarray(Math.max(0, nbytes - at)))
  }

  /**
   * Fills an empty super-chunk with one value, which takes next to no room however many items there are.
   * @param value for 'value': an item
   * @throws BlpkError USAGE if there are chunks already, or the value is not an item
   */
  fillSpecial(items: number, special: OffsetSpecial | 'value', value?: Data): Promise<void> {
    return this.#change(() => this.#fillSpecial(items, special, value))
  }

  async #fillSpecial(items: number, special: OffsetSpecial | 'value', value?: Data): Promise<void> {
    const total = items * this.typesize
    if (this.list.entries.length > 0)
      throw usage('only an empty super-chunk can be filled with a special value')
    if (!Number.isSafeInteger(total) || items < 0) throw usage(`a super-chunk cannot have ${items} items`)
    if (special === 'nans' && this.typesize !== 4 && this.typesize !== 8)
      throw usage(`items of ${this.typesize} bytes cannot be NaN; floats have 4 or 8`)
    const size = this.list.chunksize
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
    return this.#packer.one(plain)
  }

  /** @internal Stores new chunks outside memory. */
  set keepChunks(keep: (chunk: Uint8Array) => Entry) {
    this.#packer.keep = keep
  }

  /** @internal Resolves when all changes called so far are done. */
  settled(): Promise<void> {
    return this.turns.settled()
  }

  /** The contents of a frame of the current state, unaffected by later changes. */
  #snapshot(): FrameParts {
    const { header, vlmeta, ...parts } = this.parts()
    const copies = { header: { ...header, meta: new Map(header.meta) }, vlmeta: new Map(vlmeta) }
    return { ...parts, ...copies, chunks: this.shown }
  }

  /** Writes the state after the changes that were called before. */
  #writing<T>(write: (ws: Workspace, parts: FrameParts) => Promise<T>): Promise<T> {
    return this.afterChanges(async () => {
      const parts = this.#snapshot()
      return withWorkspace((ws) => write(ws, parts))
    })
  }

  /** @internal The contents of its frame. @throws BlpkError USAGE if it cannot be a frame */
  parts(): FrameParts {
    checkLayers(this.header.meta, this.vlmeta)
    return { header: this.header, chunks: this.list, vlmeta: this.vlmeta, checksum: this.#checksum }
  }

  /** @internal */
  get workspace(): Workspace {
    return this.ws
  }

  /**
   * Writes the frame into a sink, as it is after the changes that were called before.
   * @returns its size, in bytes
   * @throws BlpkError USAGE for metalayers that do not fit, CLOSED
   */
  writeTo(sink: ByteSink): Promise<number> {
    return this.#writing((ws, parts) => writeFrame(ws, parts, sink))
  }

  /**
   * @internal Writes an empty super-chunk with these items into a sink, chunk by chunk as they are packed: they are
   * never in memory together.
   * @returns the size of the frame, in bytes
   */
  async stream(data: Data, sink: ByteSink): Promise<number> {
    const values = asBytes(data)
    this.#checkItems(values)
    return this.#writing((ws, parts) => streamFrame(ws, parts, this.#packer, values, sink))
  }

  /** The frame in memory. */
  async toCframe(): Promise<Uint8Array> {
    const sink = new MemorySink()
    await this.writeTo(sink)
    return sink.bytes
  }

  /**
   * Writes the frame to a file, which appears only when it is whole; it may be the one that was opened. Where it
   * replaces another, it waits for those who change that. Its mode is never wider than that of the file which was opened,
   * or is replaced.
   * @param path of a file, or `s3://bucket/key`; with `sparse`, of a directory
   * @returns its size, in bytes
   * @throws BlpkError EXISTS, NOT_FOUND, IO, NO_SPACE, LOCKED, DENIED, NETWORK, CLOSED; USAGE for metalayers that do
   * not fit
   */
  save(path: PlaceName, options: SaveOptions = {}): Promise<number> {
    return this.#writing((ws, parts) =>
      saveFrame(ws, () => parts, placeName(path), { ...options, within: this.within }),
    )
  }
}
