// Room for what is read.

import { asBytes, type Data } from './data.js'
import { unsupported, usage } from './errors.js'

/**
 * Room for plain bytes that a frame claims to have.
 * @throws BlpkError UNSUPPORTED where it is more than memory holds
 */
export function allocate(nbytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(nbytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw unsupported(`${nbytes} bytes are more than fit in memory: read them in parts`)
  }
}

/**
 * Room for plain bytes: new memory, or the start of what the caller gave.
 * @throws BlpkError USAGE where `out` has fewer bytes; UNSUPPORTED where they are more than memory holds
 */
export function roomFor(nbytes: number, out?: Data): Uint8Array {
  if (out === undefined) return allocate(nbytes)
  const bytes = asBytes(out)
  if (bytes.length < nbytes) throw usage(`out has ${bytes.length} bytes, and ${nbytes} are read`)
  return bytes.subarray(0, nbytes)
}

/** The same, and all of it zeros. @throws BlpkError as {@link roomFor} */
export function zerosFor(nbytes: number, out?: Data): Uint8Array {
  const room = roomFor(nbytes, out)
  return out === undefined ? room : room.fill(0)
}
