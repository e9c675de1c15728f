// Limits for paged listings.

import { BlpkError } from '../core/errors.js'

/** Maximum size of a listing: stores return 1000 entries per page, and only the last page has fewer. */
const MOST_ENTRIES = 1_000_000
const MOST_PAGES = 2000
const MOST_EMPTY = 50
/** Maximum number of characters of all names, which are held in memory. */
const MOST_TEXT = 256 * 2 ** 20

/** One page of a listing. */
export interface Page {
  names: readonly string[]
  /** Whether the store says that there is more. */
  isTruncated: boolean
  /** Start of the next page, in the store's form. */
  next: string | undefined
}

/** Counts the pages of a listing, to detect a store whose listing does not end. */
export class Pages {
  readonly #prefix: string
  readonly #seen = new Set<string>()
  #pages = 0
  #empty = 0
  #entries = 0
  #text = 0

  /** @param prefix name of the listing in messages */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  #failure(why: string): BlpkError {
    return new BlpkError('IO', `cannot list '${this.#prefix}': ${why}`, { path: this.#prefix })
  }

  /**
   * Counts a page.
   * @returns whether there is another one
   * @throws BlpkError IO if the listing makes no progress, or is too long
   */
  count({ names, isTruncated, next }: Page): boolean {
    this.#pages++
    this.#entries += names.length
    this.#text += names.reduce((sum, name) => sum + name.length, 0)
    this.#empty = names.length === 0 ? this.#empty + 1 : 0
    if (this.#entries > MOST_ENTRIES || this.#pages > MOST_PAGES || this.#text > MOST_TEXT)
      throw this.#failure(
        `the list does not end within ${MOST_ENTRIES} entries or ${MOST_PAGES} pages: name a longer prefix`,
      )
    if (!isTruncated) return false
    if (next === undefined || next === '')
      throw this.#failure('the store says that there is more, but not how to continue')
    if (this.#seen.has(next)) throw this.#failure('the store gives the same page again and again')
    if (this.#empty > MOST_EMPTY) throw this.#failure('the store gives one empty page after another')
    this.#seen.add(next)
    return true
  }
}
