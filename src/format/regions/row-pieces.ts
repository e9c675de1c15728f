// Any range of the plain bytes of an array, in C order.

import { product } from '../../array/geometry.js'
import type { RegionSource } from './region-source.js'
import { select } from './select.js'

/**
 * Yields the plain bytes from `start` to `stop` of the items in C order; whole rows along axis 0 are read,
 * and cut.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO
 */
export async function* rowPieces(
  array: RegionSource,
  start: number,
  stop: number,
): AsyncGenerator<Uint8Array> {
  if (start >= stop) return
  const rowBytes = product(array.shape.slice(1)) * array.itemBytes
  const rows = { start: Math.floor(start / rowBytes), stop: Math.ceil(stop / rowBytes) }
  let at = rows.start * rowBytes
  const { pieces } = select(array, array.shape.length === 0 ? [] : [rows])
  for await (const piece of pieces()) {
    const cut = piece.subarray(Math.max(0, start - at), Math.max(0, stop - at))
    at += piece.length
    if (cut.length > 0) yield cut
  }
}
