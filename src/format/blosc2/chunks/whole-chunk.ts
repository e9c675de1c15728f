// Reads a stored chunk whole.

import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import { type Chunk2Header, EXTENDED_HEADER_BYTES, parseChunk2Header } from '../../../chunk/blosc2/header.js'

/** All bytes of a chunk and its header; where its digest is known, it is checked. @throws BlpkError DAMAGED, CHECKSUM */
export async function wholeChunk(bytes: ChunkBytes): Promise<[Uint8Array, Chunk2Header]> {
  const start = await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, bytes.limit))
  const h = parseChunk2Header(start, bytes.place)
  await bytes.prefetch?.(h.cbytes)
  return [await bytes.fetch(0, h.cbytes), h]
}
