// Finite state entropy, the writing side (RFC 8878, section 4.1): how many states a symbol gets, how that is
// described, and the tables that lead from state to state.
import { log2x256 } from '../entropy'
import { NORMS, SPREAD, STATES_BYTES } from './layout'

/** How many states a table has, as a power of 2: enough for each symbol, few if there is little to code. */
export function chooseLog(total: u32, last: u32, most: u32): u32 {
  const least = min<u32>(32 - clz(total), 33 - clz(last))
  const rich: u32 = total > 1 ? 31 - clz(total - 1) : 0
  return max<u32>(5, min<u32>(most, max<u32>(least, rich > 2 ? rich - 2 : 0)))
}

/** Shares 2^log states out among the symbols 0 to `last` by their counts, one at least to each that comes. */
export function normalize(s: usize, counts: usize, last: u32, total: u32, log: u32): void {
  const norms = s + NORMS
  let rest = 1 << <i32>log
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const count = load<u32>(counts + 4 * symbol)
    const share = count == 0 ? 0 : max<u32>(1, ((count << log) + (total >> 1)) / total)
    store<i16>(norms + 2 * symbol, <i16>share)
    rest -= <i32>share
  }
  while (rest != 0) {
    let largest: u32 = 0
    for (let symbol: u32 = 1; symbol <= last; symbol++)
      if (load<i16>(norms + 2 * symbol) > load<i16>(norms + 2 * largest)) largest = symbol
    const change = rest > 0 ? rest : -1
    store<i16>(norms + 2 * largest, <i16>(<i32>load<i16>(norms + 2 * largest) + change))
    rest -= change
  }
}

/** What the counted symbols take by the table in place, in bits; its description is not in it. */
export function costOf(s: usize, counts: usize, last: u32, log: u32): u32 {
  let cost: u32 = 0
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const states = max<i32>(1, <i32>load<i16>(s + NORMS + 2 * symbol))
    cost += (load<u32>(counts + 4 * symbol) * ((log << 8) - log2x256(states))) >> 8
  }
  return cost
}

/** Describes how many states each symbol has. @returns where that ends; it has at most 160 bytes */
export function putNorms(s: usize, last: u32, log: u32, op: usize): usize {
  let word: u64 = log - 5
  let bits: u32 = 4
  let rest = <u32>1 << log
  let symbol: u32 = 0
  while (rest > 0) {
    const states = <u32>load<i16>(s + NORMS + 2 * symbol++)
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
      while (symbol <= last && load<i16>(s + NORMS + 2 * symbol) == 0) {
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

/** Lays the symbols out over the states, and notes for each how it is left and where it leads. */
export function buildTable(s: usize, table: usize, last: u32, log: u32): void {
  const norms = s + NORMS
  const size = <u32>1 << log
  const symbols = table + STATES_BYTES
  let high = size
  let before: u32 = 0
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const norm = <i32>load<i16>(norms + 2 * symbol)
    if (norm == -1) store<u8>(s + SPREAD + --high, <u8>symbol)
    const states: u32 = norm == -1 ? 1 : <u32>norm
    const bits: u32 = states < 2 ? log : log - (31 - clz(states - 1))
    // What is added to a state to find how many of its bits go out; and to what is left, to find the next.
    store<u32>(symbols + 8 * symbol, (bits << 16) - (max<u32>(1, states) << bits))
    store<i32>(symbols + 8 * symbol, <i32>before - <i32>states, 4)
    before += states
  }
  const step = (size >> 1) + (size >> 3) + 3
  let position: u32 = 0
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    for (let i = <i32>load<i16>(norms + 2 * symbol); i > 0; i--) {
      store<u8>(s + SPREAD + position, <u8>symbol)
      do position = (position + step) & (size - 1)
      while (position >= high)
    }
  }
  // From here on the norms count up: they are where the next state of a symbol goes.
  before = 0
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const norm = <i32>load<i16>(norms + 2 * symbol)
    store<i16>(norms + 2 * symbol, <i16>before)
    before += norm == -1 ? 1 : <u32>norm
  }
  for (let state: u32 = 0; state < size; state++) {
    const symbol = <usize>load<u8>(s + SPREAD + state)
    const at = <usize>load<u16>(norms + 2 * symbol)
    store<u16>(norms + 2 * symbol, <u16>(at + 1))
    store<u16>(table + 2 * at, <u16>(size + state))
  }
}

/** The state to start from with the symbol that is decoded last: it costs no bits. */
@inline
export function firstState(table: usize, symbol: u32): u32 {
  const entry = table + STATES_BYTES + 8 * <usize>symbol
  const change = load<u32>(entry)
  const bits = (change + (1 << 15)) >> 16
  const value = (bits << 16) - change
  return <u32>load<u16>(table + 2 * (<usize>((value >> bits) + load<u32>(entry, 4))))
}

/** How many bits of a state go out before the symbol. */
@inline
export function bitsOut(table: usize, symbol: u32, state: u32): u32 {
  return (state + load<u32>(table + STATES_BYTES + 8 * <usize>symbol)) >> 16
}

@inline
export function nextState(table: usize, symbol: u32, state: u32, bits: u32): u32 {
  return <u32>load<u16>(table + 2 * <usize>((state >> bits) + load<u32>(table + STATES_BYTES + 8 * <usize>symbol, 4)))
}
