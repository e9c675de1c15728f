import { MsgpackReader } from './reader.js'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** Deeper values are refused: whoever walks them would run out of stack. */
const MAX_DEPTH = 500

/** A JSON string without control characters, which would mean something to a terminal. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /\p{Cc}/gu,
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

/** A number that is no integer stays one in JSON. */
function floatJson(n: number): string {
  if (!Number.isFinite(n)) return JSON.stringify(String(n))
  const text = String(n)
  return /^-?\d+$/.test(text) ? `${Object.is(n, -0) ? '-0' : text}.0` : text
}

function base64Json(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes).toString('base64')}"`
}

/** Writes as JSON what a reader goes through; that is larger by a factor at most. */
class JsonOf {
  readonly #r: MsgpackReader
  readonly #integer: (value: number | bigint) => string

  constructor(reader: MsgpackReader, integer: (value: number | bigint) => string) {
    this.#r = reader
    this.#integer = integer
  }

  #text(): string {
    const bytes = this.#r.string()
    try {
      return quoted(decoder.decode(bytes))
    } catch {
      return this.#r.wrong('a string that is no UTF-8')
    }
  }

  #extension(): string {
    const [type, bytes] = this.#r.extension()
    return `{"$ext":${(type << 24) >> 24},"$bytes":${base64Json(bytes)}}`
  }

  #list(depth: number): string {
    const items: string[] = []
    for (let left = this.#r.array(); left > 0; left--) items.push(this.value(depth + 1))
    return `[${items.join(',')}]`
  }

  #map(depth: number): string {
    const pairs: string[] = []
    for (let left = this.#r.map(); left > 0; left--) {
      const key = this.#key()
      pairs.push(`${key}:${this.value(depth + 1)}`)
    }
    return `{${pairs.join(',')}}`
  }

  /** What is no string becomes one. A map in a key of a map in a key would double in size with each of them. */
  #key(): string {
    const kind = this.#r.kind()
    if (kind === 'array' || kind === 'map')
      this.#r.wrong(`it has ${kind === 'array' ? 'an array' : 'a map'} as a key`)
    const key = this.value()
    return kind === 'string' ? key : JSON.stringify(key)
  }

  value(depth = 0): string {
    if (depth > MAX_DEPTH) this.#r.wrong('it is nested too deeply')
    switch (this.#r.kind()) {
      case 'integer':
        return this.#integer(this.#r.wideInteger())
      case 'float':
        return floatJson(this.#r.float())
      case 'nil':
        return String(this.#r.nil())
      case 'boolean':
        return String(this.#r.boolean())
      case 'string':
        return this.#text()
      case 'binary':
        return `{"$bytes":${base64Json(this.#r.binary())}}`
      case 'array':
        return this.#list(depth)
      case 'map':
        return this.#map(depth)
      case 'extension':
        return this.#extension()
    }
  }
}

function convert(bytes: Uint8Array, integer: (value: number | bigint) => string): string {
  const reader = new MsgpackReader(bytes, 'the msgpack')
  const json = new JsonOf(reader, integer).value()
  if (reader.at !== bytes.length) reader.wrong('there are bytes behind it')
  return json
}

/**
 * Msgpack as JSON text. What JSON has not got is told by objects: `{"$bytes": base64}`, extensions with `$ext`
 * too; NaN and infinities are strings; keys that are none become some.
 * @throws BlpkError DAMAGED where it is no msgpack, or has arrays or maps for keys
 */
export function jsonOfMsgpack(bytes: Uint8Array): string {
  return convert(bytes, String)
}

/** What {@link jsonOfMsgpack} says, parsed; integers that a number cannot hold are strings. @throws BlpkError DAMAGED */
export function valueOfMsgpack(bytes: Uint8Array): unknown {
  return JSON.parse(
    convert(bytes, (value) => (Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`)),
  )
}
