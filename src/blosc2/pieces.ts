import type { SChunk } from './schunk.js'

/**
 * The plain bytes `start` to `stop` of a super-chunk, chunk by chunk. Of a range only blocks that it touches are
 * decompressed.
 */
export async function* piecesOf(schunk: SChunk, start = 0, stop = schunk.nbytes): AsyncGenerator<Uint8Array> {
  const { chunksize, nbytes } = schunk
  if (chunksize === 0) {
    // Each chunk has a size of its own.
    if (start === 0 && stop === nbytes) yield* schunk
    else yield await schunk.bytes(start, stop)
    return
  }
  for (let at = start; at < stop; ) {
    const index = Math.floor(at / chunksize)
    const end = Math.min(stop, (index + 1) * chunksize)
    const isWhole = at === index * chunksize && (end - at === chunksize || end === nbytes)
    yield isWhole ? await schunk.decompressChunk(index) : await schunk.bytes(at, end)
    at = end
  }
}
