// Parses datatypes without parts: numbers, strings, opaque bytes
// (HDF5 File Format Specification 4.0, IV.A.2.d).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import { paddedText, textOf } from '../bytes/text.js'
import type { ByteOrder, Datatype, StringPadding } from './datatype.js'
import type { TypeHead } from './type-head.js'

const PADDINGS: readonly StringPadding[] = ['null-terminated', 'null-padded', 'space-padded']

function orderOf(flags: number): ByteOrder {
  return (flags & 1) === 0 ? 'little' : 'big'
}

/** Integers and bit fields. */
export function parseInteger(kind: 'integer' | 'bits') {
  return (cursor: Cursor, { size, flags }: TypeHead): Datatype => {
    const [bitOffset, precision] = [cursor.u16(), cursor.u16()]
    if (precision === 0 || bitOffset + precision > size * 8)
      throw damaged('a datatype has more bits than fit in its bytes', { offset: cursor.position })
    const signed = kind === 'integer' && (flags & 8) !== 0
    return { kind, size, order: orderOf(flags), signed, bitOffset, precision }
  }
}

export function parseFloating(cursor: Cursor, { size, flags }: TypeHead): Datatype {
  const bits = {
    offset: cursor.u16(),
    precision: cursor.u16(),
    exponentAt: cursor.u8(),
    exponentBits: cursor.u8(),
    mantissaAt: cursor.u8(),
    mantissaBits: cursor.u8(),
    bias: cursor.u32(),
    normalization: (flags >>> 4) & 3,
    sign: (flags >>> 8) & 0xff,
  }
  const order = (flags & 0x40) !== 0 ? 'vax' : orderOf(flags)
  return { kind: 'float', size, order, bits }
}

export function parseString(cursor: Cursor, { size, flags }: TypeHead): Datatype {
  const padding = PADDINGS[flags & 0xf]
  if (padding === undefined)
    throw damaged('a string type has an unknown padding', { offset: cursor.position })
  return { kind: 'string', size, padding, utf8: ((flags >>> 4) & 0xf) === 1 }
}

export function parseOpaque(cursor: Cursor, { size, flags }: TypeHead): Datatype {
  // The tag is filled up to 8 bytes; old files count without that.
  const length = Math.min(cursor.left, 8 * Math.ceil((flags & 0xff) / 8))
  return { kind: 'opaque', size, tag: textOf(paddedText(cursor.take(length), 'null-terminated')) }
}
