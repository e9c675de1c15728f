// Text in the metadata: names and strings, their padding and encoding
// (HDF5 File Format Specification 4.0, IV.A.2.d).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from './cursor.js'

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const SPACE = 0x20

/** The bytes of a string without what fills it up. */
export function paddedText(
  bytes: Uint8Array,
  padding: 'null-terminated' | 'null-padded' | 'space-padded',
): Uint8Array {
  if (padding === 'null-terminated') {
    const end = bytes.indexOf(0)
    return end < 0 ? bytes : bytes.subarray(0, end)
  }
  const filler = padding === 'null-padded' ? 0 : SPACE
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === filler) end--
  return bytes.subarray(0, end)
}

/** Text in UTF-8. What is none is read as Latin-1: files say ASCII of both. */
export function textOf(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  }
}

/**
 * Reads text that ends with a zero byte.
 * @param multiple it takes a multiple of so many bytes, zeros at its end included
 * @throws BlpkError DAMAGED if there is no zero
 */
export function readText(cursor: Cursor, multiple = 1): string {
  const end = cursor.bytes.indexOf(0, cursor.at)
  if (end < 0) throw damaged('a name has no end', { offset: cursor.position + cursor.at })
  const bytes = cursor.take(end - cursor.at)
  cursor.skip(multiple * Math.ceil((bytes.length + 1) / multiple) - bytes.length)
  return textOf(bytes)
}
