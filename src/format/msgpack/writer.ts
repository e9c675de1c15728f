/** Builds msgpack piece by piece, in the forms that C-Blosc2 writes. */
export class MsgpackWriter {
  #pieces: Uint8Array[] = []
  length = 0

  raw(bytes: Uint8Array): this {
    this.#pieces.push(bytes)
    this.length += bytes.length
    return this
  }

  #with(head: number, size: number, put: (view: DataView) => void): this {
    const bytes = new Uint8Array(1 + size)
    bytes[0] = head
    put(new DataView(bytes.buffer, 1))
    return this.raw(bytes)
  }

  byte(value: number): this {
    return this.raw(Uint8Array.of(value))
  }

  fixArray(count: number): this {
    return this.byte(0x90 + count)
  }

  array16(count: number): this {
    return this.#with(0xdc, 2, (view) => view.setUint16(0, count))
  }

  map16(count: number): this {
    return this.#with(0xde, 2, (view) => view.setUint16(0, count))
  }

  uint16(value: number): this {
    return this.#with(0xcd, 2, (view) => view.setUint16(0, value))
  }

  uint32(value: number): this {
    return this.#with(0xce, 4, (view) => view.setUint32(0, value))
  }

  uint64(value: number): this {
    return this.#with(0xcf, 8, (view) => view.setBigUint64(0, BigInt(value)))
  }

  int16(value: number): this {
    return this.#with(0xd1, 2, (view) => view.setInt16(0, value))
  }

  int32(value: number): this {
    return this.#with(0xd2, 4, (view) => view.setInt32(0, value))
  }

  int64(value: number): this {
    return this.#with(0xd3, 8, (view) => view.setBigInt64(0, BigInt(value)))
  }

  boolean(value: boolean): this {
    return this.byte(value ? 0xc3 : 0xc2)
  }

  /** A string of at most 31 bytes. */
  fixString(bytes: Uint8Array): this {
    return this.byte(0xa0 + bytes.length).raw(bytes)
  }

  string32(bytes: Uint8Array): this {
    return this.#with(0xdb, 4, (view) => view.setUint32(0, bytes.length)).raw(bytes)
  }

  binary32(bytes: Uint8Array): this {
    return this.#with(0xc6, 4, (view) => view.setUint32(0, bytes.length)).raw(bytes)
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
