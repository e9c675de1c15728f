// Bounds on lists that a store gives page by page.

import { BlpkError } from '../core/errors.js'

/** What a list may come to: stores give 1000 entries a page, and only the last page has fewer. */
const MOST_ENTRIES = 1_000_000
const MOST_PAGES = 2000
const MOST_EMPTY = 50
/** Characters of all names together, which are held. */
const MOST_TEXT = 256 * 2 ** 20

/** One page of a list. */
export interface Page {
  names: readonly string[]
  /** Does the store say that there is more? */
  isTruncated: boolean
  /** Where the next page begins, as the store says it. */
  next: string | undefined
}

/** Counts the pages of a list, so that a store that has no last page is found out. */
export class Pages {
  readonly #prefix: string
  readonly #seen = new Set<string>()
  #pages = 0
  #empty = 0
  #entries = 0
  #text = 0

  /** @param prefix how messages call the list */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  #failure(why: string): BlpkError {
    return new BlpkError('IO', `cannot list '${this.#prefix}': ${why}`, { path: this.#prefix })
  }

  /**
   * Counts a page.
   * @returns is there another one?
   * @throws BlpkError IO where the list does not get on, or is longer than is taken
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
      throw this.#failure('the store says that there is more, but not how to go on')
    if (this.#seen.has(next)) throw this.#failure('the store gives the same page again and again')
    if (this.#empty > MOST_EMPTY) throw this.#failure('the store gives one empty page after another')
    this.#seen.add(next)
    return true
  }
}
