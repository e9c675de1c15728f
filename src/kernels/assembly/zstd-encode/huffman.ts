// Bytes counted, and written by the decoder's Huffman codes (RFC 8878, section 4.2.2): streams whose bits are read
// backward.
import { copyBytes, fillBytes } from '../copy'
import { treeCodes } from './codes'
import { CODES, COUNTS, HISTOGRAM_BYTES } from './layout'

/** Up to so many bytes are counted in one table. */
const FEW_BYTES: u32 = 1024

// @ts-ignore: decorator
@inline
function countOne(at: usize, table: usize): void {
  store<u32>(at + table, load<u32>(at + table) + 1)
}

/** Neighbours are counted in different tables: equal ones would wait for each other. */
function countInFour(counts: usize, src: usize, end: usize): usize {
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
  return src
}

/** Counts bytes. @returns the count of the most frequent one */
export function countBytes(s: usize, src: usize, nbytes: u32): u32 {
  const counts = s + COUNTS
  const end = src + nbytes
  const isFew = nbytes <= FEW_BYTES
  fillBytes(counts, 0, isFew ? HISTOGRAM_BYTES : 4 * HISTOGRAM_BYTES)
  if (!isFew) src = countInFour(counts, src, end)
  while (src < end) countOne(counts + 4 * <usize>load<u8>(src++), 0)
  if (!isFew) {
    for (let at = counts; at < counts + HISTOGRAM_BYTES; at += 16) {
      const two = i32x4.add(v128.load(at), v128.load(at, HISTOGRAM_BYTES))
      const others = i32x4.add(v128.load(at, 2 * HISTOGRAM_BYTES), v128.load(at, 3 * HISTOGRAM_BYTES))
      v128.store(at, i32x4.add(two, others))
    }
  }
  return highest(counts)
}

/** The highest of 256 counts. */
function highest(counts: usize): u32 {
  let most = i32x4.splat(0)
  for (let at = counts; at < counts + HISTOGRAM_BYTES; at += 16) most = i32x4.max_u(most, v128.load(at))
  const two = max(<u32>i32x4.extract_lane(most, 0), <u32>i32x4.extract_lane(most, 1))
  return max(two, max(<u32>i32x4.extract_lane(most, 2), <u32>i32x4.extract_lane(most, 3)))
}

/** Takes counts that are there already. @returns the count of the most frequent byte */
export function takeCounts(s: usize, counts: usize): u32 {
  copyBytes(s + COUNTS, counts, HISTOGRAM_BYTES)
  return highest(counts)
}

/** Writes one stream by the decoder's tree, the last symbol first; up to eight bytes after its end are written. @returns its end */
export function putStream(s: usize, src: usize, end: usize, op: usize): usize {
  const codes = s + CODES + treeCodes
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
