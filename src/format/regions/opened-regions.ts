// What an open container offers for its array in chunks of a shape: the members of `Opened` that read parts
// of it.

import { product } from '../../array/geometry.js'
import type { Opened } from '../opened.js'
import { fortranPieces } from './fortran-pieces.js'
import type { RegionSource } from './region-source.js'
import { rowPieces } from './row-pieces.js'
import { select } from './select.js'
import { fillFrom, stoppable } from './stoppable.js'

/** `regions` of an array. */
export function regionsOf(array: RegionSource): NonNullable<Opened['regions']> {
  return (keys, { signal }) => {
    const { shape, nbytes, pieces } = select(array, keys)
    const fill = async (out: Uint8Array): Promise<void> => {
      if (signal === undefined) await array.pickInto(keys, out)
      else await fillFrom(stoppable(pieces(), signal), out)
    }
    return { shape, nbytes, pieces: () => stoppable(pieces(), signal), fill }
  }
}

/** `fortranPieces` of an array. @param begin called before the first piece */
export function fortranPiecesOf(
  array: RegionSource,
  begin: () => void,
): NonNullable<Opened['fortranPieces']> {
  return ({ signal }) => {
    begin()
    return stoppable(fortranPieces(array), signal)
  }
}

/** The plain bytes from `start` to `stop` of an array. */
export function arrayPieces(array: RegionSource, start: number, stop: number): AsyncIterable<Uint8Array> {
  const isWhole = start === 0 && stop === product(array.shape) * array.itemBytes
  return isWhole ? select(array).pieces() : rowPieces(array, start, stop)
}
