// Unpacks a dataset whose chunks, one behind the other, are its items in C order: threads decode and write
// them.

import { partition } from '../../../array/geometry.js'
import { startsLinear } from '../../../array/linear.js'
import { fillPattern } from '../../../chunk/blosc2/special.js'
import { runError } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { withThreads } from '../../../engine/pools.js'
import { readInto } from '../../../engine/read-into.js'
import type { ReadTask } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import type { PlainSink } from '../../../sinks/plain.js'
import { withBox } from '../../chunks/array-reader.js'
import { spanOf } from '../chunk-index/table.js'
import { type DecodeParams, jobs } from '../hdf5-job.js'
import type { ChunkedValues } from './chunked.js'
import { checkedChunkBytes, workloadOf } from './piped-chunks.js'
import { bringWhole, chunkBytesOf, type PipedDataset } from './piped-task.js'

/** Larger chunks are read by blocks if they have any: several chunks are in memory together. In bytes. */
const LARGEST_WHOLE = 64 * 2 ** 20

/** Whether a dataset can be unpacked chunk by chunk, and that is the best way. */
export function isInOrder({ data, frames }: Pick<ChunkedValues, 'data' | 'frames'>): boolean {
  const { shape, chunkShape: chunkshape } = data
  if (shape.length === 0 || shape.includes(0)) return false
  if (frames !== undefined && chunkBytesOf(data) > LARGEST_WHOLE) return false
  return startsLinear({ shape, chunkshape, blockshape: chunkshape })
}

/** Puts the value of missing chunks into a buffer. */
function fillOut(out: Uint8Array, { fill }: PipedDataset): void {
  if (fill === undefined) out.fill(0)
  else fillPattern(out, fill)
}

/** A chunk as a task. @param nbytes of it that are wanted: all but the padding */
async function taskOf(
  d: PipedDataset,
  index: number,
  nbytes: number,
  slot: Slot,
): Promise<ReadTask<DecodeParams>> {
  const entry = d.table.get(index)
  if (entry !== undefined) return bringWhole(d, { index, entry }, slot, nbytes)
  const out = slot.plain(nbytes)
  fillOut(out, d)
  return { out, params: undefined }
}

async function writeChunks(d: PipedDataset, total: number, sink: PlainSink, o: RunOptions): Promise<void> {
  const chunkBytes = checkedChunkBytes(d)
  const stored = [...d.table].map(([index, entry]) => ({ index, entry }))
  d.source.willReadParts?.(stored.map(({ index, entry }) => spanOf(entry, index)))
  let [index, plain] = [0, 0]
  const next = async (slot: Slot): Promise<ReadTask<DecodeParams> | undefined> => {
    const left = total - index * chunkBytes
    return left > 0 ? taskOf(d, index++, Math.min(left, chunkBytes), slot) : undefined
  }
  await withThreads(workloadOf(d, stored, o), jobs, (threads) =>
    readInto({ threads, module: jobs, job: 'decode', signal: o.signal, next }, sink, ({ out }) => {
      plain += out.length
      o.onProgress?.({ plain, packed: 0, total })
    }),
  )
}

/**
 * Writes all plain bytes to a sink, which is finished, or aborted when anything fails.
 * @param d of which {@link isInOrder} is true
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
 */
export async function unpackInOrder(
  d: PipedDataset,
  nbytes: number,
  sink: PlainSink,
  o: RunOptions,
): Promise<void> {
  const { shape, chunkShape: chunkshape } = d
  try {
    await writeChunks(d, nbytes, sink, o)
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw withBox(runError(error, o.signal), partition({ shape, chunkshape, blockshape: chunkshape }))
  }
}
