// `NDArray`: a chunked array of up to 16 dimensions that can be read, changed and saved.

import { type ArrayFields, ArrayValue, inCOrder } from '../../../array/array-value.js'
import { type Box, boxShape, chunkBoxes, product } from '../../../array/geometry.js'
import type { Pick1 } from '../../../array/picks.js'
import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { type ResultOptions, roomFor } from '../../../core/allocate.js'
import { asBytes, type Data } from '../../../core/data.js'
import { usage } from '../../../core/errors.js'
import type { NumericArray } from '../../../core/numeric-array.js'
import type { PlaceName } from '../../../core/place-name.js'
import { openSink } from '../../../places/open.js'
import { MemorySink } from '../../../sinks/memory.js'
import type { PlaceSettings, SinkSettings } from '../../../store/settings.js'
import { readBox, readPicks } from '../../chunks/array-reader.js'
import type { PartSource } from '../../chunks/part-task.js'
import { B2ND_LAYER, CATERVA_LAYER } from '../../frame/array-layer.js'
import { itemDtype } from '../../frame/dtype.js'
import { ArrayDraft, type Described, describe, storeOf } from './array-draft.js'
import { checkedBox, rangesOf } from './array-keys.js'
import { checkChunks, layerOf } from './array-meta.js'
import { emptyArray } from './empty-array.js'
import type { NDArrayOptions } from './ndarray-options.js'
import { type ArrayView, readNpyInto, writeNpy } from './npy.js'
import type { SaveOptions } from './save-frame.js'
import { SChunk } from './schunk.js'
import type { NDArrayOpenOptions } from './schunk-options.js'
import type { ReadIntoOptions } from './schunk-reader.js'

/**
 * An array of up to 16 dimensions, divided into chunks, and these into blocks (README_B2ND_METALAYER). Changes take effect
 * in the order of the calls, each as a whole; see {@link SChunk}.
 * @example
 * ```ts
 * import { NDArray } from 'blpk'
 *
 * const grid = await NDArray.zeros([1000, 4], '<f8', { chunks: [100, 4], codec: 'zstd' })
 * await grid.set([{ start: 0, stop: 2 }], new Float64Array(8).fill(1)) // grid[0:2] = 1
 * const { values } = await grid.slice([1]) // grid[1]: 4 items
 * await grid.save('grid.b2nd')
 * ```
 */
export class NDArray {
  readonly schunk: SChunk
  readonly #dtype: string
  #described: Described

