// Archives that are open for changes, in any place.

import type { MaybePromise } from '../core/maybe-promise.js'
import type { ByteSource } from './byte-source.js'

/**
 * An archive that is open for changes. All overwriting of archives goes through here, in any place. Bytes at
 * the end are written in order; those before the end only within the ranges of the plan.
 */
export interface Editable extends ByteSource {
  readonly size: number
  /** The bytes may be reused once the promise resolves. */
  write(position: number, bytes: Uint8Array): MaybePromise<void>
  truncate(size: number): MaybePromise<void>
  /** Flushes everything that was written, if it is written before the commit. */
  sync(): MaybePromise<void>
  /** Makes sure that the change can be undone from now on. */
  begin(plan: ChangePlan): Promise<void>
  /** Commits the change. */
  commit(): MaybePromise<void>
  /**
   * Restores the state before the change.
   * @returns `false` if it is too late: the change is already committed
   */
  rollBack(): Promise<boolean>
}

/** An archive that can be replaced by a new one in one step. */
export interface Replaceable extends Editable {
  /**
   * Replaces the archive by a new one. The old one cannot be used afterwards.
   * @param pieces each piece is consumed before the next one is requested
   * @param nbytes total size
   */
  replace(pieces: AsyncIterable<Uint8Array>, nbytes: number): Promise<void>
  /**
   * Gives the archive a new front before the change begins, for a change that needs more room there.
   * @param front the bytes before those from `start` to `stop`, which are kept
   */
  withFront(front: readonly Uint8Array[], start: number, stop: number): Promise<Refronted>
  /** Its path, if it is a file: temporary files for the change are created beside it. */
  readonly path?: string
}

/** An archive with a new front, invisible to others until it is published. */
export interface Refronted {
  readonly archive: Editable
  /** Replaces the original archive, once the change is done. */
  publish(): Promise<void>
  discard(): MaybePromise<void>
}

/**
 * An archive that was read at one version and is replaced only if it still has that version. The slower of
 * two writers gets a CHANGED error with its name, from any function, and starts over with the new version.
 */
export interface VersionedEditable extends Replaceable {
  /** Whether the opened version still exists. If not, problems found in it may be gone. */
  isCurrent(): Promise<boolean>
}

/** The plan of a change to an archive. Positions and sizes are in bytes. */
export interface ChangePlan {
  /** Ranges to be overwritten, at most 16 and not overlapping. Bytes after the end need not be saved. */
  ranges: readonly [position: number, nbytes: number][]
  /** The header before and after, of the same length: at least the first byte of the archive. */
  before: Uint8Array
  after: Uint8Array
  /** Chunks that stay unchanged, after the header and outside the ranges. */
  kept: { start: number; stop: number }
  /** Whether the writer holds the lock. */
  locked?: boolean
}
