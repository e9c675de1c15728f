// Overwrites orthogonal selections of an array.

import { eachIndex, flatIndex, product } from '../../../array/geometry.js'
import type { AxisRange, ChunkPicks, Runs } from '../../../array/picks.js'
import { axesOf, copyAxes } from '../../../array/runs.js'
import { fillPattern } from '../../../chunk/blosc2/special.js'
import { type ArrayStore, eachChunk } from '../../chunks/array-reader.js'
import { decodeStored, type PackChunks } from './array-writer.js'

/** Runs in the opposite direction. */
function turned(runs: Runs): Runs {
  const back: Runs = []
  for (let i = 0; i < runs.length; i += 3) back.push(runs[i + 1] ?? 0, runs[i] ?? 0, runs[i + 2] ?? 0)
  return back
}

/** The values for one chunk, in C order. @param shape of all values */
function valuesFor(
  picks: readonly ChunkPicks[],
  values: Uint8Array,
  shape: readonly number[],
  itemBytes: number,
): Uint8Array {
  const counts = picks.map(({ count }) => count)
  const part = new Uint8Array(product(counts) * itemBytes)
  if (values.length === itemBytes) fillPattern(part, values)
  else {
    const runs = picks.map(({ out }) => turned(out))
    copyAxes(axesOf(runs, shape, counts), itemBytes, values, part)
  }
  return part
}

/** Puts values into the blocks of a chunk. */
function intoBlocks(
  { partition: p, itemBytes }: ArrayStore,
  picks: readonly ChunkPicks[],
  part: Uint8Array,
  plain: Uint8Array,
): void {
  const blockBytes = p.blockItems * itemBytes
  const counts = picks.map(({ count }) => count)
  eachIndex(
    picks.map(() => 0),
    picks.map(({ blocks }) => blocks.length),
    (which) => {
      const groups = which.map((i, axis) => picks[axis]?.blocks[i])
      const at = groups.map((group) => group?.block ?? 0)
      const start = flatIndex(at, p.blocks) * blockBytes
      const runs = groups.map((group) => turned(group?.runs ?? []))
      const block = plain.subarray(start, start + blockBytes)
      copyAxes(axesOf(runs, counts, p.blockshape), itemBytes, part, block)
    },
  )
}

/**
 * Overwrites the items that ranges along each axis select together (orthogonal selection). If an item is
 * named twice, the last value wins, as in NumPy.
 * @param values in C order, one for each selected item, or one for all
 * @param pack compresses chunks
 */
export async function writePicks(
  store: ArrayStore,
  ranges: readonly AxisRange[],
  values: Uint8Array,
  pack: PackChunks,
): Promise<void> {
  const { partition: p, itemBytes } = store
  const shape = ranges.map(({ count }) => count)
  if (shape.includes(0)) return
  const chunks: { index: number; picks: ChunkPicks[] }[] = []
  eachChunk(p, ranges, (picks, index) => chunks.push({ index, picks }))
  await pack({
    places: chunks.map(({ index }) => index),
    nbytes: p.chunkItems * itemBytes,
    fill: async (plain, i) => {
      const { index, picks } = chunks[i] as (typeof chunks)[number]
      await decodeStored(store, index, plain)
      intoBlocks(store, picks, valuesFor(picks, values, shape, itemBytes), plain)
    },
  })
}
