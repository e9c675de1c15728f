// Asks the container in a file what a change may alter, and copes with files that are damaged or not known.

import type { FindMutable, Front, Mutable, ReadSome } from '../bytes/mutable-parts.js'
import { PEEK_BYTES } from '../bytes/peek.js'

/** Finds what a change may alter, as far as the file is sound: whoever reads it says what is not. */
export async function mutableParts(find: FindMutable, read: ReadSome, frontOnly: boolean): Promise<Mutable> {
  const container = await find(await read(0, PEEK_BYTES), read)
  if (container === undefined) return { front: [[0, PEEK_BYTES]], last: undefined }
  try {
    return await container.parts(read, frontOnly)
  } catch {
    return { front: [[0, container.headBytes]], last: undefined }
  }
}

/** @returns undefined if the file is damaged, and `unknown` if it holds no container that is known */
export async function frontOf(find: FindMutable, read: ReadSome): Promise<Front | 'unknown' | undefined> {
  const container = await find(await read(0, PEEK_BYTES), read)
  if (container === undefined) return 'unknown'
  try {
    return await container.frontOf(read)
  } catch {
    return undefined
  }
}
