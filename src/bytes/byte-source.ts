// `ByteSource`, the interface for reading bytes.

import type { MaybePromise } from '../core/maybe-promise.js'

/** A half-open range of positions, in bytes. */
export type ByteSpan = readonly [start: number, stop: number]

/** A place to read bytes from, whatever they mean. */
export interface ByteSource {
  /** The name in messages. */
  readonly name: string
  /** In bytes; undefined if the end is not known in advance. */
  readonly size: number | undefined
  /** Whether it can be read at any position. If not, positions must only increase. */
  readonly seekable: boolean
  /**
   * Fills `into` with the bytes from `position` on.
   * @returns the number of bytes; fewer than requested only at the end
   */
  read(position: number, into: Uint8Array): MaybePromise<number>
  /** Releases what it holds open. */
  close(): MaybePromise<void>
  /** Announces that the bytes from `start` to `stop` will be read in order, for places that prefetch. */
  willRead?(start: number, stop: number): void
  /**
   * Announces which ranges will be read, and nothing else: neighbours are fetched together, a few at a time.
   */
  willReadParts?(ranges: readonly ByteSpan[]): void
  /** Why parts cannot be read although it is not a pipe. */
  readonly onlyWhole?: string
  /** A descriptor that other threads may read at positions, if there is one. */
  readonly fd?: number
  /** Whether the descriptor gives the same bytes there as `read`. If it is missing: everywhere. */
  inFile?(position: number, nbytes: number): boolean
}
