// Packs chunks into a frame that is being written.

import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import type { RunOptions } from '../../../engine/options.js'
import { type PackRun, packChunks } from '../../../engine/pack-run.js'
import type { FrameSink } from './frame-sink.js'
import { packHow } from './pack-how.js'

/** Plain chunks in the order of arrival. */
export interface PlainChunks {
  /** Plain size of the largest one, in bytes. */
  chunkBytes: number
  /** Plain bytes to come, if known. */
  total: number | undefined
  fill: PackRun['fill']
  /** Index of a chunk in the frame. Default: the order of arrival. */
  placeOf?(index: number): number
}

/**
 * Packs chunks, in as many threads as pay off, and writes each in order.
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
