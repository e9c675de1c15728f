// What literals and matches will take on the average, in 16ths of a bit: guessed from a sample of the bytes, then from
// the symbols of the part before.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { share } from './counts'
import { DISTANCES, END_OF_BLOCK, NEXT_COUNTS } from './layout'
import { extraOf, FIRST_LENGTH } from './symbols'

/** Of the bytes to come 8 of every 64 are looked at, or all of few. */
const AHEAD: usize = 1 << 15
const FEW: usize = 1 << 11
/** What a symbol takes in the description of a code, in 256ths of a bit. */
const SYMBOL_COST: u32 = 4 << 8
/** What comes before that, and what fixed codes take for a literal and a match, a little in favour of own codes. */
const HEADER_COST: u32 = 80 << 8
const FIXED_LITERAL: u32 = 7 << 8
const FIXED_MATCH: i32 = 12 << 4
/** The guess before counts as so many symbols. */
const WEIGHT: u32 = 64

/** Without the bits that follow the symbol of a distance; these belong to the instance. */
export let literalCost: i32 = 0
export let matchCost: i32 = 0
/** How many bytes of the sample are counted in {@link NEXT_COUNTS}; 0 if nothing is known of them. */
export let sampled: u32 = 0
/** Will fixed codes do? */
export let isFixed: bool = false

function countSample(s: usize, at: usize, end: usize): u32 {
  const counts = s + NEXT_COUNTS
  const stride: usize = end - at <= FEW ? 8 : 64
  let total: u32 = 0
  fillBytes(counts, 0, 4 << 8)
  while (end - at >= 8) {
    const word = load<u64>(at)
    // Of runs no literals are left.
    if (word != (word & 255) * 0x0101010101010101) {
      for (let i: u64 = 0; i < 64; i += 8) {
        const count = counts + ((<usize>(word >> i) & 255) << 2)
        store<u32>(count, load<u32>(count) + 1)
      }
      total += 8
    }
    if (end - at < stride) break
    at += stride
  }
  return total
}

/** Are there so few bytes that do not repeat the one before that codes of their own do not pay? */
export function isForFixed(s: usize, at: usize, end: usize): bool {
  if (end - at > FEW) return false
  const counts = s + NEXT_COUNTS
  fillBytes(counts, 0, 4 << 8)
  let before: u32 = 256
  let total: u32 = 0
  let bits: u32 = HEADER_COST
  for (; at < end; at++) {
    const byte = <u32>load<u8>(at)
    if (byte == before) continue
    const count = load<u32>(counts + 4 * byte)
    if (count == 0) bits += SYMBOL_COST
    store<u32>(counts + 4 * byte, count + 1)
    before = byte
    total++
  }
  bits += share(total)
  for (let i: usize = 0; i < 256; i++) bits -= share(load<u32>(counts + 4 * i))
  return bits > total * FIXED_LITERAL
}

/** Guesses from the bytes of a stream. @param match what a match may take @param fixed will fixed codes do? */
export function guessFromBytes(s: usize, at: usize, end: usize, match: i32, fixed: bool): void {
  literalCost = 8 << 4
  isFixed = fixed
  matchCost = isFixed ? FIXED_MATCH : match
  sampled = isFixed ? 0 : countSample(s, at, end - at > AHEAD ? at + AHEAD : end)
  if (sampled == 0) return
  let bits = share(sampled)
  for (let i: usize = 0; i < 256; i++) {
    const count = load<u32>(s + NEXT_COUNTS + 4 * i)
    bits -= share(count)
    if (count != 0) bits += SYMBOL_COST
  }
  literalCost = max<i32>(16, min<i32>(8 << 4, 16 + <i32>((bits >> 4) / sampled)))
}

// @ts-ignore: decorator
@inline
function blend(before: i32, bits: u32, count: u32): i32 {
  return <i32>((<u32>before * WEIGHT + (bits >> 4)) / (WEIGHT + count))
}

/** Guesses from the part that was counted last. */
export function guessFromPart(s: usize): void {
  const counts = s + NEXT_COUNTS
  let literals: u32 = 0
  let matches: u32 = 0
  let literalBits: u32 = 0
  let matchBits: u32 = 0
  for (let i: u32 = 0; i < END_OF_BLOCK; i++) {
    const count = load<u32>(counts + 4 * i)
    literals += count
    literalBits -= share(count)
  }
  for (let i = FIRST_LENGTH; i < DISTANCES; i++) {
    const count = load<u32>(counts + 4 * i)
    if (count == 0) continue
    matches += count
    matchBits += ((count * extraOf(i, false)) << 8) - share(count)
  }
  for (let i = DISTANCES; i < DISTANCES + 30; i++) matchBits -= share(load<u32>(counts + 4 * i))
  if (literals + matches == 0) return
  const all = log2x256(literals + matches)
  literalBits += literals * all
  matchBits += matches * all + share(matches)
  literalCost = max<i32>(16, blend(literalCost, literalBits, literals))
  matchCost = max<i32>(32, blend(matchCost, matchBits, matches))
}
