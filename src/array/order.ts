// Converts arrays from Fortran order to C order.

import { eachIndex, product } from './geometry.js'
import { stridesOf } from './runs.js'

/** Side of the tiles that are copied at a time, in items; rows of both sides then stay in the cache. */
const TILE = 32

/** Views of both sides in the widest units that fit the items. */
function units(
  from: Uint8Array,
  to: Uint8Array,
  itemBytes: number,
): [from: Uint32Array | Uint8Array, to: Uint32Array | Uint8Array, width: number] {
  if (itemBytes % 4 !== 0 || from.byteOffset % 4 !== 0) return [from, to, itemBytes]
  const wide = (bytes: Uint8Array): Uint32Array =>
    new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  return [wide(from), wide(to), itemBytes / 4]
}

/**
 * Converts an array from Fortran order to C order.
 * @param data items with the first index fastest
 * @param itemBytes size of an item, in bytes
 * @returns items with the last index fastest
 */
export function fromFortranOrder(data: Uint8Array, shape: readonly number[], itemBytes: number): Uint8Array {
  if (shape.length < 2 || data.length === 0) return data
  const out = new Uint8Array(data.length)
  const [from, to, width] = units(data, out, itemBytes)
  const last = shape.length - 1
  const [rows, columns] = [shape[0] ?? 1, shape[last] ?? 1]
  const target = stridesOf(shape)
  const source = shape.map((_, axis) => product(shape.slice(0, axis)))
  const [rowStep, columnStep] = [target[0] ?? 1, source[last] ?? 1]
  const copyTile = (base: number, toBase: number, row: number, column: number): void => {
    const [rowEnd, columnEnd] = [Math.min(row + TILE, rows), Math.min(column + TILE, columns)]
    for (let i = row; i < rowEnd; i++) {
      for (let j = column; j < columnEnd; j++) {
        const a = (base + i + j * columnStep) * width
        const b = (toBase + i * rowStep + j) * width
        for (let k = 0; k < width; k++) to[b + k] = from[a + k] ?? 0
      }
    }
  }
  const inner = shape.slice(1, last)
  eachIndex(
    inner.map(() => 0),
    inner,
    (index) => {
      const base = index.reduce((sum, at, i) => sum + at * (source[i + 1] ?? 0), 0)
      const toBase = index.reduce((sum, at, i) => sum + at * (target[i + 1] ?? 0), 0)
      for (let row = 0; row < rows; row += TILE)
        for (let column = 0; column < columns; column += TILE) copyTile(base, toBase, row, column)
    },
  )
  return out
}
