// Parses link messages and the messages that say where links are stored densely
// (HDF5 File Format Specification 4.0, IV.A.2.c and IV.A.2.g).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import { readText, textOf } from '../bytes/text.js'
import type { Link } from '../model.js'

const HARD = 0
const SOFT = 1
const EXTERNAL = 64

function parseExternal(name: string, value: Cursor): Link {
  const version = value.u8()
  if (version >>> 4 !== 0)
    throw unsupported(`external links of version ${version >>> 4} are not supported`, {
      offset: value.position,
    })
  return { name, kind: 'external', file: readText(value), path: readText(value) }
}

/**
 * A link message, in an object header or in a heap.
 * @returns undefined for links of a program's own kind
 * @throws BlpkError DAMAGED, UNSUPPORTED for other versions
 */
export function parseLink(cursor: Cursor): Link | undefined {
  const offset = cursor.position + cursor.at
  const version = cursor.u8()
  if (version !== 1) throw unsupported(`links of version ${version} are not supported`, { offset })
  const flags = cursor.u8()
  const kind = (flags & 8) === 0 ? HARD : cursor.u8()
  // When it was made, among the links of its group.
  if ((flags & 4) !== 0) cursor.skip(8)
  // The character set: what is not UTF-8 is read as such anyway, if it can be.
  if ((flags & 0x10) !== 0) cursor.skip(1)
  const name = textOf(cursor.take(cursor.uint(2 ** (flags & 3))))
  if (name === '') throw damaged('a link has no name', { offset })
  if (kind === HARD) return { name, kind: 'hard', address: cursor.needAddress() }
  const value = cursor.part(cursor.u16())
  if (kind === SOFT) return { name, kind: 'soft', path: textOf(value.take(value.left)) }
  return kind === EXTERNAL ? parseExternal(name, value) : undefined
}

/** Where links or attributes are that are stored densely. Addresses are absolute; undefined if there are none. */
export interface DenseStorage {
  /** Of the fractal heap that holds them. */
  readonly heap: number | undefined
  /** Of the B-tree over their names. */
  readonly names: number | undefined
}

/**
 * The link info message, or the attribute info message.
 * @param indexSize of the field with the largest creation index, in bytes: 8 for links, 2 for attributes
 */
export function parseDenseStorage(cursor: Cursor, indexSize: number): DenseStorage {
  const version = cursor.u8()
  if (version !== 0)
    throw unsupported(`dense storage of version ${version} is not supported`, { offset: cursor.position })
  if ((cursor.u8() & 1) !== 0) cursor.skip(indexSize)
  return { heap: cursor.address(), names: cursor.address() }
}
