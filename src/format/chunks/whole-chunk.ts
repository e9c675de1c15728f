// Reads a stored chunk whole.

import type { ChunkBytes } from '../../chunk/blosc2/chunk-bytes.js'
import {
  type Blosc2ChunkHeader,
  EXTENDED_HEADER_BYTES,
  parseBlosc2ChunkHeader,
} from '../../chunk/blosc2/header.js'

/**
 * All bytes of a chunk and its header. Checked if its digest is known.
 * @throws BlpkError DAMAGED, CHECKSUM
 */
export async function wholeChunk(bytes: ChunkBytes): Promise<[Uint8Array, Blosc2ChunkHeader]> {
  const start = await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, bytes.limit))
  const h = parseBlosc2ChunkHeader(start, bytes.place)
  await bytes.prefetch?.(h.cbytes)
  return [await bytes.fetch(0, h.cbytes), h]
}
