// Reads selections from arrays in C or Fortran order, region by region, in bounded memory, in storage order.

import { product } from './geometry.js'
import type { AxisRange } from './picks.js'
import { stridesOf } from './runs.js'
import { Scatter, type ScatterAxis } from './scatter.js'
import { type StridedAxis, type StridedRun, stridedRuns } from './strided-runs.js'

/** Maximum bytes of a region, unless one item is larger. */
const REGION_BYTES = 64 * 2 ** 20
/** In Fortran order each region may touch all chunks, so a few large regions are better. */
const FORTRAN_REGION_BYTES = 256 * 2 ** 20
/** Number of indices out of storage order that are kept at a time. */
const MOST_MOVED = 2 ** 20

/** An array to select from. */
export interface LinearArray {
  shape: readonly number[]
  order: 'C' | 'F'
  /** Size of an item, in bytes. */
  itemsize: number
  /** The wanted part of each item, in bytes. */
  part: { offset: number; nbytes: number }
}

/** A part of the result that is produced at once. */
export interface Region {
  /** Positions of its bytes, ascending. */
  runs(): Iterable<StridedRun>
  /** Size of the contents of the runs, in bytes. */
  nbytes: number
  /** Size of this part of the result, in bytes; items that are named twice count twice. */
  outBytes: number
  /** Puts the bytes of the runs into result order; undefined if they already are. */
  scatter: Scatter | undefined
}

/** The same indices in ascending order without duplicates, and where they are in the requested order. */
interface Sorted {
  axis: Pick<AxisRange, 'count' | 'at' | 'step'>
  /** Whether the order is reversed. */
  isTurned: boolean
  /** For a list. */
  places: ScatterAxis['places']
}

function isAscending({ count, at, step }: AxisRange): boolean {
  if (step !== undefined) return step > 0
  for (let i = 1; i < count; i++) if (at(i) <= at(i - 1)) return false
  return true
}

function reversed({ count, at, step = -1 }: AxisRange): Sorted {
  return { axis: { count, at: (i) => at(count - 1 - i), step: -step }, isTurned: true, places: undefined }
}

function sortedList({ count, at }: AxisRange): Sorted {
  const byIndex = new Map<number, number[]>()
  for (let i = 0; i < count; i++) {
    const known = byIndex.get(at(i))
    if (known === undefined) byIndex.set(at(i), [i])
    else known.push(i)
  }
  const unique = [...byIndex].sort(([a], [b]) => a - b)
  return {
    axis: { count: unique.length, at: (i) => unique[i]?.[0] ?? 0, step: undefined },
    isTurned: false,
    places: (first, end) =>
      unique.slice(first, end).flatMap(([, all], i) => all.flatMap((place) => [i, place, 1])),
  }
}

function sorted(range: AxisRange): Sorted {
  if (isAscending(range)) return { axis: range, isTurned: false, places: undefined }
  return range.step === undefined ? sortedList(range) : reversed(range)
}

/** Whether the selected items are in the same order there as in C order. */
function isInOrder(ranges: readonly AxisRange[], order: 'C' | 'F'): boolean {
  return (order === 'C' || ranges.filter(({ count }) => count > 1).length < 2) && ranges.every(isAscending)
}

function regionOf(array: LinearArray, ranges: readonly AxisRange[], isDirect: boolean): Region {
  const axes = ranges.map(sorted)
  const isC = array.order === 'C'
  const slowestFirst = <T>(list: T[]): T[] => (isC ? list : list.toReversed())
  const steps = slowestFirst(stridesOf(slowestFirst([...array.shape])))
  const target = stridesOf(ranges.map(({ count }) => count))
  const strided = axes.map(
    ({ axis }, i): StridedAxis => ({ ...axis, at: axis.at, stride: (steps[i] ?? 1) * array.itemsize }),
  )
  const scattered = axes.map(({ axis: { count }, isTurned, places }, i): ScatterAxis => {
    const stride = target[i] ?? 1
    if (isTurned) return { count, base: (count - 1) * stride, stride: -stride, places }
    return { count, base: 0, stride, places }
  })
  const { nbytes } = array.part
  return {
    runs: () => stridedRuns(slowestFirst(strided), array.part),
    nbytes: product(axes.map(({ axis }) => axis.count)) * nbytes,
    outBytes: product(ranges.map(({ count }) => count)) * nbytes,
    scatter: isDirect ? undefined : new Scatter(slowestFirst(scattered), nbytes),
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

function isNothing({ part }: LinearArray, ranges: readonly AxisRange[]): boolean {
  return part.nbytes === 0 || ranges.some(({ count }) => count === 0)
}

/** A whole selection at once, for a result that is in memory; undefined if it is empty. */
export function wholeRegion(array: LinearArray, ranges: readonly AxisRange[]): Region | undefined {
  return isNothing(array, ranges) ? undefined : regionOf(array, ranges, isInOrder(ranges, array.order))
}

/**
 * The regions of a selection, in C order of the result. If the items are already in this order, there is a
 * single region, however large.
 * @param ranges the selection along each axis; several lists select orthogonally
 */
export function* regionsOf(array: LinearArray, ranges: readonly AxisRange[]): Generator<Region> {
  if (isNothing(array, ranges)) return
  if (isInOrder(ranges, array.order)) {
    yield regionOf(array, ranges, true)
    return
  }
  const most = array.order === 'C' ? REGION_BYTES : FORTRAN_REGION_BYTES
  for (const cut of cutRegions(ranges, array.part.nbytes, most)) yield regionOf(array, cut, false)
}
