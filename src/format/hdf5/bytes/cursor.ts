// Reads the fields of a metadata block one after the other; everything in HDF5 is little-endian.

import { damaged } from '../../../core/errors.js'

/** What a superblock says of all fields behind it. */
export interface FieldSizes {
  /** Size of an address, in bytes. */
  readonly offset: number
  /** Size of a length, in bytes. */
  readonly length: number
  /** Position that addresses are counted from, in bytes. */
  readonly base: number
}

/** A block of metadata, and how far it was read. */
export class Cursor {
  readonly bytes: Uint8Array
  readonly sizes: FieldSizes
  /** Absolute position of the first byte of the block. */
  readonly position: number
  /** Of the next byte, in the block. */
  at = 0
  readonly #view: DataView

  constructor(bytes: Uint8Array, sizes: FieldSizes, position: number) {
    this.bytes = bytes
    this.sizes = sizes
    this.position = position
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  #take(nbytes: number): number {
    if (nbytes > this.left || nbytes < 0)
      throw damaged('a block of metadata ends within one of its fields', { offset: this.position + this.at })
    this.at += nbytes
    return this.at - nbytes
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true)
  }

  /** An unsigned integer of 0 to 8 bytes. @throws BlpkError DAMAGED above 2^53 - 1 */
  uint(nbytes: number): number {
    const start = this.#take(nbytes)
    let value = 0
    for (let i = nbytes - 1; i >= 0; i--) value = value * 256 + (this.bytes[start + i] ?? 0)
    if (!Number.isSafeInteger(value))
      throw damaged('a number in the metadata is too large', { offset: this.position + start })
    return value
  }

  /** A length or a count in the file's size of lengths. */
  length(): number {
    return this.uint(this.sizes.length)
  }

  /** Skips a field whose bits are all set, which stands for "undefined". @returns whether it was one */
  #skipUndefined(nbytes: number): boolean {
    const field = this.bytes.subarray(this.at, this.at + nbytes)
    const isUndefined = field.length === nbytes && field.every((byte) => byte === 0xff)
    if (isUndefined) this.at += nbytes
    return isUndefined
  }

  /** A length; undefined if there is none, as for "unlimited". */
  lengthOrNone(): number | undefined {
    return this.#skipUndefined(this.sizes.length) ? undefined : this.length()
  }

  /** An address, as a position in the source; undefined if there is none. */
  address(): number | undefined {
    const { offset, base } = this.sizes
    return this.#skipUndefined(offset) ? undefined : this.uint(offset) + base
  }

  /** An address that must be there. @throws BlpkError DAMAGED */
  needAddress(): number {
    const start = this.at
    const found = this.address()
    if (found === undefined) throw damaged('an address is missing', { offset: this.position + start })
    return found
  }

  take(nbytes: number): Uint8Array {
    const start = this.#take(nbytes)
    return this.bytes.subarray(start, start + nbytes)
  }

  skip(nbytes: number): void {
    this.#take(nbytes)
  }

  /** A part of the block, with a cursor of its own. */
  part(nbytes: number): Cursor {
    const start = this.#take(nbytes)
    return new Cursor(this.bytes.subarray(start, start + nbytes), this.sizes, this.position + start)
  }

  /** @throws BlpkError DAMAGED if the next four bytes are others */
  signature(text: string): void {
    const start = this.#take(4)
    const found = String.fromCharCode(...this.bytes.subarray(start, start + 4))
    if (found !== text) throw damaged(`there should be a block '${text}'`, { offset: this.position + start })
  }
}
