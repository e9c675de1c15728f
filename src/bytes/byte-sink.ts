// What bytes are written to.

import type { MaybePromise } from '../core/maybe-promise.js'
import type { ByteSource } from './byte-source.js'
import type { FilePlace } from './file-place.js'

/** What is known of the bytes before the first is written. */
export interface Expected {
  /** So many of the first bytes may be patched until the commit. */
  front: number
  /** So many bytes at most, where it is known. */
  most: number | undefined
  /** Will `copy` be called? */
  copies?: boolean
}

/** A place that bytes are written to. What was written counts only from `commit` on. */
export interface ByteSink {
  /** How messages call it. */
  readonly name: string
  /** Can bytes that were written be patched? With `expect`: those of the front. */
  readonly seekable: boolean
  /** Told before the first write what comes, where the place must know. */
  expect?(expected: Expected): void
  /** Writes at the end. The bytes may be reused as soon as the promise is kept. */
  write(bytes: Uint8Array): MaybePromise<void>
  /** Overwrites bytes that were written before; only where `seekable`. */
  patch(position: number, bytes: Uint8Array): MaybePromise<void>
  /** Moves everything from `position` on back by `nbytes`, where the place can do that. */
  makeRoom?(position: number, nbytes: number): MaybePromise<void>
  /**
   * Takes the bytes of a source from `start` to `stop` as the next ones, without moving them here.
   * @returns false where that cannot be done: they must be written then
   */
  copy?(source: ByteSource, start: number, stop: number): Promise<boolean>
  /** Takes the next bytes of the file, for another thread to write them there; undefined if none can. */
  reserve?(nbytes: number): FilePlace | undefined
  /** Makes all of it lasting and visible. */
  commit(): MaybePromise<void>
  /** Leaves the place as it was before the first write. */
  discard(): MaybePromise<void>
}
