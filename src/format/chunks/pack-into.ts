// Packs chunks into whatever keeps them.

import type { FilePlace } from '../../bytes/file-place.js'
import type { Blosc2ChunkParams } from '../../chunk/blosc2/params.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import type { RunOptions } from '../../engine/options.js'
import { type PackRun, packChunks } from '../../engine/pack-run.js'
import { packHow } from './pack-how.js'

/** Where packed chunks go. */
export interface ChunkSink {
  /**
   * Takes a packed chunk, whose bytes are valid until the promise resolves.
   * @param index of the chunk
   * @returns where another thread is to write it, if that was not done here
   */
  hand(index: number, chunk: Uint8Array): MaybePromise<FilePlace | undefined>
}

/** Plain chunks in the order of arrival. */
export interface PlainChunks {
  /** Plain size of the largest one, in bytes. */
  chunkBytes: number
  /** Plain bytes to come, if known. */
  total: number | undefined
  fill: PackRun['fill']
  /** Index of a chunk. Default: the order of arrival. */
  placeOf?(index: number): number
}

/**
 * Packs chunks, in as many threads as pay off, and writes each in order.
 * @returns plain bytes of all chunks
 */
export async function packInto(
  sink: ChunkSink,
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
