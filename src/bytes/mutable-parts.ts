// What readers and writers of a place must know of its container, so that they do not disturb each other.

import type { MaybePromise } from '../core/maybe-promise.js'

/** A range of a container: position and size, in bytes. */
export type Range = readonly [position: number, nbytes: number]

/** Reads up to so many bytes. */
export type ReadSome = (position: number, nbytes: number) => MaybePromise<Uint8Array>

/** The same of a file. */
export type ReadNow = (position: number, nbytes: number) => Uint8Array

/** Where a change may alter a container that others have open for reading; all else stays as it is. */
export interface Mutable {
  /** Whatever says where chunks are and what they mean: read for every purpose. */
  front: Range[]
  /**
   * The last chunk, if an append would fill it up where it stands; of the front only, its header. It may be said to be
   * longer than what is there.
   */
  last: Range | undefined
}

/** How long the front of a container is, in bytes. */
export interface Front {
  header: number
  /** Where the chunks begin; undefined if there are none. */
  chunks: number | undefined
}

/** Knows which parts of a container a change may alter. */
export interface MutableParts {
  /** Fewest bytes that its header has. */
  readonly headBytes: number
  /** Do other programs that write such files lock them by a `.b2lock` file? Then changes here do too. */
  readonly peerLock?: boolean
  /** @throws BlpkError DAMAGED, UNSUPPORTED if the container is not sound */
  parts(read: ReadSome, frontOnly: boolean): Promise<Mutable>
  /** @throws BlpkError DAMAGED, UNSUPPORTED */
  frontOf(read: ReadSome): Promise<Front>
}

/** Of a container that does not say what its changes alter: everything, however long it is. */
export const ALL_PARTS: MutableParts = {
  headBytes: 0,
  parts: async () => ({ front: [], last: [0, Number.POSITIVE_INFINITY] }),
  frontOf: async () => ({ header: 0, chunks: 0 }),
}

/** Of a container that is only ever replaced as a whole: nothing. */
export const NO_PARTS: MutableParts = {
  headBytes: 0,
  parts: async () => ({ front: [], last: undefined }),
  frontOf: async () => ({ header: 0, chunks: 0 }),
}

/**
 * Finds out what a change may alter in a place.
 * @param front the first {@link PEEK_BYTES} of the place, fewer of a shorter one
 * @param read reads on in the same place
 * @returns undefined if the place holds no container that is known
 */
export type FindMutable = (front: Uint8Array, read: ReadSome) => MaybePromise<MutableParts | undefined>
