// Cuts a block whose sequences are known into parts where codes of their own pay: neighbours are joined, those first that
// gain most by it, as long as it is a gain.
import { copyBytes, fillBytes } from '../copy'
import { sumOfFour, timesLog2, usedOfFour } from '../entropy'
import { countBytes } from './huffman'
import {
  COUNTS,
  HISTOGRAM_BYTES,
  LITERALS,
  MAX_BLOCK,
  MAX_PARTS,
  PART_BYTES,
  PART_FACTS,
  PART_ORDER,
  PARTS,
  SEQUENCES,
  SEQUENCE_BYTES,
} from './layout'
import { countCodes } from './sequences'

/** A part has so many bytes at least; a block has no more than {@link MAX_PARTS} then. */
const LEAST_PART: u32 = MAX_BLOCK / (MAX_PARTS - 1)
/** The same where time is short. */
const LEAST_COARSE_PART: u32 = 1 << 13
/** The heads of a block and of its sections, the sizes of streams and their last bytes, and the decoder's time, in bits. */
const PART_BITS: u32 = 260

/** The facts of a part. */
const PART_SEQUENCES: usize = PART_FACTS
const PART_LITERALS: usize = PART_FACTS + 4
const PRICE: usize = PART_FACTS + 8
const JOINT_PRICE: usize = PART_FACTS + 12

@inline
function partAt(s: usize, i: u32): usize {
  return s + PARTS + <usize>i * PART_BYTES
}

/** The part at a place of the order. */
@inline
function partOf(s: usize, i: u32): usize {
  return partAt(s, load<u32>(s + PART_ORDER + 4 * <usize>i))
}

/** How often each byte is among the literals of a part. */
export function partCounts(s: usize, i: u32): usize {
  return partOf(s, i)
}

/** How often each of the three codes is among the sequences of a part. */
export function partCodes(s: usize, i: u32): usize {
  return partOf(s, i) + HISTOGRAM_BYTES
}

export function partSequences(s: usize, i: u32): u32 {
  return load<u32>(partOf(s, i) + PART_SEQUENCES)
}

export function partLiterals(s: usize, i: u32): u32 {
  return load<u32>(partOf(s, i) + PART_LITERALS)
}

/** Notes a part whose codes are counted. */
function addPart(s: usize, i: u32, sequences: u32, literals: u32, at: usize): void {
  const part = partAt(s, i)
  countBytes(s, at, literals)
  copyBytes(part, s + COUNTS, HISTOGRAM_BYTES)
  store<u32>(part + PART_SEQUENCES, sequences)
  store<u32>(part + PART_LITERALS, literals)
  store<u32>(s + PART_ORDER + 4 * <usize>i, i)
}

// @ts-ignore: decorator
@inline
function countCode(part: usize, kind: usize, code: u32): void {
  const at = part + HISTOGRAM_BYTES + (kind << 8) + 4 * <usize>code
  store<u32>(at, load<u32>(at) + 1)
}

/** Cuts as finely as can be. @returns how many parts there are */
function cutFinely(s: usize, count: u32, literalBytes: u32, nbytes: u32, least: u32): u32 {
  let parts: u32 = 0
  let literals: u32 = 0
  let bytes: u32 = 0
  let left = nbytes
  let first: u32 = 0
  let from = s + LITERALS
  for (let i: u32 = 0; i < count; i++) {
    const at = s + SEQUENCES + <usize>i * SEQUENCE_BYTES
    const part = partAt(s, parts)
    if (i == first) fillBytes(part + HISTOGRAM_BYTES, 0, PART_FACTS - HISTOGRAM_BYTES)
    const codes = load<u32>(at, 12)
    countCode(part, 0, codes & 255)
    countCode(part, 1, (codes >> 8) & 255)
    countCode(part, 2, codes >> 16)
    literals += load<u32>(at)
    bytes += load<u32>(at) + load<u32>(at, 4)
    if (bytes < least || left - bytes < least) continue
    addPart(s, parts++, i + 1 - first, literals, from)
    from += literals
    left -= bytes
    first = i + 1
    literals = 0
    bytes = 0
  }
  if (first == count) fillBytes(partAt(s, parts) + HISTOGRAM_BYTES, 0, PART_FACTS - HISTOGRAM_BYTES)
  addPart(s, parts++, count - first, <u32>(s + LITERALS + literalBytes - from), from)
  return parts
}

/** What was found by {@link measure}: the entropy of counts in bits, how many symbols come, how often in all and at most. */
let entropy: u32 = 0
let symbols: u32 = 0
let total: u32 = 0
let most: u32 = 0

