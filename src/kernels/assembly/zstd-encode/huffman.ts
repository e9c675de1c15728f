// Literals by Huffman codes (RFC 8878, section 4.2): counts, code lengths of at most 11 bits, the description of the
// tree, and streams whose bits are read backward.
import { limitDepths, measureDepths, sortKeys, SYMBOL_BITS } from '../code-lengths'
import { fillBytes } from '../copy'
import { bitsOut, buildTable, chooseLog, firstState, nextState, normalize, putNorms } from './fse'
import {
  CODES,
  COUNTS,
  FSE_TABLES,
  HISTOGRAM_BYTES,
  KEYS,
  NODES,
  PARENTS,
  WEIGHTS,
} from './layout'

const MAX_LENGTH: u32 = 11
/** What a tree's description may take, in bytes. */
export const MAX_TREE_BYTES: u32 = 160

/** The last symbol of the alphabet in use, and the longest code; these belong to the instance. */
let lastSymbol: u32 = 0
let longest: u32 = 0

// @ts-ignore: decorator
@inline
function countOne(at: usize, table: usize): void {
  store<u32>(at + table, load<u32>(at + table) + 1)
}

/** Counts bytes. @returns the count of the most frequent one */
export function countBytes(s: usize, src: usize, nbytes: u32): u32 {
  const counts = s + COUNTS
  fillBytes(counts, 0, 4 * HISTOGRAM_BYTES)
  const end = src + nbytes
  // Neighbours are counted in different tables: equal ones would wait for each other.
  while (end - src >= 8) {
    const word = load<u64>(src)
    const low = <u32>word
    const high = <u32>(word >> 32)
    countOne(counts + ((low & 0xff) << 2), 0)
    countOne(counts + ((low >> 6) & 0x3fc), HISTOGRAM_BYTES)
    countOne(counts + ((low >> 14) & 0x3fc), 2 * HISTOGRAM_BYTES)
    countOne(counts + ((low >> 22) & 0x3fc), 3 * HISTOGRAM_BYTES)
    countOne(counts + ((high & 0xff) << 2), 0)
    countOne(counts + ((high >> 6) & 0x3fc), HISTOGRAM_BYTES)
    countOne(counts + ((high >> 14) & 0x3fc), 2 * HISTOGRAM_BYTES)
    countOne(counts + ((high >> 22) & 0x3fc), 3 * HISTOGRAM_BYTES)
    src += 8
  }
  while (src < end) {
    const at = counts + 4 * <usize>load<u8>(src++)
    store<u32>(at, load<u32>(at) + 1)
  }
  let most: u32 = 0
  for (let at = counts; at < counts + HISTOGRAM_BYTES; at += 4) {
    const count =
      load<u32>(at) + load<u32>(at, HISTOGRAM_BYTES) + load<u32>(at, 2 * HISTOGRAM_BYTES) + load<u32>(at, 3 * HISTOGRAM_BYTES)
    store<u32>(at, count)
    most = max(most, count)
  }
  return most
}

/** The symbols that come, the rarest first: count in the upper bits, the symbol below. @returns how many */
function sortSymbols(s: usize): u32 {
  const keys = s + KEYS
  let n: u32 = 0
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    const count = load<u32>(s + COUNTS + 4 * symbol)
    if (count == 0) continue
    store<u32>(keys + 4 * n++, (count << SYMBOL_BITS) | symbol)
    lastSymbol = symbol
  }
  sortKeys(keys, n)
  return n
}

/** Gives lengths of at most {@link MAX_LENGTH} bits to the sorted symbols, as weights (longest + 1 - length). */
function setWeights(s: usize, n: u32): void {
  longest = limitDepths(s + NODES, n, MAX_LENGTH)
  fillBytes(s + WEIGHTS, 0, 256)
  for (let i: u32 = 0; i < n; i++) {
    const symbol = <usize>(load<u32>(s + KEYS + 4 * i) & 255)
    store<u8>(s + WEIGHTS + symbol, <u8>(longest + 1 - load<u32>(s + NODES + 4 * i)))
  }
}

/** Codes rise with the weight, and with the symbol among equal weights. */
function assignCodes(s: usize): void {
  let position: u32 = 0
  for (let weight: u32 = 1; weight <= longest; weight++) {
    for (let symbol: u32 = 0; symbol <= lastSymbol; symbol++) {
      if (<u32>load<u8>(s + WEIGHTS + symbol) != weight) continue
      const length = longest + 1 - weight
      store<u16>(s + CODES + 2 * symbol, <u16>(((position >> (weight - 1)) << 4) | length))
      position += <u32>1 << (weight - 1)
    }
  }
}

