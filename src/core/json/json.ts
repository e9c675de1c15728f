// JSON text as Python's json module writes it: checking, escaping and compacting, without parsing numbers.

import { usage } from '../errors.js'
import { JsonFault, JsonScanner } from './scan.js'
import { replaceAll, TextPieces } from './text-pieces.js'

/** JSON text inside a result that is printed as JSON; all digits of its numbers are kept. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** End of the JSON string that starts at `start`: the position after its closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Removes the white space between the tokens of a valid JSON text. */
function withoutSpace(text: string): string {
  const parts = new TextPieces()
  let from = 0
  for (let at = 0; at < text.length; ) {
    const c = text.charCodeAt(at)
    if (c === 0x22) at = endOfString(text, at)
    else if (c > 0x20) at++
    else {
      parts.add(text.slice(from, at))
      do at++
      while (text.charCodeAt(at) <= 0x20)
      from = at
    }
  }
  parts.add(text.slice(from))
  return parts.text()
}

/** Escapes a UTF-16 code unit for JSON. */
export function escapeUnit(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** As Python's json.dumps: everything outside ASCII becomes \uXXXX. */
function escapeNonAscii(text: string): string {
  return replaceAll(text, /[\u0080-\uffff]/g, escapeUnit)
}

/** Lone surrogates become \uXXXX, because UTF-8 cannot encode them. */
export function escapeLoneSurrogates(text: string): string {
  return replaceAll(text, /\p{Cs}/gu, escapeUnit)
}

/** Scans a whole text. @throws JsonFault */
export function scanJson(text: string): void {
  const scanner = new JsonScanner(text)
  while (scanner.next());
}

/** Whether the text is JSON as Python's json module writes it. */
export function isJson(text: string): boolean {
  try {
    scanJson(text)
    return true
  } catch {
    return false
  }
}

/**
 * Runs a function that reads JSON text.
 * @param what name of the text in messages
 * @throws BlpkError USAGE instead of a JsonFault
 */
export function readingJson<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof JsonFault) throw usage(`${what} is not JSON: ${error.message}`)
    throw error
  }
}

/** Valid JSON text without white space, in ASCII. */
export function compacted(text: string): string {
  return escapeNonAscii(withoutSpace(text))
}

/**
 * Writes JSON text as Bloscpack does: no white space, ASCII only. Numbers are kept as text, so that
 * JavaScript does not drop digits; NaN, Infinity and -Infinity are accepted, as in Python.
 * @throws BlpkError USAGE if it is not JSON
 */
export function compactJson(text: string): string {
  readingJson('the metadata', () => scanJson(text))
  return compacted(text)
}

/** Writes a value as compact ASCII JSON. */
export function toJson(value: unknown): string {
  return escapeNonAscii(JSON.stringify(value))
}
