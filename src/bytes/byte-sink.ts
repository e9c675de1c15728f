// `ByteSink`, the interface for writing bytes.

import type { MaybePromise } from '../core/maybe-promise.js'
import type { ByteSource } from './byte-source.js'
import type { FilePlace } from './file-place.js'

/** What is known before the first byte is written. */
export interface Expected {
  /** This many of the first bytes may be patched before the commit. */
  front: number
  /** Maximum size in bytes, if known. */
  most: number | undefined
  /** Whether `copy` will be called. */
  copies?: boolean
}

/** A place to write bytes to. The output becomes valid with `commit`. */
export interface ByteSink {
  /** The name in messages. */
  readonly name: string
  /** Whether written bytes can be patched; with `expect`, those at the front. */
  readonly seekable: boolean
  /** Announces the output before the first write, for places that need to know. */
  expect?(expected: Expected): void
  /** Appends bytes. They may be reused once the promise resolves. */
  write(bytes: Uint8Array): MaybePromise<void>
  /** Overwrites bytes that were already written; only if `seekable`. */
  patch(position: number, bytes: Uint8Array): MaybePromise<void>
  /** Moves everything from `position` on back by `nbytes`, if the place supports it. */
  makeRoom?(position: number, nbytes: number): MaybePromise<void>
  /**
   * Copies the bytes of a source from `start` to `stop` within the place.
   * @returns false if that is not possible: they must then be written
   */
  copy?(source: ByteSource, start: number, stop: number): Promise<boolean>
  /**
   * Reserves the next bytes in the file, so that another thread can write them there; undefined if not
   * possible.
   */
  reserve?(nbytes: number): FilePlace | undefined
  /** Flushes everything and makes it visible. */
  commit(): MaybePromise<void>
  /** Restores the place to its state before the first write. */
  discard(): MaybePromise<void>
}
