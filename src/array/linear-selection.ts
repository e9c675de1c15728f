// Reads selections from arrays in C or Fortran order region by region, in bounded memory, and in the order in
// which the bytes lie.

import { product } from './geometry.js'
import { fromFortranOrder } from './order.js'
import type { AxisRange, Runs } from './picks.js'
import { copyAxes, stridesOf } from './runs.js'
import { type StridedAxis, type StridedRun, stridedRuns } from './strided-runs.js'

/** Bytes of a region at most, where one item is not larger. */
const REGION_BYTES = 64 * 2 ** 20
/** In Fortran order each region may touch all chunks, so that few large ones are better. */
const FORTRAN_REGION_BYTES = 256 * 2 ** 20
/** Indices in another order than that of the bytes that are kept at a time. */
const MOST_MOVED = 2 ** 20

/** An array of which something is selected. */
export interface LinearArray {
  shape: readonly number[]
  order: 'C' | 'F'
  /** Size of an item, in bytes. */
  itemsize: number
  /** What is wanted of each item, in bytes. */
  part: { offset: number; nbytes: number }
}

/** A part of the result that is made at once. */
export interface Region {
  /** Where its bytes lie, in ascending order. */
  runs(): Iterable<StridedRun>
  /** Size of what the runs hold, in bytes. */
  nbytes: number
  /** Puts the bytes of the runs into the order of the result; undefined where they have it. */
  arrange: ((bytes: Uint8Array) => Uint8Array) | undefined
}

/** The same indices in ascending order, each once, and runs from there to the order that was asked for. */
interface Sorted {
  axis: Pick<AxisRange, 'count' | 'at' | 'step'>
  /** Undefined where they are the same. */
  runs: Runs | undefined
}

function isAscending({ count, at, step }: AxisRange): boolean {
  if (step !== undefined) return step > 0
  for (let i = 1; i < count; i++) if (at(i) <= at(i - 1)) return false
  return true
}

function reversed({ count, at, step = -1 }: AxisRange): Sorted {
  const runs: Runs = []
  for (let i = 0; i < count; i++) runs.push(i, count - 1 - i, 1)
  return { axis: { count, at: (i) => at(count - 1 - i), step: -step }, runs }
}

function sortedList({ count, at }: AxisRange): Sorted {
  const indices = Array.from({ length: count }, (_, i) => at(i))
  const unique = [...new Set(indices)].sort((a, b) => a - b)
  const places = new Map(unique.map((index, i) => [index, i]))
  const runs = indices.flatMap((index, i) => [places.get(index) ?? 0, i, 1])
  return { axis: { count: unique.length, at: (i) => unique[i] ?? 0, step: undefined }, runs }
}

function sorted(range: AxisRange): Sorted {
  if (isAscending(range)) return { axis: range, runs: undefined }
  return range.step === undefined ? sortedList(range) : reversed(range)
}

/** Are the items of the selection in the same order there as in C order? */
function isInOrder(ranges: readonly AxisRange[], order: 'C' | 'F'): boolean {
  return (order === 'C' || ranges.filter(({ count }) => count > 1).length < 2) && ranges.every(isAscending)
}

function arrangement(
  sortedAxes: readonly Sorted[],
  ranges: readonly AxisRange[],
  { order, part: { nbytes } }: LinearArray,
): (bytes: Uint8Array) => Uint8Array {
  const from = sortedAxes.map(({ axis }) => axis.count)
  const to = ranges.map(({ count }) => count)
  return (bytes) => {
    const inC = order === 'C' ? bytes : fromFortranOrder(bytes, from, nbytes)
    if (sortedAxes.every(({ runs }) => runs === undefined)) return inC
    const [source, target] = [stridesOf(from), stridesOf(to)]
    const axes = sortedAxes.map(({ runs, axis }, i) => ({
      runs: runs ?? [0, 0, axis.count],
      from: source[i] ?? 1,
      to: target[i] ?? 1,
    }))
    const out = new Uint8Array(product(to) * nbytes)
    copyAxes(axes, nbytes, inC, out)
    return out
  }
}

function regionOf(array: LinearArray, ranges: readonly AxisRange[], isDirect: boolean): Region {
  const axes = ranges.map(sorted)
  const isC = array.order === 'C'
  const steps = isC ? stridesOf(array.shape) : stridesOf(array.shape.toReversed()).toReversed()
  const strided = axes.map(
    ({ axis }, i): StridedAxis => ({ ...axis, at: axis.at, stride: (steps[i] ?? 1) * array.itemsize }),
  )
  const slowestFirst = isC ? strided : strided.toReversed()
  return {
    runs: () => stridedRuns(slowestFirst, array.part),
    nbytes: product(axes.map(({ axis }) => axis.count)) * array.part.nbytes,
    arrange: isDirect ? undefined : arrangement(axes, ranges, array),
  }
}

function cutOut(range: AxisRange, from: number, to: number): AxisRange {
  const dense = range.dense || to - from < 2
  return { ...range, count: to - from, at: (i) => range.at(from + i), dense, step: dense ? 1 : range.step }
}

/** How many indices of an axis may be in a region. */
function mostOf(range: AxisRange): number {
  return isAscending(range) ? range.count : Math.min(range.count, MOST_MOVED)
}

function* cutRegions(
  ranges: readonly AxisRange[],
  itemBytes: number,
  most: number,
  axis = 0,
): Generator<AxisRange[]> {
  const range = ranges[axis]
  if (range === undefined) {
    yield [...ranges]
    return
  }
  const rest = ranges.slice(axis + 1)
  const row = product(rest.map(({ count }) => count)) * itemBytes
  const fits = row <= most && rest.every((other) => mostOf(other) === other.count)
  const size = fits ? Math.max(1, Math.min(Math.floor(most / row), mostOf(range))) : 1
  for (let at = 0; at < range.count; at += size) {
    const cut = ranges.with(axis, cutOut(range, at, Math.min(range.count, at + size)))
    if (fits) yield cut
    else yield* cutRegions(cut, itemBytes, most, axis + 1)
  }
}

/**
 * The regions of a selection, which follow each other in C order of the result. One whose items lie in this order already is a
 * single region, however large it is.
 * @param ranges what is taken along each axis; several lists select orthogonally
 */
export function* regionsOf(array: LinearArray, ranges: readonly AxisRange[]): Generator<Region> {
  if (array.part.nbytes === 0 || ranges.some(({ count }) => count === 0)) return
  if (isInOrder(ranges, array.order)) {
    yield regionOf(array, ranges, true)
    return
  }
  const most = array.order === 'C' ? REGION_BYTES : FORTRAN_REGION_BYTES
  for (const cut of cutRegions(ranges, array.part.nbytes, most)) yield regionOf(array, cut, false)
}
