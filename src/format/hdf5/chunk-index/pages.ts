// Elements of a data block, in one piece or in pages of which only some were ever written.

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import type { ChunkEntry } from '../model.js'
import { type ElementFormat, readElement } from './element.js'

export const CHECKSUM_BYTES = 4

/** Takes an element. @param number of the element in its array */
export type TakeElement = (number: number, entry: ChunkEntry) => void

/** Reads some elements that follow one another. @param first the number of the first one */
export function readElements(
  block: Cursor,
  format: ElementFormat,
  [first, count]: readonly [number, number],
  take: TakeElement,
): void {
  for (let i = 0; i < count; i++) {
    const entry = readElement(block, format)
    if (entry !== undefined) take(first + i, entry)
  }
}

/** Whether a bit is set; the first is the highest one of the first byte. */
export function hasBit(bits: Uint8Array, index: number): boolean {
  return ((bits[Math.floor(index / 8)] ?? 0) & (0x80 >> (index % 8))) !== 0
}

/** Pages of elements, each with a checksum of its own. */
export interface Pages {
  /** Of the first page, absolute. */
  readonly address: number
  /** Elements of a page; the last one may have fewer. */
  readonly perPage: number
  /** Elements in all pages. */
  readonly count: number
  /** Whether a page was written. */
  isThere(page: number): boolean
}

/** @param first the number of the first element @throws BlpkError DAMAGED, CHECKSUM, IO */
export async function readPages(
  file: FileBytes,
  { address, perPage, count, isThere }: Pages,
  format: ElementFormat,
  first: number,
  take: TakeElement,
): Promise<void> {
  const pageBytes = perPage * format.nbytes + CHECKSUM_BYTES
  // Room for all pages was allocated together.
  const { size } = file.source
  if (size !== undefined && count * format.nbytes > size)
    throw damaged('the index of the chunks claims more pages than the file has room for', { offset: address })
  for (let page = 0; page * perPage < count; page++) {
    if (!isThere(page)) continue
    const start = page * perPage
    const here = Math.min(perPage, count - start)
    const block = await file.block(address + page * pageBytes, here * format.nbytes + CHECKSUM_BYTES)
    readElements(block, format, [first + start, here], take)
    checkLookup3(block, 'a page of the index of the chunks')
  }
}
