import type { MaybePromise } from '../core/maybe-promise.js'
import { CONTAINER_PEEK_BYTES, containerOf } from './recognise.js'

/** A range of an archive: position and size, in bytes. */
export type Range = [position: number, nbytes: number]

/** Reads up to so many bytes of an archive. */
export type ReadSome = (position: number, nbytes: number) => MaybePromise<Uint8Array>

/** The same of an archive in a file. */
export type ReadNow = (position: number, nbytes: number) => Uint8Array

/** Where a change may alter an archive that is open for reading; all else stays as it is. */
export interface Mutable {
  /** Whatever says where chunks are and what they mean: read for every purpose. */
  front: Range[]
  /** The last chunk, where an append would fill it up where it stands; of the front only, its header. */
  last: Range | undefined
}

/** What changes and their readers need to know of a kind of archive. */
export interface Container {
  /** Fewest bytes that its header has. */
  readonly headBytes: number
  /**
   * Where a change may alter an archive.
   * @throws BlpkError DAMAGED, UNSUPPORTED where it is not sound
   */
  mutableParts(read: ReadSome, frontOnly: boolean): Promise<Mutable>
  /** @throws BlpkError DAMAGED, UNSUPPORTED */
  frontOf(read: ReadSome): Promise<Front>
}

/** How long the front of an archive is, in bytes. */
export interface Front {
  header: number
  /** Where the chunks begin; undefined where there are none. */
  chunks: number | undefined
}

/** Finds out by its first bytes what an archive is; modules load when they are needed. */
async function findContainer(read: ReadSome): Promise<Container | undefined> {
  switch (containerOf(await read(0, CONTAINER_PEEK_BYTES))) {
    case 'bloscpack':
      return (await import('./bloscpack/mutable.js')).BLOSCPACK
    case 'frame':
      return (await import('./blosc2/mutable.js')).FRAME
    default:
      return undefined
  }
}

/** Finds what a change may alter, as far as the archive is sound: whoever reads it says what is not. */
export async function mutableParts(read: ReadSome, frontOnly: boolean): Promise<Mutable> {
  const container = await findContainer(read)
  if (container === undefined) return { front: [[0, CONTAINER_PEEK_BYTES]], last: undefined }
  try {
    return await container.mutableParts(read, frontOnly)
  } catch {
    return { front: [[0, container.headBytes]], last: undefined }
  }
}

/** @returns undefined where this is not an archive, or not a sound one */
export async function frontOf(read: ReadSome): Promise<Front | undefined> {
  try {
    return await (await findContainer(read))?.frontOf(read)
  } catch {
    return undefined
  }
}
