import { type ArrayStore, readBox, readPicks } from '../engine/blosc2/array-reader.js'
import { damaged, usage } from '../errors.js'
import {
  type Box,
  boxShape,
  chunkCount,
  type Partition,
  partition,
  product,
} from '../format/b2nd/geometry.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, parseB2nd } from '../format/b2nd/meta.js'
import { axisPick, type Pick1 } from '../format/b2nd/picks.js'
import type { Ndarray } from '../ndarray.js'
import type { ByteSource } from '../sources/byte-source.js'
import { SChunk, type SChunkOpenOptions } from './schunk.js'

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

/** An array of up to 16 dimensions in chunks, and these in blocks (README_B2ND_METALAYER). */
export class NDArray {
  readonly schunk: SChunk
  readonly #meta: B2ndMeta
  readonly #store: ArrayStore

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
    const counts = picks.map((pick) => pick.indices.length)
    const data = new Uint8Array(product(counts) * this.schunk.typesize)
    if (data.length > 0 && picks.every((pick) => pick.dense)) {
      const start = picks.map((pick) => pick.indices[0] ?? 0)
      await readBox(this.#store, {
        bytes: data,
        box: { start, stop: start.map((at, i) => at + (counts[i] ?? 0)) },
      })
    } else {
      await readPicks(this.#store, picks, data)
    }
    return { dtype: this.dtype, shape: counts.filter((_, i) => !picks[i]?.drop), order: 'C', data }
  }

  /** The items of a box. @throws BlpkError USAGE where it reaches beyond the array */
  async box(box: Box): Promise<Uint8Array> {
    const shape = boxShape(box)
    if (shape.some((n, i) => n < 0 || (box.start[i] ?? 0) < 0 || (box.stop[i] ?? 0) > (this.shape[i] ?? 0)))
      throw usage('the box reaches beyond the array')
    const bytes = new Uint8Array(product(shape) * this.schunk.typesize)
    await readBox(this.#store, { bytes, box })
    return bytes
  }

  async close(): Promise<void> {
    await this.schunk.close()
  }
}
