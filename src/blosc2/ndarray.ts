import { type ArrayStore, readPicks } from '../engine/blosc2/array-reader.js'
import { regrid, writeBox } from '../engine/blosc2/array-writer.js'
import type { CompressionOptions } from '../engine/blosc2/cparams.js'
import { damaged, usage } from '../errors.js'
import {
  type Box,
  boxShape,
  chunkCount,
  type Partition,
  partition,
  product,
} from '../format/b2nd/geometry.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, formatB2nd, parseB2nd } from '../format/b2nd/meta.js'
import { choosePartitions } from '../format/b2nd/partitions.js'
import { axisPick, type Pick1 } from '../format/b2nd/picks.js'
import { dtypeRepr, parseMetadataDtype } from '../format/npy/index.js'
import { type Ndarray, type NumericArray, ndarray } from '../ndarray.js'
import type { ByteSource } from '../sources/byte-source.js'
import { asBytes, type Data, SChunk, type SChunkOpenOptions } from './schunk.js'

function readMeta(schunk: SChunk): B2ndMeta {
  const own = schunk.meta.get(B2ND_LAYER)
  if (own !== undefined) return parseB2nd(own, false)
  const caterva = schunk.meta.get(CATERVA_LAYER)
  if (caterva !== undefined) return parseB2nd(caterva, true)
  throw usage('the frame holds no array (it has no metalayer b2nd); open it with SChunk.open')
}

/** The chunks of the frame must be those that the shape asks for. */
function checkChunks(schunk: SChunk, p: Partition): void {
  const count = chunkCount(p)
  if (schunk.nchunks !== count)
    throw damaged(`the array should have ${count} chunks, and the frame has ${schunk.nchunks}`)
  const size = p.chunkItems * schunk.typesize
  if (count > 0 && schunk.nbytes !== count * size)
    throw damaged(
      `the array should have ${count} chunks of ${size} bytes, and the frame has ${schunk.nbytes} bytes`,
    )
}

/** How a new array is made. */
export interface NDArrayOptions extends CompressionOptions {
  /** Shape of chunks and blocks, in items; a rule as good as python-blosc2's where they are not given. */
  chunks?: readonly number[]
  blocks?: readonly number[]
  /** More fixed metalayers. */
  meta?: Iterable<readonly [string, Uint8Array]>
}

/** An array of up to 16 dimensions in chunks, and these in blocks (README_B2ND_METALAYER). */
export class NDArray {
  readonly schunk: SChunk
  #meta: B2ndMeta
  #store: ArrayStore

