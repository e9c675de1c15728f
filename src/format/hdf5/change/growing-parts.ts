// Which headers in a file may change while others read it.

import type { Range } from '../../../bytes/mutable-parts.js'
import { isGroup } from '../structure/links.js'
import { locatePath } from '../structure/resolve.js'
import type { H5File } from '../structure/tree.js'
import { growingHeader, growingRanges } from './growing-header.js'
import { type ReachedObject, reachedObject, reachedObjects } from './reached.js'

function rangesOf({ blocks }: ReachedObject): Range[] {
  const header = growingHeader(blocks)
  return header === undefined ? [] : growingRanges(header)
}

/**
 * The blocks of headers that appends may alter: of one dataset, or of all that can be reached.
 * @param inner the object that is going to be read, if it is one
 * @throws BlpkError NOT_FOUND, DAMAGED, IO
 */
export async function growingParts(file: H5File, inner: string | undefined): Promise<Range[]> {
  if (inner !== undefined) {
    const { address } = await locatePath(file, inner)
    const object = await reachedObject(file, address)
    if (!isGroup(object.blocks.flatMap(({ messages }) => messages))) return rangesOf(object)
  }
  const ranges: Range[] = []
  for await (const object of reachedObjects(file)) ranges.push(...rangesOf(object))
  return ranges
}
