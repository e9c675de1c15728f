// Where a block ends: at most after 128 KiB, sooner where the bytes become others, as from one plane of shuffled data to
// the next. Then each block gets codes of its own. A sample of the bytes decides, 8 of every 64.
import { fillBytes } from '../copy'
import { sumOfFour, timesLog2, usedOfFour } from '../entropy'
import { countBytes } from './huffman'
import { BLOCK_COUNTS, COUNTS, HISTOGRAM_BYTES, LITERALS, MAX_BLOCK } from './layout'

const SEGMENT: usize = 1 << 14
/** What a cut must save in the sample to pay for the tables of one more block, in bits. */
const WORTH_CUTTING: f32 = 500
/** What a cut seems to save for each symbol where both sides are alike: half a nat, more as neighbours are alike. */
const CHANCE: f32 = 1

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
function part(count: u32): f32 {
  return f32x4.extract_lane(timesLog2(i32x4.splat(count)), 0)
}

/** Would the segment that was counted gain from codes of its own? */
function isOther(s: usize, total: u32): bool {
  let gains = f32x4.splat(0)
  let symbols: u32 = 0
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 16) {
    const b = v128.load(s + COUNTS + i)
    if (!v128.any_true(b)) continue
    const a = v128.load(s + BLOCK_COUNTS + i)
    gains = f32x4.add(gains, f32x4.sub(f32x4.add(timesLog2(a), timesLog2(b)), timesLog2(i32x4.add(a, b))))
    symbols += usedOfFour(b)
  }
  const gain = part(blockTotal + total) - part(blockTotal) - part(total) + sumOfFour(gains)
  return gain > <f32>symbols * CHANCE + WORTH_CUTTING
}

function addSegment(s: usize, total: u32): void {
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 16)
    v128.store(s + BLOCK_COUNTS + i, i32x4.add(v128.load(s + BLOCK_COUNTS + i), v128.load(s + COUNTS + i)))
  blockTotal += total
}

/** @returns the end of the block that starts at `block`, at most `end` */
export function endOfBlock(s: usize, block: usize, end: usize): usize {
  end = min(end, block + MAX_BLOCK)
  blockTotal = 0
  fillBytes(s + BLOCK_COUNTS, 0, HISTOGRAM_BYTES)
  while (block < end) {
    const next = min(end, block + SEGMENT)
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
  let logs = f32x4.splat(0)
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 16) {
    const counts = v128.load(s + BLOCK_COUNTS + i)
    if (v128.any_true(counts)) logs = f32x4.add(logs, timesLog2(counts))
  }
  return <u32>max<f32>(0, (16 * (part(blockTotal) - sumOfFour(logs))) / <f32>blockTotal)
}
