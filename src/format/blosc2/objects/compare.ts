import { boxShape, chunkCount, flatIndex, partition } from '../../../array/geometry.js'
import { reverseAxes } from '../../../array/reverse.js'
import { plainSlabs } from '../../../array/slabs.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { Finding } from '../../bloscpack/verify.js'
import type { NDArray } from './ndarray.js'
import { piecesOf } from './pieces.js'
import type { SChunk } from './schunk.js'

/** Plain bytes of an array that are held at a time; one item is the least. */
const SLAB_BYTES = 32 * 2 ** 20

/** Plain bytes in the order of the original. */
interface Piece {
  bytes: Uint8Array
  /** Which chunk the byte at `offset` of the piece comes from. */
  chunkAt: (offset: number) => number
}

async function* chunkPieces(schunk: SChunk): AsyncGenerator<Piece> {
  let chunk = 0
  for await (const bytes of piecesOf(schunk)) {
    const index = chunk++
    yield { bytes, chunkAt: () => index }
  }
}

/** Where the item `index` of a box lies along each axis, counted in the box. */
function placeIn(shape: readonly number[], index: number): number[] {
  const at: number[] = []
  for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
    const extent = Math.max(shape[axis] ?? 1, 1)
    at.unshift(rest % extent)
    rest = Math.floor(rest / extent)
  }
  return at
}

/** The items of an array in C or Fortran order, which is C order of the axes turned around. */
async function* arrayPieces(array: NDArray, order: 'C' | 'F'): AsyncGenerator<Piece> {
  const { shape, chunks, blocks, schunk } = array
  const { typesize } = schunk
  const cut = partition({ shape, chunkshape: chunks, blockshape: blocks })
  if (chunkCount(cut) === 0) return
  const turn = (list: readonly number[]): number[] => (order === 'C' ? [...list] : list.toReversed())
  const most = Math.max(1, Math.floor(SLAB_BYTES / typesize))
  for (const slab of plainSlabs(turn(shape), turn(chunks), turn(blocks), most)) {
    const box = { start: turn(slab.start), stop: turn(slab.stop) }
    const items = await array.box(box)
    yield {
      bytes: order === 'C' ? items : reverseAxes(items, boxShape(box), typesize),
      chunkAt: (offset) => {
        const at = turn(placeIn(boxShape(slab), Math.floor(offset / typesize)))
        const chunk = at.map((i, axis) => Math.floor((i + (box.start[axis] ?? 0)) / (chunks[axis] ?? 1)))
        return flatIndex(chunk, cut.chunks)
      },
    }
  }
}

/** The first byte that differs; undefined where there is none. */
async function firstDifference(bytes: Uint8Array, against: PlainSource): Promise<number | undefined> {
  const other = new Uint8Array(bytes.length)
  const n = await against.read(other)
  if (n === bytes.length && Buffer.compare(bytes, other) === 0) return undefined
  let at = 0
  while (at < n && bytes[at] === other[at]) at++
  return at
}

/**
 * Compares the content of a frame, or of the array in it, with an original, up to the first difference.
 * @param array the array in the frame, where its items are to be compared
 * @param order of the items in the original
 * @param against the original, of which nothing was read yet
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO; the signal's reason
 */
export async function compareFrame(
  { schunk, array, order = 'C' }: { schunk: SChunk; array?: NDArray | undefined; order?: 'C' | 'F' },
  against: PlainSource,
  signal?: AbortSignal,
): Promise<Finding[]> {
  const pieces = array === undefined ? chunkPieces(schunk) : arrayPieces(array, order)
  for await (const { bytes, chunkAt } of pieces) {
    signal?.throwIfAborted()
    const at = await firstDifference(bytes, against)
    if (at === undefined) continue
    const chunk = chunkAt(at)
    const message = `chunk ${chunk}: the data differ from '${against.name}'`
    return [{ level: 'damage', code: 'DAMAGED', message, chunk }]
  }
  if ((await against.read(new Uint8Array(1))) === 0) return []
  const message = `'${against.name}' has more data than the archive`
  return [{ level: 'damage', code: 'DAMAGED', message }]
}
