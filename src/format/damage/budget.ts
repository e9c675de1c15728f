// What may be spent on guesses where chunks could be: a hostile file must not keep the search busy for hours.

import { unsupported } from '../../core/errors.js'

/** Bytes that may be looked at beyond the first reading, as a multiple of the size, and at least. */
const FACTOR = 4
const LEAST = 32 * 2 ** 20

/** Bytes that guesses may still look at. */
export class GuessBudget {
  #left: number
  readonly #each: number

  /**
   * @param size of all that is searched, in bytes
   * @param each what a guess costs besides the bytes that it looks at: those of a chunk header
   */
  constructor(size: number, each: number) {
    this.#left = Math.max(LEAST, FACTOR * size)
    this.#each = each
  }

  /** Is nothing left to spend? */
  get isExhausted(): boolean {
    return this.#left <= 0
  }

  /** Counts the bytes of a guess. @throws BlpkError UNSUPPORTED when all is used up */
  spend(nbytes: number): void {
    if (this.isExhausted) throw unsupported('too many bytes that look like chunks; gave up')
    this.#left -= nbytes + this.#each
  }
}
