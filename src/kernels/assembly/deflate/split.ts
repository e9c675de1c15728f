// Where a block ends: where what follows has other symbols, so that codes of its own pay.
import { copyBytes, fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { putBlock } from './block'
import { ALPHABET, COUNTS, DISTANCES, NEXT_COUNTS, SEQUENCE_BYTES } from './layout'
import { distanceSymbol, lengthSymbol } from './symbols'

/** What a cut must save to pay for one more description, in 256ths of a bit. */
const WORTH_CUTTING: u32 = 400 << 8

/** Of the part that was counted last, and of the block; these belong to the instance. */
let partBytes: u32 = 0
let partEnd: usize = 0

// @ts-ignore: decorator
@inline
function countOne(at: usize): void {
  store<u32>(at, load<u32>(at) + 1)
}

/** Counts sequences from `at` on, until there are `most` symbols. */
function countPart(s: usize, at: usize, last: usize, src: usize, most: u32): void {
  const counts = s + NEXT_COUNTS
  const start = src
  fillBytes(counts, 0, 4 * ALPHABET)
  for (let symbols: u32 = 0; at < last && symbols < most; at += SEQUENCE_BYTES) {
    const literals = load<u32>(at)
    const match = load<u32>(at, 4)
    symbols += literals + 1
    for (const end = src + literals; src < end; src++) countOne(counts + 4 * <usize>load<u8>(src))
    if (match == 0) continue
    const length = match & 0xffff
    countOne(counts + 4 * <usize>lengthSymbol(length))
    countOne(counts + 4 * <usize>(DISTANCES + distanceSymbol(match >> 16)))
    src += length
  }
  partBytes = <u32>(src - start)
  partEnd = at
}

// @ts-ignore: decorator
@inline
function share(count: u32): u32 {
  return count == 0 ? 0 : count * log2x256(count)
}

/** What the counted symbols take, in 256ths of a bit; with those of a second table, if there is one. */
function entropyOf(counts: usize, others: usize): u32 {
  let bits: u32 = 0
  let total: u32 = 0
  for (let i: u32 = 0; i < ALPHABET; i++) {
    if (i == DISTANCES) {
      bits += share(total)
      total = 0
    }
    let count = load<u32>(counts + 4 * i)
    if (others != 0) count += load<u32>(others + 4 * i)
    total += count
    bits -= share(count)
  }
  return bits + share(total)
}

function addCounts(s: usize): void {
  for (let i: usize = 0; i < 4 * ALPHABET; i += 16)
    v128.store(s + COUNTS + i, i32x4.add(v128.load(s + COUNTS + i), v128.load(s + NEXT_COUNTS + i)))
}

/** Writes the sequences from `at` up to `last` in blocks. @returns whether they fit */
export function putBlocks(
  s: usize, at: usize, last: usize, src: usize, part: u32, isLast: bool, oend: usize,
): bool {
  countPart(s, at, last, src, part)
  let isDone = false
  while (!isDone) {
    copyBytes(s + COUNTS, s + NEXT_COUNTS, 4 * ALPHABET)
    let nbytes = partBytes
    let end = partEnd
    let entropy = end < last ? entropyOf(s + COUNTS, 0) : 0
    while (end < last) {
      countPart(s, end, last, src + nbytes, part)
      const together = entropyOf(s + COUNTS, s + NEXT_COUNTS)
      if (together > entropy + entropyOf(s + NEXT_COUNTS, 0) + WORTH_CUTTING) break
      entropy = together
      addCounts(s)
      nbytes += partBytes
      end = partEnd
    }
    if (!putBlock(s, at, end, src, nbytes, isLast && end == last, oend)) return false
    isDone = end == last
    at = end
    src += nbytes
  }
  return true
}
