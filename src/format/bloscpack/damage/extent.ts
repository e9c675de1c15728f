// Checks the compressed size of a chunk without a checksum, by where its last stream ends.

import { CHUNK_HEADER_BYTES, type ChunkHeader, streamsOfBlock } from '../../../chunk/blosc1/header.js'

/**
 * Does a chunk end where its last stream ends? Without a checksum nothing else tells a right compressed size
 * from a wrong one.
 * @param chunk `h.cbytes` bytes
 */
export function isTight(chunk: Uint8Array, h: ChunkHeader): boolean {
  if (h.memcpyed) return h.cbytes === h.nbytes + CHUNK_HEADER_BYTES
  const view = new DataView(chunk.buffer, chunk.byteOffset, h.cbytes)
  let end = CHUNK_HEADER_BYTES + 4 * h.nblocks
  for (let block = 0; block < h.nblocks; block++) {
    const size = Math.min(h.blocksize, h.nbytes - block * h.blocksize)
    let at = view.getUint32(CHUNK_HEADER_BYTES + 4 * block, true)
    for (let stream = streamsOfBlock(h, size); stream > 0; stream--) {
      if (at + 4 > h.cbytes) return false
      at += 4 + view.getUint32(at, true)
    }
    end = Math.max(end, at)
  }
  return end === h.cbytes
}
