// Yields the plain bytes of a super-chunk, and decodes the next chunks meanwhile.

import type { SChunk } from './schunk.js'

/** Plain bytes of chunks that are decoded together, while those before them are used. */
const TOGETHER = 16 * 2 ** 20

/** Whole chunks from `first` on; each may be used until the next one is asked for. */
async function* wholeChunks(schunk: SChunk, first: number): AsyncGenerator<Uint8Array> {
  const rooms = [0, 1].map(() => new Uint8Array(Math.min(TOGETHER, schunk.nbytes)))
  let turn = 0
  const read = (index: number): Promise<Uint8Array[]> => {
    const pieces = schunk.someChunks(index, TOGETHER, rooms[turn++ % 2] ?? new Uint8Array(0))
    // A failure counts when its turn comes.
    pieces.catch(() => {})
    return pieces
  }
  let coming: Promise<Uint8Array[]> | undefined
  try {
    for (let at = first; at < schunk.nchunks; ) {
      const pieces = await (coming ?? read(at))
      at += pieces.length
      // Two chunks that are larger than all that is to be together are too many.
      const isAhead = at < schunk.nchunks && (pieces[0]?.length ?? 0) <= TOGETHER
      coming = isAhead ? read(at) : undefined
      // Threads get their work before whoever uses the pieces keeps this one busy.
      if (isAhead) await new Promise((resolve) => setImmediate(resolve))
      yield* pieces
    }
  } finally {
    await coming?.catch(() => {})
  }
}

/**
 * The plain bytes `start` to `stop` of a super-chunk, chunk by chunk; each piece may be used until the next one is asked
 * for. Of a range only blocks that it touches are decompressed.
 */
export async function* piecesOf(schunk: SChunk, start = 0, stop = schunk.nbytes): AsyncGenerator<Uint8Array> {
  const { chunkSize: chunksize, nbytes } = schunk
  if (start === 0 && stop === nbytes) {
    yield* wholeChunks(schunk, 0)
    return
  }
  if (chunksize === 0) {
    // Each chunk has a size of its own.
    yield await schunk.bytes(start, stop)
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
