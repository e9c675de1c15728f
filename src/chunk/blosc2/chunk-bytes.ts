// Access to the stored bytes of a chunk, wherever they are, so that parts of it can be fetched.

import { damaged, type ErrorPlace } from '../../core/errors.js'
import type { MaybePromise } from '../../core/maybe-promise.js'

/** A stored chunk, wherever it is. Pieces of it can be fetched. */
export interface ChunkBytes {
  /** Maximum number of bytes; a chunk may end earlier. */
  readonly limit: number
  readonly place: ErrorPlace
  /** The expected xxh64, little-endian, if known. It is checked when the whole chunk is prefetched. */
  readonly digest?: Uint8Array
  /** The bytes from `at` on, valid until the next call. @throws BlpkError DAMAGED if there are fewer */
  fetch(at: number, nbytes: number): MaybePromise<Uint8Array>
  /** Fetches into a buffer of the caller, if that saves a copy. */
  fetchInto?(at: number, into: Uint8Array): MaybePromise<void>
  /** Whether `fetchInto` is synchronous, so that many small reads are better than a large one. */
  readonly nearby?: boolean
  /** Announces that the first `nbytes` bytes will all be fetched, so that they can be read at once. */
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
    if (at + nbytes > this.bytes.length) throw damaged('the chunk is truncated', this.place)
    return this.bytes.subarray(at, at + nbytes)
  }
}
