// Reads `.npy` files into arrays and writes arrays as `.npy` files, slab by slab.

import { type Box, boxShape, eachIndex, product } from '../../../array/geometry.js'
import { formatNpyHeader, type NpyHeader, parseMetadataDtype } from '../../../array/npy/index.js'
import { fromFortranOrder } from '../../../array/order.js'
import { chunkSlabs, plainSlabs } from '../../../array/slabs.js'
import type { ByteSink } from '../../../bytes/byte-sink.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { damaged, usage } from '../../../core/errors.js'
import type { PlaceName } from '../../../core/place-name.js'
import { openSource } from '../../../places/open.js'
import { type OpenNpy, readNpy } from '../../../sources/npy.js'
import type { PlaceSettings } from '../../../store/settings.js'

/** Maximum of plain bytes held at a time; a single chunk may be larger. */
const SLAB_BYTES = 64 * 2 ** 20

/**
 * The plain bytes of a `.npy` file. Bytes read with the header are not read again, which a pipe would not
 * allow.
 */
class NpyData {
  readonly #source: ByteSource
  readonly #npy: OpenNpy
  /** End of the last read. */
  #at = 0

  constructor(source: ByteSource, npy: OpenNpy) {
    this.#source = source
    this.#npy = npy
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    const { header, ahead } = this.#npy
    if (at !== this.#at && !this.#source.seekable)
      throw usage(
        `'${this.#source.name}' can only be read in order, but chunks need rows from all parts of it; save it to a file first`,
      )
    const known = ahead.subarray(at, at + into.length)
    into.set(known)
    const rest = into.subarray(known.length)
    const got = rest.length === 0 ? 0 : await this.#source.read(header.headerBytes + at + known.length, rest)
    if (got < rest.length) throw damaged(`'${this.#source.name}' ends within its array`)
    this.#at = at + into.length
  }
}

/** Reads a box of an array in C order, run by run. */
async function readBoxOf(
  data: NpyData,
  shape: readonly number[],
  box: Box,
  itemBytes: number,
): Promise<Uint8Array> {
  const extents = boxShape(box)
  const bytes = new Uint8Array(product(extents) * itemBytes)
  // From here on, the axes are whole, so their items are contiguous.
  let axis = Math.max(shape.length - 1, 0)
  while (axis > 0 && extents[axis] === shape[axis]) axis--
  const run = product(extents.slice(axis)) * itemBytes
  const starts: number[] = []
  eachIndex(box.start.slice(0, axis), box.stop.slice(0, axis), (index) => {
    const first = [...index, ...box.start.slice(axis)]
    starts.push(first.reduce((flat, at, i) => flat * (shape[i] ?? 1) + at, 0) * itemBytes)
  })
  for (const [i, start] of starts.entries()) await data.read(start, bytes.subarray(i * run, (i + 1) * run))
  return bytes
}

/** Parts of the array that are cheap to read and to pack, with their items in C order. */
async function* partsOf(
  data: NpyData,
  { shape, order, itemsize }: NpyHeader,
  chunks: readonly number[],
): AsyncGenerator<{ box: Box; bytes: Uint8Array }> {
  const most = Math.max(1, Math.floor(SLAB_BYTES / itemsize))
  if (order === 'C') {
    for (const box of chunkSlabs(shape, chunks, most))
      yield { box, bytes: await readBoxOf(data, shape, box, itemsize) }
    return
  }
  // An array in Fortran order is one in C order with reversed axes.
  const mirrored = shape.toReversed()
  for (const slab of chunkSlabs(mirrored, chunks.toReversed(), most)) {
    const box = { start: slab.start.toReversed(), stop: slab.stop.toReversed() }
    const bytes = await readBoxOf(data, mirrored, slab, itemsize)
    yield { box, bytes: fromFortranOrder(bytes, boxShape(box), itemsize) }
  }
}

/** An array that is filled box by box. */
interface Fillable {
  /** In items. */
  size: number
  chunks: readonly number[]
  set(box: { start: number; stop: number | undefined }[], bytes: Uint8Array): Promise<unknown>
}

/** Reads a `.npy` file into a new array. @param make creates the array, filled with zeros */
export async function readNpyInto<A extends Fillable>(
  input: PlaceName | Uint8Array | ByteSource,
  settings: PlaceSettings,
  make: (shape: readonly number[], dtype: string) => Promise<A>,
): Promise<A> {
  const source = await openSource(input, settings)
  try {
    const npy = await readNpy(source)
    const { header } = npy
    const array = await make(header.shape, header.dtype)
    if (array.size === 0) return array
    for await (const { box, bytes } of partsOf(new NpyData(source, npy), header, array.chunks))
      await array.set(
        box.start.map((start, i) => ({ start, stop: box.stop[i] })),
        bytes,
      )
    return array
  } finally {
    await source.close()
  }
}

/** An array that is read in boxes. */
export interface ArrayView {
  shape: readonly number[]
  chunks: readonly number[]
  blocks: readonly number[]
  dtype: string
  /** Size of an item, in bytes. */
  typesize: number
  box(box: Box): Promise<Uint8Array>
}

/** Writes an array as a `.npy` file. @returns its size, in bytes */
export async function writeNpy(array: ArrayView, sink: ByteSink): Promise<number> {
  try {
    const { shape, chunks, blocks, typesize } = array
    const { descr, itemsize } = parseMetadataDtype(array.dtype)
    if (itemsize !== typesize)
      throw usage(`the array has items of ${typesize} bytes, but its dtype ${array.dtype} has ${itemsize}`)
    const head = formatNpyHeader({ descr, shape, order: 'C' })
    const nbytes = head.length + product(shape) * itemsize
    sink.expect?.({ front: 0, most: nbytes })
    await sink.write(head)
    const most = Math.max(1, Math.floor(SLAB_BYTES / itemsize))
    if (product(shape) > 0)
      for (const box of plainSlabs(shape, chunks, blocks, most)) await sink.write(await array.box(box))
    await sink.commit()
    return nbytes
  } catch (error) {
    await sink.discard()
    throw error
  }
}
