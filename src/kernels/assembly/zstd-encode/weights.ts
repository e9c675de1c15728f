// The description of a Huffman tree: the weights of its symbols, by finite state entropy or four bits each (RFC 8878,
// section 4.2.1).
import { fillBytes } from '../copy'
import { lastSymbol } from './codes'
import { bitsOut, buildTable, chooseLog, firstState, nextState, normalize, putNorms } from './fse'
import { FSE_NORMS, WEIGHT_COUNTS, WEIGHTS, WEIGHTS_TABLE } from './layout'

/** What a tree's description may take, in bytes. */
export const MAX_TREE_BYTES: u32 = 160

/** Counts all weights but the last symbol's, which follows from the others. @returns the highest that comes */
function countWeights(s: usize): u32 {
  const counts = s + WEIGHT_COUNTS
  const own = counts + 4 * <usize>load<u8>(s + WEIGHTS + lastSymbol)
  store<u32>(own, load<u32>(own) - 1)
  let some: u32 = 0
  let last: u32 = 0
  for (let weight: u32 = 1; weight < 16; weight++) {
    const count = load<u32>(counts + 4 * weight)
    some += count
    if (count != 0) last = weight
  }
  store<u32>(counts, lastSymbol - some)
  return last
}

/** Two states take turns over the weights, from the last on. @returns where they end, or 0 if that is no use */
function putWeights(s: usize, op: usize): usize {
  const n = lastSymbol
  const counts = s + WEIGHT_COUNTS
  const last = countWeights(s)
  if (n < 2 || load<u32>(counts + 4 * last) == n) return 0
  const log = min<u32>(6, chooseLog(n, last, 6))
  const table = s + WEIGHTS_TABLE
  normalize(table + FSE_NORMS, counts, last, n, log)
  op = putNorms(table + FSE_NORMS, last, log, op)
  buildTable(s, table, last, log)
  let word: u64 = 0
  let bits: u32 = 0
  let at = s + WEIGHTS + n - 2
  // Of two states, the next to write is `mine`.
  let mine = firstState(table, <u32>load<u8>(at, 1))
  let other = firstState(table, <u32>load<u8>(at))
  while (at != s + WEIGHTS) {
    const weight = <u32>load<u8>(--at)
    const out = bitsOut(table, weight, mine)
    word |= <u64>(mine & ((1 << out) - 1)) << bits
    bits += out
    const next = nextState(table, weight, mine, out)
    mine = other
    other = next
    if (bits >= 32) {
      store<u32>(op, <u32>word)
      op += 4
      word >>= 32
      bits -= 32
    }
  }
  const mask = (<u32>1 << log) - 1
  word |= <u64>(mine & mask) << bits
  bits += log
  word |= <u64>(other & mask) << bits
  bits += log
  word |= <u64>1 << bits++
  store<u64>(op, word)
  return op + ((bits + 7) >> 3)
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
