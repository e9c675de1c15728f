// What bytes are read from.

import type { MaybePromise } from '../core/maybe-promise.js'

/** A half-open range of positions, in bytes. */
export type ByteSpan = readonly [start: number, stop: number]

/** A place that bytes are read from. It knows nothing of what they mean. */
export interface ByteSource {
  /** How messages call it. */
  readonly name: string
  /** In bytes; undefined where the end is not known before it is reached. */
  readonly size: number | undefined
  /** Can it be read at any position? If not, positions must only grow. */
  readonly seekable: boolean
  /**
   * Fills `into` with the bytes from `position` on.
   * @returns how many bytes there were: fewer than asked for only at the end
   */
  read(position: number, into: Uint8Array): MaybePromise<number>
  /** Releases what it holds open. */
  close(): MaybePromise<void>
  /** Told that the bytes from `start` to `stop` will be read in order, for places that fetch ahead. */
  willRead?(start: number, stop: number): void
  /** Told which ranges will be read, and nothing between them: neighbours are fetched together, a few at a time. */
  willReadParts?(ranges: readonly ByteSpan[]): void
  /** Why parts cannot be read, where they cannot though it is no pipe. */
  readonly onlyWhole?: string
  /** A descriptor that other threads may read at positions, where there is one. */
  readonly fd?: number
  /** Does the descriptor give the same bytes there as `read`? Where this is missing: everywhere. */
  inFile?(position: number, nbytes: number): boolean
}
