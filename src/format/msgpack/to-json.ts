import { damaged } from '../../errors.js'

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

/** Goes through msgpack of any form; what is built is never larger than what is read by more than a factor. */
class Unpacker {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  #take(nbytes: number): number {
    if (nbytes > this.#bytes.length - this.at) throw damaged('the msgpack ends early')
    const { at } = this
    this.at += nbytes
    return at
  }

  #unsigned(size: 1 | 2 | 4): number {
    const at = this.#take(size)
    if (size === 1) return this.#view.getUint8(at)
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  #integer(kind: number): string {
    const size = 1 << (kind & 3)
    const at = this.#take(size)
    const signed = kind >= 4
    if (size === 8) return String(signed ? this.#view.getBigInt64(at) : this.#view.getBigUint64(at))
    let n = 0
    for (let i = 0; i < size; i++) n = n * 256 + (this.#bytes[at + i] ?? 0)
    return String(signed && n >= 2 ** (8 * size - 1) ? n - 2 ** (8 * size) : n)
  }

  #float(n: number): string {
    if (!Number.isFinite(n)) return JSON.stringify(String(n))
    const text = String(n)
    return /^-?\d+$/.test(text) ? `${Object.is(n, -0) ? '-0' : text}.0` : text
  }

  #text(nbytes: number): string {
    const at = this.#take(nbytes)
    try {
      return quoted(decoder.decode(this.#bytes.subarray(at, at + nbytes)))
    } catch {
      throw damaged('the msgpack has a string that is no UTF-8')
    }
  }

  #base64(nbytes: number): string {
    const at = this.#take(nbytes)
    return `"${Buffer.from(this.#bytes.subarray(at, at + nbytes)).toString('base64')}"`
  }

  #extension(nbytes: number): string {
    const code = this.#view.getInt8(this.#take(1))
    return `{"$ext":${code},"$bytes":${this.#base64(nbytes)}}`
  }

  #list(count: number, depth: number): string {
    const items: string[] = []
    for (let i = 0; i < count; i++) items.push(this.value(depth + 1))
    return `[${items.join(',')}]`
  }

  #map(count: number, depth: number): string {
    const pairs: string[] = []
    for (let i = 0; i < count; i++) {
      const key = this.value(depth + 1)
      pairs.push(`${key.startsWith('"') ? key : JSON.stringify(key)}:${this.value(depth + 1)}`)
    }
    return `{${pairs.join(',')}}`
  }

  value(depth = 0): string {
    if (depth > MAX_DEPTH) throw damaged('the msgpack is nested too deeply')
    const head = this.#unsigned(1)
    if (head < 0x80) return String(head)
    if (head >= 0xe0) return String(head - 0x100)
    if (head < 0x90) return this.#map(head - 0x80, depth)
    if (head < 0xa0) return this.#list(head - 0x90, depth)
    if (head < 0xc0) return this.#text(head - 0xa0)
    return this.#wide(head, depth)
  }

  #wide(head: number, depth: number): string {
    const size = (first: number): number => this.#unsigned((1 << (head - first)) as 1 | 2 | 4)
    if (head === 0xc0) return 'null'
    if (head === 0xc2 || head === 0xc3) return String(head === 0xc3)
    if (head >= 0xc4 && head <= 0xc6) return `{"$bytes":${this.#base64(size(0xc4))}}`
    if (head >= 0xc7 && head <= 0xc9) return this.#extension(size(0xc7))
    if (head === 0xca) return this.#float(this.#view.getFloat32(this.#take(4)))
    if (head === 0xcb) return this.#float(this.#view.getFloat64(this.#take(8)))
    if (head >= 0xcc && head <= 0xd3) return this.#integer(head - 0xcc)
    if (head >= 0xd4 && head <= 0xd8) return this.#extension(1 << (head - 0xd4))
    if (head >= 0xd9 && head <= 0xdb) return this.#text(size(0xd9))
    if (head === 0xdc || head === 0xdd) return this.#list(this.#unsigned(head === 0xdc ? 2 : 4), depth)
    if (head === 0xde || head === 0xdf) return this.#map(this.#unsigned(head === 0xde ? 2 : 4), depth)
    throw damaged('the msgpack has a type that is not known')
  }
}

/**
 * Msgpack as JSON text. What JSON has not got is told by objects: `{"$bytes": base64}`, extensions with `$ext`
 * too; NaN and infinities are strings.
 * @throws BlpkError DAMAGED where it is no msgpack
 */
export function jsonOfMsgpack(bytes: Uint8Array): string {
  const unpacker = new Unpacker(bytes)
  const json = unpacker.value()
  if (unpacker.at !== bytes.length) throw damaged('there are bytes behind the msgpack')
  return json
}
