// The ids of appends that metadata remember, so that a repeated append is recognised.

import { usage } from '../core/errors.js'
import { type Member, membersOf, objectOf, withMember } from '../core/json/edit.js'
import { toJson } from '../core/json/json.js'
import { parseJson } from '../core/json/value.js'

/** The member of the metadata that is blpk's own; Bloscpack passes over it. */
export const OWN_KEY = 'blpk'
const IDS_KEY = 'appends'
/** Ids that are remembered; the oldest go first. */
const MAX_IDS = 1000
const MAX_ID_LENGTH = 200

/** The bytes that all ids which are remembered take in metadata, if they are as long as this one. */
export function roomForIds(id: string | undefined): number {
  return id === undefined ? 0 : MAX_IDS * Buffer.byteLength(`${toJson(id)},`)
}

/** @throws BlpkError USAGE where it cannot be the id of an append */
export function checkAppendId(id: string): void {
  if (id.length >= 1 && id.length <= MAX_ID_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(id)) return
  throw usage(`the id of an append must have 1 to ${MAX_ID_LENGTH} characters, all of them printable`)
}

function own(json: string | undefined): Member | undefined {
  return json === undefined ? undefined : membersOf(json, [OWN_KEY])?.at(-1)
}

function idsIn(member: Member | undefined): string[] {
  const list = membersOf(member?.value ?? '{}', [IDS_KEY])?.at(-1)
  const ids: unknown = list === undefined ? undefined : parseJson(list.value)
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
}

/** Ids of appends that are in an archive, as far as its metadata remember them. */
export function appendIdsOf(metadata: string | undefined): string[] {
  return idsIn(own(metadata))
}

/** Metadata with ids of appends that another container kept elsewhere; those that are no object have no place for them. */
export function withIds(json: string | undefined, ids: readonly string[] = []): string | undefined {
  const members = membersOf(json ?? '{}')
  if (ids.length === 0 || members === undefined) return json
  return objectOf([...members, { key: OWN_KEY, value: toJson({ [IDS_KEY]: ids }) }])
}

/** What of blpk's own must stay when metadata are replaced. */
function keepOwn(before: Member | undefined, json: string): string {
  const members = membersOf(json)
  if (members?.some(({ key }) => key === OWN_KEY)) {
    throw usage(`the metadata have a key '${OWN_KEY}', which is kept for the ids of appends`)
  }
  if (before === undefined) return json
  if (members === undefined) {
    throw usage('the archive keeps the ids of appends: its metadata can only be replaced by a JSON object')
  }
  return objectOf([...members, before])
}

function withId(json: string, before: Member | undefined, id: string): string {
  // Growing puts null where there were no metadata.
  const members = json === 'null' ? [] : membersOf(json)
  if (members === undefined) {
    throw usage(
      'the metadata of the archive are no JSON object, so that they cannot keep the id of an append',
    )
  }
  const inside = membersOf(before?.value ?? '{}') ?? []
  const ids = [...idsIn(before), id].slice(-MAX_IDS)
  return objectOf(withMember(members, OWN_KEY, objectOf(withMember(inside, IDS_KEY, toJson(ids)))))
}

/**
 * The metadata with the id of an append added, and those that are there kept.
 * @param before the metadata of the archive
 * @param next what they are going to be otherwise; undefined where they do not change
 * @param replaced were they given by the user?
 * @returns undefined where they do not change
 * @throws BlpkError USAGE where the metadata have no place for ids
 */
export function withAppendId(
  before: string | undefined,
  next: string | undefined,
  replaced: boolean,
  id: string | undefined,
): string | undefined {
  const member = own(before)
  const kept = next !== undefined && replaced ? keepOwn(member, next) : next
  return id === undefined ? kept : withId(kept ?? before ?? '{}', member, id)
}
