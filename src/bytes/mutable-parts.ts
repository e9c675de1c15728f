// The parts of a container that a change may alter. Readers and writers need them to coexist.

import type { MaybePromise } from '../core/maybe-promise.js'

/** A range of a container: position and size, in bytes. */
export type Range = readonly [position: number, nbytes: number]

/** Reads up to so many bytes. */
export type ReadSome = (position: number, nbytes: number) => MaybePromise<Uint8Array>

/** The same of a file. */
export type ReadNow = (position: number, nbytes: number) => Uint8Array

/**
 * The parts of a container that a change may alter while others have it open for reading; everything else
 * stays unchanged.
 */
export interface Mutable {
  /** The data that say where chunks are and what they mean: needed for every kind of read. */
  front: Range[]
  /**
   * The last chunk, if an append would fill it up in place; if only the front was read, its header. The given
   * size may exceed the actual one.
   */
  last: Range | undefined
}

/** Size of the front of a container, in bytes. */
export interface Front {
  header: number
  /** Position of the first chunk; undefined if there are none. */
  chunks: number | undefined
}

/** Finds the parts of a container that a change may alter. */
export interface MutableParts {
  /** Minimum size of its header, in bytes. */
  readonly headBytes: number
  /**
   * Whether other programs that write such files lock them with a `.b2lock` file. Changes then take that lock
   * too.
   */
  readonly peerLock?: boolean
  /**
   * @param inner the part that is going to be read, after `::`, if it is only one
   * @throws BlpkError DAMAGED, UNSUPPORTED if the container is not sound
   */
  parts(read: ReadSome, frontOnly: boolean, inner?: string): Promise<Mutable>
  /** @throws BlpkError DAMAGED, UNSUPPORTED */
  frontOf(read: ReadSome): Promise<Front>
}

/** For a container that does not say what its changes alter: everything, however long it is. */
export const ALL_PARTS: MutableParts = {
  headBytes: 0,
  parts: async () => ({ front: [], last: [0, Number.POSITIVE_INFINITY] }),
  frontOf: async () => ({ header: 0, chunks: 0 }),
}

/** For a container that is only ever replaced as a whole: nothing. */
export const NO_PARTS: MutableParts = {
  headBytes: 0,
  parts: async () => ({ front: [], last: undefined }),
  frontOf: async () => ({ header: 0, chunks: 0 }),
}

/**
 * Finds the parts of a place that a change may alter.
 * @param front the first {@link PEEK_BYTES} of the place, or all there are
 * @param read reads from the same place
 * @returns undefined if the place holds no known container
 */
export type FindMutable = (front: Uint8Array, read: ReadSome) => MaybePromise<MutableParts | undefined>
