// The symbols of a block of bzip2: Huffman codes, runs and move-to-front, up to the sorted bytes.

import type { BitReader } from './bits.js'
import { type HuffmanCode, readCode } from './huffman.js'

/** Symbols that one code is used for. */
const GROUP = 50
const MIN_CODES = 2
const MAX_CODES = 6
/** Symbols 0 and 1 are the digits of the length of a run. */
const RUN_SYMBOLS = 2

/** Moves a number to the front of a list. @returns the number */
function toFront(list: Uint8Array | number[], place: number): number {
  const value = list[place] ?? 0
  list.copyWithin(1, 0, place)
  list[0] = value
  return value
}

/** The bytes that occur in a block. */
function readUsed(bits: BitReader): Uint8Array {
  const rows = bits.take(16)
  const used: number[] = []
  for (let row = 0; row < 16; row++) {
    if (((rows >> (15 - row)) & 1) === 0) continue
    const columns = bits.take(16)
    for (let column = 0; column < 16; column++)
      if (((columns >> (15 - column)) & 1) === 1) used.push(row * 16 + column)
  }
  if (used.length === 0) throw bits.wrong('has a block without bytes')
  return Uint8Array.from(used)
}

/** Which code is used for each group of symbols. */
function readSelectors(bits: BitReader, codes: number): Uint8Array {
  const selectors = new Uint8Array(bits.take(15))
  const order = Array.from({ length: codes }, (_, i) => i)
  for (let i = 0; i < selectors.length; i++) {
    let place = 0
    while (bits.take(1) === 1) if (++place >= codes) throw bits.wrong('names a code that there is not')
    selectors[i] = toFront(order, place)
  }
  return selectors
}

/** Gives the symbols of a block, one by one. */
function symbolsOf(bits: BitReader, symbols: number): () => number {
  const count = bits.take(3)
  if (count < MIN_CODES || count > MAX_CODES) throw bits.wrong(`has a block of ${count} codes`)
  const selectors = readSelectors(bits, count)
  const codes: HuffmanCode[] = []
  for (let i = 0; i < count; i++) codes.push(readCode(bits, symbols))
  let [taken, group] = [0, 0]
  let code: HuffmanCode | undefined
  return () => {
    if (taken++ % GROUP === 0) code = codes[selectors[group++] ?? count]
    if (code === undefined) throw bits.wrong('has more symbols than codes for them')
    return code.take(bits)
  }
}

/**
 * Reads a block from its map of bytes on.
 * @param into room for the bytes as the sort left them
 * @returns how many there are
 * @throws BlpkError DAMAGED
 */
export function readSorted(bits: BitReader, into: Uint8Array): number {
  const list = readUsed(bits)
  const end = list.length + 1
  const next = symbolsOf(bits, end + 1)
  let put = 0
  let [run, digit] = [0, 1]
  for (let symbol = next(); ; symbol = next()) {
    if (symbol < RUN_SYMBOLS) {
      run += digit * (symbol + 1)
      digit *= 2
      if (run > into.length) throw bits.wrong('has a block that is too long')
      continue
    }
    if (put + run > into.length) throw bits.wrong('has a block that is too long')
    into.fill(list[0] ?? 0, put, put + run)
    put += run
    ;[run, digit] = [0, 1]
    if (symbol === end) return put
    if (put >= into.length) throw bits.wrong('has a block that is too long')
    into[put++] = toFront(list, symbol - 1)
  }
}
