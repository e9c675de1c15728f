// Messages of object headers: their types and flags (HDF5 File Format Specification 4.0, IV.A.1 and IV.A.2).

import type { Cursor } from '../bytes/cursor.js'

/** Types of messages that say something here. */
export const MESSAGE = {
  nil: 0x00,
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillOld: 0x04,
  fill: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
  sharedTable: 0x0f,
  continuation: 0x10,
  symbolTable: 0x11,
  driverInfo: 0x14,
  attributeInfo: 0x15,
  linkCount: 0x16,
} as const

/** The last type that the specification knows. */
export const LAST_MESSAGE = 0x18

/** Bits of the flags of a message. */
export const MESSAGE_FLAG = {
  /** What stands here is where the message is. */
  shared: 0x02,
  /** Who does not know the type must not change the file. */
  mustKnowToWrite: 0x08,
  /** Who does not know the type must not read the object. */
  mustKnow: 0x80,
} as const

/** A message of an object header. */
export interface Message {
  readonly type: number
  readonly flags: number
  /** When it was made, if the header says so. */
  readonly order?: number
  readonly body: Cursor
}

/** A block of an object header that continues elsewhere. */
export interface Continuation {
  /** Absolute position, in bytes. */
  readonly address: number
  readonly nbytes: number
}
