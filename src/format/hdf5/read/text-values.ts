// Datasets of strings of variable length as arrays of text. What is stored are items that refer to a heap.

import { product } from '../../../array/geometry.js'
import { allocate } from '../../../core/allocate.js'
import { arrayPieces } from '../../regions/opened-regions.js'
import { linearPieces } from './linear-pieces.js'
import { RegionArray } from './region-array.js'
import type { TextItems } from './text-items.js'
import type { LinearValues, Values } from './values.js'

/** References as they are stored, and what they refer to. */
export interface StoredText {
  values: Values
  texts: TextItems
  /** Of the references, in bytes. */
  nbytes: number
}

/** All references in whole items, piece by piece. */
async function* references({ values, texts, nbytes }: StoredText): AsyncGenerator<Uint8Array> {
  const pieces =
    values.kind === 'linear' ? linearPieces(values, 0, nbytes) : arrayPieces(values.array, 0, nbytes)
  let rest = new Uint8Array()
  for await (const piece of pieces) {
    const items = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const whole = items.length - (items.length % texts.itemBytes)
    yield items.subarray(0, whole)
    rest = items.slice(whole)
  }
}

/** The length of the longest text, in characters; at least 1, as in NumPy. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export async function longestText(stored: StoredText): Promise<number> {
  let longest = 1
  for await (const items of references(stored)) longest = await stored.texts.longest(items, longest)
  return longest
}

/** Reads every text. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function checkTexts(stored: StoredText): Promise<void> {
  for await (const items of references(stored)) await stored.texts.check(items)
}

/** @param length of all texts, in characters */
function linearText(values: LinearValues, texts: TextItems, length: number): LinearValues {
  const size = length * texts.characterBytes
  return {
    kind: 'linear',
    cbytes: values.cbytes,
    async read(start, into): Promise<void> {
      const [first, end] = [Math.floor(start / size), Math.ceil((start + into.length) / size)]
      const items = allocate((end - first) * texts.itemBytes)
      await values.read(first * texts.itemBytes, items)
      const isWhole = first * size === start && end * size === start + into.length
      const out = isWhole ? into : allocate((end - first) * size)
      await texts.put(items, length, out)
      if (!isWhole) into.set(out.subarray(start - first * size, start - first * size + into.length))
    },
  }
}

/**
 * The same values as text.
 * @param length of all texts, in characters
 * @param checkAmount called with the bytes of text that are to be in memory together
 */
export function textValues(
  { values, texts }: StoredText,
  length: number,
  checkAmount: (nbytes: number) => void,
): Values {
  if (values.kind === 'linear') return linearText(values, texts, length)
  const { frames: _, array, ...rest } = values
  const text = new RegionArray(array, length * texts.characterBytes, async (ranges, out) => {
    checkAmount(out.length)
    const items = allocate(product(ranges.map(({ count }) => count)) * texts.itemBytes)
    await array.read(ranges, items, false)
    await texts.put(items, length, out)
  })
  return { ...rest, array: text }
}
