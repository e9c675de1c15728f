// Bit readers of the Zstandard decoder: forward for tables, backward for entropy-coded streams.

/** Thrown inside this decoder for a malformed frame; never leaves the folder. */
export class Malformed extends Error {}

/** Little-endian bits from the front, for table descriptions (RFC 8878, section 4.1.1). */
export class ForwardBits {
  readonly #bytes: Uint8Array
  #bit = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Up to 24 bits, without advancing. */
  peek(count: number): number {
    const at = this.#bit >> 3
    const b = this.#bytes
    const word = (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8) | ((b[at + 2] ?? 0) << 16) | ((b[at + 3] ?? 0) << 24)
    return (word >>> (this.#bit & 7)) & ((1 << count) - 1)
  }

  skip(count: number): void {
    this.#bit += count
    if (this.#bit > this.#bytes.length * 8) throw new Malformed('a table description ends early')
  }

  /** Bytes consumed. */
  get used(): number {
    return (this.#bit + 7) >> 3
  }
}

/** Bits from the end backward, from below the final marker bit (RFC 8878, section 4.1). */
export class BackwardBits {
  readonly #bytes: Uint8Array
  /** Remaining bits; negative if too many were read. */
  left: number

  constructor(bytes: Uint8Array) {
    const last = bytes[bytes.length - 1] ?? 0
    if (last === 0) throw new Malformed('a bit stream has no end mark')
    this.#bytes = bytes
    this.left = bytes.length * 8 - (Math.clz32(last) - 24) - 1
  }

  /** The next bits, up to 31; bits before the start of the stream are zeros. */
  read(count: number): number {
    if (count > 16) {
      const high = this.read(count - 16)
      return high * 65536 + this.read(16)
    }
    const value = this.peek(count)
    this.left -= count
    return value
  }

  /** Up to 16 bits, without advancing. */
  peek(count: number): number {
    if (count === 0) return 0
    const start = this.left - count
    const b = this.#bytes
    if (start < 0) {
      if (this.left <= 0) return 0
      const rest = ((b[0] ?? 0) | ((b[1] ?? 0) << 8) | ((b[2] ?? 0) << 16)) & ((1 << this.left) - 1)
      return (rest << -start) & ((1 << count) - 1)
    }
    const at = start >> 3
    const word = (b[at] ?? 0) | ((b[at + 1] ?? 0) << 8) | ((b[at + 2] ?? 0) << 16)
    return (word >>> (start & 7)) & ((1 << count) - 1)
  }
}
