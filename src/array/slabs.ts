// Cuts an array into boxes of bounded size that are read or written at once.

import { type Box, eachIndex, product } from './geometry.js'

/** How an array is cut into parts that fit in memory. */
interface Cut {
  /** Extents for the axes before the one that is cut. */
  lead: readonly number[]
  /** What the extent of the cut axis should be a multiple of, best first. */
  units: (axis: number) => readonly number[]
}

function extentsOf(shape: readonly number[], { lead, units }: Cut, most: number): number[] {
  for (let axis = 0; axis < shape.length; axis++) {
    const rest = product(shape.slice(axis + 1)) * product(lead.slice(0, axis))
    const room = Math.floor(most / Math.max(rest, 1))
    const unit = units(axis).find((size) => size <= room)
    const last = axis === shape.length - 1 ? units(axis).at(-1) : undefined
    const size = unit === undefined ? last : room - (room % unit)
    if (size !== undefined) return [...lead.slice(0, axis), size, ...shape.slice(axis + 1)]
  }
  return [...shape]
}

function* boxes(shape: readonly number[], extents: readonly number[]): Generator<Box> {
  const counts = shape.map((extent, i) => Math.ceil(extent / Math.max(extents[i] ?? 1, 1)))
  const places: number[][] = []
  eachIndex(
    counts.map(() => 0),
    counts,
    (index) => places.push([...index]),
  )
  for (const place of places) {
    const start = place.map((at, i) => at * (extents[i] ?? 1))
    yield { start, stop: start.map((at, i) => Math.min(at + (extents[i] ?? 1), shape[i] ?? 0)) }
  }
}

/**
 * Boxes of whole chunks that cover an array, in C order, each with long runs in the plain array.
 * @param most maximum items of a box, but at least one chunk
 */
export function chunkSlabs(
  shape: readonly number[],
  chunkshape: readonly number[],
  most: number,
): Generator<Box> {
  const cut: Cut = { lead: chunkshape, units: (axis) => [Math.max(chunkshape[axis] ?? 1, 1)] }
  return boxes(shape, extentsOf(shape, cut, most))
}

/**
 * Boxes that are consecutive in the plain array: of whole rows of chunks if these fit, otherwise of blocks.
 * @param most maximum items of a box
 */
export function plainSlabs(
  shape: readonly number[],
  chunkshape: readonly number[],
  blockshape: readonly number[],
  most: number,
): Generator<Box> {
  const units = (axis: number): number[] => [
    Math.max(chunkshape[axis] ?? 1, 1),
    Math.max(blockshape[axis] ?? 1, 1),
    1,
  ]
  return boxes(shape, extentsOf(shape, { lead: shape.map(() => 1), units }, most))
}
