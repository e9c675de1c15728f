// Pieces of plain bytes that can be stopped, checked and put together, whatever container they come from.

import { interruptedError, usage } from '../../core/errors.js'
import { EventTurns } from '../../core/event-turns.js'

/** Gives signals their turn, and stops for them. @throws BlpkError INTERRUPTED */
export async function* stoppable(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const turns = new EventTurns()
  for await (const piece of pieces) {
    await turns.rest()
    if (signal?.aborted === true) throw interruptedError(signal)
    yield piece
  }
}

/** Puts pieces one after the other. */
export async function fillFrom(pieces: AsyncIterable<Uint8Array>, out: Uint8Array): Promise<void> {
  let at = 0
  for await (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
}

/** @param nbytes plain bytes that there are @throws BlpkError USAGE */
export function checkRange(start: number, stop: number, nbytes: number): void {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(stop) && start >= 0 && start <= stop
  if (!isRange || stop > nbytes)
    throw usage(`the range ${start}:${stop} is not within the ${nbytes} plain bytes`)
}
