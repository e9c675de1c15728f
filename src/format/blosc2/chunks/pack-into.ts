// Packing chunks into a frame that is being written.

import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import type { RunOptions } from '../../../engine/options.js'
import { type PackRun, packChunks } from '../../../engine/pack-run.js'
import type { FrameSink } from './frame-sink.js'
import { packHow } from './pack-how.js'

/** Plain chunks in the order in which they are there. */
export interface PlainChunks {
  /** Plain size of the largest one, in bytes. */
  chunkBytes: number
  /** Plain bytes that are going to come, where it is known. */
  total: number | undefined
  fill: PackRun['fill']
  /** Where a chunk stands in the frame; where it comes in the order by default. */
  placeOf?(index: number): number
}

/**
 * Packs chunks, in as many threads as are worth it, and writes each in turn.
 * @returns plain bytes of all chunks
 */
export async function packInto(
  sink: FrameSink,
  params: Blosc2ChunkParams,
  { chunkBytes, total, fill, placeOf = (index) => index }: PlainChunks,
  { threads, callerWorks, signal, onProgress }: RunOptions,
): Promise<number> {
  let [plain, packed] = [0, 0]
  await packChunks({
    ...packHow(params, chunkBytes),
    nchunks: total === undefined ? undefined : Math.ceil(total / Math.max(chunkBytes, 1)),
    threads,
    callerWorks,
    signal,
    fill,
    take: async (bytes, i, nbytes) => {
      const to = await sink.hand(placeOf(i), bytes)
      plain += nbytes
      packed += bytes.length
      onProgress?.({ plain, packed, ...(total !== undefined && { total }) })
      return to
    },
  })
  return plain
}
