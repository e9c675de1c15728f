// Writes a group again with one link more, or another object behind a link. The rest is as it was.

import type { Cursor } from '../bytes/cursor.js'
import type { Link } from '../model.js'
import { parseLink } from '../structure/link.js'
import { MESSAGE } from '../structure/message.js'
import { type Blocks, type Place, put } from '../write/place.js'
import { type Entry, laySymbolTable, type SymbolTable, symbolTableMessage } from '../write/symbol-table.js'
import { linkInfo, linkMessage, type NewLink, nextOrder, relinked } from './link-info.js'
import type { OldGroup } from './old-group.js'
import { type RawMessage, rewrittenHeader } from './rewrite-header.js'

function rawMessages({ messages }: OldGroup, without: readonly number[]): RawMessage[] {
  return messages
    .filter(({ type }) => !without.includes(type))
    .map(({ type, flags, order, body }) => ({
      type,
      flags,
      ...(order !== undefined && { order }),
      body: body.bytes,
    }))
}

function entryOf(link: Link, base: number): Entry {
  if (link.kind === 'hard') return { name: link.name, address: link.address - base }
  return { name: link.name, target: link.path }
}

/** A group that was written again. */
export interface GroupAgain {
  /** Of its header, as an address. */
  readonly address: number
  readonly table: SymbolTable | undefined
}

function nameIn(body: Cursor): string | undefined {
  body.at = 0
  return parseLink(body)?.name
}

/** The link messages: a hard link of the name keeps its number and its place, others of the name are dropped. */
function linkBodies(old: readonly Cursor[], link: NewLink, order: number | undefined): Uint8Array[] {
  let isThere = false
  const bodies: Uint8Array[] = []
  for (const body of old) {
    const again = relinked(body, link)
    isThere ||= again !== undefined
    if (again !== undefined || nameIn(body) !== link.name) bodies.push(again ?? body.bytes)
  }
  return isThere ? bodies : [...bodies, linkMessage(link, order)]
}

/** With link messages in the header. */
function* layMessages(
  place: Place,
  group: OldGroup,
  old: readonly Cursor[],
  link: NewLink,
): Blocks<GroupAgain> {
  const info = group.messages.find(({ type }) => type === MESSAGE.linkInfo)?.body
  if (info === undefined) throw new Error('a group with link messages has a message about them')
  const order = nextOrder(info)
  const bodies = linkBodies(old, link, order)
  const next = order === undefined ? undefined : order + 1
  const messages: RawMessage[] = [
    { type: MESSAGE.linkInfo, flags: 0, body: linkInfo(info, next) },
    ...rawMessages(group, [MESSAGE.linkInfo, MESSAGE.link]),
    ...bodies.map((body) => ({ type: MESSAGE.link, flags: 0, body })),
  ]
  return { address: yield* put(place, rewrittenHeader(group.prefix, messages)), table: undefined }
}

/** With a symbol table. */
function* layTable(place: Place, group: OldGroup, link: NewLink, base: number): Blocks<GroupAgain> {
  const others = group.links.filter(({ name }) => name !== link.name)
  const table = yield* laySymbolTable(place, [...others.map((one) => entryOf(one, base)), link])
  const own = [MESSAGE.symbolTable, MESSAGE.linkInfo, MESSAGE.groupInfo, MESSAGE.link]
  const message = { type: MESSAGE.symbolTable, flags: 0, body: symbolTableMessage(table) }
  const kept = rawMessages(group, own)
  return { address: yield* put(place, rewrittenHeader(group.prefix, [message, ...kept])), table }
}

/** @param base position that addresses count from, in bytes */
export function* layGroupAgain(
  place: Place,
  group: OldGroup,
  link: NewLink,
  base: number,
): Blocks<GroupAgain> {
  if (group.linkBodies !== undefined) return yield* layMessages(place, group, group.linkBodies, link)
  return yield* layTable(place, group, link, base)
}
