// The grid of chunks over a dataset, and how the indexes number its cells
// (HDF5 File Format Specification 4.0, VII).

import { damaged } from '../../../core/errors.js'
import type { Dataspace } from '../model.js'

/** The chunks that cover a dataset. */
export interface Grid {
  readonly chunkShape: readonly number[]
  /** Chunks along each axis of the current shape. */
  readonly counts: readonly number[]
  /** The same for the largest shape; undefined for an axis without a limit. */
  readonly maxCounts: readonly (number | undefined)[]
  /** All chunks of the current shape. */
  readonly total: number
}

/** @throws BlpkError DAMAGED if the shapes do not belong together, or are too large to count with */
export function gridOf({ shape, maxShape }: Dataspace, chunkShape: readonly number[]): Grid {
  if (chunkShape.length !== shape.length)
    throw damaged(`a dataset of ${shape.length} axes has chunks of ${chunkShape.length}`)
  if (!chunkShape.every((extent) => Number.isSafeInteger(extent) && extent > 0))
    throw damaged(`a dataset has chunks of ${chunkShape.join(' × ')} items`)
  const along = (extent: number, axis: number): number => Math.ceil(extent / (chunkShape[axis] ?? 1))
  const counts = shape.map(along)
  const total = counts.reduce((product, count) => product * count, 1)
  if (!Number.isSafeInteger(total)) throw damaged(`a dataset has a grid of ${counts.join(' × ')} chunks`)
  const maxCounts = shape.map((_, axis) => {
    const most = maxShape[axis]
    return most === undefined ? undefined : along(most, axis)
  })
  return { chunkShape, counts, maxCounts, total }
}

/**
 * The position of a chunk in the current grid, in C order.
 * @param at its place along each axis, in chunks
 * @returns undefined if it lies outside, which it may after the dataset has shrunk
 */
export function positionOf({ counts }: Grid, at: readonly number[]): number | undefined {
  let position = 0
  for (const [axis, count] of counts.entries()) {
    const place = at[axis] ?? 0
    if (place >= count) return undefined
    position = position * count + place
  }
  return position
}

/** @returns the position in the current grid of a chunk that an index gives a number to */
export type Numbering = (number: number) => number | undefined

/** Numbers in C order of the axes in an order of their own; the count of the first one does not matter. */
function numbered(grid: Grid, axes: readonly number[], extents: readonly number[]): Numbering {
  return (number) => {
    const at: number[] = []
    let rest = number
    for (let i = axes.length - 1; i > 0; i--) {
      const axis = axes[i] ?? 0
      const count = Math.max(1, extents[axis] ?? 1)
      at[axis] = rest % count
      rest = Math.floor(rest / count)
    }
    at[axes[0] ?? 0] = rest
    return positionOf(grid, at)
  }
}

/** Numbers of an array of fixed size: in C order of the largest grid. @throws BlpkError DAMAGED if it has no limit */
export function fixedNumbering(grid: Grid): Numbering {
  const extents = grid.maxCounts.map((count) => {
    if (count === undefined) throw damaged('a dataset without limits has an index of fixed size')
    return count
  })
  return numbered(grid, [...extents.keys()], extents)
}

/** Numbers of an extensible array: the axis without a limit comes first. @throws BlpkError DAMAGED if there is not one */
export function extensibleNumbering(grid: Grid): Numbering {
  const { maxCounts } = grid
  const unlimited = maxCounts.indexOf(undefined)
  if (unlimited === -1 || unlimited !== maxCounts.lastIndexOf(undefined))
    throw damaged('an extensible array indexes a dataset that does not have one unlimited axis')
  const others = [...maxCounts.keys()].filter((axis) => axis !== unlimited)
  return numbered(
    grid,
    [unlimited, ...others],
    maxCounts.map((count) => count ?? 1),
  )
}
