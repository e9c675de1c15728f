// Metadata that are one JSON object, by the names of its members.

import { ARRAY_KEYS } from '../array/npy/index.js'
import { usage } from '../core/errors.js'
import { decodeJson } from '../core/json/decode.js'
import { type Member, membersOf, objectOf, withMember } from '../core/json/edit.js'
import { compactJson } from '../core/json/json.js'
import { JsonFault } from '../core/json/scan.js'
import { OWN_KEY } from './append-ids.js'
import type { Metadata, StoredValue } from './change.js'

/** Members that are not for users to change. */
function checkKey(key: string, members: readonly Member[]): void {
  if (key === OWN_KEY) throw usage(`'${OWN_KEY}' is reserved for the ids of appends`)
  const isArray = members.some((member) => member.key === 'container' && member.value === '"numpy"')
  if (isArray && ARRAY_KEYS.includes(key)) throw usage(`'${key}' describes the array in the archive`)
}

/** @throws BlpkError USAGE for metadata that are no object */
function objectMembers(json: string | undefined): Member[] {
  // Growing puts null if there were no metadata.
  const members = json === undefined || json === 'null' ? [] : membersOf(json)
  if (members === undefined)
    throw usage('the metadata of the archive is not a JSON object', {
      option: 'metadata',
      to: 'replace them',
    })
  return members
}

/** A member as JSON text. @throws BlpkError USAGE if there is none of the name */
function memberOf(members: readonly Member[], key: string): string {
  const found = members.findLast((member) => member.key === key)
  if (found !== undefined) return found.value
  const keys = members.map((member) => member.key)
  throw usage(`the metadata has no member '${key}' (available: ${keys.join(', ') || 'none'})`)
}

/** A text as JSON. @throws BlpkError USAGE for bytes that are no text */
function textJson(bytes: Uint8Array): string {
  try {
    return JSON.stringify(decodeJson(bytes))
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    throw usage(`the value is not text: ${error.message}`)
  }
}

/**
 * What makes metadata with another value of a member, or without it.
 * @param given JSON text, or the bytes of a text; undefined to remove the member
 * @throws BlpkError USAGE for bytes that are no text
 * @returns a function that throws BlpkError USAGE for members that have another meaning, or are not there
 */
export function memberEdit(
  key: string,
  given: string | Uint8Array | undefined,
): (before: string | undefined) => string {
  const json = given instanceof Uint8Array ? textJson(given) : given
  const value = json === undefined ? undefined : compactJson(json)
  return (before) => {
    const all = objectMembers(before)
    checkKey(key, all)
    const members = all.filter((member) => member.key !== OWN_KEY)
    if (value !== undefined) return objectOf(withMember(members, key, value))
    memberOf(members, key)
    return objectOf(members.filter((member) => member.key !== key))
  }
}

function storedValue(value: string): StoredValue {
  return {
    json: () => value,
    bytes: () => Buffer.from(value.startsWith('"') ? (JSON.parse(value) as string) : value),
  }
}

/** @param json the metadata of an archive */
export function membersMetadata(json = '{}'): Metadata {
  return {
    groups: { metadata: json },
    json,
    rawShows: 'prints the text of one member',
    get: (name) => storedValue(memberOf(objectMembers(json), name)),
  }
}
