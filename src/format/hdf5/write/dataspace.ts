// The dataspace message, version 2 (HDF5 File Format Specification 4.0, IV.A.2.b): the extents of a dataset
// or an attribute.

import { unsupported } from '../../../core/errors.js'
import { Put } from './put.js'

const VERSION = 2
const SCALAR = 0
const SIMPLE = 1
const FLAG_MAXIMA = 1
export const MAX_RANK = 32

/**
 * @param shape empty for a scalar
 * @param maxShape undefined for an axis without a limit; default: all axes are fixed
 * @throws BlpkError UNSUPPORTED for more than 32 axes
 */
export function dataspace(
  shape: readonly number[],
  maxShape: readonly (number | undefined)[] = shape,
): Uint8Array {
  if (shape.length > MAX_RANK) throw unsupported(`HDF5 has no arrays of ${shape.length} dimensions`)
  const isFixed = shape.every((extent, axis) => maxShape[axis] === extent)
  const block = new Put().u8(VERSION).u8(shape.length)
  block.u8(isFixed ? 0 : FLAG_MAXIMA).u8(shape.length === 0 ? SCALAR : SIMPLE)
  for (const extent of shape) block.length64(extent)
  if (!isFixed) for (const axis of shape.keys()) block.address(maxShape[axis])
  return block.finish()
}
