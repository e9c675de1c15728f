// How a block with codes of its own describes them (RFC 1951, section 3.2.7): the lengths of both codes one after
// another, with short forms for repeated ones, by a code whose lengths come first.
import { fillBytes } from '../copy'
import { putBits } from './bits'
import { setCodes, setLengths } from './codes'
import { DISTANCES, HEADER_CODES, HEADER_COUNTS, HEADER_ITEMS, HEADER_LENGTHS, LENGTHS } from './layout'

const SYMBOLS: u32 = 19
const MAX_LENGTH: u32 = 7
const REPEAT: u32 = 16
const FEW_ZEROS: u32 = 17
const MANY_ZEROS: u32 = 18
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])

/** Of the block at hand; these belong to the instance. */
let items: u32 = 0
let literalCodes: u32 = 0
let distanceCodes: u32 = 0
let lengthCodes: u32 = 0

function addItem(s: usize, symbol: u32, extra: u32): void {
  store<u16>(s + HEADER_ITEMS + 2 * <usize>items, <u16>(symbol | (extra << 8)))
  items++
  const count = s + HEADER_COUNTS + 4 * <usize>symbol
  store<u32>(count, load<u32>(count) + 1)
}

// @ts-ignore: decorator
@inline
function lengthAt(s: usize, i: u32): u32 {
  return load<u8>(s + LENGTHS + (i < literalCodes ? i : DISTANCES + i - literalCodes))
}

/** Adds a length that comes so many times in a row. */
function addRun(s: usize, length: u32, times: u32): void {
  if (length != 0) {
    addItem(s, length, 0)
    times--
  }
  while (times >= 3) {
    const most: u32 = length != 0 ? 6 : times > 10 ? 138 : 10
    let part = min(times, most)
    // No rest of one or two where a shorter part avoids it.
    if (times > part && times - part < 3 && part > 5) part = times - 3
    if (length != 0) addItem(s, REPEAT, part - 3)
    else if (part > 10) addItem(s, MANY_ZEROS, part - 11)
    else addItem(s, FEW_ZEROS, part - 3)
    times -= part
  }
  for (; times > 0; times--) addItem(s, length, 0)
}

// @ts-ignore: decorator
@inline
function extraBits(symbol: u32): u32 {
  return symbol == REPEAT ? 2 : symbol == FEW_ZEROS ? 3 : symbol == MANY_ZEROS ? 7 : 0
}

/** Works the description out. @returns its size in bits */
export function measureHeader(s: usize): u32 {
  items = 0
  fillBytes(s + HEADER_COUNTS, 0, 4 * SYMBOLS)
  for (literalCodes = 286; literalCodes > 257 && load<u8>(s + LENGTHS + literalCodes - 1) == 0; ) literalCodes--
  for (distanceCodes = 30; distanceCodes > 1 && load<u8>(s + LENGTHS + DISTANCES + distanceCodes - 1) == 0; )
    distanceCodes--
  const all = literalCodes + distanceCodes
  for (let i: u32 = 0; i < all; ) {
    const length = lengthAt(s, i)
    let next = i + 1
    while (next < all && lengthAt(s, next) == length) next++
    addRun(s, length, next - i)
    i = next
  }
  setLengths(s, s + HEADER_COUNTS, SYMBOLS, 2, MAX_LENGTH, s + HEADER_LENGTHS)
  for (lengthCodes = SYMBOLS; lengthCodes > 4; lengthCodes--)
    if (load<u8>(s + HEADER_LENGTHS + load<u8>(ORDER + lengthCodes - 1)) != 0) break
  let bits: u32 = 14 + 3 * lengthCodes
  for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++)
    bits += load<u32>(s + HEADER_COUNTS + 4 * symbol) * (load<u8>(s + HEADER_LENGTHS + symbol) + extraBits(symbol))
  return bits
}

/** Writes what {@link measureHeader} worked out. */
export function putHeader(s: usize): void {
  setCodes(s, s + HEADER_LENGTHS, SYMBOLS, s + HEADER_CODES)
  putBits((literalCodes - 257) | ((distanceCodes - 1) << 5) | ((lengthCodes - 4) << 10), 14)
  for (let i: u32 = 0; i < lengthCodes; i++) putBits(load<u8>(s + HEADER_LENGTHS + load<u8>(ORDER + i)), 3)
  for (let i: u32 = 0; i < items; i++) {
    const item = <u32>load<u16>(s + HEADER_ITEMS + 2 * i)
    const symbol = item & 255
    const code = load<u32>(s + HEADER_CODES + 4 * symbol)
    const length = code >> 16
    putBits((code & 0xffff) | ((item >> 8) << length), length + extraBits(symbol))
  }
}
