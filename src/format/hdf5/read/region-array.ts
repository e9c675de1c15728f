// A dataset in chunks as an array that regions are read from.

import { type ArrayShape, type Box, boxShape, product } from '../../../array/geometry.js'
import { type AxisRange, axisRange, type Pick1 } from '../../../array/picks.js'
import { allocate } from '../../../core/allocate.js'
import type { RegionSource } from '../../regions/region-source.js'

/**
 * Reads the items that ranges along the axes select, in C order.
 * @param isDirty whether `out` may hold anything but zeros
 */
export type ReadRanges = (ranges: readonly AxisRange[], out: Uint8Array, isDirty: boolean) => Promise<void>

/** An array in chunks, whatever its chunks are. */
export class RegionArray implements RegionSource {
  readonly shape: readonly number[]
  readonly chunkshape: readonly number[]
  readonly blockshape: readonly number[]
  readonly itemBytes: number
  readonly read: ReadRanges

  constructor({ shape, chunkshape, blockshape }: ArrayShape, itemBytes: number, read: ReadRanges) {
    this.shape = shape
    this.chunkshape = chunkshape
    this.blockshape = blockshape
    this.itemBytes = itemBytes
    this.read = read
  }

  #ranges(keys: readonly (Pick1 | undefined)[]): AxisRange[] {
    return this.shape.map((extent, axis) => axisRange(keys[axis], extent))
  }

  async pick(keys: readonly Pick1[]): Promise<Uint8Array> {
    const ranges = this.#ranges(keys)
    const out = allocate(product(ranges.map(({ count }) => count)) * this.itemBytes)
    await this.read(ranges, out, false)
    return out
  }

  async pickInto(keys: readonly (Pick1 | undefined)[], out: Uint8Array): Promise<void> {
    await this.read(this.#ranges(keys), out, true)
  }

  async box(box: Box): Promise<Uint8Array> {
    const out = allocate(product(boxShape(box)) * this.itemBytes)
    const keys = box.start.map((start, axis) => ({ start, stop: box.stop[axis] }))
    await this.read(this.#ranges(keys), out, false)
    return out
  }
}
