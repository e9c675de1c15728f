// Prints JSON text in another layout: indented or on one line, and safe for a terminal.

import { escapeUnit, JsonText } from './json.js'
import { JsonScanner } from './scan.js'
import { replaceAll, TextPieces } from './text-pieces.js'

/** Deeper levels are printed on one line, because indentation would dominate the output. */
const MAX_INDENTED = 64
const PIECE = 1 << 16

/** Characters that control a terminal or change the direction of text. */
const CONTROLS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** How JSON is printed. */
export interface PrintOptions {
  /** On one line. */
  compact?: boolean
  /** Levels of brackets around it. */
  inside?: number
  /**
   * Print NaN, Infinity and -Infinity as Python does; otherwise as strings, so that the output is standard
   * JSON.
   */
  python?: boolean
}

/** A JSON string without control characters; the standard allows some. */
function printable(token: string): string {
  if (!/[\\\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/.test(token)) return token
  return replaceAll(JSON.stringify(JSON.parse(token)), CONTROLS, escapeUnit)
}

class Printer {
  readonly #o: PrintOptions
  readonly #scanner: JsonScanner
  #before: string = ''

  constructor(text: string, options: PrintOptions) {
    this.#scanner = new JsonScanner(text)
    this.#o = options
  }

  /** Indentation at a depth of `depth` brackets. */
  #line(depth: number): string {
    return this.#o.compact === true || depth > MAX_INDENTED
      ? ''
      : `\n${'  '.repeat(depth + (this.#o.inside ?? 0))}`
  }

  /** The separator between the previous token and this one. */
  #between(kind: string, depth: number): string {
    const isFirst = this.#before === '{' || this.#before === '['
    if (kind === '}' || kind === ']')
      return isFirst ? '' : this.#line(depth + 1 > MAX_INDENTED ? depth + 1 : depth)
    if (this.#before === 'key') return this.#o.compact === true ? ':' : ': '
    const around = kind === '{' || kind === '[' ? depth - 1 : depth
    return around === 0 ? '' : `${isFirst ? '' : ','}${this.#line(around)}`
  }

  #shown(): string {
    const { kind, token } = this.#scanner
    if (kind === 'key' || kind === 'string') return printable(token)
    const isOdd = kind === 'word' && /[NI]/.test(token)
    return isOdd && this.#o.python !== true ? `"${token}"` : token
  }

  /** @returns undefined at the end */
  next(): string | undefined {
    if (!this.#scanner.next()) return undefined
    const { kind, depth } = this.#scanner
    const text = this.#between(kind, depth) + this.#shown()
    this.#before = kind
    return text
  }
}

/** JSON text in another layout, in pieces of some 64 KiB. @throws JsonFault */
export function* jsonPieces(text: string, options: PrintOptions = {}): Generator<string> {
  const printer = new Printer(text, options)
  let piece = new TextPieces()
  for (let token = printer.next(); token !== undefined; token = printer.next()) {
    piece.add(token)
    if (piece.length < PIECE) continue
    yield piece.text()
    piece = new TextPieces()
  }
  yield piece.text()
}

/** JSON text in another layout. @throws JsonFault */
export function printedJson(text: string, options: PrintOptions = {}): string {
  const pieces = new TextPieces()
  for (const piece of jsonPieces(text, options)) pieces.add(piece)
  return pieces.text()
}

/**
 * Like JSON.stringify, with {@link JsonText} kept as it is, bigints with all digits, and NaN and infinities.
 */
export function jsonTextOf(value: unknown): string {
  if (value instanceof JsonText) return value.text
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonTextOf).join(',')}]`
  if (typeof value !== 'object' || value === null || value instanceof Date)
    return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jsonTextOf(member)}`).join(',')}}`
}
