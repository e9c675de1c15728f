// Values in one piece, read piece by piece.

import type { LinearValues } from './values.js'

/** In bytes. */
const PIECE_BYTES = 2 ** 20

/** The plain bytes from `start` to `stop`. A piece is valid until the next one is asked for. */
export async function* linearPieces(
  values: LinearValues,
  start: number,
  stop: number,
): AsyncGenerator<Uint8Array> {
  const room = new Uint8Array(Math.min(PIECE_BYTES, stop - start))
  for (let at = start; at < stop; at += room.length) {
    const piece = room.subarray(0, Math.min(room.length, stop - at))
    await values.read(at, piece)
    yield piece
  }
}
