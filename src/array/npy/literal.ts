// Parses the Python literals in `.npy` headers and in Bloscpack's metadata.

import { damaged } from '../../core/errors.js'
import { CLOSING_QUOTE, unescapePython } from './strings.js'

/** A Python tuple, kept apart from a list: `repr` prints them differently, and NumPy tells them apart. */
export class PyTuple {
  constructor(readonly items: readonly PyLiteral[]) {}
}

/** The Python literals that NumPy and Bloscpack write: int, str, bool, None, list, tuple, dict. */
export type PyLiteral = string | number | boolean | null | PyLiteral[] | PyTuple | Map<string, PyLiteral>

/** Literals nested deeper than this are refused: NumPy's own nest about three levels. */
const MAX_DEPTH = 64
/** Longer texts are refused; NumPy itself reads headers of up to 10,000 characters. */
const MAX_CHARACTERS = 2 ** 20
const MAX_SHOWN = 24
const SPACE = /[ \t\n\r\f]*/y
/** A whole word or number, as far as it goes; what it means is looked at afterwards. */
const WORD = /-?[A-Za-z0-9_]+/y
/** Python forbids leading zeros; L is how Python 2 marked a long. */
const INT = /^(-?)(0+|[1-9][0-9]*)L?$/
const STRING_START = /([uUbB]?)(['"])/y
const NAMES: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
])

class Parser {
  private at = 0

  constructor(
    private readonly text: string,
    private readonly what: string,
  ) {}

  whole(): PyLiteral {
    const value = this.value(0)
    if (this.next() !== '') throw this.error('there is more after its end')
    return value
  }

  private error(problem: string): Error {
    return damaged(`${this.what} is not a Python literal: at character ${this.at + 1}, ${problem}`)
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found !== null) this.at = pattern.lastIndex
    return found
  }

  /** The next character after white space, not taken; '' at the end. */
  private next(): string {
    this.match(SPACE)
    return this.text.charAt(this.at)
  }

  private value(depth: number): PyLiteral {
    if (depth > MAX_DEPTH) throw this.error(`it is nested more than ${MAX_DEPTH} levels deep`)
    const c = this.next()
    if (c === '[') return this.items(']', depth).values
    if (c === '(') return this.tuple(depth)
    if (c === '{') return this.dict(depth)
    const quoted = this.match(STRING_START)
    return quoted === null ? this.word() : this.string(quoted)
  }

  /** The items between brackets; a comma may follow the last one. */
  private items(close: string, depth: number): { values: PyLiteral[]; comma: boolean } {
    const values: PyLiteral[] = []
    let comma = false
    this.at++
    while (this.next() !== close) {
      if (values.length > 0 && !comma) throw this.error(`expected a comma or '${close}'`)
      values.push(this.value(depth + 1))
      comma = this.comma()
    }
    this.at++
    return { values, comma }
  }

  private comma(): boolean {
    const found = this.next() === ','
    if (found) this.at++
    return found
  }

  /** (a) is just a in brackets; (a,) and (a, b) and () are tuples. */
  private tuple(depth: number): PyLiteral {
    const { values, comma } = this.items(')', depth)
    const [only] = values
    return values.length === 1 && !comma && only !== undefined ? only : new PyTuple(values)
  }

  private dict(depth: number): Map<string, PyLiteral> {
    const entries = new Map<string, PyLiteral>()
    let comma = true
    this.at++
    while (this.next() !== '}') {
      if (!comma) throw this.error("expected a comma or '}'")
      const key = this.value(depth + 1)
      if (typeof key !== 'string') throw this.error('a key is not a string')
      if (entries.has(key)) throw this.error('a key appears twice')
      if (this.next() !== ':') throw this.error("expected a ':'")
      this.at++
      entries.set(key, this.value(depth + 1))
      comma = this.comma()
    }
    this.at++
    return entries
  }

  private string([, prefix = '', quote = '']: RegExpExecArray): string {
    const start = this.at
    const end = CLOSING_QUOTE.get(quote)
    if (end === undefined || this.match(end) === null) throw this.error('a string does not end')
    const value = unescapePython(this.text.slice(start, this.at - 1), prefix.toLowerCase() === 'b')
    if (value === undefined) throw this.error('a string holds an invalid escape')
    return value
  }

  private word(): PyLiteral {
    const start = this.at
    const word = this.match(WORD)?.[0] ?? ''
    const named = NAMES.get(word)
    if (named !== undefined) return named
    const [, sign, digits] = INT.exec(word) ?? []
    this.at = start
    if (digits === undefined) throw this.error('expected a value')
    const number = Number(digits)
    if (!Number.isSafeInteger(number)) {
      throw this.error(`${word.length > MAX_SHOWN ? 'the integer' : word} is beyond 2^53`)
    }
    this.at = start + word.length
    return sign === '-' ? 0 - number : number
  }
}

/**
 * Parses one Python literal, with white space around it.
 * @param what names the text in messages, for example 'the .npy header'
 * @throws BlpkError DAMAGED when it is malformed, longer than 2^20 characters, nested more than 64 levels
 * deep, or holds another kind of value
 */
export function parseLiteral(text: string, what: string): PyLiteral {
  if (text.length > MAX_CHARACTERS)
    throw damaged(`${what} takes ${text.length} characters; the limit is 2^20`)
  return new Parser(text, what).whole()
}
