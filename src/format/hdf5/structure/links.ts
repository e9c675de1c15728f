// The links of a group: in a symbol table, in its header, or stored densely
// (HDF5 File Format Specification 4.0, IV.A.2.c and IV.A.2.g).

import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { Link } from '../model.js'
import { eachRecord } from './btree2.js'
import { FractalHeap } from './fractal-heap.js'
import { parseDenseStorage, parseLink } from './link.js'
import { MESSAGE, type Message } from './message.js'
import { symbolTableLinks } from './symbol-table.js'

/** Type of the records of links by name. */
const BY_NAME = 5
const HASH_BYTES = 4
const HEAP_ID_BYTES = 7
const INDEX_BYTES = 8

/** The link messages that a heap holds. @param info the link info message */
export async function* denseLinkBodies(file: FileBytes, info: Cursor): AsyncGenerator<Cursor> {
  const { heap: heapAddress, names } = parseDenseStorage(info, INDEX_BYTES)
  if (heapAddress === undefined || names === undefined) return
  const heap = await FractalHeap.open(file, heapAddress)
  for await (const record of eachRecord(file, names, [BY_NAME])) {
    record.skip(HASH_BYTES)
    yield await heap.object(record.part(HEAP_ID_BYTES))
  }
}

async function* denseLinks(file: FileBytes, info: Cursor): AsyncGenerator<Link> {
  for await (const body of denseLinkBodies(file, info)) {
    const link = parseLink(body)
    if (link !== undefined) yield link
  }
}

/** Whether an object with these messages is a group. */
export function isGroup(messages: readonly Message[]): boolean {
  const types: readonly number[] = [MESSAGE.symbolTable, MESSAGE.linkInfo, MESSAGE.groupInfo]
  return messages.some(({ type }) => types.includes(type))
}

/**
 * The links of a group, in the order in which they are stored.
 * @param messages of its header
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
 */
export async function* storedLinks(file: FileBytes, messages: readonly Message[]): AsyncGenerator<Link> {
  for (const { type, body } of messages) {
    // Messages may be read several times.
    body.at = 0
    if (type === MESSAGE.symbolTable) yield* symbolTableLinks(file, body)
    else if (type === MESSAGE.linkInfo) yield* denseLinks(file, body)
    else if (type === MESSAGE.link) {
      const link = parseLink(body)
      if (link !== undefined) yield link
    }
  }
}
