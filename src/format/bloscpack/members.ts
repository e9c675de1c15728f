import { ARRAY_KEYS } from '../../array/npy/index.js'
import { usage } from '../../core/errors.js'
import { type Member, membersOf, objectOf, withMember } from '../../core/json/edit.js'
import type { LockOptions } from '../../disk/changing-file.js'
import { openArchiveSource } from '../../places/open.js'
import { MemorySource } from '../../sources/memory.js'
import { BytesPlainSource } from '../../sources/plain.js'
import type { ChangeSettings, PlaceSettings } from '../../store/settings.js'
import { OWN_KEY } from '../append-ids.js'
import { appendTo } from './append/place.js'
import { Archive } from './archive.js'
import { findMutable } from './mutable.js'

/** How the metadata of an archive are changed. */
export interface MemberOptions extends LockOptions, ChangeSettings {
  /** Where they do not fit: rewrite the archive with ten times the room. */
  grow?: boolean
}

/** Members that are not for users to change. */
function checkKey(key: string, members: readonly Member[]): void {
  if (key === OWN_KEY) throw usage(`'${OWN_KEY}' is kept for the ids of appends`)
  const isArray = members.some((member) => member.key === 'container' && member.value === '"numpy"')
  if (isArray && ARRAY_KEYS.includes(key)) throw usage(`'${key}' describes the array in the archive`)
}

/** @throws BlpkError USAGE for metadata that are no object */
function objectMembers(json: string | undefined): Member[] {
  // Growing puts null where there were no metadata.
  const members = json === undefined || json === 'null' ? [] : membersOf(json)
  if (members === undefined)
    throw usage('the metadata of the archive are no JSON object', { option: 'metadata', to: 'replace them' })
  return members
}

async function change(
  path: string,
  key: string,
  edit: (members: readonly Member[]) => Member[],
  options: MemberOptions,
): Promise<void> {
  const nothing = new BytesPlainSource(new MemorySource(new Uint8Array()))
  await appendTo(path, nothing, {
    ...options,
    metadata: (before) => {
      const members = objectMembers(before)
      checkKey(key, members)
      return objectOf(edit(members.filter((member) => member.key !== OWN_KEY)))
    },
  })
}

/** The metadata of a Bloscpack archive as JSON text. @throws BlpkError NOT_FOUND, IO, DAMAGED, CHECKSUM */
export async function readMembers(
  path: string,
  options: LockOptions & PlaceSettings = {},
): Promise<string | undefined> {
  const source = await openArchiveSource(path, findMutable, { ...options, frontOnly: true })
  try {
    return (await Archive.open(source)).metadata
  } finally {
    await source.close()
  }
}

/** One member of metadata that are an object, as JSON text. @throws BlpkError USAGE where there is none of the name */
export function memberOf(json: string | undefined, key: string): string {
  const members = objectMembers(json)
  const found = members.findLast((member) => member.key === key)
  if (found !== undefined) return found.value
  const keys = members.map((member) => member.key)
  throw usage(`the metadata have no member '${key}' (there are: ${keys.join(', ') || 'none'})`)
}

/**
 * Sets a member of the metadata of a Bloscpack archive, where it stands; the change is as safe as an append.
 * @param value as JSON text
 * @throws BlpkError NO_ROOM where it does not fit in the section of the metadata, USAGE, LOCKED, DAMAGED
 */
export function setMember(path: string, key: string, value: string, o: MemberOptions = {}): Promise<void> {
  return change(path, key, (members) => withMember(members, key, value), o)
}

/** Removes a member of the metadata; see {@link setMember}. @throws BlpkError USAGE where there is none of the name */
export function removeMember(path: string, key: string, o: MemberOptions = {}): Promise<void> {
  const remove = (members: readonly Member[]): Member[] => {
    memberOf(objectOf(members), key)
    return members.filter((member) => member.key !== key)
  }
  return change(path, key, remove, o)
}
