// Packs a source into any kind of container.

import { interrupted } from '../core/errors.js'
import { ChunkReader } from '../engine/chunk-reader.js'
import type { RunOptions } from '../engine/options.js'
import { packChunks } from '../engine/pack-run.js'
import { countChunks } from '../engine/plain-chunks.js'
import type { PlainSource } from '../sources/plain.js'
import type { ChunkPlan, CompressedSink, Totals } from './compressed-sink.js'
import type { PackResult } from './output.js'

function totalsOf({ nchunks, lastChunk }: ChunkReader): Totals {
  return { nchunks, lastChunk }
}

function knownTotals({ size, chunkSize }: ChunkPlan, reader: ChunkReader): Totals | undefined {
  if (size !== undefined) {
    const nchunks = countChunks(size, chunkSize)
    return { nchunks, lastChunk: size - (nchunks - 1) * chunkSize }
  }
  // A pipe that does not fill one chunk has ended before that chunk is written, however many slots there are.
  return reader.ended && reader.nchunks === 1 ? totalsOf(reader) : undefined
}

async function packAll<O extends RunOptions, P extends ChunkPlan>(
  plan: P,
  source: PlainSource,
  sink: CompressedSink<O, P>,
  { threads, callerWorks, signal, onProgress }: O,
): Promise<ChunkReader> {
  const { size, chunkSize, withoutEmptyChunk } = plan
  const reader = new ChunkReader(source, chunkSize)
  let [plain, packed, isBegun] = [0, 0, false]
  const begin = async (): Promise<void> => {
    if (!isBegun) await sink.begin(plan, knownTotals(plan, reader))
    isBegun = true
  }
  await packChunks({
    ...plan.run,
    chunkBytes: Math.min(chunkSize, size ?? chunkSize),
    nchunks: size === undefined ? undefined : countChunks(size, chunkSize),
    threads,
    callerWorks,
    signal,
    fill: async (room, _index, mayPass) => {
      const chunk = await reader.next(room, mayPass)
      return chunk?.nbytes === 0 && withoutEmptyChunk === true ? undefined : chunk
    },
    take: async (bytes, i, nbytes) => {
      await begin()
      const to = sink.place === undefined ? await sink.put(i, bytes) : await sink.place(i, bytes)
      packed += bytes.length
      plain += nbytes
      onProgress?.({ plain, packed, ...(size !== undefined && { total: size }) })
      return to ?? undefined
    },
  })
  await reader.checkEnd()
  await begin()
  return reader
}

/**
 * Packs a source into a container, with any combination of source and sink. Memory is bounded by a few chunks per thread,
 * whatever the size of the input. Neither end is closed; the sink is finished, or aborted if anything fails.
 * @param options the options of the sink
 * @throws BlpkError with the code of what failed; nothing is left behind then
 * @example
 * ```ts
 * import { BloscpackSink, FileSink, arraySource, pack } from 'blpk'
 *
 * await pack(arraySource(new Int32Array(1000)), new BloscpackSink(new FileSink('out.blp')), { codec: 'lz4' })
 * ```
 */
export async function pack<O extends RunOptions, P extends ChunkPlan>(
  source: PlainSource,
  sink: CompressedSink<O, P>,
  options = {} as O,
): Promise<PackResult> {
  try {
    const plan = await sink.plan(source, options)
    const reader = await packAll(plan, source, sink, options)
    const nchunks = reader.nbytes === 0 && plan.withoutEmptyChunk === true ? 0 : reader.nchunks
    const cbytes = await sink.finish({ ...totalsOf(reader), nchunks })
    return { nbytes: reader.nbytes, cbytes, nchunks }
  } catch (error) {
    await sink.abort()
    throw interrupted(error, options.signal)
  }
}
