// Converts msgpack to JSON text without losing digits.

import { decodeUtf8 } from '../../../core/json/decode.js'
import { escapeUnit } from '../../../core/json/json.js'
import { MAX_JSON_DEPTH } from '../../../core/json/scan.js'
import { replaceAll, TextPieces } from '../../../core/json/text-pieces.js'
import { parseJson } from '../../../core/json/value.js'
import { MsgpackReader } from './reader.js'

/** JavaScript strings have at most some 512 million characters. */
const MAX_TEXT = 384 * 2 ** 20

/** A JSON string without control characters, which could control a terminal. */
function quoted(text: string): string {
  return replaceAll(JSON.stringify(text), /[\u007f-\u009f]/g, escapeUnit)
}

/** A float stays a float in JSON. */
function floatJson(n: number): string {
  const text = String(n)
  return /^-?\d+$/.test(text) ? `${Object.is(n, -0) ? '-0' : text}.0` : text
}

function base64Json(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')}"`
}

/** An array or a map that is not complete yet. */
interface Holder {
  isMap: boolean
  /** Remaining items, or keys and values. */
  left: number
  isEmpty: boolean
}

/** Writes the items of a reader as JSON, whose size is bounded by a constant factor. */
class JsonOf {
  readonly #r: MsgpackReader
  readonly #out = new TextPieces()
  readonly #holders: Holder[] = []

  constructor(reader: MsgpackReader) {
    this.#r = reader
  }

  #text(): string {
    const bytes = this.#r.string()
    try {
      return quoted(decodeUtf8(bytes))
    } catch {
      return this.#r.wrong('a string that is not UTF-8')
    }
  }

  #extension(): string {
    const [type, bytes] = this.#r.extension()
    return `{"$ext":${(type << 24) >> 24},"$bytes":${base64Json(bytes)}}`
  }

  #scalar(): string {
    switch (this.#r.kind()) {
      case 'integer':
        return String(this.#r.wideInteger())
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
      default:
        return this.#extension()
    }
  }

  /** Keys that are not strings become strings. With nested maps as keys, each level would double the size. */
  #key(): string {
    const kind = this.#r.kind()
    if (kind === 'array' || kind === 'map')
      this.#r.wrong(`it has ${kind === 'array' ? 'an array' : 'a map'} as a key`)
    const key = this.#scalar()
    return kind === 'string' ? key : JSON.stringify(key)
  }

  #open(isMap: boolean): void {
    if (this.#holders.length === MAX_JSON_DEPTH) this.#r.wrong('it is nested too deeply')
    const count = isMap ? 2 * this.#r.map() : this.#r.array()
    this.#holders.push({ isMap, left: count, isEmpty: true })
    this.#out.add(isMap ? '{' : '[')
    this.#closeFull()
  }

  /** Closes the containers that are complete. */
  #closeFull(): void {
    for (let holder = this.#holders.at(-1); holder?.left === 0; holder = this.#holders.at(-1)) {
      this.#out.add(holder.isMap ? '}' : ']')
      this.#holders.pop()
    }
    if (this.#out.length > MAX_TEXT) this.#r.wrong('it is too large to be shown')
  }

  #item(): void {
    const kind = this.#r.kind()
    if (kind === 'array' || kind === 'map') this.#open(kind === 'map')
    else {
      this.#out.add(this.#scalar())
      this.#closeFull()
    }
  }

  /** The whole value. */
  text(): string {
    this.#item()
    for (let holder = this.#holders.at(-1); holder !== undefined; holder = this.#holders.at(-1)) {
      const isKey = holder.isMap && holder.left % 2 === 0
      holder.left--
      if (!holder.isEmpty && (isKey || !holder.isMap)) this.#out.add(',')
      holder.isEmpty = false
      if (isKey) this.#out.add(`${this.#key()}:`)
      else this.#item()
    }
    return this.#out.text()
  }
}

/**
 * Converts msgpack to JSON text as written by Python, including NaN and infinities. Other values become
 * objects: `{"$bytes": base64}`, for extensions with `$ext`. Keys that are not strings become strings.
 * @throws BlpkError DAMAGED if it is not msgpack, or has arrays or maps as keys
 */
export function jsonOfMsgpack(bytes: Uint8Array): string {
  const reader = new MsgpackReader(bytes, 'the msgpack')
  const json = new JsonOf(reader).text()
  if (reader.at !== bytes.length) reader.wrong('there are bytes after it')
  return json
}

/**
 * The result of {@link jsonOfMsgpack} as a value; large integers become bigints.
 * @throws BlpkError DAMAGED
 */
export function valueOfMsgpack(bytes: Uint8Array): unknown {
  return parseJson(jsonOfMsgpack(bytes))
}
