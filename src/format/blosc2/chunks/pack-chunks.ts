import type { Chunk2Params } from '../../../chunk/blosc2/params.js'
import type { RunOptions } from '../../../engine/options.js'
import type { FrameSink } from './frame-sink.js'
import { packChunks2 } from './pack-run.js'

/** A chunk to be packed; its bytes may be used until the next one is asked for. */
export interface PlainChunk {
  /** Where it stands in the frame. */
  index: number
  plain: Uint8Array
}

/**
 * Packs chunks, in as many threads as are worth it, and writes each in turn.
 * @param o.chunkBytes plain size of the largest chunk, in bytes
 * @param o.total plain bytes that are going to come, where it is known
 * @returns plain bytes of all chunks
 */
export async function packChunks(
  params: Chunk2Params,
  chunks: AsyncIterable<PlainChunk>,
  sink: FrameSink,
  o: RunOptions & { chunkBytes: number; total?: number | undefined },
): Promise<number> {
  const { signal, onProgress, threads, chunkBytes, total } = o
  const source = chunks[Symbol.asyncIterator]()
  const places: number[] = []
  let [plain, packed] = [0, 0]
  try {
    await packChunks2(params, {
      chunkBytes,
      nchunks: total === undefined ? undefined : Math.ceil(total / Math.max(chunkBytes, 1)),
      threads,
      signal,
      fill: async (room) => {
        const next = await source.next()
        if (next.done === true) return undefined
        places.push(next.value.index)
        room.set(next.value.plain)
        return next.value.plain.length
      },
      take: async (bytes, i, nbytes) => {
        const to = await sink.hand(places[i] ?? 0, bytes)
        plain += nbytes
        packed += bytes.length
        onProgress?.({ plain, packed, ...(total !== undefined && { total }) })
        return to
      },
    })
  } finally {
    await source.return?.()
  }
  return plain
}
