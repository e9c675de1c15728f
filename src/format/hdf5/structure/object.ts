// What the messages of an object header make of an object (HDF5 File Format Specification 4.0, IV.A).

import { damaged } from '../../../core/errors.js'
import type { Cursor } from '../bytes/cursor.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { DatasetSpec, FilterSpec, Layout, ObjectSpec } from '../model.js'
import { itemType } from '../types/numpy.js'
import { parseDatatype } from '../types/parse-datatype.js'
import { itemCount, parseDataspace } from './dataspace.js'
import { fillOf, parseFill, parseOldFill } from './fill-value.js'
import { parseFilters } from './filters.js'
import { parseLayout } from './layout.js'
import { isGroup } from './links.js'
import { MESSAGE, type Message } from './message.js'
import { bodyOf } from './shared.js'

/** The messages of one object, by their type. */
class Messages {
  readonly #file: FileBytes
  readonly #messages: readonly Message[]

  constructor(file: FileBytes, messages: readonly Message[]) {
    this.#file = file
    this.#messages = messages
  }

  async body(type: number): Promise<Cursor | undefined> {
    const message = this.#messages.find((one) => one.type === type)
    return message === undefined ? undefined : bodyOf(this.#file, message)
  }

  /** @throws BlpkError DAMAGED if there is none */
  async need(type: number, what: string, address: number): Promise<Cursor> {
    const body = await this.body(type)
    if (body === undefined) throw damaged(`the dataset has no ${what}`, { offset: address })
    return body
  }
}

async function fillBytes(messages: Messages): Promise<Uint8Array | undefined> {
  const body = await messages.body(MESSAGE.fill)
  if (body !== undefined) return parseFill(body)
  const old = await messages.body(MESSAGE.fillOld)
  return old === undefined ? undefined : parseOldFill(old)
}

async function filtersOf(messages: Messages): Promise<FilterSpec[]> {
  const body = await messages.body(MESSAGE.filters)
  return body === undefined ? [] : parseFilters(body)
}

async function layoutOf(messages: Messages, address: number, sizes: Parameters<typeof parseLayout>[1]) {
  const layout: Layout = parseLayout(await messages.need(MESSAGE.layout, 'storage', address), sizes)
  const external = await messages.body(MESSAGE.externalFiles)
  return external === undefined ? layout : ({ kind: 'elsewhere', what: 'external files' } as const)
}

async function readDataset(messages: Messages, address: number): Promise<DatasetSpec> {
  const space = parseDataspace(await messages.need(MESSAGE.dataspace, 'dataspace', address))
  const type = itemType(parseDatatype(await messages.need(MESSAGE.datatype, 'datatype', address)))
  const { itemsize } = type
  const nbytes = itemCount(space) * itemsize
  if (!Number.isSafeInteger(nbytes))
    throw damaged('the dataset claims more than 2^53 bytes; its shape cannot be right', { offset: address })
  const layout = await layoutOf(messages, address, { rank: space.shape.length, itemsize, nbytes })
  const fill = type.kind === 'numpy' ? fillOf(await fillBytes(messages), itemsize) : undefined
  return { kind: 'dataset', address, space, type, layout, filters: await filtersOf(messages), fill }
}

/**
 * The object at an address, by the messages of its header.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
 */
export async function objectOf(
  file: FileBytes,
  address: number,
  messages: readonly Message[],
): Promise<ObjectSpec> {
  const has = (wanted: number): boolean => messages.some(({ type }) => type === wanted)
  if (has(MESSAGE.layout) || (has(MESSAGE.dataspace) && has(MESSAGE.datatype)))
    return readDataset(new Messages(file, messages), address)
  if (isGroup(messages)) return { kind: 'group', address }
  if (has(MESSAGE.datatype)) return { kind: 'type', address }
  throw damaged('an object is neither a group nor a dataset nor a datatype', { offset: address })
}
