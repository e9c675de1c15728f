// The filters of C-Blosc2 that reorder the items of blocks by cells; they are read-only.

import { damaged } from '../core/errors.js'
import type { BlockContext, Filter } from './filter.js'

/** Position of each row of each cell in the block, in items, cell by cell. `take` also gets their lengths. */
function eachCellRow(
  shape: readonly number[],
  side: (axis: number) => number,
  take: (start: number, length: number) => void,
): void {
  const walk = (axis: number, starts: readonly number[], extents: readonly number[]): void => {
    if (axis === shape.length) {
      cellRows(shape, starts, extents, 0, 0, take)
      return
    }
    const extent = shape[axis] ?? 1
    for (let at = 0; at < extent; at += side(axis)) {
      walk(axis + 1, [...starts, at], [...extents, Math.min(side(axis), extent - at)])
    }
  }
  walk(0, [], [])
}

function cellRows(
  shape: readonly number[],
  starts: readonly number[],
  extents: readonly number[],
  axis: number,
  base: number,
  take: (start: number, length: number) => void,
): void {
  const row = base * (shape[axis] ?? 1) + (starts[axis] ?? 0)
  if (axis === shape.length - 1) {
    take(row, extents[axis] ?? 1)
    return
  }
  for (let i = 0; i < (extents[axis] ?? 1); i++) cellRows(shape, starts, extents, axis + 1, row + i, take)
}

function shapeOf(c: BlockContext, nbytes: number, name: string): readonly number[] {
  const { blockshape, typesize, place } = c
  if (blockshape === undefined || blockshape.length === 0) {
    throw damaged(`the filter ${name} needs the shape of an array, but the frame has none`, place)
  }
  if (blockshape.reduce((size, extent) => size * extent, typesize) !== nbytes) {
    throw damaged(`the filter ${name} got a block that does not have the array's block shape`, place)
  }
  return blockshape
}

function scatter(
  c: BlockContext,
  nbytes: number,
  src: number,
  dst: number,
  side: (axis: number) => number,
): void {
  const from = c.ws.view(src, nbytes)
  const to = c.ws.view(dst, nbytes)
  let at = 0
  eachCellRow(c.blockshape ?? [], side, (start, length) => {
    const size = length * c.typesize
    to.set(from.subarray(at, at + size), start * c.typesize)
    at += size
  })
}

/** Items are stored cell by cell (c-blosc2, plugins/filters/ndcell); the meta byte is the side of a cell. */
const ndcell: Filter = {
  id: 32,
  name: 'ndcell',
  traits: { threads: true, keepsRepeats: true, usesShape: true },
  backward(c, nbytes, src, dst) {
    shapeOf(c, nbytes, 'ndcell')
    if (c.meta === 0) throw damaged('the filter ndcell has cells of extent 0', c.place)
    scatter(c, nbytes, src, dst, () => c.meta)
  },
}

/** Like ndcell, with cells no larger than the block; items were replaced by means. */
const ndmean: Filter = {
  id: 33,
  name: 'ndmean',
  traits: { threads: true, keepsRepeats: false, lossy: 'any', usesShape: true },
  backward(c, nbytes, src, dst) {
    const shape = shapeOf(c, nbytes, 'ndmean')
    if (c.meta === 0 || c.meta > 127) throw damaged('the filter ndmean has cells of extent 0', c.place)
    scatter(c, nbytes, src, dst, (axis) => Math.min(c.meta, shape[axis] ?? 1))
  },
}

export const CELL_FILTERS: readonly Filter[] = [ndcell, ndmean]
