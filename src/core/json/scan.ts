// A tokenizer for JSON that checks the grammar, builds nothing and does not recurse.

/** A fault in a JSON text, with its position: `unexpected "x" at line 1, column 3`. */
export class JsonFault extends Error {
  /** The text is nested deeper than {@link MAX_JSON_DEPTH}; it may still be JSON. */
  readonly isTooDeep: boolean

  constructor(message: string, isTooDeep = false) {
    super(message)
    this.isTooDeep = isTooDeep
  }
}

/**
 * Deeper texts are refused: each level takes memory, and a few packed bytes can expand to millions of levels.
 */
export const MAX_JSON_DEPTH = 100_000

/** A token; commas and colons are not reported. A `word` is null, true, false, NaN, Infinity or -Infinity. */
export type JsonToken = '{' | '}' | '[' | ']' | 'key' | 'string' | 'number' | 'word'

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'next'

const WORDS = ['null', 'true', 'false', 'NaN', 'Infinity', '-Infinity']
const QUOTE = 0x22
const MINUS = 0x2d
const BACKSLASH = 0x5c
const BEGIN_LIST = 0x5b
const END_LIST = 0x5d
const BEGIN_OBJECT = 0x7b
const END_OBJECT = 0x7d

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39
}

/**
 * Tokenizes a JSON text and checks its grammar: RFC 8259, plus NaN, Infinity and -Infinity as written by
 * Python's json module. It builds no values and does not recurse, so depth and size cost little memory.
 */
export class JsonScanner {
  readonly #text: string
  /** Whether each open bracket is an object, from the outside in. */
  readonly #objects: boolean[] = []
  #at = 0
  #expected: Expected = 'value'
  kind: JsonToken = 'word'
  /** Start and end of the token in the text. */
  start = 0
  end = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Number of open brackets after the token. */
  get depth(): number {
    return this.#objects.length
  }

  /** The text of the token. */
  get token(): string {
    return this.#text.slice(this.start, this.end)
  }

  /** Goes to the next token. @returns false at the end of the text @throws JsonFault */
  next(): boolean {
    this.#skipSpace()
    if (this.#expected === 'next' && this.#isOver()) return false
    const c = this.#text.charCodeAt(this.#at)
    this.start = this.#at
    if (this.#expected === 'value or ]' && c === END_LIST) this.#close(']')
    else if (this.#expected === 'key or }' && c === END_OBJECT) this.#close('}')
    else if (this.#expected === 'next') this.#close(this.#objects.at(-1) ? '}' : ']')
    else if (this.#expected.startsWith('key')) this.#key(c)
    else this.#value(c)
    return true
  }

  /** Skips the comma after a value, if there is one. @returns true if the text ends here */
  #isOver(): boolean {
    const { length } = this.#text
    if (this.#objects.length === 0) {
      if (this.#at < length) this.#fail()
      return true
    }
    const isObject = this.#objects.at(-1) === true
    const c = this.#text.charCodeAt(this.#at)
    if (c === (isObject ? END_OBJECT : END_LIST)) return false
    if (c !== 0x2c) this.#fail()
    this.#at++
    this.#skipSpace()
    this.#expected = isObject ? 'key' : 'value'
    return false
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++
  }

  #key(c: number): void {
    if (c !== QUOTE) this.#fail()
    this.#string('key')
    this.#skipSpace()
    if (this.#text.charCodeAt(this.#at) !== 0x3a) this.#fail()
    this.#at++
    this.#expected = 'value'
  }

  #value(c: number): void {
    this.#expected = 'next'
    if (c === QUOTE) this.#string('string')
    else if (c === BEGIN_OBJECT) this.#open('{')
    else if (c === BEGIN_LIST) this.#open('[')
    else if (isDigit(c) || (c === MINUS && isDigit(this.#text.charCodeAt(this.#at + 1)))) this.#number()
    else this.#word()
  }

  #open(kind: '{' | '['): void {
    if (this.#objects.length === MAX_JSON_DEPTH)
      throw new JsonFault(`brackets are nested more than ${MAX_JSON_DEPTH} deep`, true)
    this.#objects.push(kind === '{')
    this.#expected = kind === '{' ? 'key or }' : 'value or ]'
    this.#take(kind, this.#at + 1)
  }

  #close(kind: '}' | ']'): void {
    this.#objects.pop()
    this.#expected = 'next'
    this.#take(kind, this.#at + 1)
  }

  #take(kind: JsonToken, end: number): void {
    this.kind = kind
    this.end = end
    this.#at = end
  }

  #string(kind: 'key' | 'string'): void {
    let at = this.#at + 1
    for (let c = this.#text.charCodeAt(at); c !== QUOTE; c = this.#text.charCodeAt(at)) {
      if (c === BACKSLASH) at = this.#escape(at)
      else if (c >= 0x20) at++
      else this.#fail(at)
    }
    this.#take(kind, at + 1)
  }

  /** @returns the position after the escape */
  #escape(at: number): number {
    const letter = this.#text[at + 1]
    if (letter === 'u') {
      if (!/^[\da-f]{4}$/i.test(this.#text.slice(at + 2, at + 6))) this.#fail(at)
      return at + 6
    }
    if (letter === undefined || !'"\\/bfnrt'.includes(letter)) this.#fail(at)
    return at + 2
  }

  #digits(from: number): number {
    let at = from
    while (isDigit(this.#text.charCodeAt(at))) at++
    return at > from ? at : this.#fail(at)
  }

  #number(): void {
    let at = this.#at
    if (this.#text[at] === '-') at++
    at = this.#text[at] === '0' ? at + 1 : this.#digits(at)
    if (this.#text[at] === '.') at = this.#digits(at + 1)
    if (this.#text[at] === 'e' || this.#text[at] === 'E') {
      const sign = this.#text[at + 1]
      at = this.#digits(sign === '+' || sign === '-' ? at + 2 : at + 1)
    }
    this.#take('number', at)
  }

  #word(): void {
    const word = WORDS.find((one) => this.#text.startsWith(one, this.#at)) ?? this.#fail()
    this.#take('word', this.#at + word.length)
  }

  #fail(at = this.#at): never {
    const { length } = this.#text
    if (at >= length) throw new JsonFault(length === 0 ? 'it is empty' : 'it ends early')
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    const what = JSON.stringify(String.fromCodePoint(this.#text.codePointAt(at) ?? 0))
    throw new JsonFault(`unexpected ${what} at line ${line}, column ${column}`)
  }
}
