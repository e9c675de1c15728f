// Object headers, version 2, in one piece (HDF5 File Format Specification 4.0, IV.A.1.b).

import { unsupported } from '../../../core/errors.js'
import { lookup3 } from '../bytes/lookup3.js'
import { Put } from './put.js'

/** What says something about an object. */
export interface Message {
  /** Its number in the specification. */
  readonly type: number
  readonly body: Uint8Array
  /** It never changes. */
  readonly constant?: boolean
}

/** Largest body of a message, in bytes. */
export const MAX_MESSAGE_BYTES = 2 ** 16 - 1

const VERSION = 2
const FLAG_CONSTANT = 1
/** By the lowest two bits of the flags: size of the field for the size of all messages, in bytes. */
const SIZE_BYTES = [1, 2, 4]

/** @throws BlpkError UNSUPPORTED for a message that is too large */
export function objectHeader(messages: readonly Message[]): Uint8Array {
  const all = new Put()
  for (const { type, body, constant = false } of messages) {
    if (body.length > MAX_MESSAGE_BYTES)
      throw unsupported(
        `HDF5 has room for ${MAX_MESSAGE_BYTES} bytes about a property; this needs ${body.length}`,
      )
    all
      .u8(type)
      .u16(body.length)
      .u8(constant ? FLAG_CONSTANT : 0)
      .raw(body)
  }
  const flags = SIZE_BYTES.findIndex((nbytes) => all.length < 256 ** nbytes)
  const block = new Put().text('OHDR').u8(VERSION).u8(flags)
  block.uint(all.length, SIZE_BYTES[flags] ?? 4).raw(all.finish())
  return block.u32(lookup3(block.finish())).finish()
}
