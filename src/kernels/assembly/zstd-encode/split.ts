// Where a block ends: at most after 128 KiB, sooner where the bytes become others, as from one plane of shuffled data to
// the next. Then each block gets codes of its own. A sample of the bytes decides, 8 of every 64.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { countBytes } from './huffman'
import { BLOCK_COUNTS, COUNTS, HISTOGRAM_BYTES, LITERALS, MAX_BLOCK } from './layout'

const SEGMENT: usize = 1 << 14
const SHORT_SEGMENT: usize = 1 << 12
/** What a cut must save in the sample to pay for the tables of one more block, in 256ths of a bit. */
const WORTH_CUTTING: u64 = 500 << 8
const WORTH_CUTTING_SHORT: u64 = 300 << 8
let segment: usize = SEGMENT
let worthCutting: u64 = WORTH_CUTTING

/** Fine cuts are for the levels that take their time. */
export function startSplit(isFine: bool): void {
  segment = isFine ? SHORT_SEGMENT : SEGMENT
  worthCutting = isFine ? WORTH_CUTTING_SHORT : WORTH_CUTTING
}

/** How many bytes of the block are in {@link BLOCK_COUNTS}; this belongs to the instance. */
let blockTotal: u32 = 0

/** Counts a sample, but for runs, of which no literals are left. @returns how many bytes it has */
function countSample(s: usize, at: usize, end: usize): u32 {
  let to = s + LITERALS
  for (; at + 8 <= end; at += 64) {
    const word = load<u64>(at)
    store<u64>(to, word)
    to += word == (word & 255) * 0x0101010101010101 ? 0 : 8
  }
  const total = <u32>(to - s - LITERALS)
  countBytes(s, s + LITERALS, total)
  return total
}

@inline
function part(count: u32): u64 {
  return count == 0 ? 0 : <u64>count * log2x256(count)
}

/** Would the segment that was counted gain from codes of its own? */
function isOther(s: usize, total: u32): bool {
  let together = part(blockTotal + total)
  let apart = part(blockTotal) + part(total)
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 4) {
    const a = load<u32>(s + BLOCK_COUNTS + i)
    const b = load<u32>(s + COUNTS + i)
    together -= part(a + b)
    apart -= part(a) + part(b)
  }
  return together > apart + worthCutting
}

function addSegment(s: usize, total: u32): void {
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 4)
    store<u32>(s + BLOCK_COUNTS + i, load<u32>(s + BLOCK_COUNTS + i) + load<u32>(s + COUNTS + i))
  blockTotal += total
}

/** @returns the end of the block that starts at `block`, at most `end` */
export function endOfBlock(s: usize, block: usize, end: usize): usize {
  end = min(end, block + MAX_BLOCK)
  blockTotal = 0
  fillBytes(s + BLOCK_COUNTS, 0, HISTOGRAM_BYTES)
  while (block < end) {
    const next = min(end, block + segment)
    const total = countSample(s, block, next)
    if (blockTotal != 0 && total != 0 && isOther(s, total)) return block
    addSegment(s, total)
    block = next
  }
  return end
}

/** The entropy of a byte of the block that {@link endOfBlock} found last, in 16ths of a bit. */
export function entropyOfBlock(s: usize): u32 {
  if (blockTotal == 0) return 8 << 4
  let bits = part(blockTotal)
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 4) bits -= part(load<u32>(s + BLOCK_COUNTS + i))
  return <u32>((bits >> 4) / blockTotal)
}
