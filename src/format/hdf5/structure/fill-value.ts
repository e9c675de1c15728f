// Parses both fill value messages (HDF5 File Format Specification 4.0, IV.A.2.e and IV.A.2.f).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'

/** A size of versions 1 and 2 that stands for "undefined". */
const NO_SIZE = 0xffffffff

function parseSized(cursor: Cursor): Uint8Array | undefined {
  const nbytes = cursor.u32()
  return nbytes === 0 || nbytes === NO_SIZE ? undefined : cursor.take(nbytes)
}

/** The old message. @returns the bytes of one item; undefined if there are none */
export function parseOldFill(cursor: Cursor): Uint8Array | undefined {
  return parseSized(cursor)
}

/** The new message, versions 1 to 3. @returns the bytes of one item; undefined if there are none */
export function parseFill(cursor: Cursor): Uint8Array | undefined {
  const version = cursor.u8()
  if (version < 1 || version > 3)
    throw unsupported(`fill values of version ${version} are not supported`, { offset: cursor.position })
  if (version === 3) return (cursor.u8() & 0x20) === 0 ? undefined : parseSized(cursor)
  // When room is allocated, and when it is filled.
  cursor.skip(2)
  const isDefined = cursor.u8() !== 0
  return isDefined || version === 1 ? parseSized(cursor) : undefined
}

/**
 * The fill value of a dataset, as a copy.
 * @param itemsize in bytes
 * @returns undefined for zeros
 * @throws BlpkError DAMAGED if it has another size than the items
 */
export function fillOf(bytes: Uint8Array | undefined, itemsize: number): Uint8Array | undefined {
  if (bytes === undefined || bytes.every((byte) => byte === 0)) return undefined
  if (bytes.length !== itemsize)
    throw damaged(`the fill value has ${bytes.length} bytes, but an item has ${itemsize}`)
  return bytes.slice()
}
