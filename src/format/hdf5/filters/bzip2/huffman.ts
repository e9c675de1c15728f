// Canonical Huffman codes of bzip2.

import type { BitReader } from './bits.js'

const MAX_LENGTH = 20

/** A code: symbols of each length follow one another. */
export class HuffmanCode {
  /** By length: the first code, how many there are, and where their symbols start. */
  readonly #first: number[] = []
  readonly #counts: number[] = []
  readonly #starts: number[] = []
  readonly #symbols: number[] = []

  /** @param lengths of the codes of all symbols, 1 to 20 bits */
  constructor(lengths: readonly number[]) {
    let code = 0
    for (let length = 0; length <= MAX_LENGTH; length++) {
      this.#starts.push(this.#symbols.length)
      for (const [symbol, own] of lengths.entries()) if (own === length) this.#symbols.push(symbol)
      const count = this.#symbols.length - (this.#starts[length] ?? 0)
      this.#first.push(code)
      this.#counts.push(count)
      code = (code + count) * 2
    }
  }

  /** Takes a symbol. @throws BlpkError DAMAGED for a code that there is not */
  take(bits: BitReader): number {
    let code = 0
    for (let length = 1; length <= MAX_LENGTH; length++) {
      code = code * 2 + bits.take(1)
      const place = code - (this.#first[length] ?? 0)
      if (place >= 0 && place < (this.#counts[length] ?? 0))
        return this.#symbols[(this.#starts[length] ?? 0) + place] ?? 0
    }
    throw bits.wrong('has an unknown code')
  }
}

/** Reads the lengths of a code, each as the difference to the one before. */
export function readCode(bits: BitReader, symbols: number): HuffmanCode {
  const lengths: number[] = []
  let length = bits.take(5)
  for (let i = 0; i < symbols; i++) {
    while (bits.take(1) === 1) {
      length += bits.take(1) === 0 ? 1 : -1
      if (length < 1 || length > MAX_LENGTH) throw bits.wrong('has codes of a wrong length')
    }
    if (length < 1 || length > MAX_LENGTH) throw bits.wrong('has codes of a wrong length')
    lengths.push(length)
  }
  return new HuffmanCode(lengths)
}
