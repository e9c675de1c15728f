// Allocates buffers for reads.

import { asBytes, type Data } from './data.js'
import { unsupported, usage } from './errors.js'

/**
 * A buffer for plain bytes that a frame claims to have.
 * @throws BlpkError UNSUPPORTED if it does not fit in memory
 */
export function allocate(nbytes: number): Uint8Array<ArrayBuffer> {
  return fitting(nbytes, () => new Uint8Array(nbytes))
}

function fitting<T>(nbytes: number, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw unsupported(`${nbytes} bytes do not fit in memory: read them in parts`)
  }
}

/** The memory for a result of plain bytes. */
export interface ResultOptions {
  /**
   * A buffer for the result instead of new memory: a typed array with at least as many bytes. The result is a view of its
   * start. Its content is undefined during the read and after a failed read.
   */
  out?: Data | undefined
  /**
   * Puts the result in new shared memory (a `SharedArrayBuffer`). Threads decompress straight into it, as they do into
   * an `out` in such memory, which is faster for large results. Default: false.
   */
  shared?: boolean | undefined
}

/**
 * A buffer for plain bytes: new memory, which holds zeros, or the start of the caller's buffer.
 * @throws BlpkError USAGE if `out` is too small, or combined with `shared`; UNSUPPORTED if the bytes do not fit in memory
 */
export function roomFor(nbytes: number, { out, shared = false }: ResultOptions): Uint8Array {
  if (out === undefined)
    return shared ? fitting(nbytes, () => new Uint8Array(new SharedArrayBuffer(nbytes))) : allocate(nbytes)
  if (shared) throw usage('out and shared cannot be combined: give an out in shared memory')
  const bytes = asBytes(out)
  if (bytes.length < nbytes) throw usage(`out has ${bytes.length} bytes, but ${nbytes} are needed`)
  return bytes.subarray(0, nbytes)
}
