// Parses compound datatypes (HDF5 File Format Specification 4.0, IV.A.2.d, class 6).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import { bytesFor } from '../bytes/sizes.js'
import { readText } from '../bytes/text.js'
import type { Datatype, Member } from './datatype.js'
import { arrayOf } from './parse-derived.js'
import type { TypeHead } from './type-head.js'

/** Version 1 has the extents of array members here: at most four, and room for all of them. */
const OLD_AXES = 4

/** Members as versions 1 and 2 write them. */
function parseOldMember(cursor: Cursor, { version, inner }: TypeHead): Member {
  const name = readText(cursor, 8)
  const offset = cursor.u32()
  if (version > 1) return { name, offset, type: inner(cursor) }
  const rank = cursor.u8()
  // Reserved, a permutation that was never used, reserved.
  cursor.skip(3 + 4 + 4)
  const extents = [cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32()]
  if (rank > OLD_AXES) throw damaged(`a member has ${rank} axes`, { offset: cursor.position })
  const type = inner(cursor)
  return { name, offset, type: rank === 0 ? type : arrayOf(type, extents.slice(0, rank), cursor) }
}

function parseMember(cursor: Cursor, head: TypeHead): Member {
  if (head.version < 3) return parseOldMember(cursor, head)
  return { name: readText(cursor), offset: cursor.uint(bytesFor(head.size)), type: head.inner(cursor) }
}

export function parseCompound(cursor: Cursor, head: TypeHead): Datatype {
  const count = head.flags & 0xffff
  const members: Member[] = []
  for (let i = 0; i < count; i++) {
    const member = parseMember(cursor, head)
    if (member.offset + member.type.size > head.size)
      throw damaged('a member of a compound type reaches beyond its end', { offset: cursor.position })
    members.push(member)
  }
  if (count === 0) throw damaged('a compound type has no members', { offset: cursor.position })
  return { kind: 'compound', size: head.size, members }
}
