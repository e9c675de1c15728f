// The section of the literals of a block (RFC 8878, section 3.1.1.3.1): stored, one byte over and over, or by the codes
// of a new tree or of the one before.
import { copyBytes } from '../copy'
import { bitsByLastTree, buildCodes, longest, takeTree } from './codes'
import { log2x256, usedOfFour } from '../entropy'
import { IMPOSSIBLE } from './fse'
import { countBytes, putStream, takeCounts } from './huffman'
import { COUNTS, HISTOGRAM_BYTES } from './layout'
import { MAX_TREE_BYTES, putTree } from './weights'

/** Codes are not longer. */
const MAX_LENGTH: u32 = 11
/** Fewer literals are not worth a tree, or even one that is there. */
const MIN_LITERALS: u32 = 24
const MIN_TREELESS: u32 = 8
/** Up to this many literals go in one stream. */
const ONE_STREAM: u32 = 255
/** Streams may be written so far beyond their end. */
const MARGIN: usize = 16

const STORED: u32 = 0
const ONE_BYTE: u32 = 1
const CODED: u32 = 2
const TREELESS: u32 = 3

/** The head of literals that are stored, or one byte over and over. */
function putPlainHead(op: usize, type: u32, size: u32): usize {
  const format: u32 = size < 32 ? 0 : size < 4096 ? 1 : 3
  store<u32>(op, type | (format << 2) | (size << (format == 0 ? 3 : 4)))
  return op + (format == 0 ? 1 : format == 1 ? 2 : 3)
}

/** @param headBytes 3 to 5, by the number of literals */
function putCodedHead(op: usize, type: u32, size: u32, packed: u32, headBytes: usize): void {
  const width: u64 = headBytes == 3 ? 10 : headBytes == 4 ? 14 : 18
  const format: u64 = size <= ONE_STREAM ? 0 : headBytes - 2
  const head = type | (format << 2) | (<u64>size << 4) | (<u64>packed << (4 + width))
  store<u8>(op, <u8>head)
  store<u16>(op, <u16>(head >> 8), 1)
  if (headBytes > 3) store<u8>(op, <u8>(head >> 24), 3)
  if (headBytes > 4) store<u8>(op, <u8>(head >> 32), 4)
}

/** The streams: one, or four after their sizes. @returns where they end */
function putStreams(s: usize, src: usize, size: u32, op: usize): usize {
  if (size <= ONE_STREAM) return putStream(s, src, src + size, op)
  const share = <usize>(size + 3) >> 2
  let to = op + 6
  for (let i: usize = 0; i < 4; i++) {
    const start = to
    to = putStream(s, src + i * share, i == 3 ? src + size : src + (i + 1) * share, to)
    if (i < 3) store<u16>(op + 2 * i, <u16>(to - start))
  }
  return to
}

/**
 * Whether a tree can save more than its description: codes take at least what the collision entropy of the counts says,
 * which needs no logarithm of each, and a tree at least some bits for each symbol.
 */
function mayPay(s: usize, size: u32): bool {
  let squares = f64x2.splat(0)
  let symbols: u32 = 0
  for (let at = s + COUNTS; at < s + COUNTS + HISTOGRAM_BYTES; at += 16) {
    const counts = v128.load(at)
    if (!v128.any_true(counts)) continue
    symbols += usedOfFour(counts)
    const low = f64x2.convert_low_i32x4_u(counts)
    const high = f64x2.convert_low_i32x4_u(i8x16.shuffle(counts, counts, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)))
  }
  const sum = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1)
  // In 16ths, so that a sum of large squares fits.
  const bits = 2 * log2x256(size) - log2x256(<u32>max(1, sum / 16)) - (4 << 8)
  const coded = <u32>((<u64>size * bits) >> 11)
  return coded + 4 + min((3 * symbols) >> 3, 6 + (symbols >> 3)) + (size >> 7) < size
}

/** What the literals take by the tree of {@link putBestTree}, in bits; and whether more than one is tried. */
let treeBits: u32 = 0
let isThorough: bool = false

/** Starts a frame. @param thorough whether there is time for a choice among trees */
export function startLiterals(thorough: bool): void {
  isThorough = thorough
}

/** Codes that are as long as they should be in so few literals: the longest save less than their description takes. */
function putUsualTree(s: usize, size: u32, most: u32, op: usize): usize {
  treeBits = buildCodes(s, most, min(MAX_LENGTH, 30 - clz(size)))
  return putTree(s, op)
}

/** Builds and describes the tree that takes least. @returns where that ends, or 0 if it cannot be described */
function putBestTree(s: usize, size: u32, most: u32, op: usize): usize {
  if (!isThorough) return putUsualTree(s, size, most, op)
  let best: u32 = IMPOSSIBLE
  let bestLimit: u32 = MAX_LENGTH
  for (let limit = MAX_LENGTH; limit > 1; limit = longest - 1) {
    const bits = buildCodes(s, most, limit)
    if (longest > limit) break
    const behind = putTree(s, op)
    const all = behind == 0 ? IMPOSSIBLE : bits + (<u32>(behind - op) << 3)
    if (all > best) break
    best = all
    bestLimit = limit
  }
  treeBits = buildCodes(s, most, bestLimit)
  return putTree(s, op)
}

/** Literals by codes. @returns where they end, or 0 if that saves too little or might not fit */
function putCoded(s: usize, src: usize, size: u32, most: u32, op: usize, oend: usize): usize {
  if (size < MIN_TREELESS) return 0
  const headBytes: usize = size < 1024 ? 3 : size < 16384 ? 4 : 5
  const body = op + headBytes
  const room = <u32>(oend - op)
  if (room < MAX_TREE_BYTES + <u32>MARGIN) return 0
  let bits = bitsByLastTree(s)
  let type = TREELESS
  let to = body
  if (size >= MIN_LITERALS && mayPay(s, size)) {
    const behind = putBestTree(s, size, most, body)
    const all = treeBits + (<u32>(behind - body) << 3)
    if (behind != 0 && all < bits) {
      type = CODED
      to = behind
      bits = treeBits
    }
  }
  if (bits == IMPOSSIBLE) return 0
  const bytes = <u32>(to - op) + (size <= ONE_STREAM ? 0 : 6) + bits / 8 + 1
  // Less is not worth the decoder's time.
  if (bytes + (size >> 7) >= size || room < bytes + <u32>MARGIN + 8) return 0
  if (type == CODED) takeTree()
  const behind = putStreams(s, src, size, to)
  putCodedHead(op, type, size, <u32>(behind - body), headBytes)
  return behind
}

/**
 * Writes the section of the literals from `src` on, and makes a new tree the decoder's.
 * @param counts how often each byte comes, or 0 if that is to be counted
 * @returns where it ends, or 0 if it might not fit
 */
export function putLiterals(s: usize, src: usize, size: u32, counts: usize, op: usize, oend: usize): usize {
  if (oend - op < MARGIN) return 0
  const most = counts == 0 ? countBytes(s, src, size) : takeCounts(s, counts)
  if (most == size && size > 3) {
    op = putPlainHead(op, ONE_BYTE, size)
    store<u8>(op, load<u8>(src))
    return op + 1
  }
  const behind = putCoded(s, src, size, most, op, oend)
  if (behind != 0) return behind
  op = putPlainHead(op, STORED, size)
  if (oend - op < <usize>size) return 0
  copyBytes(op, src, size)
  return op + size
}
