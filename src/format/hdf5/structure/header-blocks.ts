// Reads the blocks of object headers, versions 1 and 2, and takes them apart into messages
// (HDF5 File Format Specification 4.0, IV.A.1 and IV.A.2.q).

import { damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { checkLookup3 } from '../bytes/lookup3.js'
import type { Continuation, Message } from './message.js'

/** In a header of version 1, with four bytes behind it that bring messages to a multiple of eight. */
const OLD_PREFIX_BYTES = 16
/** Of a header of version 2 with all its fields. */
const NEW_PREFIX_BYTES = 34
const CHECKSUM_BYTES = 4
const OLD_MESSAGE_BYTES = 8
const NEW_MESSAGE_BYTES = 4

/** What a header's first fields say of its blocks. */
export interface Prefix {
  readonly version: 1 | 2
  /** Whether each message says when it was created. */
  readonly ordered: boolean
  /** Bytes in front of the first message. */
  readonly start: number
  /** Of the messages in the first block. */
  readonly nbytes: number
  /** Of version 1: how many links lead to the object. Later headers have a message if there are several. */
  readonly links?: number
  /** Of version 2: the flags, and what lies between them and the size of the first block. */
  readonly flags?: number
  readonly times?: Uint8Array
}

function parseOldPrefix(cursor: Cursor): Prefix {
  // The version, a byte for later use, and how many messages there are.
  cursor.skip(1 + 1 + 2)
  const links = cursor.u32()
  return { version: 1, ordered: false, start: OLD_PREFIX_BYTES, nbytes: cursor.u32(), links }
}

function parseNewPrefix(cursor: Cursor): Prefix {
  cursor.signature('OHDR')
  const version = cursor.u8()
  if (version !== 2)
    throw unsupported(`object headers of version ${version} are not supported`, { offset: cursor.position })
  const flags = cursor.u8()
  // Times of access, of modification, of change and of birth; and how many attributes are stored densely.
  const times = cursor.take(((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0))
  const nbytes = cursor.uint(2 ** (flags & 3))
  return { version: 2, ordered: (flags & 4) !== 0, start: cursor.at, nbytes, flags, times }
}

/** @throws BlpkError DAMAGED, UNSUPPORTED for other versions, IO */
export async function readPrefix(file: FileBytes, address: number): Promise<Prefix> {
  const bytes = await file.some(address, NEW_PREFIX_BYTES)
  const cursor = await file.block(address, bytes.length)
  if (bytes[0] === 'O'.charCodeAt(0)) return parseNewPrefix(cursor)
  if (bytes[0] === 1) return parseOldPrefix(cursor)
  throw damaged('there should be an object header', { offset: address })
}

/** The messages of one block; behind the last one may be a gap, too small for another. */
export function parseMessages(block: Cursor, { version, ordered }: Prefix): Message[] {
  const messages: Message[] = []
  const head = version === 1 ? OLD_MESSAGE_BYTES : NEW_MESSAGE_BYTES + (ordered ? 2 : 0)
  while (block.left >= head) {
    const type = version === 1 ? block.u16() : block.u8()
    const nbytes = block.u16()
    const flags = block.u8()
    if (version === 1) block.skip(3)
    const order = ordered ? { order: block.u16() } : {}
    messages.push({ type, flags, ...order, body: block.part(nbytes) })
  }
  return messages
}

/** A block of a header of version 2: its messages end before its checksum. */
function withoutChecksum(block: Cursor, start: number): Cursor {
  block.at = block.bytes.length - CHECKSUM_BYTES
  checkLookup3(block, 'an object header')
  block.at = start
  return block.part(block.bytes.length - CHECKSUM_BYTES - start)
}

/** Size of the whole first block, in bytes. */
export function firstBytes({ version, start, nbytes }: Prefix): number {
  return start + nbytes + (version === 1 ? 0 : CHECKSUM_BYTES)
}

/** The messages of the first block. */
export async function readFirst(file: FileBytes, address: number, prefix: Prefix): Promise<Cursor> {
  const { version, start, nbytes } = prefix
  const block = await file.block(address, firstBytes(prefix))
  if (version === 2) return withoutChecksum(block, start)
  block.skip(start)
  return block.part(nbytes)
}

/** The messages of a block that another one leads to. */
export async function readMore(file: FileBytes, place: Continuation, prefix: Prefix): Promise<Cursor> {
  const { address, nbytes } = place
  const block = await file.block(address, nbytes)
  if (prefix.version === 1) return block
  block.signature('OCHK')
  if (block.left < CHECKSUM_BYTES)
    throw damaged('a block of an object header is too small', { offset: address })
  return withoutChecksum(block, block.at)
}
