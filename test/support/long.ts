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

/** Prime, so that all bytes of a field, and all fields of a header, have their turn. */
const STRIDE = 23

/**
 * Places in a file of so many bytes: each in `npm run test:all`. In `npm test` every twenty-third, counted from another one
 * for each file, so that together they are hit everywhere.
 * @param turn number of the file
 */
export function positions(length: number, turn: number): number[] {
  const [first, stride] = sized([(5 * turn) % STRIDE, STRIDE], [0, 1])
  return Array.from(
    { length: Math.max(0, Math.ceil((length - first) / stride)) },
    (_, i) => first + i * stride,
  )
}

/** What `positions` gives, for the names of tests. */
export const EACH = sized('every twenty-third', 'every')
