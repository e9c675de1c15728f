import { damaged, type ErrorPlace } from '../../errors.js'

/** Goes through msgpack that must have a known form; nothing is built, so nothing can grow. */
export class MsgpackReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #place: ErrorPlace
  readonly #what: string
  at: number

  /** @param what what messages call the bytes */
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

  /** The next `count` bytes, as they lie there. */
  take(count: number): Uint8Array {
    if (count > this.#bytes.length - this.at) this.wrong('the bytes end early')
    const piece = this.#bytes.subarray(this.at, this.at + count)
    this.at += count
    return piece
  }

  /** The first byte of what follows. */
  peek(): number {
    return this.#bytes[this.at] ?? this.wrong('the bytes end early')
  }

  #u8(): number {
    return this.take(1)[0] ?? 0
  }

  #unsigned(size: 1 | 2 | 4 | 8): number {
    const { at } = this
    this.take(size)
    if (size === 1) return this.#view.getUint8(at)
    if (size === 2) return this.#view.getUint16(at)
    return size === 4 ? this.#view.getUint32(at) : this.#safe(this.#view.getBigUint64(at))
  }

  #signed(size: 1 | 2 | 4 | 8): number {
    const { at } = this
    this.take(size)
    if (size === 1) return this.#view.getInt8(at)
    if (size === 2) return this.#view.getInt16(at)
    return size === 4 ? this.#view.getInt32(at) : this.#safe(this.#view.getBigInt64(at))
  }

  #safe(value: bigint): number {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) this.wrong(`the number ${value} is too large`)
    return number
  }

  /** An integer in any of its forms. */
  integer(): number {
    const head = this.#u8()
    if (head < 0x80) return head
    if (head >= 0xe0) return head - 0x100
    if (head >= 0xcc && head <= 0xcf) return this.#unsigned((1 << (head - 0xcc)) as 1 | 2 | 4 | 8)
    if (head >= 0xd0 && head <= 0xd3) return this.#signed((1 << (head - 0xd0)) as 1 | 2 | 4 | 8)
    return this.wrong('an integer is missing')
  }

  boolean(): boolean {
    const head = this.#u8()
    if (head !== 0xc2 && head !== 0xc3) this.wrong('true or false is missing')
    return head === 0xc3
  }

  /** The number of items of an array, which follow. */
  array(): number {
    return this.#count('an array', 0x90, 0xdc)
  }

  /** The number of pairs of a map, which follow. */
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
    if (head >= 0xd9 && head <= 0xdb) return this.take(this.#unsigned((1 << (head - 0xd9)) as 1 | 2 | 4))
    return this.wrong('a string is missing')
  }

  binary(): Uint8Array {
    const head = this.#u8()
    if (head >= 0xc4 && head <= 0xc6) return this.take(this.#unsigned((1 << (head - 0xc4)) as 1 | 2 | 4))
    return this.wrong('bytes are missing')
  }

  /** An extension of 16 bytes. @returns its type byte and the bytes */
  extension16(): [number, Uint8Array] {
    if (this.#u8() !== 0xd8) this.wrong('an extension of 16 bytes is missing')
    return [this.#u8(), this.take(16)]
  }
}
