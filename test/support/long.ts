/** Is this `npm run test:all`, which takes the long form of each test? */
export const ALL = process.env.BLPK_TESTS === 'all'

/** How much a test does, in `npm test` and in `npm run test:all`. */
export function sized<T>(short: T, long: T): T {
  return ALL ? long : short
}

/** Some cases of a matrix in `npm test`, spread evenly from the first to the last, and all of them in `npm run test:all`. */
export function some<T>(cases: readonly T[], most: number): T[] {
  if (ALL || cases.length <= most) return [...cases]
  const step = (cases.length - 1) / Math.max(1, most - 1)
  return Array.from({ length: most }, (_, i) => cases[Math.round(i * step)] as T)
}

/** Places in a file of so many bytes: about every eleventh in `npm test`, each in `npm run test:all`. */
export function positions(length: number): number[] {
  return some([...Array(length).keys()], Math.ceil(length / 11))
}

/** What `positions` gives, for the names of tests. */
export const EACH = sized('every eleventh', 'every')
