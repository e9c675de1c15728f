// Attribute messages, version 3 (HDF5 File Format Specification 4.0, IV.A.2.m).

import { unsupported, usage } from '../../../core/errors.js'
import { JSON_ATTRIBUTE } from '../json-attributes.js'
import { type AttributeValue, attributeValue, stringsValue } from './attribute-value.js'
import type { GlobalHeap } from './global-heap.js'
import { MAX_MESSAGE_BYTES, type Message } from './object-header.js'
import { Put } from './put.js'

const ATTRIBUTE = 0x0c
const VERSION = 3
/** What a message takes besides its name and its value, at most: its head, type and extents of 32 axes. */
const HEAD_BYTES = 400
const UTF8 = 1

function attribute(name: string, { type, space, data }: AttributeValue): Message {
  const bytes = new TextEncoder().encode(name)
  const block = new Put()
    .u8(VERSION)
    .u8(0)
    .u16(bytes.length + 1)
    .u16(type.length)
    .u16(space.length)
  block.u8(bytes.length === name.length ? 0 : UTF8)
  return { type: ATTRIBUTE, body: block.raw(bytes).u8(0).raw(type).raw(space).raw(data).finish() }
}

function checkName(name: string): void {
  if (name === JSON_ATTRIBUTE) throw usage(`the attribute '${JSON_ATTRIBUTE}' is reserved`)
  if (name === '' || name.includes('\0'))
    throw usage(`HDF5 has no attribute of the name ${JSON.stringify(name)}`)
  if (3 * name.length + HEAD_BYTES > MAX_MESSAGE_BYTES)
    throw unsupported(`HDF5 has no attributes with names of ${name.length} characters`)
}

/**
 * The attributes of an object.
 * @param attributes their values as JSON text
 * @param heap for strings
 * @throws BlpkError USAGE for an impossible name, UNSUPPORTED for one that is too long
 */
export function attributeMessages(attributes: ReadonlyMap<string, string>, heap: GlobalHeap): Message[] {
  const messages: Message[] = []
  const asJson: string[] = []
  for (const [name, json] of attributes) {
    checkName(name)
    const most = MAX_MESSAGE_BYTES - HEAD_BYTES - 3 * name.length
    const value = attributeValue(json, most, heap)
    if (value === undefined) asJson.push(name)
    messages.push(attribute(name, value ?? stringsValue([json], [], heap)))
  }
  if (asJson.length > 0)
    messages.push(attribute(JSON_ATTRIBUTE, stringsValue([JSON.stringify(asJson)], [], heap)))
  return messages
}
