// Reads and replaces members of a JSON object as text, so that numbers keep all digits.

import { unsupported } from '../errors.js'
import { compacted, readingJson, toJson } from './json.js'
import { JsonScanner } from './scan.js'

/** A member of a JSON object with its value as text, so that numbers keep all digits. */
export interface Member {
  key: string
  /** Compact JSON text. */
  value: string
}

/** Objects with more members are refused: a few packed bytes can expand to more than fits in memory. */
const MAX_MEMBERS = 2 ** 20

/** A member, as positions of its key and its value in the text. */
interface TextRange {
  key: string
  start: number
  end: number
}

/** Moves to the end of the value that begins with the next token. @returns its start and end */
function skipValue(scanner: JsonScanner): { start: number; end: number } {
  const { depth } = scanner
  scanner.next()
  const { start } = scanner
  while (scanner.depth > depth) scanner.next()
  return { start, end: scanner.end }
}

function spansOf(json: string, keys: readonly string[] | undefined): TextRange[] | undefined {
  const scanner = new JsonScanner(json)
  scanner.next()
  const isObject = scanner.kind === '{'
  const spans: TextRange[] = []
  while (scanner.next()) {
    if (!isObject || scanner.kind !== 'key') continue
    const key = JSON.parse(scanner.token) as string
    const span = skipValue(scanner)
    if (keys === undefined || keys.includes(key)) spans.push({ key, ...span })
    if (spans.length > MAX_MEMBERS) throw unsupported(`the JSON has more than ${MAX_MEMBERS} members`)
  }
  return isObject ? spans : undefined
}

/**
 * The members of a JSON object, in order. Duplicate keys are kept.
 * @param json JSON text
 * @param keys only these members
 * @returns undefined if it is not an object
 * @throws BlpkError USAGE if it is not JSON; UNSUPPORTED for too many members
 */
export function membersOf(json: string, keys?: readonly string[]): Member[] | undefined {
  return readingJson('the text', () => spansOf(json, keys))?.map(({ key, start, end }) => ({
    key,
    value: compacted(json.slice(start, end)),
  }))
}

/** Members as compact JSON text. */
export function objectOf(members: readonly Member[]): string {
  return `{${members.map(({ key, value }) => `${toJson(key)}:${compacted(value)}`).join(',')}}`
}

/** The members with one replaced in place, or added at the end. */
export function withMember(members: readonly Member[], key: string, value: string): Member[] {
  const at = members.findIndex((member) => member.key === key)
  if (at === -1) return [...members, { key, value }]
  return members.flatMap((member, i) => (i === at ? [{ key, value }] : member.key === key ? [] : [member]))
}
