// The chunk of an array that holds an item, by its position among all items.

import { flatIndex, partition } from '../../../array/geometry.js'
import type { ChunkSpan } from '../../opened.js'
import type { NDArray } from './ndarray.js'

/** The index along each axis of an item, by its position in C order. */
function unravel(item: number, shape: readonly number[]): number[] {
  const at: number[] = []
  for (let axis = shape.length - 1, rest = item; axis >= 0; axis--) {
    const extent = Math.max(shape[axis] ?? 1, 1)
    at.unshift(rest % extent)
    rest = Math.floor(rest / extent)
  }
  return at
}

/** @param position of a byte among the items in `order`, in bytes */
export function arrayChunkAt(array: NDArray, position: number, order: 'C' | 'F'): ChunkSpan {
  const { shape, chunks, blocks, schunk } = array
  const { typesize } = schunk
  const item = Math.floor(position / typesize)
  const at = order === 'C' ? unravel(item, shape) : unravel(item, shape.toReversed()).reverse()
  const cut = partition({ shape, chunkshape: chunks, blockshape: blocks })
  const chunk = at.map((i, axis) => Math.floor(i / (chunks[axis] ?? 1)))
  // Along this axis, items are consecutive.
  const fast = order === 'C' ? shape.length - 1 : 0
  const end = Math.min(((chunk[fast] ?? 0) + 1) * (chunks[fast] ?? 1), shape[fast] ?? 1)
  return { index: flatIndex(chunk, cut.chunks), stop: (item + end - (at[fast] ?? 0)) * typesize }
}
