// The ids of appends in the metadata, by which a repeated append is recognised.

import { usage } from '../core/errors.js'
import { type Member, membersOf, objectOf, withMember } from '../core/json/edit.js'
import { toJson } from '../core/json/json.js'
import { parseJson } from '../core/json/value.js'

/** The member of the metadata that blpk uses; Bloscpack ignores it. */
export const OWN_KEY = 'blpk'
const IDS_KEY = 'appends'
/** Number of remembered ids; the oldest are dropped first. */
const MAX_IDS = 1000
const MAX_ID_LENGTH = 200

/** Size of all remembered ids in the metadata, if they are as long as this one, in bytes. */
export function roomForIds(id: string | undefined): number {
  return id === undefined ? 0 : MAX_IDS * Buffer.byteLength(`${toJson(id)},`)
}

/** @throws BlpkError USAGE for an invalid id */
export function checkAppendId(id: string): void {
  if (id.length >= 1 && id.length <= MAX_ID_LENGTH && !/[\p{Cc}\p{Cs}]/u.test(id)) return
  throw usage(`the id of an append must have 1 to ${MAX_ID_LENGTH} printable characters`)
}

function own(json: string | undefined): Member | undefined {
  return json === undefined ? undefined : membersOf(json, [OWN_KEY])?.at(-1)
}

function idsIn(member: Member | undefined): string[] {
  const list = membersOf(member?.value ?? '{}', [IDS_KEY])?.at(-1)
  const ids: unknown = list === undefined ? undefined : parseJson(list.value)
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
}

/** Ids of appends in an archive, as remembered in its metadata. */
export function appendIdsOf(metadata: string | undefined): string[] {
  return idsIn(own(metadata))
}

/**
 * Adds ids that another container kept elsewhere to the metadata. Metadata other than objects have no place
 * for them.
 */
export function withIds(json: string | undefined, ids: readonly string[] = []): string | undefined {
  const members = membersOf(json ?? '{}')
  if (ids.length === 0 || members === undefined) return json
  return objectOf([...members, { key: OWN_KEY, value: toJson({ [IDS_KEY]: ids }) }])
}

/** blpk's own member, which must be kept when metadata are replaced. */
function keepOwn(before: Member | undefined, json: string): string {
  const members = membersOf(json)
  if (members?.some(({ key }) => key === OWN_KEY)) {
    throw usage(`the metadata has a key '${OWN_KEY}', which is reserved for the ids of appends`)
  }
  if (before === undefined) return json
  if (members === undefined) {
    throw usage('the archive keeps the ids of appends: its metadata can only be replaced by a JSON object')
  }
  return objectOf([...members, before])
}

function withId(json: string, before: Member | undefined, id: string): string {
  // Growing puts null if there were no metadata.
  const members = json === 'null' ? [] : membersOf(json)
  if (members === undefined) {
    throw usage('the metadata of the archive is not a JSON object, so it cannot hold the id of an append')
  }
  const inside = membersOf(before?.value ?? '{}') ?? []
  const ids = [...idsIn(before), id].slice(-MAX_IDS)
  return objectOf(withMember(members, OWN_KEY, objectOf(withMember(inside, IDS_KEY, toJson(ids)))))
}

/**
 * Adds the id of an append to the metadata, keeping the existing ids.
 * @param before the metadata of the archive
 * @param next the new metadata; undefined if unchanged
 * @param replaced whether the user replaces the metadata
 * @returns undefined if nothing changes
 * @throws BlpkError USAGE if the metadata have no place for ids
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
