import { type ArrayStore, readBox, readPicks } from '../engine/blosc2/array-reader.js'
import { type ArrayRun, regrid, writeBox } from '../engine/blosc2/array-writer.js'
import { writePicks } from '../engine/blosc2/pick-writer.js'
import { usage } from '../errors.js'
import { allocate } from '../format/allocate.js'
import { itemDtype } from '../format/b2nd/dtype.js'
import { type Box, boxShape, chunkBoxes, partition, product } from '../format/b2nd/geometry.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, formatB2nd } from '../format/b2nd/meta.js'
import { choosePartitions } from '../format/b2nd/partitions.js'
import { type AxisRange, axisRange, type Pick1 } from '../format/b2nd/picks.js'
import { inCOrder, type Ndarray, type NumericArray, ndarray } from '../ndarray.js'
import { openSink } from '../open.js'
import type { PlaceSettings, SinkSettings } from '../places.js'
import { MemorySink } from '../sinks/memory.js'
import type { ByteSource } from '../sources/byte-source.js'
import { checkChunks, readMeta } from './array-meta.js'
import { asBytes, type Data } from './data.js'
import { emptyArray } from './empty-array.js'

import type { NDArrayOptions } from './ndarray-options.js'
import { readNpyInto, writeNpy } from './npy.js'
import type { SaveOptions } from './save-frame.js'
import { SChunk } from './schunk.js'
import type { NDArrayOpenOptions } from './schunk-options.js'

/** An array of up to 16 dimensions in chunks, and these in blocks (README_B2ND_METALAYER). */
export class NDArray {
  readonly schunk: SChunk
  #meta: B2ndMeta
  readonly #dtype: string
  #store: ArrayStore

