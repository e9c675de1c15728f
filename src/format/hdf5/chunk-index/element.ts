// An element of a fixed or extensible array: where a chunk is
// (HDF5 File Format Specification 4.0, VII.C and VII.D).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { ChunkEntry } from '../model.js'

/** Size of a filter mask, in bytes. */
const MASK_BYTES = 4
const MAX_SIZE_FIELD = 8

/** How elements are stored. */
export interface ElementFormat {
  /** Size of an element, in bytes. */
  readonly nbytes: number
  /** Size of the field for the stored size of a chunk, in bytes; 0 without filters. */
  readonly sizeField: number
  /** Stored size of a chunk without filters, in bytes. */
  readonly chunkBytes: number
}

/**
 * The format of elements, as the header of an array says.
 * @param client 0 without filters, 1 with them
 * @throws BlpkError DAMAGED if it contradicts the dataset; UNSUPPORTED for another client
 */
export function elementFormat(
  header: Cursor,
  { client, nbytes }: { client: number; nbytes: number },
  { chunkBytes, hasFilters }: { chunkBytes: number; hasFilters: boolean },
): ElementFormat {
  const place = { offset: header.position }
  if (client > 1) throw unsupported(`arrays of client ${client} are not supported`, place)
  if ((client === 1) !== hasFilters)
    throw damaged('the index of the chunks does not agree with the filters of the dataset', place)
  const sizeField = hasFilters ? nbytes - header.sizes.offset - MASK_BYTES : 0
  const isRight = hasFilters ? sizeField >= 1 && sizeField <= MAX_SIZE_FIELD : nbytes === header.sizes.offset
  if (!isRight) throw damaged(`the index of the chunks has elements of ${nbytes} bytes`, place)
  return { nbytes, sizeField, chunkBytes }
}

/** @returns undefined for a chunk that is not stored */
export function readElement(block: Cursor, { sizeField, chunkBytes }: ElementFormat): ChunkEntry | undefined {
  const address = block.address()
  const cbytes = sizeField > 0 ? block.uint(sizeField) : chunkBytes
  const mask = sizeField > 0 ? block.u32() : 0
  return address === undefined ? undefined : { address, cbytes, mask }
}
