// Builds blocks of metadata field by field; everything in HDF5 is little-endian.

import { GrowingBytes } from '../../../core/growing-bytes.js'

/** Size of an address and of a length in the files that are written, in bytes. */
export const OFFSET_BYTES = 8
const encoder = new TextEncoder()

/** A block of metadata that grows. */
export class Put extends GrowingBytes {
  /** An unsigned integer. @param nbytes 1 to 8 @throws Error if it does not fit, which a caller has to see to */
  uint(value: number, nbytes: number): this {
    if (!Number.isSafeInteger(value) || value < 0 || value >= 256 ** nbytes)
      throw new Error(`${value} does not fit into ${nbytes} bytes`)
    const at = this.take(nbytes)
    let rest = value
    for (let i = 0; i < nbytes; i++) {
      this.bytes[at + i] = rest % 256
      rest = Math.floor(rest / 256)
    }
    return this
  }

  u8(value: number): this {
    return this.uint(value, 1)
  }

  u16(value: number): this {
    return this.uint(value, 2)
  }

  u32(value: number): this {
    return this.uint(value, 4)
  }

  /** A length, a count or an extent. There may be millions of them. */
  length64(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${value} is no length`)
    const at = this.take(OFFSET_BYTES)
    this.view.setUint32(at, value % 2 ** 32, true)
    this.view.setUint32(at + 4, value / 2 ** 32, true)
    return this
  }

  /** All bits set: no address, or an axis without a limit. */
  none(): this {
    const at = this.take(OFFSET_BYTES)
    this.bytes.fill(0xff, at, at + OFFSET_BYTES)
    return this
  }

  /** An address; undefined if there is none. */
  address(position: number | undefined): this {
    return position === undefined ? this.none() : this.length64(position)
  }

  /** @param value signed or unsigned; the lowest 64 bits are put */
  big64(value: bigint): this {
    const at = this.take(8)
    this.view.setBigUint64(at, BigInt.asUintN(64, value), true)
    return this
  }

  float64(value: number): this {
    const at = this.take(8)
    this.view.setFloat64(at, value, true)
    return this
  }

  raw(bytes: Uint8Array): this {
    const at = this.take(bytes.length)
    this.bytes.set(bytes, at)
    return this
  }

  /** A text as UTF-8, such as a signature. */
  text(text: string): this {
    return this.raw(encoder.encode(text))
  }

  zeros(count: number): this {
    this.take(count)
    return this
  }

  /** Zeros up to the next multiple of 8 bytes from `start` on. */
  pad(start = 0): this {
    return this.zeros((8 - ((this.length - start) % 8)) % 8)
  }

  /** What was put so far. @param room bytes in all; zeros follow */
  finish(room = this.length): Uint8Array {
    const bytes = new Uint8Array(Math.max(room, this.length))
    bytes.set(this.bytes.subarray(0, this.length))
    return bytes
  }
}