  private constructor(schunk: SChunk, dtype?: string) {
    this.schunk = schunk
    this.#meta = readMeta(schunk)
    this.#dtype = itemDtype(this.#meta.dtype, schunk.typesize, dtype)
    const cut = partition(this.#meta)
    checkChunks(schunk, cut)
    this.#store = {
      ...schunk.asStore(this.#meta.blockshape),
      partition: cut,
      itemBytes: schunk.typesize,
    }
  }

  /**
   * The array that a super-chunk holds; its changes go there.
   * @param dtype of the items, in place of what the metalayer says
   * @throws BlpkError DAMAGED; USAGE where it holds none, or items of `dtype` have another size
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
    input: string | Uint8Array | ByteSource,
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

  /** An array of NaNs; only floats of 4 and 8 bytes. @throws BlpkError USAGE */
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
   * @throws BlpkError USAGE where data and shape do not go together; DAMAGED, UNSUPPORTED for the dtype
   */
  static async fromTypedArray(
    array: Ndarray | NumericArray,
    options: NDArrayOptions & { shape?: number[] } = {},
  ): Promise<NDArray> {
    const plain = inCOrder('order' in array ? array : ndarray(array, options.shape))
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
   * @throws BlpkError USAGE where it is no whole `.npy` file; NOT_FOUND, IO, DENIED, NETWORK, DAMAGED, UNSUPPORTED
   */
  static async fromNpy(
    input: string | Uint8Array | ByteSource,
    options: NDArrayOptions & PlaceSettings = {},
  ): Promise<NDArray> {
    return readNpyInto(input, options, (shape, dtype) => NDArray.zeros(shape, dtype, options))
  }

  get shape(): readonly number[] {
    return this.#meta.shape
  }

  get chunks(): readonly number[] {
    return this.#meta.chunkshape
  }

  get blocks(): readonly number[] {
    return this.#meta.blockshape
  }

  /**
   * NumPy's type string, or the fields of a structured type as a Python literal. Where the metalayer does not say what
   * the items are, they are opaque: `|V4`.
   */
  get dtype(): string {
    return this.#dtype
  }

  /** @internal What the metalayer says, which may be no more than a default. */
  get storedDtype(): string {
    return this.#meta.dtype
  }

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
   * @throws BlpkError USAGE for keys that make no sense, DAMAGED, UNSUPPORTED, IO
   */
  async slice(keys: readonly (Pick1 | undefined)[] = []): Promise<Ndarray> {
    const ranges = this.#ranges(keys)
    const counts = ranges.map(({ count }) => count)
    const data = allocate(product(counts) * this.schunk.typesize)
    await readPicks(this.#store, ranges, data)
    return { dtype: this.dtype, shape: counts.filter((_, i) => !ranges[i]?.drop), order: 'C', data }
  }

  /** The items of a box. @throws BlpkError USAGE where it reaches beyond the array */
  async box(box: Box): Promise<Uint8Array> {
    const shape = boxShape(box)
    if (shape.some((n, i) => n < 0 || (box.start[i] ?? 0) < 0 || (box.stop[i] ?? 0) > (this.shape[i] ?? 0)))
      throw usage('the box reaches beyond the array')
    const bytes = allocate(product(shape) * this.schunk.typesize)
    await readBox(this.#store, { bytes, box })
    return bytes
  }

  #ranges(keys: readonly (Pick1 | undefined)[]): AxisRange[] {
    if (keys.length > this.ndim)
      throw usage(`${keys.length} keys were given for an array of ${this.ndim} dimensions`)
    return this.shape.map((extent, axis) => axisRange(keys[axis], extent))
  }

  /**
   * Overwrites a part of the array, which keys name as in {@link NDArray.slice}. Where lists name an item twice,
   * the last value counts.
   * @param data the items in C order, as many as the part has, or one for all of them
   * @throws BlpkError USAGE
   */
  async set(keys: readonly (Pick1 | undefined)[], data: Data): Promise<void> {
    const ranges = this.#ranges(keys)
    const start = ranges.map((range) => range.at(0))
    const stop = ranges.map(({ count }, i) => (start[i] ?? 0) + count)
    const bytes = asBytes(data)
    const { typesize } = this.schunk
    const wanted = product(boxShape({ start, stop })) * typesize
    if (bytes.length !== wanted && bytes.length !== typesize)
      throw usage(
        `${bytes.length} bytes were given for a part of ${wanted} bytes; give all of it, or one item`,
      )
    const pack = (run: ArrayRun): Promise<void> => this.schunk.replaceChunks(run)
    if (bytes.length === wanted && ranges.every(({ dense }) => dense))
      await writeBox(this.#store, { bytes, box: { start, stop } }, pack)
    else await writePicks(this.#store, ranges, bytes, pack)
  }

  #reshape(shape: readonly number[]): void {
    const { chunkshape, blockshape, dtype } = this.#meta
    // Arrays without items may have chunks without extent, which cannot grow.
    const kept = chunkshape.includes(0) ? [] : ([chunkshape, blockshape] as const)
    const parts = choosePartitions(shape, this.schunk.typesize, ...kept)
    const cut = partition(parts)
    const { chunks } = this.#store
    if (kept.length === 0) {
      chunks.chunksize = cut.chunkItems * this.schunk.typesize
      this.schunk.setCompression({ blocksize: cut.blockItems * this.schunk.typesize })
    }
    chunks.replaceAll(regrid(chunks.entries, this.#store.partition, cut))
    this.#meta = { ...parts, dtype }
    this.schunk.meta.set(B2ND_LAYER, formatB2nd(this.#meta))
    this.schunk.meta.delete(CATERVA_LAYER)
    this.#store = { ...this.#store, partition: cut }
  }

  /**
   * Changes the shape; items in what both shapes have stay, new ones are zeros.
   * @throws BlpkError USAGE for another number of dimensions
   */
  async resize(shape: readonly number[]): Promise<void> {
    const old = this.shape
    if (shape.length !== this.ndim)
      throw usage(`an array of ${this.ndim} dimensions cannot get ${shape.length}`)
    this.#reshape(shape)
    // Chunks at the old edge may hold what a smaller shape once cut off.
    for (const [axis, extent] of old.entries()) {
      const chunk = this.chunks[axis] ?? 1
      const stop = Math.min(Math.ceil(extent / Math.max(chunk, 1)) * chunk, shape[axis] ?? 0)
      if (stop <= extent || shape.includes(0)) continue
      const keys = shape.map((_, i) => (i === axis ? { start: extent, stop } : undefined))
      await this.set(keys, new Uint8Array(this.schunk.typesize))
    }
  }

  /**
   * Adds items at the end of an axis.
   * @param data items in C order; as many as make whole rows across the other axes
   * @throws BlpkError USAGE
   */
  async append(data: Data, axis = 0): Promise<void> {
    const extent = this.shape[axis]
    if (extent === undefined) throw usage(`an array of ${this.ndim} dimensions has no axis ${axis}`)
    const row = product(this.shape.map((n, i) => (i === axis ? 1 : n))) * this.schunk.typesize
    const count = row === 0 ? 0 : data.byteLength / row
    if (!Number.isInteger(count) || (row === 0 && data.byteLength > 0))
      throw usage(`${data.byteLength} bytes are no whole number of rows of ${row} bytes`)
    this.#reshape(this.shape.map((n, i) => (i === axis ? n + count : n)))
    await this.set(
      this.shape.map((_, i) => (i === axis ? { start: extent } : undefined)),
      data,
    )
  }

  /** The array chunk by chunk, without padding: where each part starts, its shape and its items in C order. */
  async *[Symbol.asyncIterator](): AsyncGenerator<{ start: readonly number[]; part: Ndarray }> {
    for (const { start, stop } of chunkBoxes(this.#store.partition)) {
      const data = await this.box({ start, stop })
      yield { start, part: { dtype: this.dtype, shape: boxShape({ start, stop }), order: 'C', data } }
    }
  }

  /** The array as a `.npy` file in memory. */
  async toNpy(): Promise<Uint8Array> {
    const sink = new MemorySink()
    await writeNpy(this, sink)
    return sink.bytes
  }

  /**
   * Writes the array to a `.npy` file, a few rows of chunks at a time.
   * @param path of a file, or `s3://bucket/key`
   * @returns its size, in bytes
   * @throws BlpkError EXISTS, NOT_FOUND, IO, NO_SPACE, DENIED, NETWORK
   */
  async saveNpy(path: string, options: SinkSettings = {}): Promise<number> {
    return writeNpy(this, await openSink(path, { ...options, within: this.schunk.within }))
  }

  /** The frame in memory. */
  toCframe(): Promise<Uint8Array> {
    return this.schunk.toCframe()
  }

  /** Writes the frame to a file or a directory; see {@link SChunk.save}. @returns its size, in bytes */
  save(path: string, options: SaveOptions = {}): Promise<number> {
    return this.schunk.save(path, options)
  }

  async close(): Promise<void> {
    await this.schunk.close()
  }
}