  private constructor(schunk: SChunk) {
    this.schunk = schunk
    this.#meta = readMeta(schunk)
    const cut = partition(this.#meta)
    checkChunks(schunk, cut)
    this.#store = {
      ...schunk.asStore(this.#meta.blockshape),
      partition: cut,
      itemBytes: schunk.typesize,
    }
  }

  /**
   * Opens an array.
   * @param input path of a frame or of a sparse frame's directory, the bytes of a frame, or a source of your own
   * @throws BlpkError NOT_FOUND, IO, DAMAGED, UNSUPPORTED; USAGE for a frame that holds no array
   */
  static async open(
    input: string | Uint8Array | ByteSource,
    options: SChunkOpenOptions = {},
  ): Promise<NDArray> {
    const schunk = await SChunk.open(input, options)
    try {
      return new NDArray(schunk)
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
    const { descr, itemsize } = parseMetadataDtype(dtype)
    const cut = partition(choosePartitions(shape, itemsize, options.chunks, options.blocks))
    const { chunkshape, blockshape } = cut
    const layer = formatB2nd({
      shape,
      chunkshape,
      blockshape,
      dtype: typeof descr === 'string' ? descr : dtypeRepr(descr),
    })
    const schunk = await SChunk.create({
      ...options,
      typesize: itemsize,
      chunksize: Math.max(cut.chunkItems, 1) * itemsize,
      blocksize: Math.max(cut.blockItems, 1) * itemsize,
      meta: [[B2ND_LAYER, layer], ...(options.meta ?? [])],
    })
    await fill(schunk, chunkCount(cut) * cut.chunkItems)
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
   * @param array a typed array (of one dimension, or of `shape`), or items in C order with dtype and shape
   * @throws BlpkError USAGE
   */
  static async from(
    array: Ndarray | NumericArray,
    options: NDArrayOptions & { shape?: number[] } = {},
  ): Promise<NDArray> {
    const plain = 'order' in array ? array : ndarray(array, options.shape)
    if (plain.order === 'F' && plain.shape.length > 1)
      throw usage('the array is in Fortran order; bring it into C order first')
    const made = await NDArray.zeros(plain.shape, plain.dtype, options)
    await made.set([], plain.data)
    return made
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

  /** NumPy's type string, or the fields of a structured type as a Python literal. */
  get dtype(): string {
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
    if (keys.length > this.ndim)
      throw usage(`${keys.length} keys were given for an array of ${this.ndim} dimensions`)
    const picks = this.shape.map((extent, axis) => axisPick(keys[axis], extent))
    const counts = picks.map((pick) => pick.count)
    const data = new Uint8Array(product(counts) * this.schunk.typesize)
    await readPicks(this.#store, picks, data)
    return { dtype: this.dtype, shape: counts.filter((_, i) => !picks[i]?.drop), order: 'C', data }
  }

  /** The items of a box. @throws BlpkError USAGE where it reaches beyond the array */
  async box(box: Box): Promise<Uint8Array> {
    const shape = boxShape(box)
    if (shape.some((n, i) => n < 0 || (box.start[i] ?? 0) < 0 || (box.stop[i] ?? 0) > (this.shape[i] ?? 0)))
      throw usage('the box reaches beyond the array')
    const bytes = new Uint8Array(product(shape) * this.schunk.typesize)
    const picks = shape.map((n, axis) =>
      axisPick({ start: box.start[axis], stop: box.stop[axis] }, this.shape[axis] ?? n),
    )
    await readPicks(this.#store, picks, bytes)
    return bytes
  }

  /**
   * Overwrites a part of the array. Keys are ranges without steps, or indices; axes without a key are whole.
   * @param data the items in C order, as many as the part has
   * @throws BlpkError USAGE
   */
  async set(keys: readonly (Pick1 | undefined)[], data: Data): Promise<void> {
    if (keys.length > this.ndim)
      throw usage(`${keys.length} keys were given for an array of ${this.ndim} dimensions`)
    const picks = this.shape.map((extent, axis) => axisPick(keys[axis], extent))
    if (!picks.every((pick) => pick.dense)) throw usage('only ranges without steps can be set')
    const start = picks.map((pick) => pick.start)
    const stop = picks.map((pick) => pick.start + pick.count)
    const bytes = asBytes(data)
    const wanted = product(boxShape({ start, stop })) * this.schunk.typesize
    if (bytes.length !== wanted) throw usage(`${bytes.length} bytes were given for a part of ${wanted} bytes`)
    await writeBox(this.#store, { bytes, box: { start, stop } }, (run) => this.schunk.packAll(run))
  }

  #reshape(shape: readonly number[]): void {
    const meta = { ...this.#meta, shape }
    const cut = partition(choosePartitions(shape, this.schunk.typesize, meta.chunkshape, meta.blockshape))
    const { chunks } = this.#store
    chunks.replaceAll(regrid(chunks.entries, this.#store.partition, cut))
    this.schunk.meta.set(B2ND_LAYER, formatB2nd(meta))
    this.schunk.meta.delete(CATERVA_LAYER)
    this.#meta = meta
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
      const items = product(shape.map((n, i) => (i === axis ? stop - extent : n)))
      await this.set(keys, new Uint8Array(items * this.schunk.typesize))
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
    const { partition: p } = this.#store
    for (let i = 0; i < chunkCount(p); i++) {
      const at: number[] = []
      for (let axis = this.ndim - 1, rest = i; axis >= 0; axis--) {
        const count = p.chunks[axis] ?? 1
        at.unshift(rest % count)
        rest = Math.floor(rest / count)
      }
      const start = at.map((c, axis) => c * (p.chunkshape[axis] ?? 1))
      const stop = start.map((s, axis) => Math.min(s + (p.chunkshape[axis] ?? 1), this.shape[axis] ?? 0))
      const data = await this.box({ start, stop })
      yield { start, part: { dtype: this.dtype, shape: boxShape({ start, stop }), order: 'C', data } }
    }
  }

  /** The frame in memory. */
  toCframe(): Promise<Uint8Array> {
    return this.schunk.toCframe()
  }

  /** Writes the frame to a file; see {@link SChunk.save}. @returns its size, in bytes */
  save(path: string, options: { overwrite?: boolean } = {}): Promise<number> {
    return this.schunk.save(path, options)
  }

  async close(): Promise<void> {
    await this.schunk.close()
  }
}