/** Makes codes for what was counted. @returns what the literals then take, in bits */
export function buildCodes(s: usize): u32 {
  const n = sortSymbols(s)
  measureDepths(s + KEYS, s + NODES, s + PARENTS, n)
  setWeights(s, n)
  assignCodes(s)
  let bits: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const key = load<u32>(s + KEYS + 4 * i)
    bits += (key >> SYMBOL_BITS) * load<u32>(s + NODES + 4 * i)
  }
  return bits
}

/** Two states take turns over the weights, from the last on. @returns where they end, or 0 if that is no use */
function putWeights(s: usize, op: usize): usize {
  const n = lastSymbol
  fillBytes(s + COUNTS, 0, 64)
  let last: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const weight = <u32>load<u8>(s + WEIGHTS + i)
    store<u32>(s + COUNTS + 4 * weight, load<u32>(s + COUNTS + 4 * weight) + 1)
    last = max(last, weight)
  }
  if (n < 2 || load<u32>(s + COUNTS + 4 * last) == n) return 0
  const log = min<u32>(6, chooseLog(n, last, 6))
  normalize(s, s + COUNTS, last, n, log)
  op = putNorms(s, last, log, op)
  const table = s + FSE_TABLES
  buildTable(s, table, last, log)
  let even: u32 = 0
  let odd: u32 = 0
  let word: u64 = 0
  let bits: u32 = 0
  for (let i = <i32>n - 1; i >= 0; i--) {
    const weight = <u32>load<u8>(s + WEIGHTS + i)
    const state = (i & 1) == 0 ? even : odd
    let next: u32
    if (i >= <i32>n - 2) next = firstState(table, weight)
    else {
      const out = bitsOut(table, weight, state)
      word |= <u64>(state & ((1 << out) - 1)) << bits
      bits += out
      next = nextState(table, weight, state, out)
    }
    if ((i & 1) == 0) even = next
    else odd = next
    for (; bits >= 8; bits -= 8) {
      store<u8>(op++, <u8>word)
      word >>= 8
    }
  }
  const mask = (<u32>1 << log) - 1
  word |= <u64>(odd & mask) << bits
  bits += log
  word |= <u64>(even & mask) << bits
  bits += log
  word |= <u64>1 << bits++
  for (; bits > 0; bits = bits > 8 ? bits - 8 : 0) {
    store<u8>(op++, <u8>word)
    word >>= 8
  }
  return op
}

/** Describes the tree. @returns where that ends, or 0 if it cannot be; `op` has {@link MAX_TREE_BYTES} */
export function putTree(s: usize, op: usize): usize {
  const behind = putWeights(s, op + 1)
  const direct = (lastSymbol + 1) >> 1
  if (behind != 0 && behind - op - 1 < 128 && (lastSymbol > 128 || behind - op - 1 < <usize>direct)) {
    store<u8>(op, <u8>(behind - op - 1))
    return behind
  }
  if (lastSymbol > 128) return 0
  store<u8>(op++, <u8>(127 + lastSymbol))
  for (let i: u32 = 0; i < lastSymbol; i += 2) {
    const low: u32 = i + 1 < lastSymbol ? <u32>load<u8>(s + WEIGHTS + i + 1) : 0
    store<u8>(op++, <u8>((<u32>load<u8>(s + WEIGHTS + i) << 4) | low))
  }
  return op
}

/** Writes one stream, the last symbol first; up to eight bytes after its end are written. @returns its end */
export function putStream(s: usize, src: usize, end: usize, op: usize): usize {
  const codes = s + CODES
  let word: u64 = 0
  let bits: u32 = 0
  while (<u32>(end - src) % 5 != 0) {
    const code = <u32>load<u16>(codes + 2 * <usize>load<u8>(--end))
    word |= <u64>(code >> 4) << bits
    bits += code & 15
  }
  store<u64>(op, word)
  op += bits >> 3
  word >>= bits & 56
  bits &= 7
  while (end > src) {
    end -= 5
    let code = <u32>load<u16>(codes + 2 * <usize>load<u8>(end, 4))
    word |= <u64>(code >> 4) << bits
    bits += code & 15
    code = <u32>load<u16>(codes + 2 * <usize>load<u8>(end, 3))
    word |= <u64>(code >> 4) << bits
    bits += code & 15
    code = <u32>load<u16>(codes + 2 * <usize>load<u8>(end, 2))
    word |= <u64>(code >> 4) << bits
    bits += code & 15
    code = <u32>load<u16>(codes + 2 * <usize>load<u8>(end, 1))
    word |= <u64>(code >> 4) << bits
    bits += code & 15
    code = <u32>load<u16>(codes + 2 * <usize>load<u8>(end))
    word |= <u64>(code >> 4) << bits
    bits += code & 15
    store<u64>(op, word)
    op += bits >> 3
    word >>= bits & 56
    bits &= 7
  }
  store<u8>(op, <u8>(word | (1 << bits)))
  return op + 1
}
