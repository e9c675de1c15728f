// Parses datatypes over another one: enumerations, variable-length and array types
// (HDF5 File Format Specification 4.0, IV.A.2.d).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import { readText } from '../bytes/text.js'
import type { Datatype } from './datatype.js'
import type { TypeHead } from './type-head.js'

export function parseEnum(cursor: Cursor, { version, flags, size, inner }: TypeHead): Datatype {
  const base = inner(cursor)
  if (base.size !== size)
    throw damaged('an enumeration has another size than its base type', { offset: cursor.position })
  const count = flags & 0xffff
  const names: string[] = []
  for (let i = 0; i < count; i++) names.push(readText(cursor, version < 3 ? 8 : 1))
  const members = new Map<string, Uint8Array>()
  for (const name of names) members.set(name, cursor.take(size).slice())
  return { kind: 'enum', size, base, members }
}

export function parseVlen(cursor: Cursor, { flags, size, inner }: TypeHead): Datatype {
  const item = inner(cursor)
  const kind = flags & 0xf
  if (kind > 1) return { kind: 'other', size, what: 'variable-length items of an unknown kind' }
  if (kind === 1) return { kind: 'vlen-string', size, utf8: ((flags >>> 8) & 0xf) === 1 }
  return { kind: 'vlen', size, item }
}

/** A type of arrays. @throws BlpkError DAMAGED for extents of 0 and more than 2^53 bytes */
export function arrayOf(item: Datatype, shape: readonly number[], { position }: Cursor): Datatype {
  const size = shape.reduce((product, extent) => product * extent, item.size)
  if (size === 0 || !Number.isSafeInteger(size))
    throw damaged('the extents of an array type cannot be right', { offset: position })
  return { kind: 'array', size, shape, item }
}

export function parseArray(cursor: Cursor, { version, size, inner }: TypeHead): Datatype {
  const rank = cursor.u8()
  if (version < 3) cursor.skip(3)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) shape.push(cursor.u32())
  // A permutation that was never used.
  if (version < 3) cursor.skip(4 * rank)
  const type = arrayOf(inner(cursor), shape, cursor)
  if (type.size !== size)
    throw damaged('an array type has another size than its items', { offset: cursor.position })
  return type
}
