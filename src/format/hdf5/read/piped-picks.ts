// Which items of a chunk go where in a result, and how a missing chunk is filled in.

import type { ChunkPicks, Runs } from '../../../array/picks.js'
import { type AxisRuns, axesOf, copyAxes, stridesOf } from '../../../array/runs.js'

/** Runs from a chunk to the result: picks have them in two steps, over the same indices of the selected part. */
function runsOf({ blocks: [only], out }: ChunkPicks): Runs {
  const runs: Runs = []
  const first = only?.runs ?? []
  let [i, j, done, put] = [0, 0, 0, 0]
  while (i < first.length && j < out.length) {
    const [left, right] = [(first[i + 2] ?? 0) - done, (out[j + 2] ?? 0) - put]
    const length = Math.min(left, right)
    runs.push((first[i] ?? 0) + done, (out[j + 1] ?? 0) + put, length)
    done = length === left ? 0 : done + length
    put = length === right ? 0 : put + length
    if (done === 0) i += 3
    if (put === 0) j += 3
  }
  return runs
}

/**
 * How the picked items get from a chunk to the result.
 * @param picks with blocks as large as chunks
 * @param shape of the result, in items
 */
export function pickAxes(
  picks: readonly ChunkPicks[],
  chunkShape: readonly number[],
  shape: readonly number[],
): AxisRuns[] {
  return axesOf(picks.map(runsOf), chunkShape, shape)
}

/** Puts one item in all places of a missing chunk. @param item undefined for zeros */
export function fillPicks(
  picks: readonly ChunkPicks[],
  shape: readonly number[],
  itemBytes: number,
  item: Uint8Array | undefined,
  out: Uint8Array,
): void {
  const strides = stridesOf(shape)
  const axes = picks.map(({ out: runs }, axis) => ({
    runs: runs.map((value, i) => (i % 3 === 0 ? 0 : value)),
    from: 0,
    to: strides[axis] ?? 1,
  }))
  const longest = (axes.at(-1)?.runs ?? [0, 0, 1]).reduce(
    (most, value, i) => (i % 3 === 2 ? Math.max(most, value) : most),
    0,
  )
  const row = new Uint8Array(longest * itemBytes)
  if (item !== undefined) for (let i = 0; i < longest; i++) row.set(item, i * itemBytes)
  copyAxes(axes.length > 0 ? axes : [{ runs: [0, 0, 1], from: 0, to: 1 }], itemBytes, row, out)
}
