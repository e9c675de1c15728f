/** Builds msgpack piece by piece, in the forms that C-Blosc2 writes. */
export class MsgpackWriter {
  #pieces: Uint8Array[] = []
  length = 0

  raw(bytes: Uint8Array): this {
    this.#pieces.push(bytes)
    this.length += bytes.length
    return this
  }

  /** A head, and an integer behind it. @param size bytes of the integer, two's complement in big-endian */
  headed(head: number, size: 1 | 2 | 4 | 8, value: number | bigint): this {
    const bytes = new Uint8Array(9)
    new DataView(bytes.buffer).setBigUint64(1, BigInt.asUintN(64, BigInt(value)))
    bytes[8 - size] = head
    return this.raw(bytes.subarray(8 - size))
  }

  byte(value: number): this {
    return this.raw(Uint8Array.of(value))
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
    const bytes = new Uint8Array(9)
    bytes[0] = 0xcb
    new DataView(bytes.buffer).setFloat64(1, value)
    return this.raw(bytes)
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
    const out = new Uint8Array(this.length)
    let at = 0
    for (const piece of this.#pieces) {
      out.set(piece, at)
      at += piece.length
    }
    return out
  }
}
