// How an upload is cut into parts, within the limits of its store.

import type { PartLimits } from './object-store.js'

/** Sizes are multiples of so many bytes, or of the usual size if that is smaller. */
const ROUND = 2 ** 20
/** One in so many parts is left for appends and copies, which may need more of them. */
const SPARE_SHARE = 100
/** Of an unknown size, so many parts have one size; then it doubles: 10,000 from 8 MiB on hold more than 5 TiB. */
const SIZES = 10

/** How an upload is cut into parts: by its number from 0, in bytes. */
export type PartSizes = (index: number) => number

/**
 * Sizes of parts. They are all the same if the size is known, as some stores demand.
 * @param total bytes in all, if that is known
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

/** Cuts what is copied within the store into parts of nearly the same size: positions in bytes. */
export function copyPieces(
  { copied = 1, count: parts }: PartLimits,
  start: number,
  stop: number,
): [start: number, stop: number][] {
  // Copies take no more than half of all parts.
  const size = Math.max(copied, Math.ceil((stop - start) / Math.floor(parts / 2)))
  const count = Math.ceil((stop - start) / size)
  const cut = (i: number): number => start + Math.floor(((stop - start) * i) / count)
  return Array.from({ length: count }, (_, i) => [cut(i), cut(i + 1)])
}
