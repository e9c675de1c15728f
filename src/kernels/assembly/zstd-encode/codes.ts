// Huffman codes of at most 11 bits for counted bytes (RFC 8878, section 4.2.1), beside those that the decoder has.
import { limitDepths, measureDepths, SYMBOL_BITS } from '../code-lengths'
import { fillBytes } from '../copy'
import { IMPOSSIBLE } from './fse'
import { BUCKETS, CODES, CODES_BYTES, COUNTS, KEYS, NODES, PARENTS, WEIGHT_COUNTS, WEIGHTS } from './layout'

/** The last symbol of the alphabet in use, and the longest code; these belong to the instance, as all below. */
export let lastSymbol: u32 = 0
export let longest: u32 = 0
/** Where the codes of the decoder's tree are, if it has one; those of a new tree go to the other place. */
let hasTree: bool = false
export let treeCodes: usize = 0

/** A frame starts without a tree. */
export function startTrees(): void {
  hasTree = false
}

/** The decoder's tree, for {@link restoreTree} where the decoder does not see what was written since. */
export function treeState(): u32 {
  return <u32>treeCodes | <u32>hasTree
}

export function restoreTree(state: u32): void {
  treeCodes = <usize>(state & ~1)
  hasTree = (state & 1) != 0
}

/** The tree that was built last is the decoder's now. */
export function takeTree(): void {
  treeCodes = CODES_BYTES - treeCodes
  hasTree = true
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, n: u32): void {
  store<u32>(at, load<u32>(at) + n)
}

/** Turns the sizes of buckets into where each starts. */
function placeBuckets(buckets: usize, n: u32): void {
  let place: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const size = load<u32>(buckets + 4 * i)
    store<u32>(buckets + 4 * i, place)
    place += size
  }
}

/** Only what shares a bucket is out of order. */
function insertionSort(keys: usize, n: u32): void {
  for (let i: u32 = 1; i < n; i++) {
    const key = load<u32>(keys + 4 * i)
    let at = i
    for (; at > 0 && load<u32>(keys + 4 * (at - 1)) > key; at--)
      store<u32>(keys + 4 * at, load<u32>(keys + 4 * (at - 1)))
    store<u32>(keys + 4 * at, key)
  }
}

/** Small counts have buckets of their own, large ones share one of sixteen for each power of 2. */
// @ts-ignore: decorator
@inline
function bucketOf(buckets: usize, count: u32): usize {
  const high: u32 = 31 - clz(count)
  return buckets + 4 * <usize>(count < 64 ? count : ((high - 2) << 4) + ((count >> (high - 4)) & 15))
}

/** The symbols that come, the rarest first: count in the upper bits, the symbol below. @returns how many */
function sortSymbols(s: usize, most: u32): u32 {
  const keys = s + KEYS
  const unsorted = s + PARENTS
  const buckets = s + BUCKETS
  const used = <u32>((bucketOf(0, most) >> 2) + 1)
  fillBytes(buckets, 0, 4 * <usize>used)
  let n: u32 = 0
  for (let group: u32 = 0; group < 256; group += 4) {
    if (!v128.any_true(v128.load(s + COUNTS + 4 * group))) continue
    for (let symbol = group; symbol < group + 4; symbol++) {
      const count = load<u32>(s + COUNTS + 4 * symbol)
      if (count == 0) continue
      store<u32>(unsorted + 4 * n++, (count << SYMBOL_BITS) | symbol)
      addTo(bucketOf(buckets, count), 1)
      lastSymbol = symbol
    }
  }
  placeBuckets(buckets, used)
  for (let i: u32 = 0; i < n; i++) {
    const key = load<u32>(unsorted + 4 * i)
    const at = bucketOf(buckets, key >> SYMBOL_BITS)
    const place = load<u32>(at)
    store<u32>(at, place + 1)
    store<u32>(keys + 4 * place, key)
  }
  if (most >= 64) insertionSort(keys, n)
  return n
}

/** Gives lengths of at most `most` bits to the sorted symbols, as weights (longest + 1 - length), and counts those. */
function setWeights(s: usize, n: u32, most: u32): void {
  longest = limitDepths(s + NODES, n, most)
  fillBytes(s + WEIGHTS, 0, 256)
  fillBytes(s + WEIGHT_COUNTS, 0, 64)
  let run: u32 = 0
  let before: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const symbol = <usize>(load<u32>(s + KEYS + 4 * i) & 255)
    const weight = longest + 1 - load<u32>(s + NODES + 4 * i)
    store<u8>(s + WEIGHTS + symbol, <u8>weight)
    // Neighbours are mostly alike: a count in memory would wait for the one before.
    if (weight != before) {
      addTo(s + WEIGHT_COUNTS + 4 * <usize>before, run)
      before = weight
      run = 0
    }
    run++
  }
  addTo(s + WEIGHT_COUNTS + 4 * <usize>before, run)
}

/** Codes rise with the weight, and with the symbol among equal weights. */
function assignCodes(s: usize): void {
  const places = s + BUCKETS
  const codes = s + CODES + (CODES_BYTES - treeCodes)
  fillBytes(codes, 0, CODES_BYTES)
  let position: u32 = 0
  for (let weight: u32 = 1; weight <= longest; weight++) {
    const share = load<u32>(s + WEIGHT_COUNTS + 4 * weight) << (weight - 1)
    store<u32>(places + 4 * weight, position >> (weight - 1))
    position += share
  }
  for (let symbol: u32 = 0; symbol <= lastSymbol; symbol++) {
    const weight = <u32>load<u8>(s + WEIGHTS + symbol)
    if (weight == 0) continue
    const place = places + 4 * <usize>weight
    const code = load<u32>(place)
    store<u32>(place, code + 1)
    store<u16>(codes + 2 * symbol, <u16>((code << 4) | (longest + 1 - weight)))
  }
}

/**
 * Makes codes for what was counted. @param most the count of the most frequent symbol
 * @param limit how long codes may get, if that is enough for all symbols
 * @returns what the literals then take, in bits
 */
export function buildCodes(s: usize, most: u32, limit: u32): u32 {
  const n = sortSymbols(s, most)
  measureDepths(s + KEYS, s + NODES, s + PARENTS, n)
  setWeights(s, n, max(limit, 33 - clz(n - 1)))
  assignCodes(s)
  let bits: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const key = load<u32>(s + KEYS + 4 * i)
    bits += (key >> SYMBOL_BITS) * load<u32>(s + NODES + 4 * i)
  }
  return bits
}

/** @returns what was counted takes by the decoder's tree, in bits, or {@link IMPOSSIBLE} */
export function bitsByLastTree(s: usize): u32 {
  if (!hasTree) return IMPOSSIBLE
  let bits: u32 = 0
  for (let group: usize = 0; group < 256; group += 4) {
    if (!v128.any_true(v128.load(s + COUNTS + 4 * group))) continue
    for (let symbol = group; symbol < group + 4; symbol++) {
      const length = <u32>load<u16>(s + CODES + treeCodes + 2 * symbol) & 15
      const count = load<u32>(s + COUNTS + 4 * symbol)
      if (length == 0 && count != 0) return IMPOSSIBLE
      bits += count * length
    }
  }
  return bits
}
