// Parses attribute messages, versions 1 to 3 (HDF5 File Format Specification 4.0, IV.A.2.m).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { paddedText, textOf } from '../bytes/text.js'
import type { Dataspace } from '../model.js'
import type { Datatype } from '../types/datatype.js'
import { parseDatatype } from '../types/parse-datatype.js'
import { itemCount, parseDataspace } from './dataspace.js'
import { MESSAGE } from './message.js'
import { sharedBody } from './shared.js'

/** The parts of an attribute message, not yet parsed. */
export interface AttributeParts {
  readonly name: string
  readonly type: Cursor
  readonly space: Cursor
  /** Whether type and space stand elsewhere. */
  readonly sharedType: boolean
  readonly sharedSpace: boolean
  readonly value: Cursor
}

/** A value and what it is. */
export interface AttributeValue {
  readonly type: Datatype
  readonly space: Dataspace
  readonly bytes: Uint8Array
}

/** @throws BlpkError DAMAGED, UNSUPPORTED for other versions */
export function parseAttribute(cursor: Cursor): AttributeParts {
  const offset = cursor.position + cursor.at
  const [version, flags] = [cursor.u8(), cursor.u8()]
  if (version < 1 || version > 3)
    throw unsupported(`attributes of version ${version} are not supported`, { offset })
  const sizes = [cursor.u16(), cursor.u16(), cursor.u16()] as const
  // The character set of the name: what is not UTF-8 is read as such anyway, if it can be.
  if (version === 3) cursor.skip(1)
  const [name, type, space] = sizes.map((nbytes) => {
    const part = cursor.part(nbytes)
    if (version === 1) cursor.skip((8 - (nbytes % 8)) % 8)
    return part
  })
  if (name === undefined || type === undefined || space === undefined)
    throw damaged('an attribute lacks a part', { offset })
  return {
    name: textOf(paddedText(name.bytes, 'null-terminated')),
    type,
    space,
    sharedType: version > 1 && (flags & 1) !== 0,
    sharedSpace: version > 1 && (flags & 2) !== 0,
    value: cursor.part(cursor.left),
  }
}

/** Parses the type and the space of an attribute. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export async function attributeValue(file: FileBytes, parts: AttributeParts): Promise<AttributeValue> {
  const { sharedType, sharedSpace, value } = parts
  const typeAt = sharedType ? await sharedBody(file, MESSAGE.datatype, parts.type) : parts.type
  const spaceAt = sharedSpace ? await sharedBody(file, MESSAGE.dataspace, parts.space) : parts.space
  const [type, space] = [parseDatatype(typeAt), parseDataspace(spaceAt)]
  const nbytes = itemCount(space) * type.size
  if (nbytes > value.left) throw damaged('an attribute ends within its value', { offset: value.position })
  return { type, space, bytes: value.take(nbytes) }
}
