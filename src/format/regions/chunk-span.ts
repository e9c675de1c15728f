// The chunk of an array that holds an item, by its position among all items.

import { flatIndex, partition } from '../../array/geometry.js'
import type { ChunkSpan } from '../opened.js'
import type { RegionSource } from './region-source.js'

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
export function arrayChunkAt(array: RegionSource, position: number, order: 'C' | 'F'): ChunkSpan {
  const { shape, chunkshape, itemBytes } = array
  const item = Math.floor(position / itemBytes)
  const at = order === 'C' ? unravel(item, shape) : unravel(item, shape.toReversed()).reverse()
  const cut = partition(array)
  const chunk = at.map((i, axis) => Math.floor(i / (chunkshape[axis] ?? 1)))
  // Along this axis, items are consecutive.
  const fast = order === 'C' ? shape.length - 1 : 0
  const end = Math.min(((chunk[fast] ?? 0) + 1) * (chunkshape[fast] ?? 1), shape[fast] ?? 1)
  return { index: flatIndex(chunk, cut.chunks), stop: (item + end - (at[fast] ?? 0)) * itemBytes }
}
