// Reads items of a dataset in chunks: each chunk is decoded as a whole, in threads where that pays.

import { partition } from '../../../array/geometry.js'
import type { AxisRange } from '../../../array/picks.js'
import { copyAxes } from '../../../array/runs.js'
import { fillPattern } from '../../../chunk/blosc2/special.js'
import { allocate } from '../../../core/allocate.js'
import { runError, unsupported } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { withThreads } from '../../../engine/pools.js'
import { readTasks } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import { COPY_SPEED, type Workload } from '../../../engine/thread-policy.js'
import type { Threads } from '../../../engine/threads.js'
import { eachChunk, withBox } from '../../chunks/array-reader.js'
import { spanOf } from '../chunk-index/table.js'
import { pipelineSpeed } from '../filters/pipeline.js'
import { jobs } from '../hdf5-job.js'
import type { ChunkEntry } from '../model.js'
import { fillPicks, pickAxes } from './piped-picks.js'
import {
  bring,
  chunkBytesOf,
  type PipedDataset,
  type PipedRead,
  type PipedTarget,
  type PipedTask,
  type StoredRead,
} from './piped-task.js'

/** Largest chunk, in bytes: HDF5 before 2.0 has no larger ones. */
const LARGEST_CHUNK = 2 ** 32 - 1

type PipedOptions = Pick<RunOptions, 'threads' | 'signal'>

/** Plain size of a chunk, in bytes. @throws BlpkError UNSUPPORTED if it cannot be decoded as a whole */
export function checkedChunkBytes(d: PipedDataset): number {
  const chunkBytes = chunkBytesOf(d)
  if (chunkBytes > LARGEST_CHUNK) throw unsupported(`chunks of ${chunkBytes} bytes are too large to decode`)
  return chunkBytes
}

/** Puts the fill value into the places of a missing chunk. */
function fillMissing(d: PipedDataset, { picks }: PipedRead, { shape, out }: PipedTarget): void {
  const { fill, itemBytes } = d
  if (fill === undefined || fill.length === itemBytes) {
    fillPicks(picks, shape, itemBytes, fill, out)
    return
  }
  // The value of items that are small arrays is one of those.
  const whole = allocate(checkedChunkBytes(d))
  fillPattern(whole, fill)
  copyAxes(pickAxes(picks, d.chunkShape, shape), itemBytes, whole, out)
}

/** Fills in what is not stored. @returns the stored chunks, in their order in the file */
function stored(d: PipedDataset, reads: readonly PipedRead[], target: PipedTarget): StoredRead[] {
  const found: StoredRead[] = []
  for (const read of reads) {
    const entry = d.table.get(read.index)
    if (entry !== undefined) found.push({ ...read, entry })
    else if (d.fill !== undefined || target.isDirty === true) fillMissing(d, read, target)
  }
  return found.sort((a, b) => a.entry.address - b.entry.address)
}

/** The work of decoding chunks. */
export function workloadOf(
  d: PipedDataset,
  reads: readonly { readonly entry: ChunkEntry }[],
  { threads }: PipedOptions,
): Workload {
  const chunkBytes = chunkBytesOf(d)
  const largest = reads.reduce((most, { entry }) => Math.max(most, entry.cbytes), 0)
  return {
    threads,
    jobs: reads.length,
    nbytes: reads.length * chunkBytes,
    speed: pipelineSpeed(d.filters) ?? COPY_SPEED,
    slot: { plain: chunkBytes, packed: d.source.fd === undefined ? largest : 0 },
  }
}

/**
 * Reads items of some chunks to their places. Missing chunks hold the fill value.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
 */
async function readPipedChunks(
  d: PipedDataset,
  reads: readonly PipedRead[],
  target: PipedTarget,
  options: PipedOptions = {},
): Promise<void> {
  try {
    await readStored(d, stored(d, reads, target), target, options)
  } catch (error) {
    throw runError(error, options.signal)
  }
}

async function readStored(
  d: PipedDataset,
  reads: readonly StoredRead[],
  target: PipedTarget,
  options: PipedOptions,
): Promise<void> {
  if (reads.length === 0) return
  checkedChunkBytes(d)
  const left = reads.values()
  const next = async (threads: Threads, slot: Slot): Promise<PipedTask | undefined> => {
    const one = left.next()
    return one.done === true ? undefined : bring(d, one.value, target, threads, slot)
  }
  const load = workloadOf(d, reads, options)
  d.source.willReadParts?.(reads.map(({ entry, index }) => spanOf(entry, index)))
  await withThreads(load, jobs, (threads) =>
    readTasks(
      { threads, module: jobs, job: 'decode', signal: options.signal, next: (slot) => next(threads, slot) },
      ({ out, axes }) => {
        if (out !== target.out) copyAxes(axes, d.itemBytes, out, target.out)
      },
    ),
  )
}

/**
 * Reads the items that the ranges along each axis select, in C order.
 * @param out as long as the items
 * @param isDirty whether it may hold anything but zeros
 * @throws BlpkError as {@link readPipedChunks}
 */
export async function readPipedPicks(
  d: PipedDataset,
  ranges: readonly AxisRange[],
  { out, isDirty = false }: Pick<PipedTarget, 'out' | 'isDirty'>,
  options: PipedOptions = {},
): Promise<void> {
  if (out.length === 0) return
  const p = partition({ shape: d.shape, chunkshape: d.chunkShape, blockshape: d.chunkShape })
  const reads: PipedRead[] = []
  eachChunk(p, ranges, (picks, index) => reads.push({ index, picks }))
  try {
    await readPipedChunks(d, reads, { out, shape: ranges.map(({ count }) => count), isDirty }, options)
  } catch (error) {
    throw withBox(error, p)
  }
}
