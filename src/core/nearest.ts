// Finds what somebody meant who misspelt a name.

import { type BlpkError, usage } from './errors.js'

/** Beyond so many typing errors it is a guess. */
const MOST_ERRORS = 3
/** What is left of a name must be more than what is wrong with it. */
const LEAST_ALIKE = 0.4

/** Characters to add, take away, change or swap (optimal string alignment). */
function typingErrors(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(isSwap ? Math.min(least, (before[j - 2] ?? 0) + 1) : least)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The name that a word with typing errors stands for; undefined if none is near. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const meant = word.toLowerCase()
  let best: string | undefined
  let least = MOST_ERRORS + 1
  for (const name of names) {
    const errors = typingErrors(meant, name.toLowerCase())
    const length = Math.max(meant.length, name.length)
    if (errors >= least || (length - errors) / length <= LEAST_ALIKE) continue
    best = name
    least = errors
  }
  return best
}

/**
 * The error for a name that nothing has.
 * @param what it would be the name of, such as `codec`
 * @param names there are
 * @param others that cannot be listed, such as `registered codecs`
 */
export function unknownName(
  what: string,
  name: string,
  names: readonly string[],
  others?: string,
): BlpkError {
  const guess = nearest(name, names)
  const meant = guess === undefined ? '' : `did you mean ${guess}? `
  const more = others === undefined ? '' : `, and ${others}`
  return usage(`unknown ${what} '${name}' (${meant}choose from ${names.join(', ')}${more})`)
}
