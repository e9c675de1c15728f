// What regions of an array in chunks of a shape are read from, whatever container it lies in.

import type { ArrayShape, Box } from '../../array/geometry.js'
import type { Pick1 } from '../../array/picks.js'

/** An array in chunks of a shape. */
export interface RegionSource extends ArrayShape {
  /** In bytes. */
  readonly itemBytes: number
  /** The items that a key for each axis selects, in C order. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
  pick(keys: readonly Pick1[]): Promise<Uint8Array>
  /** The same, into a buffer of their size. */
  pickInto(keys: readonly (Pick1 | undefined)[], out: Uint8Array): Promise<void>
  /** The items of a box, in C order. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
  box(box: Box): Promise<Uint8Array>
}
