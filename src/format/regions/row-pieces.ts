// Any range of the plain bytes of an array, in C order.

import { product } from '../../array/geometry.js'
import type { RegionSource } from './region-source.js'
import { select } from './select.js'

/** The rows that hold a range, within single indices of the axes before theirs. */
interface Rows {
  keys: { start: number; stop: number }[]
  /** Position of their first byte among those of the array, in C order. */
  first: number
}

/** The fewest rows along one axis that hold the bytes from `start` to `stop`. */
function rowsOf({ shape, itemBytes }: RegionSource, start: number, stop: number): Rows {
  const keys: Rows['keys'] = []
  let first = 0
  for (const axis of shape.keys()) {
    const rowBytes = product(shape.slice(axis + 1)) * itemBytes
    const rows = { start: Math.floor((start - first) / rowBytes), stop: Math.ceil((stop - first) / rowBytes) }
    keys.push(rows)
    first += rows.start * rowBytes
    if (rows.stop - rows.start > 1) break
  }
  return { keys, first }
}

/**
 * Yields the plain bytes from `start` to `stop` of the items in C order; whole rows along one axis are read,
 * and cut.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
 */
export async function* rowPieces(
  array: RegionSource,
  start: number,
  stop: number,
): AsyncGenerator<Uint8Array> {
  if (start >= stop) return
  const { keys, first } = rowsOf(array, start, stop)
  let at = first
  for await (const piece of select(array, keys).pieces()) {
    const cut = piece.subarray(Math.max(0, start - at), Math.max(0, stop - at))
    at += piece.length
    if (cut.length > 0) yield cut
    if (at >= stop) return
  }
}
