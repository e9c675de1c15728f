import { damaged } from '../../errors.js'

/** Deeper values are not read: whoever prints them would run out of stack. */
const MAX_DEPTH = 32

/** Reads any msgpack value, for people to look at. */
class ValueReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  get isAtEnd(): boolean {
    return this.at === this.#bytes.length
  }

  #wrong(): never {
    throw damaged(`the bytes are no msgpack at byte ${this.at}`)
  }

  #take(count: number): number {
    const { at } = this
    if (count > this.#bytes.length - at) this.#wrong()
    this.at += count
    return at
  }

  #unsigned(size: number): number {
    const at = this.#take(size)
    if (size === 1) return this.#view.getUint8(at)
    if (size === 2) return this.#view.getUint16(at)
    return this.#view.getUint32(at)
  }

  /** Beyond 2^53 digits would be lost. */
  #wide(value: bigint): number | string {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : `${value}`
  }

  #text(size: number): string {
    const at = this.#take(size)
    return new TextDecoder().decode(this.#bytes.subarray(at, at + size))
  }

  #hex(size: number): string {
    const at = this.#take(size)
    return Buffer.from(this.#bytes.subarray(at, at + size)).toString('hex')
  }

  #list(count: number, depth: number): unknown[] {
    // An item takes a byte at least.
    if (count > this.#bytes.length - this.at) this.#wrong()
    return Array.from({ length: count }, () => this.value(depth + 1))
  }

  #map(count: number, depth: number): Record<string, unknown> {
    if (2 * count > this.#bytes.length - this.at) this.#wrong()
    const entries: [string, unknown][] = []
    for (let i = 0; i < count; i++) {
      const key = this.value(depth + 1)
      entries.push([typeof key === 'string' ? key : JSON.stringify(key), this.value(depth + 1)])
    }
    return Object.fromEntries(entries)
  }

  #number(head: number): number | string {
    if (head === 0xca) return this.#view.getFloat32(this.#take(4))
    if (head === 0xcb) return this.#view.getFloat64(this.#take(8))
    if (head <= 0xce) return this.#unsigned(1 << (head - 0xcc))
    if (head === 0xcf) return this.#wide(this.#view.getBigUint64(this.#take(8)))
    if (head === 0xd0) return this.#view.getInt8(this.#take(1))
    if (head === 0xd1) return this.#view.getInt16(this.#take(2))
    return head === 0xd2
      ? this.#view.getInt32(this.#take(4))
      : this.#wide(this.#view.getBigInt64(this.#take(8)))
  }

  #extension(head: number): unknown {
    const size = head >= 0xd4 && head <= 0xd8 ? 1 << (head - 0xd4) : this.#unsigned(1 << (head - 0xc7))
    return { extension: this.#unsigned(1), bytes: this.#hex(size) }
  }

  value(depth = 0): unknown {
    if (depth > MAX_DEPTH) this.#wrong()
    const head = this.#unsigned(1)
    if (head < 0x80) return head
    if (head >= 0xe0) return head - 0x100
    if (head < 0x90) return this.#map(head & 15, depth)
    if (head < 0xa0) return this.#list(head & 15, depth)
    if (head < 0xc0) return this.#text(head & 31)
    if (head === 0xc0) return null
    if (head === 0xc2 || head === 0xc3) return head === 0xc3
    if (head >= 0xc4 && head <= 0xc6) return this.#hex(this.#unsigned(1 << (head - 0xc4)))
    if (head >= 0xca && head <= 0xd3) return this.#number(head)
    if (head >= 0xd9 && head <= 0xdb) return this.#text(this.#unsigned(1 << (head - 0xd9)))
    if (head === 0xdc || head === 0xdd) return this.#list(this.#unsigned(head === 0xdc ? 2 : 4), depth)
    if (head === 0xde || head === 0xdf) return this.#map(this.#unsigned(head === 0xde ? 2 : 4), depth)
    if (head === 0xc1) this.#wrong()
    return this.#extension(head)
  }
}

/**
 * Reads one msgpack value that takes all of the bytes; byte strings come out in hexadecimal.
 * @throws BlpkError DAMAGED where they are no such value
 */
export function parseMsgpack(bytes: Uint8Array): unknown {
  const reader = new ValueReader(bytes)
  const value = reader.value()
  if (!reader.isAtEnd) throw damaged(`the msgpack value ends at byte ${reader.at} of ${bytes.length}`)
  return value
}
