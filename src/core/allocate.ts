import { unsupported } from './errors.js'

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
