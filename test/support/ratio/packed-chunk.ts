// What is kept of a chunk of either side.

import { parseChunkHeader } from '../../../dist/chunk/blosc1/header.js'
import { parseBlosc2ChunkHeader } from '../../../dist/chunk/blosc2/header.js'
import { chunkDecisions } from '../archives.js'
import type { ChunkSetting } from '../peer.js'

/** As much as the headers of both formats take. */
export const HEADER_BYTES = 32

/** A chunk of which only the size and the header are kept. */
export interface PackedChunk {
  /** Size of the whole chunk. */
  nbytes: number
  header: Uint8Array
}

/** What is decided about a chunk before it is compressed, as one line to compare. */
export function decisions({ format }: ChunkSetting, { header }: PackedChunk): string {
  if (format === 'blosc1') return chunkDecisions({ header: parseChunkHeader(header) })
  // A stored chunk of C-Blosc2's says little more.
  const { typesize, nbytes, blocksize } = parseBlosc2ChunkHeader(header)
  return JSON.stringify({ typesize, nbytes, blocksize })
}
