// The type of subarrays, version 2 (HDF5 File Format Specification 4.0, IV.A.2.d, class 10).

import { typeHead } from './type-head.js'

/**
 * @param item the type of one item
 * @param size of the whole subarray, in bytes
 */
export function arrayType(shape: readonly number[], item: Uint8Array, size: number): Uint8Array {
  const block = typeHead('array', { version: 2, bits: 0, size }).u8(shape.length).zeros(3)
  for (const extent of shape) block.u32(extent)
  // The order of axes, which nothing uses.
  for (const axis of shape.keys()) block.u32(axis)
  return block.raw(item).finish()
}
