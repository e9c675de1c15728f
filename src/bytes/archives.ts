// Tells archives from other bytes. Each container registers how it is recognised; the layers below only ask.

import type { ByteSource } from './byte-source.js'
import { PEEK_BYTES, PEEK_END_BYTES } from './peek.js'

/** How a container knows its own. */
export interface Recogniser {
  /** @param front the first bytes, {@link PEEK_BYTES} if there are so many */
  recognise(front: Uint8Array): boolean
  /** The same of one whose first bytes are damaged. @param end the last bytes, {@link PEEK_END_BYTES} if there are so many */
  recogniseEnd?(end: Uint8Array): boolean
}

const recognisers: Recogniser[] = []

export function addRecogniser(recogniser: Recogniser): void {
  recognisers.push(recogniser)
}

/** Do these first bytes tell an archive? */
export function startsAsArchive(front: Uint8Array): boolean {
  return recognisers.some((one) => one.recognise(front))
}

/** Does a source that can be read anywhere hold an archive, damaged or not? */
export async function holdsArchive(source: ByteSource): Promise<boolean> {
  const front = new Uint8Array(PEEK_BYTES)
  if (startsAsArchive(front.subarray(0, await source.read(0, front)))) return true
  const { size = 0 } = source
  const end = new Uint8Array(Math.min(PEEK_END_BYTES, size))
  const n = await source.read(size - end.length, end)
  return recognisers.some((one) => one.recogniseEnd?.(end.subarray(0, n)) === true)
}
