// Access to the stored bytes of a chunk, wherever they lie, so that parts of it can be fetched.

import { damaged, type ErrorPlace } from '../../core/errors.js'
import type { MaybePromise } from '../../core/maybe-promise.js'

/** A stored chunk, wherever it lies: pieces of it can be fetched. */
export interface ChunkBytes {
  /** How many bytes there are at most, in bytes; a chunk may end earlier. */
  readonly limit: number
  readonly place: ErrorPlace
  /** The xxh64 that it must have, little-endian, where it is known; checked when all of it is fetched ahead. */
  readonly digest?: Uint8Array
  /**
   * The bytes from `at` on; they may be used until the next call.
   * @throws BlpkError DAMAGED where there are fewer
   */
  fetch(at: number, nbytes: number): MaybePromise<Uint8Array>
  /** The same into a place of the caller's, where that saves a copy. */
  fetchInto?(at: number, into: Uint8Array): MaybePromise<void>
  /** Does `fetchInto` answer at once, so that many small reads are better than a large one? */
  readonly nearby?: boolean
  /** Says that all of the first `nbytes` bytes will be fetched, so that they can be read in one go. */
  prefetch?(nbytes: number): MaybePromise<void>
}

/** A chunk in memory. */
export class MemoryChunk implements ChunkBytes {
  readonly bytes: Uint8Array
  readonly place: ErrorPlace

  constructor(bytes: Uint8Array, place: ErrorPlace = {}) {
    this.bytes = bytes
    this.place = place
  }

  get limit(): number {
    return this.bytes.length
  }

  fetch(at: number, nbytes: number): Uint8Array {
    if (at + nbytes > this.bytes.length) throw damaged('the chunk is cut short', this.place)
    return this.bytes.subarray(at, at + nbytes)
  }
}
