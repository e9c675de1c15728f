// Reads names from a local heap (HDF5 File Format Specification 4.0, III.D).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { readText } from '../bytes/text.js'

/** The data segment of a heap. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export async function readLocalHeap(file: FileBytes, address: number): Promise<Cursor> {
  const { offset, length } = file.sizes
  const head = await file.block(address, 8 + 2 * length + offset)
  head.signature('HEAP')
  const version = head.u8()
  if (version !== 0)
    throw unsupported(`local heaps of version ${version} are not supported`, { offset: address })
  head.skip(3)
  const nbytes = head.length()
  // Where its free space starts.
  head.skip(length)
  return file.block(head.needAddress(), nbytes)
}

/** The text at a position in the data segment. @throws BlpkError DAMAGED if it is not within */
export function heapText(segment: Cursor, position: number): string {
  if (position >= segment.bytes.length)
    throw damaged('a name lies beyond the end of its heap', { offset: segment.position })
  segment.at = position
  return readText(segment)
}
