// Structured types, versions 1 and 2 (HDF5 File Format Specification 4.0, IV.A.2.d, class 6).

import { unsupported } from '../../../core/errors.js'
import { type TypeVersion, typeHead } from './type-head.js'

/** A field of a structured type. */
export interface Member {
  readonly name: string
  /** From the start of the item, in bytes. */
  readonly offset: number
  readonly type: Uint8Array
}

const MAX_MEMBERS = 2 ** 16 - 1
/** What members of version 1 say of axes, which array types say instead. */
const AXES_BYTES = 28

/**
 * @param size of an item with its padding, in bytes
 * @throws BlpkError UNSUPPORTED for none, or too many members, or a name with NUL
 */
export function compoundType(version: TypeVersion, size: number, members: readonly Member[]): Uint8Array {
  if (members.length === 0 || members.length > MAX_MEMBERS)
    throw unsupported(`HDF5 has no structured types of ${members.length} fields`)
  const block = typeHead('compound', { version, bits: members.length, size })
  for (const { name, offset, type } of members) {
    if (name.includes('\0')) throw unsupported('HDF5 has no names of fields with a NUL character')
    const start = block.length
    block.text(name).u8(0).pad(start).u32(offset)
    if (version === 1) block.zeros(AXES_BYTES)
    block.raw(type)
  }
  return block.finish()
}
