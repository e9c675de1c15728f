import { usage } from '../errors.js'

const SPACE = /^\s$/

/** Where the JSON string that starts at `start` ends: the position behind its closing quote. */
export function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Leaves out the white space between the tokens of a valid JSON text. */
function withoutSpace(text: string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const end = text[at] === '"' ? endOfString(text, at) : at + 1
    const token = text.slice(at, end)
    if (!SPACE.test(token)) parts.push(token)
    at = end
  }
  return parts.join('')
}

/** As Python's json.dumps does: everything outside ASCII becomes \uXXXX. */
function escapeNonAscii(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Deeper values are refused: whoever prints or changes them afterwards would run out of stack. */
const MAX_DEPTH = 500

/** Are the brackets of a valid JSON text nested no deeper than is sensible? */
export function isShallow(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const c = text[at]
    if (c === '"') at = endOfString(text, at) - 1
    else if (c === '[' || c === '{') depth++
    else if (c === ']' || c === '}') depth--
    if (depth > MAX_DEPTH) return false
  }
  return true
}

/** @param what what messages call the text @throws BlpkError USAGE where it is not JSON, or nested too deeply */
export function checkJson(text: string, what: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    throw usage(`${what} is not JSON: ${(error as Error).message}`)
  }
  if (!isShallow(text)) throw usage(`${what} is nested too deeply`)
}

/**
 * Writes JSON text as Bloscpack does: no white space, ASCII only. Numbers stay as they were written,
 * so that none loses digits on a way through JavaScript.
 * @throws BlpkError USAGE when it is not JSON
 */
export function compactJson(text: string): string {
  checkJson(text, 'the metadata')
  return escapeNonAscii(withoutSpace(text))
}

/** Writes a value as compact ASCII JSON. */
export function toJson(value: unknown): string {
  return escapeNonAscii(JSON.stringify(value))
}
