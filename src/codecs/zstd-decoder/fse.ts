// FSE tables of the Zstandard decoder: reading their descriptions, and decoding with them.

import { type BackwardBits, ForwardBits, Malformed } from './bits.js'

/** A decoding table: the symbol of each state, and how to find the next state (RFC 8878, section 4.1). */
export interface FseTable {
  log: number
  symbols: Uint8Array
  bits: Uint8Array
  bases: Uint16Array
}

/** Spreads the symbols over the states; a count of -1 means "less than one". */
export function buildFse(counts: readonly number[], log: number): FseTable {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  const next = counts.map((count) => (count === -1 ? 1 : count))
  let high = size
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[--high] = symbol
  })
  const step = (size >> 1) + (size >> 3) + 3
  let position = 0
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[position] = symbol
      do position = (position + step) & (size - 1)
      while (position >= high)
    }
  })
  if (position !== 0) throw new Malformed('a table does not add up')
  const bits = new Uint8Array(size)
  const bases = new Uint16Array(size)
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] ?? 0
    const n = next[symbol] ?? 0
    next[symbol] = n + 1
    const count = log - (31 - Math.clz32(n))
    bits[state] = count
    bases[state] = (n << count) - size
  }
  return { log, symbols, bits, bases }
}

/** A table of one symbol that takes no bits. */
export function rleTable(symbol: number): FseTable {
  return {
    log: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    bases: new Uint16Array(1),
  }
}

/** Reads a value of a table description between 0 and `max`, in as few bits as needed. */
function readCount(input: ForwardBits, max: number): number {
  const width = 32 - Math.clz32(max)
  const value = input.peek(width)
  const low = value & ((1 << (width - 1)) - 1)
  const spare = (1 << width) - 1 - max
  if (low < spare) {
    input.skip(width - 1)
    return low
  }
  input.skip(width)
  return value >= 1 << (width - 1) ? value - spare : value
}

/** Reads a table description (RFC 8878, section 4.1.1). @returns the table and the number of bytes used */
export function readFse(bytes: Uint8Array, maxLog: number, maxSymbol: number): [FseTable, number] {
  const input = new ForwardBits(bytes)
  const log = input.peek(4) + 5
  input.skip(4)
  if (log > maxLog) throw new Malformed('a table is too large')
  const counts: number[] = []
  let remaining = 1 << log
  while (remaining > 0) {
    if (counts.length > maxSymbol) throw new Malformed('a table has too many symbols')
    const count = readCount(input, remaining + 1) - 1
    counts.push(count)
    remaining -= Math.abs(count)
    if (count === 0) skipZeros(input, counts, maxSymbol)
  }
  if (remaining < 0 || counts.length > maxSymbol + 1) throw new Malformed('a table does not add up')
  return [buildFse(counts, log), input.used]
}

function skipZeros(input: ForwardBits, counts: number[], maxSymbol: number): void {
  for (;;) {
    const repeat = input.peek(2)
    input.skip(2)
    for (let i = 0; i < repeat; i++) counts.push(0)
    if (repeat < 3) return
    if (counts.length > maxSymbol) throw new Malformed('a table has too many symbols')
  }
}

/** The current state of a table. */
export class FseState {
  readonly #table: FseTable
  #state: number

  constructor(table: FseTable, input: BackwardBits) {
    this.#table = table
    this.#state = input.read(table.log)
  }

  get symbol(): number {
    return this.#table.symbols[this.#state] ?? 0
  }

  advance(input: BackwardBits): void {
    this.#state = (this.#table.bases[this.#state] ?? 0) + input.read(this.#table.bits[this.#state] ?? 0)
  }
}
