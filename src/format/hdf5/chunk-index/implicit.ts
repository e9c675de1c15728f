// Chunks without filters that were all allocated at once, one behind the other
// (HDF5 File Format Specification 4.0, VII.B).

import { damaged } from '../../../core/errors.js'
import type { FileBytes } from '../bytes/file-bytes.js'
import type { Grid } from './grid.js'
import type { TakeElement } from './pages.js'

/** Chunks beyond the end of the file that are still listed, besides as many as there are before it. */
const MOST_LOST = 1024

/** @throws BlpkError DAMAGED if there are far more chunks than the file has room for */
export function readImplicit(
  { source: { size } }: FileBytes,
  address: number,
  { maxCounts }: Grid,
  chunkBytes: number,
  take: TakeElement,
): void {
  const total = maxCounts.reduce((product: number, count) => product * (count ?? Number.NaN), 1)
  const fitting = size === undefined ? total : Math.max(0, Math.floor((size - address) / chunkBytes))
  if (!Number.isSafeInteger(total * chunkBytes) || total > 2 * fitting + MOST_LOST)
    throw damaged('the chunks of a dataset would not fit in the file', { offset: address })
  for (let i = 0; i < total; i++) take(i, { address: address + i * chunkBytes, cbytes: chunkBytes, mask: 0 })
}
