// Parses the datatype message (HDF5 File Format Specification 4.0, IV.A.2.d).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { Datatype } from './datatype.js'
import { parseCompound } from './parse-compound.js'
import { parseArray, parseEnum, parseVlen } from './parse-derived.js'
import { parseFloating, parseInteger, parseOpaque, parseString } from './parse-simple.js'
import type { TypeHead } from './type-head.js'

/** Types within types; those of real files have a few levels. */
const MAX_DEPTH = 32
const MAX_VERSION = 5

type ParseClass = (cursor: Cursor, head: TypeHead) => Datatype

const REFERENCES = ['object', 'region', 'object', 'region', 'attribute']

function parseTime(cursor: Cursor, { size }: TypeHead): Datatype {
  // Its precision.
  cursor.skip(2)
  return { kind: 'other', size, what: 'times (HDF5 class 2)' }
}

function parseReference(_cursor: Cursor, { size, flags }: TypeHead): Datatype {
  return { kind: 'other', size, what: `${REFERENCES[flags & 0xf] ?? 'unknown'} references` }
}

function parseComplex(cursor: Cursor, { size, flags, inner }: TypeHead): Datatype {
  const item = inner(cursor)
  if ((flags & 1) === 0 || (flags & 6) !== 0)
    return { kind: 'other', size, what: 'complex numbers in another form than real and imaginary part' }
  if (item.kind !== 'float' || item.size * 2 !== size)
    throw damaged('a complex number is not made of two floating-point numbers', { offset: cursor.position })
  return { kind: 'complex', size, item }
}

/** By their class. */
const CLASSES: readonly ParseClass[] = [
  parseInteger('integer'),
  parseFloating,
  parseTime,
  parseString,
  parseInteger('bits'),
  parseOpaque,
  parseCompound,
  parseReference,
  parseEnum,
  parseVlen,
  parseArray,
  parseComplex,
]

function parseAt(cursor: Cursor, depth: number): Datatype {
  const offset = cursor.position + cursor.at
  if (depth > MAX_DEPTH) throw damaged(`a datatype has more than ${MAX_DEPTH} levels`, { offset })
  const head = cursor.u8()
  const version = head >>> 4
  const parse = CLASSES[head & 0xf]
  if (version < 1 || version > MAX_VERSION)
    throw unsupported(`datatypes of version ${version} are not supported`, { offset })
  if (parse === undefined) throw unsupported(`datatypes of class ${head & 0xf} are not supported`, { offset })
  const flags = cursor.uint(3)
  const size = cursor.u32()
  if (size === 0) throw damaged('a datatype claims items of no bytes', { offset })
  return parse(cursor, { version, flags, size, inner: (within) => parseAt(within, depth + 1) })
}

/**
 * Parses a datatype.
 * @throws BlpkError DAMAGED if it is malformed, UNSUPPORTED for unknown versions and classes
 */
export function parseDatatype(cursor: Cursor): Datatype {
  return parseAt(cursor, 0)
}
