// Reads object headers, versions 1 and 2, with their continuations
// (HDF5 File Format Specification 4.0, IV.A.1).

import { asDamage, type BlpkError, damaged, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import { firstBytes, type Prefix, parseMessages, readFirst, readMore, readPrefix } from './header-blocks.js'
import { type Continuation, LAST_MESSAGE, MESSAGE, MESSAGE_FLAG, type Message } from './message.js'

/** More than a header of 65,535 attributes in it takes in real files. */
const MOST_BYTES = 64 * 2 ** 20

function checkKnown({ type, flags, body }: Message): void {
  if (type <= LAST_MESSAGE || (flags & MESSAGE_FLAG.mustKnow) === 0) return
  const message = `the object has a message of type ${type}, which is not supported and must not be ignored`
  throw unsupported(message, { offset: body.position })
}

/** A block of an object header. */
export interface HeaderBlock {
  readonly prefix: Prefix
  /** Absolute, in bytes. */
  readonly position: number
  /** Of all of it, in bytes. */
  readonly nbytes: number
  /** Those too that only fill gaps or lead to other blocks. */
  readonly messages: readonly Message[]
}

/** Where an object header continues. */
function continuationsIn(messages: readonly Message[]): Continuation[] {
  return messages
    .filter(({ type }) => type === MESSAGE.continuation)
    .map(({ body }) => ({ address: body.needAddress(), nbytes: body.length() }))
}

function messagesIn(block: Cursor, prefix: Prefix): Message[] {
  const messages = parseMessages(block, prefix)
  for (const message of messages) checkKnown(message)
  return messages
}

/**
 * The blocks of an object header in the order in which they lead to each other.
 * @param address absolute, in bytes
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
 */
export async function* headerBlocks(file: FileBytes, address: number): AsyncGenerator<HeaderBlock> {
  const prefix = await readPrefix(file, address)
  const seen = new Set([address])
  let total = 0
  const bound = (nbytes: number, offset: number): void => {
    total += nbytes
    if (total > MOST_BYTES) throw damaged('an object header is too large to be right', { offset })
  }
  bound(prefix.nbytes, address)
  const first = messagesIn(await readFirst(file, address, prefix), prefix)
  const places = continuationsIn(first)
  yield { prefix, position: address, nbytes: firstBytes(prefix), messages: first }
  for (let place = places.shift(); place !== undefined; place = places.shift()) {
    const { address: position, nbytes } = place
    if (seen.has(position)) throw damaged('an object header has a loop', { offset: position })
    seen.add(position)
    bound(nbytes, position)
    const messages = messagesIn(await readMore(file, place, prefix), prefix)
    places.push(...continuationsIn(messages))
    yield { prefix, position, nbytes, messages }
  }
}

/** Whether a message says something of the object, not of the header. */
function hasMeaning({ type }: Message): boolean {
  return type !== MESSAGE.nil && type !== MESSAGE.continuation
}

/** The messages of an object, and why there may be more. */
export interface Header {
  readonly messages: readonly Message[]
  /** Set if a later block of the header cannot be read. */
  readonly problem: BlpkError | undefined
}

/**
 * Reads as many messages of an object header as there are, in their order; those without a meaning are left out.
 * @param address absolute, in bytes
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED if its first block cannot be read, IO
 */
export async function readHeader(file: FileBytes, address: number): Promise<Header> {
  const messages: Message[] = []
  let isBegun = false
  try {
    for await (const block of headerBlocks(file, address)) {
      isBegun = true
      messages.push(...block.messages.filter(hasMeaning))
    }
    return { messages, problem: undefined }
  } catch (error) {
    if (!isBegun) throw error
    return { messages, problem: asDamage(error) }
  }
}

/** Reads all messages of an object header. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
export async function readMessages(file: FileBytes, address: number): Promise<readonly Message[]> {
  const { messages, problem } = await readHeader(file, address)
  if (problem !== undefined) throw problem
  return messages
}
