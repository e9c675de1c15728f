// Scans bytes for chunk headers, to find the next chunk after damage.

import type { GuessBudget } from './budget.js'

/** What all chunk headers have at least, in bytes. */
const HEADER_BYTES = 16
/** Windows grow, so that many short gaps do not cost a large one each. */
const FIRST_WINDOW = 1 << 12
const LARGEST_WINDOW = 1 << 20

/**
 * Can the bytes from `at` on be the start of a chunk header? Cheap, for it is asked at every byte.
 * @param room bytes from there to the end of all that is scanned
 */
type LooksLikeHeader = (bytes: Uint8Array, view: DataView, at: number, room: number) => boolean

/**
 * Positions from `start` to `stop` at which a chunk header may stand; what is after it was not looked at.
 * @param probe reads up to so many bytes at a position; fewer at the end
 */
export async function* plausiblePositions(
  probe: { read: (position: number, nbytes: number) => Promise<Uint8Array> },
  looksLikeHeader: LooksLikeHeader,
  start: number,
  stop: number,
): AsyncGenerator<number> {
  let window = FIRST_WINDOW
  for (let base = start; base + HEADER_BYTES <= stop; ) {
    const bytes = await probe.read(base, Math.min(stop - base, window + HEADER_BYTES - 1))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const count = Math.min(window, bytes.length - HEADER_BYTES + 1)
    for (let at = 0; at < count; at++) if (looksLikeHeader(bytes, view, at, stop - base - at)) yield base + at
    base += window
    window = Math.min(LARGEST_WINDOW, 2 * window)
  }
}

/** The first position at which a chunk proves itself, before the budget is used up. */
export async function firstChunk(
  positions: AsyncIterable<number>,
  budget: GuessBudget,
  proves: (position: number) => Promise<boolean>,
): Promise<number | undefined> {
  for await (const position of positions) {
    if (await proves(position)) return position
    if (budget.isExhausted) return undefined
  }
  return undefined
}
