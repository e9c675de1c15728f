// Decoder of Zstandard streams without dictionary: frames and skippable ones, one after the other (RFC 8878, section
// 3.1). It takes and refuses what libzstd does.

import { copyBytes, fillBytes } from '../copy'
import { little } from './bits'
import { checksum } from './checksum'
import { forgetTree } from './literals'
import { block, forgetSequences } from './sequences'

const MAGIC: u32 = 0xfd2fb528
const SKIPPABLE: u32 = 0x184d2a50
const SKIPPABLE_MASK: u32 = 0xfffffff0
const SKIPPABLE_HEAD: usize = 8
/** Fewer bytes than this are no frame. */
const LEAST: usize = 5
const FLAG_SINGLE: u32 = 0x20
const FLAG_CHECKSUM: u32 = 4
/** Descriptors up to this one are of windows of less than 2^32 bytes. */
const MAX_WINDOW: u32 = (21 << 3) | 7
const MAX_BLOCK: u32 = 1 << 17
const CHECKSUM_BYTES: usize = 4

// What the header of a frame says, and where one ends; these belong to the instance.
/** The most that a block may hold, packed and plain, in bytes. */
let blockMax: u32 = 0
/** Size of the content, in bytes; -1 if it is not named. */
let contentSize: i64 = -1
let hasChecksum: bool = false
/** Where the frame that was decoded ends in the stream. */
let next: usize = 0

/** Where the blocks of a frame start, if it holds at most `capacity` bytes as far as it says; else 0. */
function blocksStart(src: usize, end: usize, capacity: u32): usize {
  if (end - src < 6 || load<u32>(src) != MAGIC) return 0
  const flags = <u32>load<u8>(src, 4)
  // A dictionary, a reserved bit: others decode these.
  if ((flags & (3 | 8)) != 0) return 0
  hasChecksum = (flags & FLAG_CHECKSUM) != 0
  const single = (flags & FLAG_SINGLE) != 0
  const sizeBytes: u32 = flags >> 6 == 0 ? (single ? 1 : 0) : 1 << (flags >> 6)
  const sizeAt = src + (single ? 5 : 6)
  contentSize = -1
  if (sizeBytes > 0) {
    const size = little(sizeAt, end, sizeBytes)
    if (size < 0) return 0
    contentSize = size + (sizeBytes == 2 ? 256 : 0)
    if (contentSize > <i64>capacity) return 0
  }
  let window = <u32>contentSize
  if (!single) {
    const descriptor = <u32>load<u8>(src, 5)
    // Only streaming decoders hold a window in memory, and refuse more than 128 MiB.
    if (descriptor > MAX_WINDOW) return 0
    const base = <u32>1024 << (descriptor >> 3)
    window = base + (base >> 3) * (descriptor & 7)
  }
  blockMax = min(window, MAX_BLOCK)
  return sizeAt + sizeBytes
}

/** Is what lies after the blocks as it should be? `next` is then after it. */
function closes(src: usize, end: usize, dst: usize, op: usize): bool {
  if (contentSize >= 0 && <i64>(op - dst) != contentSize) return false
  next = src
  if (!hasChecksum) return true
  if (end - src < CHECKSUM_BYTES || load<u32>(src) != checksum(dst, op - dst)) return false
  next = src + CHECKSUM_BYTES
  return true
}

/** Decodes the frame at `src` to `dst`, up to `stop` or to its end. Returns where its content ends, or 0. */
function frame(src: usize, end: usize, dst: usize, oend: usize, stop: usize, s: usize): usize {
  src = blocksStart(src, end, <u32>(oend - dst))
  if (src == 0) return 0
  forgetTree()
  forgetSequences()
  let op = dst
  while (true) {
    const head = little(src, end, 3)
    if (head < 0) return 0
    src += 3
    const type = (<u32>head >> 1) & 3
    const size = <u32>head >> 3
    const stored: u32 = type == 1 ? 1 : size
    if (type == 3 || size > blockMax || stored > <u32>(end - src)) return 0
    const from = op
    if (type == 2) {
      op = block(s, src, src + size, dst, op, oend, stop)
      if (op == 0 || <u32>(op - from) > blockMax) return 0
    } else {
      if (size > <u32>(oend - op)) return 0
      if (type == 0) copyBytes(op, src, size)
      else fillBytes(op, load<u8>(src), size)
      op += size
    }
    src += stored
    if (op >= stop) return op
    if ((head & 1) == 1) return closes(src, end, dst, op) ? op : 0
  }
}

/** Where the stream goes on after a skippable frame at `src`; `src` if there is none, 0 if it ends too late. */
function skip(src: usize, end: usize): usize {
  if ((load<u32>(src) & SKIPPABLE_MASK) != SKIPPABLE) return src
  if (end - src < SKIPPABLE_HEAD) return 0
  const size = <usize>load<u32>(src, 4)
  return size > end - src - SKIPPABLE_HEAD ? 0 : src + SKIPPABLE_HEAD + size
}

/**
 * Decompresses a stream of frames that have no dictionary, up to `want` bytes or to its end. `s` is scratch. Returns
 * how many bytes there are, at most `capacity`, or -1 if it is malformed or not of this kind.
 */
export function zstdDecompress(src: usize, cbytes: u32, dst: usize, capacity: u32, want: u32, s: usize): i32 {
  const end = src + cbytes
  const oend = dst + capacity
  const stop: usize = want < capacity ? dst + want : usize.MAX_VALUE
  let op = dst
  while (end - src >= LEAST) {
    const behind = skip(src, end)
    if (behind == 0) return -1
    if (behind != src) {
      src = behind
      continue
    }
    op = frame(src, end, op, oend, stop, s)
    if (op == 0) return -1
    if (op >= stop) return <i32>(op - dst)
    src = next
  }
  return src == end ? <i32>(op - dst) : -1
}
