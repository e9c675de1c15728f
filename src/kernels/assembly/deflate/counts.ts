// How often each symbol comes in sequences, and what they take by that.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { ALPHABET, DISTANCES, NEXT_COUNTS, SEQUENCE_BYTES } from './layout'
import { distanceSymbol, lengthSymbol } from './symbols'

/** Of the part that was counted last: its bytes and symbols, and where its sequences end; these belong to the instance. */
export let partBytes: u32 = 0
export let partSymbols: u32 = 0
export let partEnd: usize = 0
/** How many different symbols there are in what {@link entropyOf} measured last. */
export let distinct: u32 = 0

// @ts-ignore: decorator
@inline
function countOne(at: usize): void {
  store<u32>(at, load<u32>(at) + 1)
}

/** Counts sequences from `at` on into {@link NEXT_COUNTS}, until there are `most` symbols. */
export function countPart(s: usize, at: usize, last: usize, src: usize, most: u32): void {
  const counts = s + NEXT_COUNTS
  const start = src
  fillBytes(counts, 0, 4 * ALPHABET)
  let symbols: u32 = 0
  for (; at < last && symbols < most; at += SEQUENCE_BYTES) {
    const literals = load<u32>(at)
    const match = load<u32>(at, 4)
    symbols += literals + 1
    for (const end = src + literals; src < end; src++) countOne(counts + 4 * <usize>load<u8>(src))
    if (match == 0) continue
    const length = match & 0xffff
    countOne(counts + 4 * <usize>lengthSymbol(length))
    countOne(counts + 4 * <usize>(DISTANCES + distanceSymbol(match >> 16)))
    src += length
  }
  partBytes = <u32>(src - start)
  partSymbols = symbols
  partEnd = at
}

// @ts-ignore: decorator
@inline
export function share(count: u32): u32 {
  return count == 0 ? 0 : count * log2x256(count)
}

/** What the counted symbols take, in 256ths of a bit; with those of a second table, if there is one. */
export function entropyOf(counts: usize, others: usize): u32 {
  distinct = 0
  let bits: u32 = 0
  let total: u32 = 0
  for (let i: u32 = 0; i < ALPHABET; i++) {
    if (i == DISTANCES) {
      bits += share(total)
      total = 0
    }
    let count = load<u32>(counts + 4 * i)
    if (others != 0) count += load<u32>(others + 4 * i)
    if (count == 0) continue
    distinct++
    total += count
    bits -= share(count)
  }
  return bits + share(total)
}
