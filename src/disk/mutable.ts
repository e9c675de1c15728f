// Finds the parts of a file that a change may alter, even if the file is damaged or unknown.

import type { FindMutable, Front, Mutable, ReadSome } from '../bytes/mutable-parts.js'
import { PEEK_BYTES } from '../bytes/peek.js'

/** Finds the parts that a change may alter, as far as the file is sound. Readers report what is not. */
export async function mutableParts(
  find: FindMutable,
  read: ReadSome,
  { frontOnly = false, inner }: { frontOnly?: boolean; inner?: string | undefined },
): Promise<Mutable> {
  const container = await find(await read(0, PEEK_BYTES), read)
  if (container === undefined) return { front: [[0, PEEK_BYTES]], last: undefined }
  try {
    return await container.parts(read, frontOnly, inner)
  } catch {
    return { front: [[0, container.headBytes]], last: undefined }
  }
}

/** @returns undefined if the file is damaged; `unknown` if it holds no known container */
export async function frontOf(find: FindMutable, read: ReadSome): Promise<Front | 'unknown' | undefined> {
  const container = await find(await read(0, PEEK_BYTES), read)
  if (container === undefined) return 'unknown'
  try {
    return await container.frontOf(read)
  } catch {
    return undefined
  }
}
