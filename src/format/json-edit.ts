import { compactJson, endOfString } from './json.js'

/** A member of a JSON object, its value as the text that it is: numbers keep all of their digits. */
export interface Member {
  key: string
  value: string
}

/** Where the value that starts at `start` ends, in compact JSON: at a comma or bracket of the level above. */
function endOfValue(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const c = text[at]
    if (c === '"') {
      at = endOfString(text, at)
      continue
    }
    if (depth === 0 && (c === ',' || c === '}' || c === ']')) break
    if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') depth--
    at++
  }
  return at
}

/**
 * The members of a JSON object, in their order.
 * @param json valid JSON text
 * @returns undefined where it is no object
 */
export function membersOf(json: string): Member[] | undefined {
  const text = compactJson(json)
  if (!text.startsWith('{')) return undefined
  const members: Member[] = []
  for (let at = 1; text[at] === '"'; at++) {
    const colon = endOfString(text, at)
    const end = endOfValue(text, colon + 1)
    members.push({ key: JSON.parse(text.slice(at, colon)) as string, value: text.slice(colon + 1, end) })
    at = end
  }
  return members
}

/** Members as compact JSON text. */
export function objectOf(members: readonly Member[]): string {
  const parts = members.map(({ key, value }) => `${JSON.stringify(key)}:${value}`)
  return compactJson(`{${parts.join(',')}}`)
}

/** The members with one of them replaced where it stands, or added at the end. */
export function withMember(members: readonly Member[], key: string, value: string): Member[] {
  const at = members.findIndex((member) => member.key === key)
  if (at === -1) return [...members, { key, value }]
  return members.flatMap((member, i) => (i === at ? [{ key, value }] : member.key === key ? [] : [member]))
}
