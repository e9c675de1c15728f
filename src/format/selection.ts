// Parts of a container in one shape everywhere: bytes, items, slices and fields.

import type { Pick1 } from '../array/picks.js'

/** A half-open range, as in Python's `[start:stop]`: negative ends count from the end, a missing one is the end itself. */
export interface Slice {
  start?: number
  stop?: number
}

/** A key for an axis, or `...` for all axes that have none. */
export type AxisKey = Pick1 | '...'

/** What of a container is wanted; all of it where nothing is given. At most one of bytes, items and slice. */
export interface Selection {
  /** Plain bytes. */
  bytes?: Slice
  /** Items along the only dimension, or along the items as they lie. */
  items?: Slice
  /** Of an array, a key for each dimension. */
  slice?: readonly AxisKey[]
  /** Of structured items. */
  field?: string
  /** Plain bytes even of an array, without the header of a `.npy`. */
  raw?: boolean
}
