// The attributes of an object, in its header or stored densely
// (HDF5 File Format Specification 4.0, IV.A.2.m and IV.A.2.v).

import { BlpkError, unsupported } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { Attribute } from '../model.js'
import type { JsonValues } from '../types/json.js'
import { attributeValue, parseAttribute } from './attribute.js'
import { eachRecord } from './btree2.js'
import { FractalHeap } from './fractal-heap.js'
import { parseDenseStorage } from './link.js'
import { MESSAGE, MESSAGE_FLAG, type Message } from './message.js'
import { bodyOf } from './shared.js'

/** Type of the records of attributes by name. */
const BY_NAME = 8
const HEAP_ID_BYTES = 8
const INDEX_BYTES = 2

/** An attribute message, and when it was made, among those of its object. */
interface Stored {
  readonly order: number
  readonly body: Cursor
}

async function denseAttributes(file: FileBytes, info: Cursor): Promise<Stored[]> {
  const { heap: heapAddress, names } = parseDenseStorage(info, INDEX_BYTES)
  if (heapAddress === undefined || names === undefined) return []
  const heap = await FractalHeap.open(file, heapAddress)
  const found: Stored[] = []
  for await (const record of eachRecord(file, names, [BY_NAME])) {
    const id = record.part(HEAP_ID_BYTES)
    const flags = record.u8()
    const order = record.u32()
    if ((flags & MESSAGE_FLAG.shared) !== 0)
      throw unsupported('attributes in a table of shared messages (SOHM) are not supported', {
        offset: record.position,
      })
    found.push({ order, body: await heap.object(id) })
  }
  // The tree is ordered by a hash of the names.
  return found.sort((one, other) => one.order - other.order)
}

/** The problem with a value. @throws all errors but those of the file's own */
function reasonOf(error: unknown): string {
  if (error instanceof BlpkError && ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED'].includes(error.code))
    return error.message
  throw error
}

async function readAttribute(file: FileBytes, values: JsonValues, body: Cursor): Promise<Attribute> {
  let name = `(at byte ${body.position})`
  try {
    const parts = parseAttribute(body)
    name = parts.name
    const { type, space, bytes } = await attributeValue(file, parts)
    if (space.kind === 'null') return { name, json: 'null' }
    return { name, json: await values.array(type, bytes, space.shape) }
  } catch (error) {
    return { name, unreadable: reasonOf(error) }
  }
}

/**
 * All attributes of an object, in the order in which they were made, if the file says it. One that cannot be read
 * says why.
 * @param messages of its header
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED if their storage cannot be read, IO
 */
export async function readAttributes(
  file: FileBytes,
  values: JsonValues,
  messages: readonly Message[],
): Promise<Attribute[]> {
  const attributes: Attribute[] = []
  for (const message of messages) {
    if (message.type === MESSAGE.attribute)
      attributes.push(await readAttribute(file, values, await bodyOf(file, message)))
    else if (message.type === MESSAGE.attributeInfo)
      for (const { body } of await denseAttributes(file, message.body))
        attributes.push(await readAttribute(file, values, body))
  }
  return attributes
}