  private constructor(schunk: SChunk, dtype?: string) {
    this.schunk = schunk
    this.#described = describe(schunk, layerOf(schunk))
    this.#dtype = itemDtype(this.#described.meta.dtype, schunk.typesize, dtype)
    checkChunks(schunk, this.#described.cut)
    schunk.useBlockshape(this.#described.meta.blockshape)
  }

  /** Another array over the same super-chunk may have changed the shape. */
  get #now(): Described {
    const layer = layerOf(this.schunk)
    if (layer !== this.#described.layer) this.#described = describe(this.schunk, layer)
    return this.#described
  }

  /**
   * The array that a super-chunk holds; its changes go there.
   * @param dtype of the items, in place of what the metalayer says
   * @throws BlpkError DAMAGED; USAGE if it holds none, or items of `dtype` have another size
   */
  static of(schunk: SChunk, dtype?: string): NDArray {
    return new NDArray(schunk, dtype)
  }

  /**
   * Opens an array.
   * @param input path of a frame or of a sparse frame's directory, the bytes of a frame, or a source of your own
   * @throws BlpkError NOT_FOUND, IO, DAMAGED, UNSUPPORTED; USAGE for a frame that holds no array
   */
  static async open(
    input: PlaceName | Uint8Array | ByteSource,
    options: NDArrayOpenOptions = {},
  ): Promise<NDArray> {
    const schunk = await SChunk.open(input, options)
    try {
      return NDArray.of(schunk, options.dtype)
    } catch (error) {
      await schunk.close()
      throw error
    }
  }

  static async #make(
    shape: readonly number[],
    dtype: string,
    options: NDArrayOptions,
    fill: (schunk: SChunk, items: number) => Promise<void>,
  ): Promise<NDArray> {
    const { schunk, items } = await emptyArray(shape, dtype, options)
    await fill(schunk, items)
    return new NDArray(schunk)
  }

  /** An array of zeros, which takes next to no room. @param dtype NumPy's type string @throws BlpkError USAGE */
  static zeros(shape: readonly number[], dtype = '<f8', options: NDArrayOptions = {}): Promise<NDArray> {
    return NDArray.#make(shape, dtype, options, (schunk, items) => schunk.fillSpecial(items, 'zeros'))
  }

  /** Creates an array of NaNs, of 4 or 8 byte floats. @throws BlpkError USAGE */
  static nans(shape: readonly number[], dtype = '<f8', options: NDArrayOptions = {}): Promise<NDArray> {
    return NDArray.#make(shape, dtype, options, (schunk, items) => schunk.fillSpecial(items, 'nans'))
  }

  /** An array whose items are not given yet; they read as zeros, never as old memory. @throws BlpkError USAGE */
  static uninit(shape: readonly number[], dtype = '<f8', options: NDArrayOptions = {}): Promise<NDArray> {
    return NDArray.#make(shape, dtype, options, (schunk, items) => schunk.fillSpecial(items, 'uninit'))
  }

  /** An array of one value. @param value an item, in the byte order of the dtype @throws BlpkError USAGE */
  static full(
    shape: readonly number[],
    value: Data,
    dtype = '<f8',
    options: NDArrayOptions = {},
  ): Promise<NDArray> {
    return NDArray.#make(shape, dtype, options, (schunk, items) => schunk.fillSpecial(items, 'value', value))
  }

  /**
   * An array with the items of another one.
   * @param array a typed array (of one dimension, or of `shape`), or items in C or Fortran order with dtype and shape
   * @throws BlpkError USAGE if data and shape do not go together; DAMAGED, UNSUPPORTED for the dtype
   */
  static async fromTypedArray(
    array: ArrayFields | NumericArray,
    options: NDArrayOptions & { shape?: number[] } = {},
  ): Promise<NDArray> {
    const plain = inCOrder('order' in array ? array : ArrayValue.from(array, options.shape))
    const made = await NDArray.zeros(plain.shape, plain.dtype, options)
    const nbytes = made.size * made.schunk.typesize
    if (plain.data.length !== nbytes)
      throw usage(`an array of ${nbytes} bytes was given ${plain.data.length} bytes of data`)
    await made.set([], plain.data)
    return made
  }

  /**
   * An array out of a `.npy` file, in C or Fortran order. The plain array is never held whole, only its packed chunks.
   * @param input path or address of the file, its bytes, or a source
   * @throws BlpkError USAGE if it is not a whole `.npy` file; NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, UNSUPPORTED
   */
  static async fromNpy(
    input: PlaceName | Uint8Array | ByteSource,
    options: NDArrayOptions & PlaceSettings = {},
  ): Promise<NDArray> {
    return readNpyInto(input, options, (shape, dtype) => NDArray.zeros(shape, dtype, options))
  }

  /** In items. */
  get shape(): readonly number[] {
    return this.#now.meta.shape
  }

  /** Shape of a chunk, in items. */
  get chunks(): readonly number[] {
    return this.#now.meta.chunkshape
  }

  /** Shape of a block, in items. */
  get blocks(): readonly number[] {
    return this.#now.meta.blockshape
  }

  /**
   * NumPy's type string, or the fields of a structured type as a Python literal. Where the metalayer does not say what
   * the items are, they are opaque: `|V4`.
   */
  get dtype(): string {
    return this.#dtype
  }

  /** @internal The stored dtype, which may be just a default. */
  get storedDtype(): string {
    return this.#now.meta.dtype
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length
  }

  /** Number of items. */
  get size(): number {
    return product(this.shape)
  }

  /**
   * A part of the array, in C order. Along each axis a key is an index (the axis is then dropped), a range with
   * a step as in Python, or a list of indices; several lists select orthogonally. Axes without a key are whole.
   * Only blocks that hold some of the items are decompressed.
   * @throws BlpkError USAGE for keys that make no sense, DAMAGED, UNSUPPORTED, IO, CLOSED; INTERRUPTED with the reason of
   * the signal as its cause
   */
  slice(keys: readonly (Pick1 | undefined)[] = [], options: ReadIntoOptions = {}): Promise<ArrayValue> {
    return this.schunk.reading(options, async (parts) => {
      const now = this.#now
      const ranges = rangesOf(now.meta.shape, keys)
      const counts = ranges.map(({ count }) => count)
      const data = roomFor(product(counts) * this.schunk.typesize, options)
      const isDirty = options.out !== undefined
      await readPicks(storeOf(parts, now, this.schunk.typesize), ranges, data, isDirty)
      const shape = counts.filter((_, i) => !ranges[i]?.drop)
      return new ArrayValue({ dtype: this.#dtype, shape, order: 'C', data })
    })
  }

  /** The items of a box. @throws BlpkError USAGE if it reaches beyond the array; else as {@link NDArray.slice} */
  box(box: Box, options: ReadIntoOptions = {}): Promise<Uint8Array> {
    return this.schunk.reading(options, (parts) => this.#box(parts, this.#now, box, options))
  }

  async #box(parts: PartSource, now: Described, box: Box, into: ResultOptions = {}): Promise<Uint8Array> {
    const extents = checkedBox(box, now.meta.shape)
    const bytes = roomFor(product(extents) * this.schunk.typesize, into)
    await readBox(storeOf(parts, now, this.schunk.typesize), { bytes, box }, into.out !== undefined)
    return bytes
  }

  /** A snapshot of the array, unaffected by later changes. */
  #view(): ArrayView {
    const now = this.#now
    const { state, typesize } = this.schunk
    const { shape, chunkshape: chunks, blockshape: blocks } = now.meta
    const read = (box: Box) => this.schunk.reading({}, (parts) => this.#box(parts, now, box), state)
    return { shape, chunks, blocks, dtype: this.#dtype, typesize, box: read }
  }

  /**
   * Overwrites a part of the array, which keys name as in {@link NDArray.slice}. Where lists name an item twice,
   * the last value counts.
   * @param data the items in C order, as many as the part has, or one for all of them
   * @throws BlpkError USAGE, CLOSED
   */
  set(keys: readonly (Pick1 | undefined)[], data: Data): Promise<void> {
    return this.#change((draft, now) => draft.write(now, keys, data))
  }

  /** Makes a change whose new shape and chunks become visible together. */
  async #change(
    action: (draft: ArrayDraft, now: Described) => Promise<Described | undefined>,
  ): Promise<void> {
    const { schunk } = this
    await schunk.changeArray(
      (parts, pack) => action(new ArrayDraft(schunk, parts, pack), this.#now),
      (described) => {
        if (described?.layer === undefined) return
        schunk.meta.set(B2ND_LAYER, described.layer)
        schunk.meta.delete(CATERVA_LAYER)
        schunk.useBlockshape(described.meta.blockshape)
        this.#described = described
      },
    )
  }

  /**
   * Changes the shape; items in what both shapes have stay, new ones are zeros.
   * @throws BlpkError USAGE for another number of dimensions, CLOSED
   */
  resize(shape: readonly number[]): Promise<void> {
    return this.#change(async (draft, now) => {
      const { length } = now.meta.shape
      if (!Array.isArray(shape)) throw usage('a shape is a list of extents')
      if (shape.length !== length)
        throw usage(`an array of ${length} dimensions cannot be resized to ${shape.length}`)
      const described = draft.reshape(now, [...shape])
      await draft.clearEdges(now.meta.shape, described)
      return described
    })
  }

  /**
   * Adds items at the end of an axis.
   * @param data items in C order; as many as make whole rows across the other axes
   * @throws BlpkError USAGE, CLOSED
   */
  append(data: Data, axis = 0): Promise<void> {
    return this.#change(async (draft, now) => {
      const { shape } = now.meta
      const { byteLength } = asBytes(data)
      const extent = shape[axis]
      if (extent === undefined)
        throw usage(`an array of ${shape.length} dimensions has no axis ${String(axis)}`)
      const row = product(shape.map((n, i) => (i === axis ? 1 : n))) * this.schunk.typesize
      const count = row === 0 ? 0 : byteLength / row
      if (!Number.isInteger(count) || (row === 0 && byteLength > 0))
        throw usage(`${byteLength} bytes are not a whole number of rows of ${row} bytes`)
      const described = draft.reshape(
        now,
        shape.map((n, i) => (i === axis ? n + count : n)),
      )
      await draft.write(
        described,
        shape.map((_, i) => (i === axis ? { start: extent } : undefined)),
        data,
      )
      return described
    })
  }

