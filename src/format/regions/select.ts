// Reads selections of an array piece by piece, in bounded memory.

import { product } from '../../array/geometry.js'
import { type AxisRange, axisRange, type Pick1 } from '../../array/picks.js'
import { usage } from '../../core/errors.js'
import type { RegionSource } from './region-source.js'

/** Plain bytes that are combined if they come from several rows of chunks. */
const JOINED_BYTES = 32 * 2 ** 20
/** Maximum of plain bytes in a piece, even if blocks must then be decoded repeatedly. */
const MOST_BYTES = 256 * 2 ** 20

/** A selection from an array. */
export interface Selection {
  /** Of the result: without the axes that have a single index. */
  shape: number[]
  /** Size of the result, in bytes. */
  nbytes: number
  /** The items in C order, in pieces of at most 256 MiB unless one item is larger. */
  pieces(): AsyncGenerator<Uint8Array>
}

/** Half-open range of selected positions along an axis. */
type Run = [from: number, to: number]

interface Axis extends AxisRange {
  chunk: number
  block: number
}

/** The chunk or block that holds an index: from the first index in it to the first after it. */
type Unit = (index: number) => [first: number, end: number]

function chunkUnit({ chunk }: Axis): Unit {
  return (index) => {
    const first = index - (index % chunk)
    return [first, first + chunk]
  }
}

function blockUnit({ chunk, block }: Axis): Unit {
  return (index) => {
    const origin = index - (index % chunk)
    const first = index - ((index - origin) % block)
    return [first, Math.min(first + block, origin + chunk)]
  }
}

/** Where the run of positions from `from` on leaves its unit. */
function leaves({ at, dense }: Axis, [from, to]: Run, unit: Unit): number {
  const [first, end] = unit(at(from))
  // Ranges may be long, so those without gaps are not iterated.
  if (dense) return Math.min(to, from + end - at(from))
  let i = from + 1
  while (i < to && at(i) >= first && at(i) < end) i++
  return i
}

function cutByUnit(axis: Axis, [from, to]: Run, unit: Unit): Run[] {
  const runs: Run[] = []
  for (let start = from; start < to; ) {
    const stop = leaves(axis, [start, to], unit)
    runs.push([start, stop])
    start = stop
  }
  return runs
}

/** Runs within one row of chunks; runs that are too long are split by rows of blocks, then by length. */
function runsOf(axis: Axis, rowBytes: number): Run[] {
  const most = Math.max(1, Math.floor(MOST_BYTES / Math.max(rowBytes, 1)))
  const short = ([from, to]: Run): boolean => to - from <= most
  return cutByUnit(axis, [0, axis.count], chunkUnit(axis))
    .flatMap((run) => (short(run) ? [run] : cutByUnit(axis, run, blockUnit(axis))))
    .flatMap(([from, to]) =>
      Array.from(
        { length: Math.ceil((to - from) / most) },
        (_, i): Run => [from + i * most, Math.min(to, from + (i + 1) * most)],
      ),
    )
}

/** Merges short runs. */
function join(runs: readonly Run[], rowBytes: number): Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const last = joined.at(-1)
    if (last !== undefined && (run[1] - last[0]) * rowBytes <= JOINED_BYTES) last[1] = run[1]
    else joined.push([...run])
  }
  return joined
}

function keyOf(axis: Axis, [from, to]: Run): Pick1 {
  if (to === from) return []
  if (axis.dense) return { start: axis.at(from), stop: axis.at(to - 1) + 1 }
  return Array.from({ length: to - from }, (_, i) => axis.at(from + i))
}

/** The selection in consecutive pieces: the keys of each. */
function* regions(axes: readonly Axis[], itemBytes: number, done: Pick1[] = []): Generator<Pick1[]> {
  const { length } = done
  const axis = axes[length]
  if (axis === undefined) {
    yield done
    return
  }
  const rowBytes = product(axes.slice(length + 1).map(({ count }) => count)) * itemBytes
  const rest = axes.slice(length + 1).map((other) => keyOf(other, [0, other.count]))
  if (axis.count === 1 || rowBytes > MOST_BYTES) {
    for (let i = 0; i < axis.count; i++) yield* regions(axes, itemBytes, [...done, keyOf(axis, [i, i + 1])])
    return
  }
  for (const run of join(runsOf(axis, rowBytes), rowBytes)) yield [...done, keyOf(axis, run), ...rest]
}

async function readRegion(array: RegionSource, keys: readonly Pick1[]): Promise<Uint8Array> {
  const box = keys.map((key) => key as { start?: number; stop?: number })
  if (keys.some((key) => Array.isArray(key))) return array.pick(keys)
  const [start, stop] = [box.map(({ start = 0 }) => start), box.map(({ stop = 0 }) => stop)]
  return array.box({ start, stop })
}

/** The axes of a selection, and how the array is divided along each. @throws BlpkError USAGE for invalid keys */
function axesOf(array: RegionSource, keys: readonly (Pick1 | undefined)[]): Axis[] {
  return array.shape.map((extent, i): Axis => {
    const [chunk, block] = [Math.max(1, array.chunkshape[i] ?? 1), Math.max(1, array.blockshape[i] ?? 1)]
    return { ...axisRange(keys[i], extent), chunk, block }
  })
}

/** All of an array in consecutive pieces of at most 256 MiB, unless one item is larger: the keys of each. */
export function wholePieces(array: RegionSource): Iterable<readonly Pick1[]> {
  return array.shape.includes(0) ? [] : regions(axesOf(array, []), array.itemBytes)
}

/**
 * A selection in pieces, like `NDArray.slice` with bounded memory. Pieces follow the rows of chunks, so
 * that blocks are decoded once. Only if such a row exceeds 256 MiB, they are decoded for each piece.
 * @throws BlpkError USAGE for invalid keys
 */
export function select(array: RegionSource, keys: readonly (Pick1 | undefined)[] = []): Selection {
  if (keys.length > array.shape.length)
    throw usage(`${keys.length} keys were given for an array of ${array.shape.length} dimensions`)
  const itemBytes = array.itemBytes
  const axes = axesOf(array, keys)
  const nbytes = product(axes.map(({ count }) => count)) * itemBytes
  async function* pieces(): AsyncGenerator<Uint8Array> {
    if (nbytes === 0) return
    for (const region of regions(axes, itemBytes)) yield await readRegion(array, region)
  }
  return { shape: axes.filter(({ drop }) => !drop).map(({ count }) => count), nbytes, pieces }
}
