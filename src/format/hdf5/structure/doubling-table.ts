// Where the blocks of a fractal heap lie in its space: rows of blocks that double in size
// (HDF5 File Format Specification 4.0, III.G).

import { damaged } from '../../../core/errors.js'

/** The shape of a heap, as its header gives it; sizes in bytes. */
export interface DoublingTable {
  /** Blocks in a row. */
  readonly width: number
  /** Size of the blocks of the first two rows. */
  readonly startSize: number
  /** The largest size of a direct block. Rows of larger ones hold indirect blocks. */
  readonly maxDirectSize: number
}

/** A block in the table of an indirect block. */
export interface TableEntry {
  /** Number of the block in the table. */
  readonly index: number
  /** From the start of the indirect block's space, in bytes. */
  readonly offset: number
  readonly size: number
  readonly isDirect: boolean
}

/** @throws BlpkError DAMAGED if sizes are no powers of 2, as they must be */
export function checkTable({ width, startSize, maxDirectSize }: DoublingTable, offset: number): void {
  for (const size of [width, startSize, maxDirectSize])
    if (size === 0 || !Number.isInteger(Math.log2(size)))
      throw damaged('the sizes of a heap are no powers of 2', { offset })
  if (startSize > maxDirectSize) throw damaged('the first block of a heap is too large', { offset })
}

/**
 * Finds the block that a position lies in.
 * @param position from the start of the indirect block's space, in bytes
 * @param rows of the table
 * @returns undefined if it lies beyond the table
 */
export function entryAt(table: DoublingTable, position: number, rows: number): TableEntry | undefined {
  const { width, startSize, maxDirectSize } = table
  let [start, size] = [0, startSize]
  for (let row = 0; row < rows; row++) {
    const end = start + width * size
    if (position < end) {
      const column = Math.floor((position - start) / size)
      const index = row * width + column
      return { index, offset: start + column * size, size, isDirect: size <= maxDirectSize }
    }
    start = end
    // The first two rows have blocks of one size.
    if (row > 0) size *= 2
  }
  return undefined
}

/** How many rows an indirect block of this size has. */
export function rowsOf({ width, startSize }: DoublingTable, size: number): number {
  return Math.log2(size) - Math.log2(startSize * width) + 1
}
