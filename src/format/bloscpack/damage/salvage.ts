// Writing the plain bytes of what is left of a damaged archive.

import { damaged, interrupted } from '../../../core/errors.js'
import type { From } from '../../../engine/fill.js'
import type { RunOptions } from '../../../engine/options.js'
import { withThreads } from '../../../engine/pools.js'
import { readInto } from '../../../engine/read-into.js'
import type { ReadTask } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import type { Threads } from '../../../engine/threads.js'
import type { PlainSink } from '../../../sinks/plain.js'
import { type DecodeParams, jobs } from '../blosc1-job.js'
import { codecOf, readLoad } from '../unpack.js'
import { loadChunk } from './load-chunk.js'
import type { NumberedChunk } from './number.js'
import type { ArchiveRecovery } from './recover.js'

const ZEROS = 1 << 20

/** What is written in one go: a chunk, or so many zeros. */
type Step = { chunk: NumberedChunk; nbytes: number } | { chunk?: undefined; nbytes: number }

function* stepsOf({ recovered }: ArchiveRecovery): Generator<Step> {
  for (const { chunk, zeros } of recovered) {
    if (chunk !== undefined) {
      yield { chunk, nbytes: chunk.header.nbytes }
      continue
    }
    for (let left = zeros.nbytes * zeros.count; left > 0; left -= ZEROS)
      yield { nbytes: Math.min(left, ZEROS) }
  }
}

interface StepTask extends ReadTask<DecodeParams & From> {
  step: Step
}

async function taskFor(r: ArchiveRecovery, threads: Threads, slot: Slot, step: Step): Promise<StepTask> {
  const { chunk, nbytes } = step
  if (chunk === undefined) return { step, out: slot.plain(nbytes).fill(0), params: undefined }
  const loaded = await loadChunk(threads, slot, r.source, chunk)
  const { position: offset } = chunk
  if (loaded === undefined) throw damaged(`the archive ends within the chunk at byte ${offset}`, { offset })
  const { from, packed, out } = loaded
  return { step, out, packed, params: { checksum: r.survey.header.checksum, place: { offset }, from } }
}

async function writeSteps(
  r: ArchiveRecovery,
  sink: PlainSink,
  o: RunOptions,
  threads: Threads,
): Promise<void> {
  const steps = stepsOf(r)
  let written = 0
  await readInto(
    {
      threads,
      module: jobs,
      job: 'decode',
      signal: o.signal,
      next: async (slot): Promise<StepTask | undefined> => {
        const step: Step | undefined = steps.next().value
        return step && taskFor(r, threads, slot, step)
      },
    },
    sink,
    ({ step }) => {
      written += step.nbytes
      const packed = step.chunk?.end
      if (packed !== undefined) o.onProgress?.({ plain: written, packed, total: r.report.nbytes })
    },
  )
}

/**
 * Writes the plain bytes of what was recovered. The sink is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED or CHECKSUM if the archive was changed since
 */
export async function writeSalvaged(
  r: ArchiveRecovery,
  sink: PlainSink,
  options: RunOptions = {},
): Promise<void> {
  const { header, chunks } = r.survey
  const load = readLoad(header.chunkSize, chunks.length, codecOf(chunks[0]?.header), options)
  try {
    await withThreads(load, jobs, (threads) => writeSteps(r, sink, options, threads))
    await sink.finish()
  } catch (error) {
    await sink.abort()
    throw interrupted(error, options.signal)
  }
}
