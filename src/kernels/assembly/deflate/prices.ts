// What literals, lengths and distances take, in 256ths of a bit, by how often each symbol came before.
import { log2x256 } from '../entropy'
import { DISTANCES, END_OF_BLOCK, NEXT_COUNTS, PRICES } from './layout'
import { extraOf, FIRST_LENGTH, lengthExtra, lengthSymbol, MAX_MATCH, MIN_MATCH } from './symbols'

const LITERAL_PRICES: usize = PRICES
const LENGTH_PRICES: usize = LITERAL_PRICES + 4 * 256
const DISTANCE_PRICES: usize = LENGTH_PRICES + 4 * 260
/** Codes have from 1 to 15 bits. */
const LEAST: u32 = 1 << 8
const MOST: u32 = 15 << 8
/** What a symbol that did not come takes more than one that came once: its place in the description. */
const NEW: u32 = 3 << 8

// @ts-ignore: decorator
@inline
export function literalPrice(s: usize, byte: u32): u32 {
  return load<u32>(s + LITERAL_PRICES + 4 * <usize>byte)
}

// @ts-ignore: decorator
@inline
export function lengthPrice(s: usize, length: u32): u32 {
  return load<u32>(s + LENGTH_PRICES + 4 * <usize>length)
}

/** With the bits that follow the symbol. */
// @ts-ignore: decorator
@inline
export function distancePrice(s: usize, symbol: u32): u32 {
  return load<u32>(s + DISTANCE_PRICES + 4 * <usize>symbol)
}

/** Sets the same price for all literals, and for the symbols of all lengths and distances. */
export function setFlatPrices(s: usize, literal: u32, length: u32, distance: u32): void {
  for (let i: u32 = 0; i < 256; i++) store<u32>(s + LITERAL_PRICES + 4 * i, literal)
  for (let i = MIN_MATCH; i <= MAX_MATCH; i++)
    store<u32>(s + LENGTH_PRICES + 4 * i, length + (lengthExtra(i) << 8))
  for (let i: u32 = 0; i < 30; i++) store<u32>(s + DISTANCE_PRICES + 4 * i, distance + (extraOf(i, true) << 8))
}

// @ts-ignore: decorator
@inline
function priceOf(all: u32, count: u32): u32 {
  return count == 0 ? min(MOST, all + NEW) : max(LEAST, min(MOST, all - log2x256(count)))
}

function totalOf(counts: usize, from: u32, to: u32): u32 {
  let total: u32 = 0
  for (let i = from; i < to; i++) total += load<u32>(counts + 4 * i)
  return total
}

/** Sets prices by the symbols that were counted last. */
export function setPrices(s: usize): void {
  const counts = s + NEXT_COUNTS
  const all = log2x256(totalOf(counts, 0, DISTANCES) + 1)
  for (let i: u32 = 0; i < END_OF_BLOCK; i++)
    store<u32>(s + LITERAL_PRICES + 4 * i, priceOf(all, load<u32>(counts + 4 * i)))
  for (let i = MIN_MATCH; i <= MAX_MATCH; i++) {
    const price = priceOf(all, load<u32>(counts + 4 * <usize>lengthSymbol(i)))
    store<u32>(s + LENGTH_PRICES + 4 * i, price + (lengthExtra(i) << 8))
  }
  const distances = log2x256(totalOf(counts, DISTANCES, DISTANCES + 30) + 1)
  for (let i: u32 = 0; i < 30; i++) {
    const price = priceOf(distances, load<u32>(counts + 4 * <usize>(DISTANCES + i)))
    store<u32>(s + DISTANCE_PRICES + 4 * i, price + (extraOf(i, true) << 8))
  }
}
