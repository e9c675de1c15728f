import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { PackPlan } from './bloscpack/plan.js'

/** What is known of the whole when it is finished, or before it is begun where all of it is. */
export interface Totals {
  nchunks: number
  /** Plain bytes of the last chunk. */
  lastChunk: number
}

/** Where packed chunks go, in order: a container being written. */
export interface CompressedSink {
  /**
   * Starts the container.
   * @param totals what is known already: all where the source has a size or has ended
   */
  begin(plan: PackPlan, totals: Totals | undefined): MaybePromise<void>
  /** Writes chunk `i` with the digest behind it. */
  put(i: number, chunkAndDigest: Uint8Array): MaybePromise<void>
  /** Takes the place of chunk `i` and its digest in a file, for another thread to write it there. */
  reserve?(i: number, nbytes: number): FilePlace | undefined
  /** Completes the container and makes it lasting and visible. @returns its size, in bytes */
  finish(totals: Totals): MaybePromise<number>
  /** Leaves nothing behind. */
  abort(): MaybePromise<void>
}
