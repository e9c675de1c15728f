// Reads selections of an array piece by piece, in bounded memory.

import { product } from '../../array/geometry.js'
import { type AxisRange, axisRange, type Pick1 } from '../../array/picks.js'
import { usage } from '../../core/errors.js'
import type { RegionSource } from './region-source.js'

/** Plain bytes that are combined if they come from several rows of chunks. */
const JOINED_BYTES = 32 * 2 ** 20
/** Maximum of plain bytes in a piece, even if blocks must then be decoded repeatedly. */
const MOST_BYTES = 256 * 2 ** 20
/** Maximum of chunks in a piece: each takes some hundred bytes, and those of a sparse dataset may be no more than a claim. */
const MOST_CHUNKS = 2 ** 17

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

function* cutByUnit(axis: Axis, [from, to]: Run, unit: Unit): Generator<Run> {
  for (let start = from; start < to; ) {
    const stop = leaves(axis, [start, to], unit)
    yield [start, stop]
    start = stop
  }
}

/** What one index along an axis brings with it: all that the axes after it select. */
interface Row {
  nbytes: number
  /** Chunks that hold it. */
  chunks: number
}

function rowOf(rest: readonly Axis[], itemBytes: number): Row {
  return {
    nbytes: product(rest.map(({ count }) => count)) * itemBytes,
    chunks: product(rest.map(({ count, chunk }) => Math.min(count, Math.ceil(count / chunk) + 1))),
  }
}

/** How many indices along an axis may be read together. */
function mostOf({ chunk }: Axis, { nbytes, chunks }: Row, most: number): number {
  const byChunks = Math.max(1, Math.floor(MOST_CHUNKS / Math.max(chunks, 1))) * chunk
  return Math.max(1, Math.min(Math.floor(most / Math.max(nbytes, 1)), byChunks))
}

/** Runs within one row of chunks; runs that are too long are split by rows of blocks, then by length. */
function* runsOf(axis: Axis, row: Row): Generator<Run> {
  const most = mostOf(axis, row, MOST_BYTES)
  for (const whole of cutByUnit(axis, [0, axis.count], chunkUnit(axis))) {
    const isShort = whole[1] - whole[0] <= most
    for (const [from, to] of isShort ? [whole] : cutByUnit(axis, whole, blockUnit(axis)))
      for (let start = from; start < to; start += most) yield [start, Math.min(to, start + most)]
  }
}

/** Merges short runs, up to `most` indices. */
function* join(runs: Iterable<Run>, most: number): Generator<Run> {
  let last: Run | undefined
  for (const run of runs) {
    if (last !== undefined && run[1] - last[0] <= most) last = [last[0], run[1]]
    else {
      if (last !== undefined) yield last
      last = run
    }
  }
  if (last !== undefined) yield last
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
  const after = axes.slice(length + 1)
  const row = rowOf(after, itemBytes)
  const rest = after.map((other) => keyOf(other, [0, other.count]))
  if (axis.count === 1 || row.nbytes > MOST_BYTES || row.chunks > MOST_CHUNKS) {
    for (let i = 0; i < axis.count; i++) yield* regions(axes, itemBytes, [...done, keyOf(axis, [i, i + 1])])
    return
  }
  for (const run of join(runsOf(axis, row), mostOf(axis, row, JOINED_BYTES)))
    yield [...done, keyOf(axis, run), ...rest]
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
