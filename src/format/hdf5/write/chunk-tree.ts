// The tree that finds the chunks of a dataset (HDF5 File Format Specification 4.0, III.A.1, node type 1).

import { layTree, type TreeItems } from './btree1.js'
import type { ChunkRows } from './chunk-rows.js'
import type { Blocks, Place } from './place.js'
import type { Put } from './put.js'

/** Twice the K that readers assume if the superblock has no extension. */
const MOST_CHILDREN = 64

/** How a dataset is divided. */
export interface ChunkGrid {
  readonly shape: readonly number[]
  readonly chunkShape: readonly number[]
  /** In bytes. */
  readonly itemsize: number
}

/** Puts the first item of a chunk: the position in the grid, in items, and 0 along the axis of bytes. */
function putOffsets(block: Put, { shape, chunkShape }: ChunkGrid, position: number): void {
  const offsets: number[] = []
  let rest = position
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const chunk = chunkShape[axis] ?? 1
    const count = axis === 0 ? Number.POSITIVE_INFINITY : Math.ceil((shape[axis] ?? 0) / chunk)
    const at = axis === 0 ? rest : rest % count
    offsets.push(at * chunk)
    rest = axis === 0 ? 0 : Math.floor(rest / count)
  }
  for (const offset of offsets.reverse()) block.length64(offset)
  block.length64(0)
}

/** The key that all chunks are before: one chunk further along all axes. */
function putEnd(block: Put, { shape, chunkShape, itemsize }: ChunkGrid): void {
  block.u32(0).u32(0)
  for (const [axis, extent] of shape.entries()) {
    const chunk = chunkShape[axis] ?? 1
    block.length64(Math.ceil(extent / chunk) * chunk)
  }
  block.length64(itemsize)
}

/** Writes the tree. @returns its address; undefined without chunks, which need no tree */
export function* layChunkTree(place: Place, rows: ChunkRows, grid: ChunkGrid): Blocks<number | undefined> {
  if (rows.count === 0) return undefined
  const items: TreeItems = {
    type: 1,
    most: MOST_CHILDREN,
    keyBytes: 8 + 8 * (grid.shape.length + 1),
    count: rows.count,
    child: (i) => rows.at(i).address,
    key: (block, i) => {
      if (i === rows.count) return putEnd(block, grid)
      const { cbytes, mask, position } = rows.at(i)
      putOffsets(block.u32(cbytes).u32(mask), grid, position)
    },
  }
  return yield* layTree(place, items)
}
