// An input of a join, and what all inputs must have in common.

import type { NdarrayLayout } from '../../../array/npy/index.js'
import { BlpkError, unsupported } from '../../../core/errors.js'
import { checkSameRows } from '../../array-metadata.js'
import { arrayJson } from '../../described-metadata.js'
import type { NDArray } from '../objects/ndarray.js'
import type { OpenedFrame } from '../opened.js'

/** @throws BlpkError UNSUPPORTED for anything but plain numbers: joining would break it */
export function checkPlain({ schunk, name }: OpenedFrame): void {
  schunk.checkHolds()
  const { object } = schunk
  if (object === undefined || object.holds === 'cache') return
  throw unsupported(`it holds ${object.what}, which cannot be joined; ${object.how}`, {
    path: name,
  })
}

/** @throws BlpkError USAGE for different typesizes */
export function checkSameItems(first: OpenedFrame, other: OpenedFrame): void {
  if (first.typesize === other.typesize) return
  const [a, b] = [first, other].map(({ name }) => name)
  throw new BlpkError(
    'USAGE',
    `'${b}' has typesize ${other.typesize}, but '${a}' has ${first.typesize}: they cannot be joined`,
    { path: b ?? '' },
  )
}

/** @throws BlpkError USAGE for arrays that cannot be joined along axis 0 */
export function checkRowsAlike(first: OpenedFrame, other: OpenedFrame): void {
  const [a, b] = [first.array(), other.array()] as [NdarrayLayout, NdarrayLayout]
  const [there, added] = [first, other].map(({ name }) => `'${name}'`) as [string, string]
  checkSameRows(a, b, arrayJson(a), arrayJson(b), [added, there])
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i])
}

/** Whether two arrays have the same chunk and block shapes. */
export function isCutAlike(a: NDArray, b: NDArray): boolean {
  return same(a.chunks, b.chunks) && same(a.blocks, b.blocks)
}
