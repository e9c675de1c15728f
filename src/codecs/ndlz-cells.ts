// Decodes the cells of NDLZ, a codec of C-Blosc2 (plugins/codecs/ndlz) for two dimensions of bytes.

const HEAD_BYTES = 9
const FULL_MATCH = 0xc0
const SAME_BYTE = 0x40

/** Thrown for a malformed stream; never leaves this file. */
class Malformed extends Error {}

/** A stream of cells of 4 × 4 or 8 × 8 bytes. A repeated row is a reference into the stream itself. */
class CellReader {
  readonly #bytes: Uint8Array
  readonly #side: number
  at = HEAD_BYTES

  constructor(bytes: Uint8Array, side: number) {
    this.#bytes = bytes
    this.#side = side
  }

  #take(from: number, count: number): Uint8Array {
    if (from < 0 || from + count > this.#bytes.length) throw new Malformed()
    return this.#bytes.subarray(from, from + count)
  }

  #next(count: number): Uint8Array {
    const piece = this.#take(this.at, count)
    this.at += count
    return piece
  }

  #offset(): number {
    const [low = 0, high = 0] = this.#next(2)
    return low | (high << 8)
  }

  /** Fills the given rows from a reference, in order. */
  #refer(cell: Uint8Array, rows: readonly number[], from: number): void {
    const side = this.#side
    const source = this.#take(from, rows.length * side)
    rows.forEach((row, i) => {
      cell.set(source.subarray(i * side, (i + 1) * side), row * side)
    })
  }

  /** Fills all other rows from the following bytes. */
  #rest(cell: Uint8Array, rows: readonly number[]): void {
    for (let row = 0; row < this.#side; row++) {
      if (!rows.includes(row)) cell.set(this.#next(this.#side), row * this.#side)
    }
  }

  /** The bytes of a cell of `rows` × `columns`, row by row. */
  cell(rows: number, columns: number): Uint8Array {
    const tokenAt = this.at
    const token = this.#next(1)[0] ?? 0
    if (token === 0) return this.#next(rows * columns)
    if (token === FULL_MATCH) return this.#take(tokenAt - this.#offset(), rows * columns)
    if (token === SAME_BYTE) return new Uint8Array(rows * columns).fill(this.#next(1)[0] ?? 0)
    const cell = new Uint8Array(this.#side * this.#side)
    if (this.#side === 4) this.#rows4(cell, token, tokenAt)
    else this.#rows8(cell, token, tokenAt)
    return cell
  }

  #rows8(cell: Uint8Array, token: number, tokenAt: number): void {
    const count = token >> 3 === 21 ? 3 : token >> 3 === 17 ? 2 : 0
    const first = token & 7
    if (count === 0 || first + count > 8) throw new Malformed()
    const rows = [first, first + 1, first + 2].slice(0, count)
    this.#refer(cell, rows, tokenAt - this.#offset())
    this.#rest(cell, rows)
  }

  #rows4(cell: Uint8Array, token: number, tokenAt: number): void {
    const triple = { 28: [1, 2, 3], 29: [0, 1, 2], 30: [0, 1, 3], 31: [0, 2, 3] }[token >> 3]
    if (triple !== undefined) {
      this.#refer(cell, triple, tokenAt - this.#offset())
      this.#rest(cell, triple)
    } else if (token >= 128 && token <= 191) {
      const first = token === 128 ? 2 : (token - 128) >> 5
      const second = token === 128 ? 3 : ((token - 128) >> 3) - first * 4
      if (second > 3) throw new Malformed()
      this.#refer(cell, [first, second], tokenAt - this.#offset())
      this.#rest(cell, [first, second])
    } else if (token >= 40 && token <= 63) {
      const second = (token - 32) >> 3
      const others = [1, 2, 3].filter((row) => row !== second)
      const [one, two] = [this.#offset(), this.#offset()]
      this.#refer(cell, [0, second], tokenAt - one)
      this.#refer(cell, others, tokenAt - two)
    } else {
      throw new Malformed()
    }
  }
}

function decodeCells(bytes: Uint8Array, out: Uint8Array, side: number): void {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < HEAD_BYTES || bytes[0] !== 2) throw new Malformed()
  const [height, width] = [head.getInt32(1, true), head.getInt32(5, true)]
  if (height <= 0 || width <= 0 || height * width !== out.length) throw new Malformed()
  const reader = new CellReader(bytes, side)
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      const [rows, columns] = [Math.min(side, height - y), Math.min(side, width - x)]
      const cell = reader.cell(rows, columns)
      for (let row = 0; row < rows; row++) {
        out.set(cell.subarray(row * columns, (row + 1) * columns), (y + row) * width + x)
      }
    }
  }
}

/** @returns the plain size, or -1 for a malformed stream */
export function ndlzDecode(bytes: Uint8Array, out: Uint8Array, side: number): number {
  if (side !== 4 && side !== 8) return -1
  try {
    decodeCells(bytes, out, side)
    return out.length
  } catch (error) {
    if (error instanceof Malformed) return -1
    throw error
  }
}
