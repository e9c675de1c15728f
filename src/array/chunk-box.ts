// Which box of an array a chunk of its grid covers.

import { type Box, boxAt, intersect, type Partition } from './geometry.js'

/** The indices of a chunk in the grid of an array. */
function gridIndex(cut: Partition, chunk: number): number[] {
  const at: number[] = []
  for (let axis = cut.chunks.length - 1, rest = chunk; axis >= 0; axis--) {
    const count = Math.max(cut.chunks[axis] ?? 1, 1)
    at.unshift(rest % count)
    rest = Math.floor(rest / count)
  }
  return at
}

/** What a chunk holds of an array, in items along each axis. */
export function chunkBox(cut: Partition, chunk: number): Box {
  const start = gridIndex(cut, chunk).map((at, i) => at * (cut.chunkshape[i] ?? 1))
  const whole = boxAt(
    cut.shape.map(() => 0),
    cut.shape,
  )
  return intersect(boxAt(start, cut.chunkshape), whole)
}
