// The description of a Huffman tree: the weights of its symbols, by finite state entropy or four bits each (RFC 8878,
// section 4.2.1).
import { fillBytes } from '../copy'
import { lastSymbol } from './codes'
import { bitsOut, buildTable, chooseLog, firstState, nextState, normalize, putNorms } from './fse'
import { BUCKETS, FSE_NORMS, WEIGHTS, WEIGHTS_TABLE } from './layout'

/** What a tree's description may take, in bytes. */
export const MAX_TREE_BYTES: u32 = 160

/** Two states take turns over the weights, from the last on. @returns where they end, or 0 if that is no use */
function putWeights(s: usize, op: usize): usize {
  const n = lastSymbol
  const counts = s + BUCKETS
  fillBytes(counts, 0, 64)
  let last: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const weight = <u32>load<u8>(s + WEIGHTS + i)
    const at = counts + 4 * <usize>weight
    store<u32>(at, load<u32>(at) + 1)
    last = max(last, weight)
  }
  if (n < 2 || load<u32>(counts + 4 * last) == n) return 0
  const log = min<u32>(6, chooseLog(n, last, 6))
  const table = s + WEIGHTS_TABLE
  normalize(table + FSE_NORMS, counts, last, n, log)
  op = putNorms(table + FSE_NORMS, last, log, op)
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
    if (bits >= 32) {
      store<u32>(op, <u32>word)
      op += 4
      word >>= 32
      bits -= 32
    }
  }
  const mask = (<u32>1 << log) - 1
  word |= <u64>(odd & mask) << bits
  bits += log
  word |= <u64>(even & mask) << bits
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
