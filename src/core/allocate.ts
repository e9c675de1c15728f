// Allocates buffers for reads.

import { asBytes, type Data } from './data.js'
import { unsupported, usage } from './errors.js'

/**
 * A buffer for plain bytes that a frame claims to have.
 * @throws BlpkError UNSUPPORTED if it does not fit in memory
 */
export function allocate(nbytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(nbytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw unsupported(`${nbytes} bytes do not fit in memory: read them in parts`)
  }
}

/**
 * A buffer for plain bytes: new memory, or the start of the caller's buffer.
 * @throws BlpkError USAGE if `out` is too small; UNSUPPORTED if the bytes do not fit in memory
 */
export function roomFor(nbytes: number, out?: Data): Uint8Array {
  if (out === undefined) return allocate(nbytes)
  const bytes = asBytes(out)
  if (bytes.length < nbytes) throw usage(`out has ${bytes.length} bytes, but ${nbytes} are needed`)
  return bytes.subarray(0, nbytes)
}

/** The same, filled with zeros. @throws BlpkError as {@link roomFor} */
export function zerosFor(nbytes: number, out?: Data): Uint8Array {
  const room = roomFor(nbytes, out)
  return out === undefined ? room : room.fill(0)
}
