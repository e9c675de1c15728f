// Archives whose bytes are changed, wherever they are.

import type { MaybePromise } from '../core/maybe-promise.js'
import type { ByteSource } from './byte-source.js'

/**
 * An archive whose bytes are changed. All overwriting of archives goes through here, wherever they are.
 * The last bytes are written in order; those in front of them anywhere within the ranges of the plan.
 */
export interface Editable extends ByteSource {
  readonly size: number
  /** The bytes may be reused as soon as the promise is kept. */
  write(position: number, bytes: Uint8Array): MaybePromise<void>
  truncate(size: number): MaybePromise<void>
  /** Makes everything that was written lasting, where it is written before the commit. */
  sync(): MaybePromise<void>
  /** Makes sure that the change can be undone from now on. */
  begin(plan: ChangePlan): Promise<void>
  /** Makes the change count. */
  commit(): MaybePromise<void>
  /**
   * Puts everything back as it was when the change began.
   * @returns `false` where it is too late for that: the change counts already
   */
  rollBack(): Promise<boolean>
}

/** An archive that can give way to a whole new one, in one step. */
export interface Replaceable extends Editable {
  /**
   * Puts a new archive in its place; it is over for this one then.
   * @param pieces each of them is used before the next is asked for
   * @param nbytes size of all of them
   */
  replace(pieces: AsyncIterable<Uint8Array>, nbytes: number): Promise<void>
  /**
   * Gives the archive another front before the change begins, for a change that needs more room there.
   * @param front what is to stand before the bytes from `start` to `stop`, which stay as they are
   */
  withFront(front: readonly Uint8Array[], start: number, stop: number): Promise<Refronted>
  /** Where it is, if it is a file: temporary files for the change lie beside it. */
  readonly path?: string
}

/** An archive with another front, which nobody else sees before it is published. */
export interface Refronted {
  readonly archive: Editable
  /** Puts it in the place of the one that it was made of, once it was changed. */
  publish(): Promise<void>
  discard(): MaybePromise<void>
}

/**
 * An archive that was read at one version, and is replaced by another if it still is at that: whoever comes
 * late gets a CHANGED error with its name, from any function, and starts over with the new version.
 */
export interface VersionedEditable extends Replaceable {
  /** Is the version that was opened still there? What was found wrong in it may be no more. */
  isCurrent(): Promise<boolean>
}

/** What a change of an archive is going to do. Positions and sizes are in bytes. */
export interface ChangePlan {
  /** Ranges that will be overwritten, at most 16, none of which overlap; what lies behind the end needs no saving. */
  ranges: readonly [position: number, nbytes: number][]
  /** The header before and after, equally long: at least a byte of what the archive starts with. */
  before: Uint8Array
  after: Uint8Array
  /** Chunks that stay as they are, behind the header and apart from the ranges. */
  kept: { start: number; stop: number }
  /** Does who makes the change have the lock? */
  locked?: boolean
}
