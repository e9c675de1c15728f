// Writes an object header again, at another place and in one piece, with other messages
// (HDF5 File Format Specification 4.0, IV.A.1).

import { lookup3 } from '../bytes/lookup3.js'
import type { Prefix } from '../structure/header-blocks.js'
import { Put } from '../write/put.js'

/** A message as it is written. */
export interface RawMessage {
  readonly type: number
  readonly flags: number
  /** When it was made, for headers that say so. */
  readonly order?: number
  readonly body: Uint8Array
}

/** By the lowest two bits of the flags: size of the field for the size of all messages, in bytes. */
const SIZE_BYTES = [1, 2, 4]
const SIZE_BITS = 3

function oldHeader({ links = 1 }: Prefix, messages: readonly RawMessage[]): Uint8Array {
  const all = new Put()
  for (const { type, flags, body } of messages) {
    const padded = Math.ceil(body.length / 8) * 8
    all.u16(type).u16(padded).u8(flags).zeros(3).raw(body)
    all.zeros(padded - body.length)
  }
  const block = new Put().u8(1).u8(0).u16(messages.length).u32(links).u32(all.length).zeros(4)
  return block.raw(all.finish()).finish()
}

function newHeader(prefix: Prefix, messages: readonly RawMessage[]): Uint8Array {
  const { ordered, flags: given = 0, times = new Uint8Array() } = prefix
  const all = new Put()
  for (const { type, flags, order = 0, body } of messages) {
    all.u8(type).u16(body.length).u8(flags)
    if (ordered) all.u16(order)
    all.raw(body)
  }
  const size = SIZE_BYTES.findIndex((nbytes) => all.length < 256 ** nbytes)
  const block = new Put()
    .text('OHDR')
    .u8(2)
    .u8((given & ~SIZE_BITS) | size)
    .raw(times)
  block.uint(all.length, SIZE_BYTES[size] ?? 4).raw(all.finish())
  return block.u32(lookup3(block.finish())).finish()
}

/** A header of the same version with the same facts about the object, and other messages. */
export function rewrittenHeader(prefix: Prefix, messages: readonly RawMessage[]): Uint8Array {
  return prefix.version === 1 ? oldHeader(prefix, messages) : newHeader(prefix, messages)
}
