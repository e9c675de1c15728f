// Decodes all stored chunks of a dataset, in all threads, to see which of them are sound.

import { asDamage, BlpkError, runError } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { withThreads } from '../../../engine/pools.js'
import { type ReadTask, readTasks } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import type { DecodeParams } from '../hdf5-job.js'
import { jobs } from '../hdf5-job.js'
import type { ChunkEntry } from '../model.js'
import { workloadOf } from './piped-chunks.js'
import { bringWhole, type PipedDataset } from './piped-task.js'

/** A chunk to prove; without a task, something is wrong with it already. */
interface Proof extends ReadTask<DecodeParams> {
  chunk: number
  fault?: BlpkError
}

async function proofOf(d: PipedDataset, chunk: number, entry: ChunkEntry, slot: Slot): Promise<Proof> {
  try {
    return { chunk, ...(await bringWhole(d, { index: chunk, entry }, slot)) }
  } catch (error) {
    return { chunk, fault: asDamage(error), params: undefined, out: new Uint8Array() }
  }
}

/**
 * Proves all stored chunks, in the order of their positions in the file.
 * @param take called with each: what is wrong with it, if anything is
 * @throws BlpkError IO, INTERRUPTED
 */
export async function proveChunks(
  d: PipedDataset,
  options: RunOptions,
  take: (chunk: number, fault: BlpkError | undefined) => void,
): Promise<void> {
  const stored = [...d.table].map(([chunk, entry]) => ({ chunk, entry }))
  stored.sort((a, b) => a.entry.address - b.entry.address)
  const chunks = stored.values()
  const next = async (slot: Slot): Promise<Proof | undefined> => {
    const one = chunks.next()
    return one.done === true ? undefined : proofOf(d, one.value.chunk, one.value.entry, slot)
  }
  const onError = (error: unknown): BlpkError => asDamage(error)
  try {
    await withThreads(workloadOf(d, stored, options), jobs, (threads) =>
      readTasks(
        { threads, module: jobs, job: 'decode', signal: options.signal, next, onError },
        ({ chunk, fault }, result) =>
          take(chunk, fault ?? (result instanceof BlpkError ? result : undefined)),
      ),
    )
  } catch (error) {
    throw runError(error, options.signal)
  }
}
