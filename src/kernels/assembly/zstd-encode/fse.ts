// Finite state entropy, the writing side (RFC 8878, section 4.1): how many states a symbol gets, how that is
// described, and the tables that lead from state to state.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { FSE_NORMS, FSE_STATES, NEXT_STATES, NORMS_BYTES, SPREAD } from './layout'

/** What a table costs that has no code for a symbol that comes. */
export const IMPOSSIBLE: u32 = u32.MAX_VALUE

/** How many states a table has, as a power of 2: enough for each symbol, few if there is little to code. */
export function chooseLog(total: u32, last: u32, most: u32): u32 {
  const least = min<u32>(32 - clz(total), 33 - clz(last))
  const rich: u32 = total > 1 ? 31 - clz(total - 1) : 0
  return max<u32>(5, min<u32>(most, max<u32>(least, rich > 2 ? rich - 2 : 0)))
}

/** The symbol that loses least by one state less, or gains most by one more. */
function nextToChange(norms: usize, counts: usize, last: u32, isMore: bool): usize {
  let best: usize = 0
  let bestCount: u32 = 0
  let bestStates: u32 = 0
  for (let symbol: usize = 0; symbol <= <usize>last; symbol++) {
    const states = <u32>load<u16>(norms + 2 * symbol)
    if (states == 0 || (!isMore && states == 1)) continue
    const count = load<u32>(counts + 4 * symbol)
    // A state more or less changes the logarithm by about this much of its slope.
    const twice = isMore ? 2 * states + 1 : 2 * states - 1
    const left = <u64>count * bestStates
    const right = <u64>bestCount * twice
    if (bestStates != 0 && (isMore ? left <= right : left >= right)) continue
    best = symbol
    bestCount = count
    bestStates = twice
  }
  return best
}

/** Shares 2^log states out among the symbols 0 to `last` by their counts, one at least to each that comes. */
export function normalize(norms: usize, counts: usize, last: u32, total: u32, log: u32): void {
  fillBytes(norms, 0, NORMS_BYTES)
  let rest = 1 << <i32>log
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const count = load<u32>(counts + 4 * symbol)
    if (count == 0) continue
    const share = max<u32>(1, ((count << log) + (total >> 1)) / total)
    store<u16>(norms + 2 * symbol, <u16>share)
    rest -= <i32>share
  }
  for (; rest != 0; rest += rest > 0 ? -1 : 1) {
    const at = norms + 2 * nextToChange(norms, counts, last, rest > 0)
    store<u16>(at, <u16>(<i32>load<u16>(at) + (rest > 0 ? 1 : -1)))
  }
}

/** What the counted symbols take by a table, in bits, without its description; {@link IMPOSSIBLE} if it lacks one. */
export function costOf(norms: usize, counts: usize, last: u32, log: u32): u32 {
  let cost: u32 = 0
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const count = load<u32>(counts + 4 * symbol)
    if (count == 0) continue
    const states = <i32>load<i16>(norms + 2 * symbol)
    if (states == 0) return IMPOSSIBLE
    cost += (count * ((log << 8) - log2x256(max<i32>(1, states)))) >> 8
  }
  return cost
}

/** Describes how many states each symbol has. @returns where that ends; it has at most 160 bytes */
export function putNorms(norms: usize, last: u32, log: u32, op: usize): usize {
  let word: u64 = log - 5
  let bits: u32 = 4
  let rest = <u32>1 << log
  let symbol: u32 = 0
  while (rest > 0) {
    const states = <u32>load<i16>(norms + 2 * symbol++)
    const max = rest + 1
    const width: u32 = 32 - clz(max)
    const half = <u32>1 << (width - 1)
    const spare: u32 = 2 * half - 1 - max
    const value: u32 = states + 1
    word |= <u64>(value >= half ? value + spare : value) << bits
    bits += value < spare ? width - 1 : width
    rest -= states
    if (states == 0) {
      let zeros: u32 = 0
      while (symbol <= last && load<i16>(norms + 2 * symbol) == 0) {
        symbol++
        zeros++
      }
      for (; zeros >= 3; zeros -= 3) {
        word |= <u64>3 << bits
        bits += 2
        if (bits >= 32) {
          store<u32>(op, <u32>word)
          op += 4
          word >>= 32
          bits -= 32
        }
      }
      word |= <u64>zeros << bits
      bits += 2
    }
    for (; bits >= 8; bits -= 8) {
      store<u8>(op++, <u8>word)
      word >>= 8
    }
  }
  if (bits > 0) store<u8>(op++, <u8>word)
  return op
}

/** Lays the symbols out over the states by the norms of a table, and notes for each how it is left and where it leads. */
export function buildTable(s: usize, table: usize, last: u32, log: u32): void {
  const norms = table + FSE_NORMS
  const next = s + NEXT_STATES
  const spread = s + SPREAD
  const size = <u32>1 << log
  const step = (size >> 1) + (size >> 3) + 3
  let position: u32 = 0
  let before: u32 = 0
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const states = <u32>load<u16>(norms + 2 * symbol)
    if (states == 0) continue
    const bits: u32 = states < 2 ? log : log - (31 - clz(states - 1))
    // What is added to a state to find how many of its bits go out; and to what is left, to find the next.
    store<u32>(table + 8 * symbol, (bits << 16) - (states << bits))
    store<i32>(table + 8 * symbol, <i32>before - <i32>states, 4)
    store<u16>(next + 2 * symbol, <u16>before)
    before += states
    for (let i = states; i != 0; i--) {
      store<u8>(spread + position, <u8>symbol)
      position = (position + step) & (size - 1)
    }
  }
  for (let state: u32 = 0; state < size; state++) {
    const symbol = <usize>load<u8>(spread + state)
    const at = <usize>load<u16>(next + 2 * symbol)
    store<u16>(next + 2 * symbol, <u16>(at + 1))
    store<u16>(table + FSE_STATES + 2 * at, <u16>(size + state))
  }
}

/** The state to start from with the symbol that is decoded last: it costs no bits. */
@inline
export function firstState(table: usize, symbol: u32): u32 {
  const entry = table + 8 * <usize>symbol
  const change = load<u32>(entry)
  const bits = (change + (1 << 15)) >> 16
  const value = (bits << 16) - change
  return <u32>load<u16>(table + FSE_STATES + 2 * (<usize>((value >> bits) + load<u32>(entry, 4))))
}

/** How many bits of a state go out before the symbol. */
@inline
export function bitsOut(table: usize, symbol: u32, state: u32): u32 {
  return (state + load<u32>(table + 8 * <usize>symbol)) >> 16
}

@inline
export function nextState(table: usize, symbol: u32, state: u32, bits: u32): u32 {
  return <u32>load<u16>(table + FSE_STATES + 2 * <usize>((state >> bits) + load<u32>(table + 8 * <usize>symbol, 4)))
}
