// Reads boxes and orthogonal selections of a chunked array.

import { chunkBox } from '../../array/chunk-box.js'
import { type BoxBytes, eachIndex, flatIndex, type Partition } from '../../array/geometry.js'
import { type AxisRange, axisRange, type ChunkPicks, picksByChunk } from '../../array/picks.js'
import { axesOf } from '../../array/runs.js'
import { BlpkError, reworded } from '../../core/errors.js'
import { boxText } from '../../core/shape-text.js'
import type { ChunkFinder } from './found-chunk.js'
import { countChunks, type PartRead, type PartSource } from './part-task.js'
import { readParts } from './read-parts.js'

/** The chunks of an array, and how it is divided. */
export interface ArrayStore extends PartSource<ChunkFinder> {
  partition: Partition
  /** In bytes. */
  itemBytes: number
}

/** Iterates over the chunks that hold selected items, with the selection from each along the axes. */
export function eachChunk(
  p: Partition,
  ranges: readonly AxisRange[],
  take: (picks: ChunkPicks[], index: number) => void,
): void {
  const lists = ranges.map((range, i) => picksByChunk(range, p.chunkshape[i] ?? 1, p.blockshape[i] ?? 1))
  eachIndex(
    lists.map(() => 0),
    lists.map((list) => list.length),
    (which) => {
      const picks = which.map((i, axis) => lists[axis]?.[i] as ChunkPicks)
      const at = picks.map(({ chunk }) => chunk)
      take(picks, flatIndex(at, p.chunks))
    },
  )
}

/** The selected part of one chunk, and how its items get to their places. */
function partRead(
  { partition: p }: ArrayStore,
  picks: readonly ChunkPicks[],
  index: number,
  shape: readonly number[],
  out: Uint8Array,
): PartRead {
  const axes = axesOf(
    picks.map((pick) => pick.out),
    picks.map((pick) => pick.count),
    shape,
  )
  return {
    index,
    part: { picks, blockshape: p.blockshape, blocks: p.blocks },
    out,
    axes,
  }
}

/**
 * Reads the items that the picks along each axis select (orthogonal selection), in C order. Only the blocks
 * that hold some of them are decompressed.
 * @param out as long as the items
 * @param isDirty whether it may hold anything but zeros
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function readPicks(
  store: ArrayStore,
  ranges: readonly AxisRange[],
  out: Uint8Array,
  isDirty = false,
): Promise<void> {
  if (out.length === 0) return
  const { chunks, options, partition } = store
  const shape = ranges.map(({ count }) => count)
  const reads: PartRead[] = []
  let zeros = 0
  chunks.checkHolds()
  eachChunk(partition, ranges, (picks, index) => {
    // There may be millions of them.
    if (options.postfilter === undefined && chunks.isZeros(index)) zeros++
    else reads.push(partRead(store, picks, index, shape, out))
  })
  countChunks(store, zeros)
  if (isDirty && zeros > 0) out.fill(0)
  try {
    await readParts(store, reads, { isDirty: isDirty && zeros === 0 })
  } catch (error) {
    throw withBox(error, partition)
  }
}

/** Adds the part of the array in a damaged chunk to an error. */
export function withBox(error: unknown, partition: Partition): unknown {
  const isAbout = error instanceof BlpkError && ['DAMAGED', 'CHECKSUM'].includes(error.code)
  if (!isAbout || error.place.chunk === undefined) return error
  const box = boxText(chunkBox(partition, error.place.chunk))
  return reworded(error, `${error.message}: it holds ${box} of the array`)
}

/** Reads a box of an array. @param isDirty whether its bytes may be others than zeros @throws BlpkError as {@link readPicks} */
export async function readBox(store: ArrayStore, { bytes, box }: BoxBytes, isDirty = false): Promise<void> {
  const ranges = box.start.map((start, axis) => {
    const extent = store.partition.shape[axis] ?? 0
    return axisRange({ start, stop: box.stop[axis] }, extent)
  })
  await readPicks(store, ranges, bytes, isDirty)
}
