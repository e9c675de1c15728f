// Messages that stand elsewhere: in the header of a named datatype, or in a table
// (HDF5 File Format Specification 4.0, IV.A.2, "Shared Message").

import { damaged, unsupported } from '../../../core/errors.js'
import { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { MESSAGE_FLAG, type Message } from './message.js'
import { readMessages } from './object-header.js'

/** In a table of shared messages. */
const IN_TABLE = 1

/** Where a shared message stands: the address of an object header. */
function parseShared(cursor: Cursor): number {
  const offset = cursor.position + cursor.at
  const version = cursor.u8()
  const where = cursor.u8()
  if (version < 1 || version > 3)
    throw unsupported(`shared messages of version ${version} are not supported`, { offset })
  if ((version === 3 && where === IN_TABLE) || (version === 1 && (where & 1) !== 0))
    throw unsupported('messages in a table of shared messages (SOHM) are not supported', { offset })
  // Bytes for later use, and the name in an entry of a symbol table.
  if (version === 1) cursor.skip(6 + cursor.sizes.length)
  return cursor.needAddress()
}

/** Headers that are kept for each file, for the many messages that refer to one. */
const MOST_KEPT = 64
const kept = new WeakMap<FileBytes, Map<number, readonly Message[]>>()

async function messagesAt(file: FileBytes, address: number): Promise<readonly Message[]> {
  const headers = kept.get(file) ?? new Map<number, readonly Message[]>()
  kept.set(file, headers)
  const messages = headers.get(address) ?? (await readMessages(file, address))
  if (headers.size >= MOST_KEPT) headers.clear()
  headers.set(address, messages)
  return messages
}

/**
 * Finds a message that another object has.
 * @param cursor at what stands in its place
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function sharedBody(file: FileBytes, type: number, cursor: Cursor): Promise<Cursor> {
  const address = parseShared(cursor)
  const found = (await messagesAt(file, address)).find((message) => message.type === type)
  if (found === undefined) throw damaged('a shared message is not where it should be', { offset: address })
  // HDF5 never shares what is shared already; so there are no loops.
  if ((found.flags & MESSAGE_FLAG.shared) !== 0)
    throw damaged('a shared message leads to another one', { offset: address })
  const { bytes, sizes, position } = found.body
  return new Cursor(bytes, sizes, position)
}

/** The body of a message, wherever it stands. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export async function bodyOf(file: FileBytes, message: Message): Promise<Cursor> {
  if ((message.flags & MESSAGE_FLAG.shared) === 0) return message.body
  return sharedBody(file, message.type, message.body)
}
