// What each byte will take as a literal, in 16ths of a bit: guessed from a sample, then from the parts before. Bytes of
// short matches count as literals: else what is always matched would seem dear, and be matched even more.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { literalCost, sampled } from './guess'
import { LITERAL_COSTS, LITERAL_HISTORY, NEXT_COUNTS, SEQUENCE_BYTES } from './layout'

/** A literal counts so much, and is worth half in each part that follows. */
const ONE_LOG: u32 = 6
/** The sample counts as so many literals. */
const PRIOR: u32 = 64
/** What of a cost is the byte's own, in eighths; the rest is the mean. From a sample, more is known of bytes than of it. */
const OWN_BY_SAMPLE: i32 = 6
const OWN: i32 = 4
/** Shorter matches count as literals. */
const SHORT: u32 = 6
/** From this level on, costs of bytes count. */
export const GUESSED_LEVEL: u32 = 2
/** Limits of a cost. */
const LEAST: i32 = 1 << 4
const MOST: i32 = 15 << 4
/** Of so many bytes the costs are added up, but for the fastest level. */
const SUMMED: u32 = 6

let summed: u32 = 0

function setCosts(s: usize, all: u32, own: i32): void {
  const log = log2x256(all + 1)
  for (let i: usize = 0; i < 256; i++) {
    // What did not come counts as a quarter.
    const count = load<u32>(s + LITERAL_HISTORY + 4 * i) + (1 << (ONE_LOG - 2))
    const cost = max<i32>(LEAST, min<i32>(MOST, (log - log2x256(count)) >> 4))
    store<u8>(s + LITERAL_COSTS + i, <u8>((cost * own + literalCost * (8 - own)) >> 3))
  }
}

/** Starts a stream with the sample in {@link NEXT_COUNTS}. */
export function startLiterals(s: usize, level: u32): void {
  summed = level < GUESSED_LEVEL ? 0 : SUMMED
  if (summed == 0) return
  fillBytes(s + LITERAL_HISTORY, 0, 4 * 256)
  if (sampled == 0) {
    fillBytes(s + LITERAL_COSTS, <u8>literalCost, 256)
    return
  }
  let total: u32 = 0
  for (let i: usize = 0; i < 256; i++) {
    const count = (load<u32>(s + NEXT_COUNTS + 4 * i) * (PRIOR << ONE_LOG)) / sampled
    store<u32>(s + LITERAL_HISTORY + 4 * i, count)
    total += count
  }
  // Before anything is known, half of all symbols are matches.
  setCosts(s, total << 1, OWN_BY_SAMPLE)
}

/** Halves what came before and adds the literals that were counted last. @returns the sum */
function addLiterals(s: usize): u32 {
  const history = s + LITERAL_HISTORY
  let all = i32x4.splat(0)
  for (let i: usize = 0; i < 4 * 256; i += 16) {
    const added = i32x4.shl(v128.load(s + NEXT_COUNTS + i), ONE_LOG)
    const sum = i32x4.add(i32x4.shr_u(v128.load(history + i), 1), added)
    v128.store(history + i, sum)
    all = i32x4.add(all, sum)
  }
  const pairs = i32x4.add(all, i8x16.shuffle(all, all, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
  return i32x4.extract_lane(pairs, 0) + i32x4.extract_lane(pairs, 1)
}

/** Guesses from the part that was counted last: its sequences, and where their bytes start. */
export function guessLiterals(s: usize, at: usize, last: usize, src: usize): void {
  let total = addLiterals(s)
  for (; at < last; at += SEQUENCE_BYTES) {
    const length = load<u32>(at, 4) & 0xffff
    src += load<u32>(at)
    const end = src + length
    total += (length < SHORT ? length : 1) << ONE_LOG
    if (length < SHORT) {
      for (; src < end; src++) {
        const count = s + LITERAL_HISTORY + (<usize>load<u8>(src) << 2)
        store<u32>(count, load<u32>(count) + (1 << ONE_LOG))
      }
    }
    src = end
  }
  setCosts(s, total, OWN)
}

/** What the bytes from `from` to `to` of those at `ip` take as literals; far from `ip`, the mean counts. */
// @ts-ignore: decorator
@inline
export function literalsCost(s: usize, ip: usize, from: u32, to: u32): i32 {
  let cost: i32 = 0
  for (const near = min(to, summed); from < near; from++) cost += <i32>load<u8>(s + LITERAL_COSTS + load<u8>(ip + from))
  return cost + <i32>(to - from) * literalCost
}
