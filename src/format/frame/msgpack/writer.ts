// Writes msgpack in the forms that C-Blosc2 uses in headers and trailers.

import { GrowingBytes } from '../../../core/growing-bytes.js'

/** Builds msgpack item by item, in the forms that C-Blosc2 writes. */
export class MsgpackWriter extends GrowingBytes {
  raw(bytes: Uint8Array): this {
    const at = this.take(bytes.length)
    this.bytes.set(bytes, at)
    return this
  }

  /** A head, and an integer after it. @param size bytes of the integer, two's complement in big-endian */
  headed(head: number, size: 1 | 2 | 4 | 8, value: number | bigint): this {
    const at = this.take(1 + size)
    this.view.setUint8(at, head)
    if (size === 8) this.view.setBigUint64(at + 1, BigInt.asUintN(64, BigInt(value)))
    else if (size === 4) this.view.setUint32(at + 1, Number(value))
    else if (size === 2) this.view.setUint16(at + 1, Number(value))
    else this.view.setUint8(at + 1, Number(value))
    return this
  }

  byte(value: number): this {
    const at = this.take(1)
    this.bytes[at] = value
    return this
  }

  fixArray(count: number): this {
    return this.byte(0x90 + count)
  }

  array16(count: number): this {
    return this.headed(0xdc, 2, count)
  }

  map16(count: number): this {
    return this.headed(0xde, 2, count)
  }

  uint16(value: number): this {
    return this.headed(0xcd, 2, value)
  }

  uint32(value: number): this {
    return this.headed(0xce, 4, value)
  }

  uint64(value: number): this {
    return this.headed(0xcf, 8, value)
  }

  int16(value: number): this {
    return this.headed(0xd1, 2, value)
  }

  int32(value: number): this {
    return this.headed(0xd2, 4, value)
  }

  int64(value: number): this {
    return this.headed(0xd3, 8, value)
  }

  float64(value: number): this {
    const at = this.take(9)
    this.view.setUint8(at, 0xcb)
    this.view.setFloat64(at + 1, value)
    return this
  }

  nil(): this {
    return this.byte(0xc0)
  }

  boolean(value: boolean): this {
    return this.byte(value ? 0xc3 : 0xc2)
  }

  /** A string of at most 31 bytes. */
  fixString(bytes: Uint8Array): this {
    return this.byte(0xa0 + bytes.length).raw(bytes)
  }

  string32(bytes: Uint8Array): this {
    return this.headed(0xdb, 4, bytes.length).raw(bytes)
  }

  binary32(bytes: Uint8Array): this {
    return this.headed(0xc6, 4, bytes.length).raw(bytes)
  }

  extension16(type: number, bytes: Uint8Array): this {
    return this.raw(Uint8Array.of(0xd8, type)).raw(bytes)
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }
}
