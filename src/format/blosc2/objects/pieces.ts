// Yields the plain bytes of a super-chunk, decoding the next chunks meanwhile.

import type { SChunk } from './schunk.js'

/** Plain bytes of chunks that are decoded together, while earlier ones are used. */
const TOGETHER = 16 * 2 ** 20

/** Whole chunks from `first` on. Each is valid until you ask for the next one. */
async function* wholeChunks(schunk: SChunk, first: number): AsyncGenerator<Uint8Array> {
  const rooms = [0, 1].map(() => new Uint8Array(Math.min(TOGETHER, schunk.nbytes)))
  let turn = 0
  const read = (index: number): Promise<Uint8Array[]> => {
    const pieces = schunk.someChunks(index, TOGETHER, rooms[turn++ % 2] ?? new Uint8Array(0))
    // A failure is reported in its turn.
    pieces.catch(() => {})
    return pieces
  }
  let coming: Promise<Uint8Array[]> | undefined
  try {
    for (let at = first; at < schunk.nchunks; ) {
      const pieces = await (coming ?? read(at))
      at += pieces.length
      // If two chunks exceed the limit together, decode them one by one.
      const isAhead = at < schunk.nchunks && (pieces[0]?.length ?? 0) <= TOGETHER
      coming = isAhead ? read(at) : undefined
      // Start the threads before the consumer blocks this one.
      if (isAhead) await new Promise((resolve) => setImmediate(resolve))
      yield* pieces
    }
  } finally {
    await coming?.catch(() => {})
  }
}

/**
 * Yields the plain bytes from `start` to `stop`, chunk by chunk. A piece is valid until you ask for the next
 * one. Only the blocks that the range touches are decompressed.
 */
export async function* piecesOf(schunk: SChunk, start = 0, stop = schunk.nbytes): AsyncGenerator<Uint8Array> {
  const { chunkSize: chunksize, nbytes } = schunk
  if (start === 0 && stop === nbytes) {
    yield* wholeChunks(schunk, 0)
    return
  }
  if (chunksize === 0) {
    // Each chunk has its own size.
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
