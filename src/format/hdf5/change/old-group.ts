// Reads a group that is to be written again, and refuses what could not be kept.

import { unsupported } from '../../../core/errors.js'
import { printable } from '../../../core/printable.js'
import type { Cursor } from '../bytes/cursor.js'
import type { Link } from '../model.js'
import type { Prefix } from '../structure/header-blocks.js'
import { parseLink } from '../structure/link.js'
import { denseLinkBodies, storedLinks } from '../structure/links.js'
import { LAST_MESSAGE, MESSAGE, MESSAGE_FLAG, type Message } from '../structure/message.js'
import { headerBlocks } from '../structure/object-header.js'
import type { H5File } from '../structure/tree.js'
import { tracksOrder } from './link-info.js'

/** A group as it is. */
export interface OldGroup {
  readonly path: string
  readonly prefix: Prefix
  readonly messages: readonly Message[]
  readonly links: readonly Link[]
  /** Link messages, if it is to have such; undefined for one that gets a symbol table. */
  readonly linkBodies: readonly Cursor[] | undefined
}

/** A header with more link messages than this would be slow to search. */
const MOST_MESSAGES = 1000
/** In the message about the number of links, behind its version. */
const COUNT_AT = 1

function refused(path: string, why: string): Error {
  return unsupported(`nothing can be added to the group '${printable(path)}': ${why}`)
}

function checkMessage(path: string, { type, flags }: Message): void {
  if ((flags & MESSAGE_FLAG.shared) !== 0) throw refused(path, 'it shares messages with other objects')
  if (type > LAST_MESSAGE && (flags & MESSAGE_FLAG.mustKnowToWrite) !== 0)
    throw refused(path, `it has a message of type ${type}, which blpk does not know`)
}

/** A group with several names would be the old one under all of them but one. */
function checkNames(path: string, { links = 1 }: Prefix, messages: readonly Message[]): void {
  const body = messages.find(({ type }) => type === MESSAGE.linkCount)?.body
  if (body !== undefined) body.at = COUNT_AT
  if (links > 1 || (body?.u32() ?? 1) > 1) throw refused(path, 'several hard links lead to it')
}

type Links = Pick<OldGroup, 'links' | 'linkBodies'>

/** Of a group that has a symbol table. */
async function tableLinks(file: H5File, messages: readonly Message[]): Promise<Links> {
  const links: Link[] = []
  for await (const link of storedLinks(file.bytes, messages)) links.push(link)
  return { links, linkBodies: undefined }
}

/**
 * Of a group with link messages, in its header or in a heap. Those from a heap go into a symbol table, if one can hold
 * them: they may be many.
 */
async function messageLinks(
  file: H5File,
  path: string,
  messages: readonly Message[],
  info: Cursor,
): Promise<Links> {
  const bodies = messages.filter(({ type }) => type === MESSAGE.link).map(({ body }) => body)
  const inHeader = bodies.length
  info.at = 0
  for await (const body of denseLinkBodies(file.bytes, info)) bodies.push(body)
  const parsed = bodies.map((body) => {
    body.at = 0
    return parseLink(body)
  })
  const links = parsed.filter((link) => link !== undefined)
  const isPlain = parsed.every((link) => link !== undefined && link.kind !== 'external')
  if (bodies.length > inHeader && isPlain && !tracksOrder(info)) return { links, linkBodies: undefined }
  if (bodies.length > MOST_MESSAGES)
    throw refused(
      path,
      `it has ${bodies.length} links, some of them to other files, or all in an order of their own`,
    )
  return { links, linkBodies: bodies }
}

/**
 * Reads a group.
 * @param address absolute, in bytes
 * @throws BlpkError UNSUPPORTED for one that cannot be written again as it is; DAMAGED, CHECKSUM, IO
 */
export async function readOldGroup(file: H5File, address: number, path: string): Promise<OldGroup> {
  const messages: Message[] = []
  let prefix: Prefix | undefined
  for await (const block of headerBlocks(file.bytes, address)) {
    prefix ??= block.prefix
    for (const message of block.messages)
      if (message.type !== MESSAGE.nil && message.type !== MESSAGE.continuation) messages.push(message)
  }
  if (prefix === undefined) throw new Error('an object header has a first block')
  for (const message of messages) checkMessage(path, message)
  checkNames(path, prefix, messages)
  const info = messages.find(({ type }) => type === MESSAGE.linkInfo)?.body
  const found = info === undefined ? tableLinks(file, messages) : messageLinks(file, path, messages, info)
  return { path, prefix, messages, ...(await found) }
}
