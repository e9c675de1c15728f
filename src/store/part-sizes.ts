// How an upload is split into parts, within the limits of its store.

import type { PartLimits } from './object-store.js'

/** Sizes are multiples of this many bytes, or of the usual size if that is smaller. */
const ROUND = 2 ** 20
/** One in this many parts is reserved for appends and copies, which may need more of them. */
const SPARE_SHARE = 100
/**
 * For unknown sizes, this many parts have one size, then it doubles: 10,000 parts from 8 MiB hold more than 5
 * TiB.
 */
const SIZES = 10

/** Size of each part of an upload, by its number from 0, in bytes. */
export type PartSizes = (index: number) => number

/**
 * Sizes of parts. They are equal if the total is known, as some stores require.
 * @param total total bytes, if known
 */
export function partSizes({ usual, most, count }: PartLimits, total: number | undefined): PartSizes {
  if (total === undefined) {
    const ofOneSize = Math.ceil(count / SIZES)
    return (index) => Math.min(most, usual * 2 ** Math.floor(index / ofOneSize))
  }
  const round = Math.min(ROUND, usual)
  const least = Math.ceil(total / (count - Math.ceil(count / SPARE_SHARE)) / round) * round
  const size = Math.max(usual, least)
  return () => size
}

/** Splits a range to be copied within the store into parts of nearly the same size: positions in bytes. */
export function copyPieces(
  { copied = 1, count: parts }: PartLimits,
  start: number,
  stop: number,
): [start: number, stop: number][] {
  // Copies use at most half of all parts.
  const size = Math.max(copied, Math.ceil((stop - start) / Math.floor(parts / 2)))
  const count = Math.ceil((stop - start) / size)
  const cut = (i: number): number => start + Math.floor(((stop - start) * i) / count)
  return Array.from({ length: count }, (_, i) => [cut(i), cut(i + 1)])
}
