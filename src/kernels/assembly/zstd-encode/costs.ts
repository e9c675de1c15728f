// About what a block takes as it was cut, with what it takes to tell the codes, which weighs most in small blocks.
import { log2x256 } from '../entropy'
import { costOf, IMPOSSIBLE } from './fse'
import { countBytes } from './huffman'
import { COUNTS, HISTOGRAM_BYTES, LITERALS } from './layout'
import { literalBytes, sequenceCount } from './matches'
import { LITERALS_NORMS, MATCHES_NORMS, OFFSETS_NORMS } from './predefined'
import { countCodes, LITERAL_EXTRA, MATCH_EXTRA } from './sequences'

/** What has no codes of its own in the last cut: a bit for each of the three kinds of codes, and one for literals. */
export let plainOnes: u32 = 0
export const PLAIN_KINDS: u32 = 1
export const PLAIN_LITERALS: u32 = 8

/** A byte, in 256ths of a bit. */
const BYTE: u32 = 8 << 8
/** How a tree starts, and what a symbol takes there besides its place: what weights and gaps among so many take. */
const TREE_START: u32 = 40 << 8
const TREE_SYMBOL: u32 = 676
/** Trees of up to so many symbols may be told with four bits for each. */
const MOST_DIRECT: u32 = 128
/** How the description of a table starts, and about what a symbol takes there. */
const TABLE_START: u32 = 16 << 8
const TABLE_SYMBOL: u32 = 5 << 8

/** How many symbols came among the counts that {@link entropyOf} saw last. */
let symbolsSeen: u32 = 0

/** What counts take, in 256ths of a bit. */
function entropyOf(counts: usize, symbols: usize): u64 {
  let total: u32 = 0
  let bits: u64 = 0
  symbolsSeen = 0
  for (let i: usize = 0; i < 4 * symbols; i += 4) {
    const count = load<u32>(counts + i)
    if (count == 0) continue
    symbolsSeen++
    total += count
    bits += <u64>count * log2x256(count)
  }
  return total == 0 ? 0 : <u64>total * log2x256(total) - bits
}

/** The last symbol of at most `last` that came. */
function lastOf(counts: usize, last: u32): u32 {
  while (last > 0 && load<u32>(counts + 4 * last) == 0) last--
  return last
}

/** About what the tree of the counted literals takes, in 256ths of a bit. */
function costOfTree(counts: usize): u32 {
  const last = lastOf(counts, 255)
  const coded = TREE_START + symbolsSeen * (log2x256(last + 1) - log2x256(symbolsSeen) + TREE_SYMBOL)
  return last > MOST_DIRECT ? coded : min<u32>(coded, BYTE + last * (BYTE >> 1))
}

/** About what the literals take, in 256ths of a bit: with a tree of their own, or as they are. */
function costOfLiterals(counts: usize): u64 {
  const bits = max<u64>(entropyOf(counts, 256), <u64>literalBytes << 8)
  if (symbolsSeen < 2) return symbolsSeen * BYTE
  const coded = bits + costOfTree(counts)
  const stored = <u64>literalBytes * BYTE
  if (coded < stored) return coded
  plainOnes |= PLAIN_LITERALS
  return stored
}

/** What the digits of a kind of code take, in 256ths of a bit. @param extra how many each has; 0 for as many as its number */
function digitsOf(counts: usize, extra: usize, symbols: usize): u64 {
  let bits: u64 = 0
  for (let i: usize = 0; i < symbols; i++)
    bits += <u64>load<u32>(counts + 4 * i) * (extra == 0 ? i : <usize>load<u8>(extra + i))
  return bits << 8
}

/**
 * About what a kind of code takes with its digits, in 256ths of a bit: with a table of its own, or with the one that
 * both sides know.
 */
function costOfCodes(s: usize, kind: usize, symbols: u32, extra: usize, norms: usize, log: u32): u64 {
  const counts = s + COUNTS + kind * HISTOGRAM_BYTES
  const digits = digitsOf(counts, extra, symbols)
  const bits = entropyOf(counts, symbols)
  if (symbolsSeen < 2) return digits + symbolsSeen * BYTE
  const own = bits + TABLE_START + symbolsSeen * TABLE_SYMBOL
  const bitsOfKnown = costOf(norms, counts, lastOf(counts, symbols - 1), log)
  if (bitsOfKnown == IMPOSSIBLE || own < <u64>bitsOfKnown << 8) return digits + own
  plainOnes |= PLAIN_KINDS << <u32>kind
  return digits + (<u64>bitsOfKnown << 8)
}

/** About what the last cut takes, in 256ths of a bit. */
export function costOfCut(s: usize): u64 {
  plainOnes = 0
  countBytes(s, s + LITERALS, literalBytes)
  const bits = costOfLiterals(s + COUNTS)
  countCodes(s, sequenceCount)
  return bits + costOfCodes(s, 0, 36, LITERAL_EXTRA, LITERALS_NORMS, 6) +
    costOfCodes(s, 1, 29, 0, OFFSETS_NORMS, 5) + costOfCodes(s, 2, 53, MATCH_EXTRA, MATCHES_NORMS, 6)
}