  /**
   * The array chunk by chunk, without padding: where each part starts, its shape and its items in C order. All parts are
   * of the state at the start, whatever changes meanwhile.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<{ start: readonly number[]; part: ArrayValue }> {
    const { cut } = this.#now
    const view = this.#view()
    for (const { start, stop } of chunkBoxes(cut)) {
      const data = await view.box({ start, stop })
      const shape = boxShape({ start, stop })
      yield { start, part: new ArrayValue({ dtype: view.dtype, shape, order: 'C', data }) }
    }
  }

  /** The array as a `.npy` file in memory, including changes that were called before. */
  async toNpy(): Promise<Uint8Array> {
    const sink = new MemorySink()
    await this.#writeNpy(sink)
    return sink.bytes
  }

  #writeNpy(sink: ByteSink): Promise<number> {
    return this.schunk.afterChanges(() => writeNpy(this.#view(), sink))
  }

  /**
   * Writes the array to a `.npy` file, a few rows of chunks at a time, as it is after the changes that were called before.
   * @param path of a file, or `s3://bucket/key`
   * @returns its size, in bytes
   * @throws BlpkError EXISTS, NOT_FOUND, IO, NO_SPACE, DENIED, NETWORK, CLOSED
   */
  async saveNpy(path: PlaceName, options: SinkSettings = {}): Promise<number> {
    const sink = await openSink(path, { ...options, content: 'plain', within: this.schunk.within })
    return this.#writeNpy(sink)
  }

  /** The frame in memory. */
  toCframe(): Promise<Uint8Array> {
    return this.schunk.toCframe()
  }

  /** Writes the frame to a file or a directory; see {@link SChunk.save}. @returns its size, in bytes */
  save(path: PlaceName, options: SaveOptions = {}): Promise<number> {
    return this.schunk.save(path, options)
  }

  /** Closes the super-chunk; see {@link SChunk.close}. */
  async close(): Promise<void> {
    await this.schunk.close()
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
