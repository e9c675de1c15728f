// A pull parser for msgpack: item by item, without building values.

import { damaged, type ErrorPlace } from '../../../core/errors.js'

export type MsgpackKind =
  | 'integer'
  | 'float'
  | 'nil'
  | 'boolean'
  | 'string'
  | 'binary'
  | 'array'
  | 'map'
  | 'extension'

/** The range of first bytes of each kind. */
const KINDS: [from: number, to: number, kind: MsgpackKind][] = [
  [0x00, 0x7f, 'integer'],
  [0x80, 0x8f, 'map'],
  [0x90, 0x9f, 'array'],
  [0xa0, 0xbf, 'string'],
  [0xc0, 0xc0, 'nil'],
  [0xc2, 0xc3, 'boolean'],
  [0xc4, 0xc6, 'binary'],
  [0xc7, 0xc9, 'extension'],
  [0xca, 0xcb, 'float'],
  [0xcc, 0xd3, 'integer'],
  [0xd4, 0xd8, 'extension'],
  [0xd9, 0xdb, 'string'],
  [0xdc, 0xdd, 'array'],
  [0xde, 0xdf, 'map'],
  [0xe0, 0xff, 'integer'],
]

/** The kind of each first byte; 0xc1 has none. */
const KIND_OF: (MsgpackKind | undefined)[] = Array.from(
  { length: 256 },
  (_, head) => KINDS.find(([from, to]) => head >= from && head <= to)?.[2],
)

/** Bytes of the integer after a head, where `first` has one byte, the next two, and so on. */
function sizeFrom(head: number, first: number): 1 | 2 | 4 {
  return (1 << (head - first)) as 1 | 2 | 4
}

/** Parses msgpack item by item. It builds nothing, so memory does not grow. */
export class MsgpackReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #place: ErrorPlace
  readonly #what: string
  at: number

  /** @param what name of the bytes in messages */
  constructor(bytes: Uint8Array, what: string, place: ErrorPlace = {}, at = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#what = what
    this.#place = place
    this.at = at
  }

  wrong(detail: string): never {
    throw damaged(`${this.#what}: ${detail} at byte ${this.at}`, this.#place)
  }

  /** The next `count` bytes, without a copy. */
  take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.at) this.wrong('the bytes end early')
    const piece = this.#bytes.subarray(this.at, this.at + count)
    this.at += count
    return piece
  }

  /** The kind of the next item. */
  kind(): MsgpackKind {
    const head = this.#bytes[this.at] ?? this.wrong('the bytes end early')
    return KIND_OF[head] ?? this.wrong('an unknown type')
  }

  #u8(): number {
    return this.take(1)[0] ?? 0
  }

  #unsigned(size: 1 | 2 | 4): number {
    const { at } = this
    this.take(size)
    if (size === 1) return this.#view.getUint8(at)
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  #signed(size: 1 | 2 | 4): number {
    const shift = 32 - 8 * size
    return (this.#unsigned(size) << shift) >> shift
  }

  /** An integer in any of its forms, with all of its digits. */
  wideInteger(): number | bigint {
    const head = this.#u8()
    if (head < 0x80) return head
    if (head >= 0xe0) return head - 0x100
    if (head >= 0xcc && head <= 0xce) return this.#unsigned(sizeFrom(head, 0xcc))
    if (head >= 0xd0 && head <= 0xd2) return this.#signed(sizeFrom(head, 0xd0))
    if (head !== 0xcf && head !== 0xd3) this.wrong('an integer is missing')
    const { at } = this
    this.take(8)
    return head === 0xcf ? this.#view.getBigUint64(at) : this.#view.getBigInt64(at)
  }

  /** An integer in any of its forms. */
  integer(): number {
    const value = this.wideInteger()
    const number = Number(value)
    if (!Number.isSafeInteger(number)) this.wrong(`the number ${value} is too large`)
    return number
  }

  /** A float of either size. */
  float(): number {
    const head = this.#u8()
    const { at } = this
    if (head !== 0xca && head !== 0xcb) this.wrong('a fraction is missing')
    this.take(head === 0xca ? 4 : 8)
    return head === 0xca ? this.#view.getFloat32(at) : this.#view.getFloat64(at)
  }

  nil(): null {
    if (this.#u8() !== 0xc0) this.wrong('nil is missing')
    return null
  }

  boolean(): boolean {
    const head = this.#u8()
    if (head !== 0xc2 && head !== 0xc3) this.wrong('true or false is missing')
    return head === 0xc3
  }

  /** The number of items in an array; the items follow. */
  array(): number {
    return this.#count('an array', 0x90, 0xdc)
  }

  /** The number of pairs in a map; the pairs follow. */
  map(): number {
    return this.#count('a map', 0x80, 0xde)
  }

  #count(what: string, fix: number, wide: number): number {
    const head = this.#u8()
    if (head >= fix && head < fix + 16) return head - fix
    if (head === wide) return this.#unsigned(2)
    if (head === wide + 1) return this.#unsigned(4)
    return this.wrong(`${what} is missing`)
  }

  /** The bytes of a string. */
  string(): Uint8Array {
    const head = this.#u8()
    if (head >= 0xa0 && head < 0xc0) return this.take(head - 0xa0)
    if (head >= 0xd9 && head <= 0xdb) return this.take(this.#unsigned(sizeFrom(head, 0xd9)))
    return this.wrong('a string is missing')
  }

  binary(): Uint8Array {
    const head = this.#u8()
    if (head >= 0xc4 && head <= 0xc6) return this.take(this.#unsigned(sizeFrom(head, 0xc4)))
    return this.wrong('bytes are missing')
  }

  /** An extension of any size. @returns its type as a byte, and what it holds */
  extension(): [type: number, bytes: Uint8Array] {
    const head = this.#u8()
    const isFixed = head >= 0xd4 && head <= 0xd8
    if (!isFixed && (head < 0xc7 || head > 0xc9)) this.wrong('an extension is missing')
    const size = isFixed ? 1 << (head - 0xd4) : this.#unsigned(sizeFrom(head, 0xc7))
    return [this.#u8(), this.take(size)]
  }

  /** An extension of 16 bytes. @returns its type as a byte, and what it holds */
  extension16(): [type: number, bytes: Uint8Array] {
    if (this.#bytes[this.at] !== 0xd8) this.wrong('an extension of 16 bytes is missing')
    return this.extension()
  }
}
