/** S3's own limits: parts of 5 MiB to 5 GiB (the last may be smaller), 10,000 of them. */
export const LEAST_PART = 5 * 2 ** 20
const MOST_PARTS = 10_000
const USUAL_PART = 8 * 2 ** 20
/** Parts that appends and copies may need besides. */
const SPARE_PARTS = 100
/** Of unknown sizes so many parts have one size; then it doubles: 10,000 parts hold more than S3's 5 TiB. */
const PARTS_OF_A_SIZE = 1000
/** A part is written in one request, which takes less than 2 GiB. */
const MOST_PART = 2 ** 31 - 2 ** 20

/** How an upload is cut into parts: by its number from 0, in bytes. */
export type PartSizes = (index: number) => number

/**
 * Sizes of parts. They are all the same where the size is known, as some stores demand.
 * @param most bytes in all, where it is known
 */
export function partSizes(most: number | undefined): PartSizes {
  if (most === undefined) {
    const doubled = (index: number): number => USUAL_PART * 2 ** Math.floor(index / PARTS_OF_A_SIZE)
    return (index) => Math.min(MOST_PART, doubled(index))
  }
  const least = Math.ceil(most / (MOST_PARTS - SPARE_PARTS) / 2 ** 20) * 2 ** 20
  const size = Math.max(USUAL_PART, least)
  return () => size
}

/** A part copied within the store: so long, but no more than half of all parts. In bytes. */
const COPY_BYTES = 2 ** 30
const MOST_COPIES = MOST_PARTS / 2

/** Cuts what is copied within the store into parts of nearly the same size: positions in bytes. */
export function copyPieces(start: number, stop: number): [start: number, stop: number][] {
  const size = Math.max(COPY_BYTES, Math.ceil((stop - start) / MOST_COPIES))
  const count = Math.ceil((stop - start) / size)
  const cut = (i: number): number => start + Math.floor(((stop - start) * i) / count)
  return Array.from({ length: count }, (_, i) => [cut(i), cut(i + 1)])
}
