// Reads a stream of bits, the highest of each byte first.

import { damaged, type ErrorPlace } from '../../../../core/errors.js'

export class BitReader {
  readonly #bytes: Uint8Array
  readonly #place: ErrorPlace
  #at = 0
  /** The lowest {@link BitReader.#count} bits are those that were not taken yet. */
  #held = 0
  #count = 0

  constructor(bytes: Uint8Array, place: ErrorPlace) {
    this.#bytes = bytes
    this.#place = place
  }

  /** @param count at most 24 @throws BlpkError DAMAGED at the end */
  take(count: number): number {
    while (this.#count < count) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw this.wrong('ends early')
      this.#held = ((this.#held & 0xffffff) << 8) | byte
      this.#count += 8
    }
    this.#count -= count
    return (this.#held >>> this.#count) & ((1 << count) - 1)
  }

  /** Such as a checksum. */
  take32(): number {
    return this.take(16) * 2 ** 16 + this.take(16)
  }

  /** The error for a malformed stream. */
  wrong(how: string): Error {
    return damaged(`the bzip2 stream of the chunk ${how}`, this.#place)
  }
}
