// The link info message of a group, and link messages, as a change writes them
// (HDF5 File Format Specification 4.0, IV.A.2.c and IV.A.2.g).

import type { Cursor } from '../bytes/cursor.js'
import { parseLink } from '../structure/link.js'
import { OFFSET_BYTES, Put } from '../write/put.js'

/** A hard link to the object header at an address. */
export interface NewLink {
  readonly name: string
  readonly address: number
}

/** Bits of the flags of the link info message. */
const TRACKS_ORDER = 1
const INDEXES_ORDER = 2
const FLAGS_AT = 1
const NEXT_AT = 2

const LINK_VERSION = 1
/** Bits of the flags of a link message. */
const HAS_ORDER = 0x04
const HAS_CHARSET = 0x10
const UTF8 = 1
/** By the lowest two bits of the flags: size of the field for the length of the name, in bytes. */
const LENGTH_BYTES = [1, 2, 4]

function flagsOf({ bytes }: Cursor): number {
  return bytes[FLAGS_AT] ?? 0
}

/** Whether links are numbered in the order of their making. */
export function tracksOrder(info: Cursor): boolean {
  return (flagsOf(info) & TRACKS_ORDER) !== 0
}

/** The number that the next link gets; undefined if links have none. */
export function nextOrder(info: Cursor): number | undefined {
  if (!tracksOrder(info)) return undefined
  info.at = NEXT_AT
  return info.uint(8)
}

/** The message of a group that has all its links in its header. @param next number of the next link */
export function linkInfo(info: Cursor, next: number | undefined): Uint8Array {
  const flags = flagsOf(info)
  const block = new Put().u8(0).u8(flags)
  if (next !== undefined) block.length64(next)
  block.none().none()
  if ((flags & INDEXES_ORDER) !== 0) block.none()
  return block.finish()
}

/** @param order its number, if links have one */
export function linkMessage({ name, address }: NewLink, order: number | undefined): Uint8Array {
  const bytes = new TextEncoder().encode(name)
  const size = LENGTH_BYTES.findIndex((nbytes) => bytes.length < 256 ** nbytes)
  const isAscii = bytes.length === name.length
  const flags = size | (order === undefined ? 0 : HAS_ORDER) | (isAscii ? 0 : HAS_CHARSET)
  const block = new Put().u8(LINK_VERSION).u8(flags)
  if (order !== undefined) block.length64(order)
  if (!isAscii) block.u8(UTF8)
  block.uint(bytes.length, LENGTH_BYTES[size] ?? 4).raw(bytes)
  return block.address(address).finish()
}

/** A link message that leads elsewhere. @returns undefined for one that is no hard link of the name */
export function relinked(body: Cursor, { name, address }: NewLink): Uint8Array | undefined {
  body.at = 0
  const link = parseLink(body)
  if (link?.name !== name || link.kind !== 'hard') return undefined
  const bytes = body.bytes.slice()
  new DataView(bytes.buffer).setBigUint64(body.at - OFFSET_BYTES, BigInt(address), true)
  return bytes
}
