// Packing a source into an archive.

import { codecByName } from '../../codecs/registry.js'
import { interrupted } from '../../core/errors.js'
import { ChunkReader } from '../../engine/chunk-reader.js'
import type { PackOptions, RunOptions } from '../../engine/options.js'
import { type PackRun, packChunks } from '../../engine/pack-run.js'
import { countChunks } from '../../engine/plain-chunks.js'
import { PACKED_EXTRA } from '../../engine/slot.js'
import { COPY_SPEED } from '../../engine/thread-policy.js'
import type { PlainSource } from '../../sources/plain.js'
import type { CompressedSink, Totals } from '../compressed-sink.js'
import { type EncodeParams, jobs } from './blosc1-job.js'
import { type PackPlan, planPack } from './plan.js'

/** What was packed. */
export interface PackResult {
  /** Plain bytes. */
  nbytes: number
  /** Size of the archive, in bytes. */
  cbytes: number
  nchunks: number
}

function totalsOf({ nchunks, lastChunk }: ChunkReader): Totals {
  return { nchunks, lastChunk }
}

function knownTotals(plan: PackPlan, reader: ChunkReader): Totals | undefined {
  if (plan.size !== undefined && plan.nchunks !== undefined) {
    return { nchunks: plan.nchunks, lastChunk: plan.size - (plan.nchunks - 1) * plan.chunkSize }
  }
  // A pipe that does not fill one chunk has ended before that is written, however many slots there are.
  return reader.ended && reader.nchunks === 1 ? totalsOf(reader) : undefined
}

/** How chunks of so many plain bytes are packed: what runs of all kinds share. */
export function packHow(
  params: EncodeParams,
  chunkSize: number,
  size: number | undefined,
  { threads, callerWorks, signal }: RunOptions,
): Omit<PackRun, 'fill' | 'take'> {
  const chunkBytes = Math.min(chunkSize, size ?? chunkSize)
  return {
    how: { module: jobs, name: 'encode', params },
    nchunks: size === undefined ? undefined : countChunks(size, chunkSize),
    chunkBytes,
    packedBytes: chunkBytes + PACKED_EXTRA,
    speed: params.level === 0 ? COPY_SPEED : codecByName(params.codec).traits.speed.compress,
    threads,
    callerWorks,
    signal,
  }
}

async function packAll(
  plan: PackPlan,
  source: PlainSource,
  sink: CompressedSink,
  o: PackOptions,
): Promise<ChunkReader> {
  const reader = new ChunkReader(source, plan.chunkSize)
  const { size } = plan
  let [plain, packed] = [0, 0]
  await packChunks({
    ...packHow(plan.params, plan.chunkSize, size, o),
    fill: (room, _index, mayPass) => reader.next(room, mayPass),
    take: async (bytes, i, nbytes) => {
      if (i === 0) await sink.begin(plan, knownTotals(plan, reader))
      const to = sink.reserve?.(i, bytes.length)
      if (to === undefined) await sink.put(i, bytes)
      packed += bytes.length
      plain += nbytes
      o.onProgress?.({ plain, packed, ...(size !== undefined && { total: size }) })
      return to
    },
  })
  await reader.checkEnd()
  return reader
}

/**
 * Packs a source into a container.
 * Memory is bounded by a few chunks a thread, whatever the size of the input.
 * Neither end is closed; the sink is finished, or aborted when anything fails.
 * @throws BlpkError with the code of what failed; nothing is left behind then
 */
export async function pack(
  source: PlainSource,
  sink: CompressedSink,
  options: PackOptions = {},
): Promise<PackResult> {
  try {
    const plan = await planPack(source, options)
    const reader = await packAll(plan, source, sink, options)
    const cbytes = await sink.finish(totalsOf(reader))
    return { nbytes: reader.nbytes, cbytes, nchunks: reader.nchunks }
  } catch (error) {
    await sink.abort()
    throw interrupted(error, options.signal)
  }
}
