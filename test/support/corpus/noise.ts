// Samples of small integers with more and more noise.

import { between } from '../random.js'
import { type DataSet, numbers } from './data-set.js'

const TYPES = [
  ['i1', Int8Array],
  ['u1', Uint8Array],
  ['i2', Int16Array],
  ['u2', Uint16Array],
] as const
/** There are many of them, and each is the same all over. */
const NBYTES = 2 ** 16

/** A slow wave as large as the type allows, with so many lowest bits at random. */
function noisy(name: string, type: (typeof TYPES)[number][1], bits: number): DataSet {
  const half = 2 ** (8 * type.BYTES_PER_ELEMENT - 1)
  const middle = name.startsWith('u') ? half : 0
  const height = Math.max(0, Math.min(20000, half - 2 ** bits))
  const top = 2 ** bits - 1
  const start = (random: () => number) => (i: number) =>
    Math.floor(middle + height * Math.sin(i / 200)) + between(random, 0, top) - (top >> 1)
  return numbers(name, type, start, NBYTES)
}

/** Samples of small whole numbers, as instruments give them, with noise from 1 to 8 bits. */
export const NOISY: DataSet[] = TYPES.flatMap(([name, type]) =>
  [1, 2, 3, 4, 5, 6, 7, 8].map((bits) => noisy(`${name}-noise-${bits}`, type, bits)),
)
