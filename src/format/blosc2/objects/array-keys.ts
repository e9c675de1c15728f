// Checks the keys and boxes that select parts of an array.

import { type Box, boxShape } from '../../../array/geometry.js'
import { type AxisRange, axisRange, type Pick1 } from '../../../array/picks.js'
import { usage } from '../../../core/errors.js'

/** Resolves the keys along each axis of an array; axes without a key are whole. @throws BlpkError USAGE */
export function rangesOf(shape: readonly number[], keys: readonly (Pick1 | undefined)[]): AxisRange[] {
  if (!Array.isArray(keys)) throw usage('keys must be a list with one key for each axis')
  if (keys.length > shape.length)
    throw usage(`${keys.length} keys were given for an array of ${shape.length} dimensions`)
  return shape.map((extent, axis) => axisRange(keys[axis], extent))
}

/** @returns the extents of a box @throws BlpkError USAGE if it is not within the array */
export function checkedBox(box: Box, shape: readonly number[]): number[] {
  const corners = [box?.start, box?.stop]
  const isBox = corners.every(
    (corner) => Array.isArray(corner) && corner.length === shape.length && corner.every(Number.isInteger),
  )
  if (!isBox) throw usage(`a box needs a start and a stop of ${shape.length} integers each`)
  const extents = boxShape(box)
  if (extents.some((n, i) => n < 0 || (box.start[i] ?? 0) < 0 || (box.stop[i] ?? 0) > (shape[i] ?? 0)))
    throw usage('the box reaches beyond the array')
  return extents
}
