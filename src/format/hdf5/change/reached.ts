// The objects whose headers a change may alter: the first so many of a file, in the order of its links.
// Readers copy these headers when they open the file, so their number has a limit.

import { asDamage } from '../../../core/errors.js'
import { isGroup, storedLinks } from '../structure/links.js'
import { type HeaderBlock, headerBlocks } from '../structure/object-header.js'
import type { H5File } from '../structure/tree.js'

export const MOST_REACHED = 1000

/** An object, and the blocks of its header as far as they can be read. */
export interface ReachedObject {
  readonly address: number
  readonly blocks: readonly HeaderBlock[]
}

async function readBlocks({ bytes }: H5File, address: number): Promise<HeaderBlock[]> {
  const blocks: HeaderBlock[] = []
  try {
    for await (const block of headerBlocks(bytes, address)) blocks.push(block)
  } catch (error) {
    asDamage(error)
  }
  return blocks
}

export async function reachedObject(file: H5File, address: number): Promise<ReachedObject> {
  return { address, blocks: await readBlocks(file, address) }
}

/** Addresses that the links of a group lead to, as far as they can be read. */
async function addressesIn({ bytes }: H5File, { blocks }: ReachedObject, most: number): Promise<number[]> {
  const messages = blocks.flatMap((block) => block.messages)
  const found: number[] = []
  if (most === 0 || !isGroup(messages)) return found
  try {
    for await (const link of storedLinks(bytes, messages)) {
      if (link.kind === 'hard') found.push(link.address)
      if (found.length >= most) break
    }
  } catch (error) {
    asDamage(error)
  }
  return found
}

/** The objects that can be reached. Damage ends the way that it is on. @throws BlpkError IO */
export async function* reachedObjects(file: H5File): AsyncGenerator<ReachedObject> {
  const seen = new Set([file.superblock.root])
  for (const address of seen) {
    const object = await reachedObject(file, address)
    yield object
    for (const next of await addressesIn(file, object, MOST_REACHED - seen.size)) seen.add(next)
  }
}
