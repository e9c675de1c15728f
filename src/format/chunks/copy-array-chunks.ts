// Hands the chunks of an array over to another container, one by one.

import { EventTurns } from '../../core/event-turns.js'
import type { RunOptions } from '../../engine/options.js'
import type { ArrayChunk, ArrayChunkStream } from '../array-chunk-stream.js'

/**
 * Takes all chunks in order.
 * @param take takes a chunk, and tells whether it could be kept as it is
 * @returns how many of them are as the other container has them
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
 */
export async function takeArrayChunks(
  { header, nchunks, chunks }: ArrayChunkStream,
  { signal, onProgress }: RunOptions,
  take: (chunk: ArrayChunk) => Promise<boolean>,
): Promise<number> {
  const turns = new EventTurns()
  const total = nchunks * header.chunksize
  let [copied, packed] = [0, 0]
  for await (const chunk of chunks()) {
    await turns.rest()
    signal?.throwIfAborted()
    const { content, index, isCopy } = chunk
    const isKept = await take(chunk)
    if (isCopy && isKept) copied++
    if (typeof content !== 'string') packed += content.length
    onProgress?.({ plain: (index + 1) * header.chunksize, packed, total })
  }
  return copied
}