/** Measures counts, together with those of another part unless that is 0. */
function measure(counts: usize, others: usize, n: usize): void {
  let logs = f32x4.splat(0)
  let all = i32x4.splat(0)
  let high = i32x4.splat(0)
  symbols = 0
  for (let i: usize = 0; i < 4 * n; i += 16) {
    let sums = v128.load(counts + i)
    if (others != 0) sums = i32x4.add(sums, v128.load(others + i))
    if (!v128.any_true(sums)) continue
    logs = f32x4.add(logs, timesLog2(sums))
    all = i32x4.add(all, sums)
    high = i32x4.max_u(high, sums)
    symbols += usedOfFour(sums)
  }
  total = i32x4.extract_lane(all, 0) + i32x4.extract_lane(all, 1) + i32x4.extract_lane(all, 2) + i32x4.extract_lane(all, 3)
  most = max(
    max(<u32>i32x4.extract_lane(high, 0), <u32>i32x4.extract_lane(high, 1)),
    max(<u32>i32x4.extract_lane(high, 2), <u32>i32x4.extract_lane(high, 3)),
  )
  const whole = f32x4.extract_lane(timesLog2(i32x4.splat(total)), 0)
  entropy = <u32>max<f32>(0, whole - sumOfFour(logs))
}

/** About what the literals take, in bits. */
function literalsPrice(part: usize, other: usize): u32 {
  measure(part, other, 256)
  if (total == 0) return 0
  if (most == total) return 8
  return min(8 * total, max(total, entropy) + 48 + ((symbols * 5) >> 1))
}

/** About what one kind of codes takes, in bits. */
function codesPrice(part: usize, other: usize, kind: usize): u32 {
  const offset = HISTOGRAM_BYTES + (kind << 8)
  measure(part + offset, other == 0 ? 0 : other + offset, 64)
  if (symbols < 2) return total == 0 ? 0 : 8
  // The table that both sides know takes about so much for each.
  return min(total * (kind == 1 ? 5 : 6), entropy + 16 + 5 * symbols)
}

/** About what a part takes, or two of them together, in bits: but for the digits, which are the same. */
function priceOf(part: usize, other: usize): u32 {
  let price = PART_BITS + literalsPrice(part, other)
  for (let kind: usize = 0; kind < 3; kind++) price += codesPrice(part, other, kind)
  return price
}

/** Prices a part at a place of the order together with the next one, if there is one. */
function priceJoint(s: usize, i: u32, parts: u32): void {
  if (i + 1 < parts) store<u32>(partOf(s, i) + JOINT_PRICE, priceOf(partOf(s, i), partOf(s, i + 1)))
}

function addCounts(part: usize, other: usize): void {
  for (let i: usize = 0; i < PART_FACTS; i += 16) v128.store(part + i, i32x4.add(v128.load(part + i), v128.load(other + i)))
  for (let i = PART_SEQUENCES; i <= PART_LITERALS; i += 4) store<u32>(part + i, load<u32>(part + i) + load<u32>(other + i))
}

/** The place of the part that gains most by joining the next, or the last place if none gains. */
function bestJoin(s: usize, parts: u32): u32 {
  let best = parts - 1
  let bestGain: i32 = -1
  for (let i: u32 = 0; i + 1 < parts; i++) {
    const part = partOf(s, i)
    const gain = <i32>(load<u32>(part + PRICE) + load<u32>(partOf(s, i + 1) + PRICE)) - <i32>load<u32>(part + JOINT_PRICE)
    if (gain <= bestGain) continue
    bestGain = gain
    best = i
  }
  return best
}

/** Cuts the block into parts. @returns how many, or 0 if it is too short to be measured */
export function splitBlock(s: usize, count: u32, literalBytes: u32, nbytes: u32, isFine: bool): u32 {
  const least = isFine ? LEAST_PART : LEAST_COARSE_PART
  if (nbytes < 2 * least) return 0
  countCodes(s, count)
  let parts = cutFinely(s, count, literalBytes, nbytes, least)
  for (let i: u32 = 0; i < parts; i++) {
    store<u32>(partOf(s, i) + PRICE, priceOf(partOf(s, i), 0))
    priceJoint(s, i, parts)
  }
  while (parts > 1) {
    const i = bestJoin(s, parts)
    if (i + 1 == parts) break
    const part = partOf(s, i)
    addCounts(part, partOf(s, i + 1))
    store<u32>(part + PRICE, load<u32>(part + JOINT_PRICE))
    parts--
    for (let k = i + 1; k < parts; k++) store<u32>(s + PART_ORDER + 4 * k, load<u32>(s + PART_ORDER + 4 * (k + 1)))
    priceJoint(s, i, parts)
    if (i > 0) priceJoint(s, i - 1, parts)
  }
  return parts
}
