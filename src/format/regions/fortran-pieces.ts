// The items of an array in Fortran order, which is C order of the reversed axes.

import { boxShape } from '../../array/geometry.js'
import { reverseAxes } from '../../array/reverse.js'
import { plainSlabs } from '../../array/slabs.js'
import type { RegionSource } from './region-source.js'

/** Maximum of plain bytes held at a time, but at least one item. */
const SLAB_BYTES = 32 * 2 ** 20

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function* fortranPieces(array: RegionSource): AsyncGenerator<Uint8Array> {
  const { shape, chunkshape, blockshape, itemBytes } = array
  if (shape.includes(0)) return
  const turned = (list: readonly number[]): number[] => list.toReversed()
  const most = Math.max(1, Math.floor(SLAB_BYTES / itemBytes))
  for (const slab of plainSlabs(turned(shape), turned(chunkshape), turned(blockshape), most)) {
    const box = { start: turned(slab.start), stop: turned(slab.stop) }
    yield reverseAxes(await array.box(box), boxShape(box), itemBytes)
  }
}
