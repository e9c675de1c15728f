// Decoder of single Zstandard frames without dictionary and checksum (RFC 8878, section 3.1.1).

import { copyBytes, fillBytes } from '../copy'
import { little } from './bits'
import { forgetTree } from './literals'
import { block, forgetSequences } from './sequences'

const MAGIC: u32 = 0xfd2fb528
const FLAG_SINGLE: u32 = 0x20
const FLAG_CHECKSUM: u32 = 4
/** The descriptor of a window of 2^27 bytes. */
const MAX_WINDOW: u32 = 17 << 3
const MAX_BLOCK: u32 = 1 << 17

// What the header of the frame says; these belong to the instance.
/** The most that a block may hold, packed and plain, in bytes. */
let blockMax: u32 = 0
/** Does it name the size of the content? */
let sized = false

/** Where the blocks of a frame start, if it holds `capacity` bytes as far as it says; else 0. */
function blocksStart(src: usize, end: usize, capacity: u32): usize {
  if (end - src < 6 || load<u32>(src) != MAGIC) return 0
  const flags = <u32>load<u8>(src, 4)
  // A dictionary, a checksum, a reserved bit: others decode these.
  if ((flags & (FLAG_CHECKSUM | 3 | 8)) != 0) return 0
  const single = (flags & FLAG_SINGLE) != 0
  let window = capacity
  if (!single) {
    const descriptor = <u32>load<u8>(src, 5)
    // Windows of more than 128 MiB are refused, as libraries do.
    if (descriptor > MAX_WINDOW) return 0
    const base = <u32>1024 << (descriptor >> 3)
    window = base + (base >> 3) * (descriptor & 7)
  }
  blockMax = min(window, MAX_BLOCK)
  const sizeBytes: u32 = flags >> 6 == 0 ? (single ? 1 : 0) : 1 << (flags >> 6)
  const sizeAt = src + (single ? 5 : 6)
  sized = sizeBytes > 0
  if (sized) {
    const size = little(sizeAt, end, sizeBytes)
    if (size < 0 || size + (sizeBytes == 2 ? 256 : 0) != <i64>capacity) return 0
  }
  return sizeAt + sizeBytes
}

/**
 * Decompresses one frame that has no dictionary and no checksum, up to `want` bytes or to its end. `s` is scratch.
 * Returns how many bytes there are, at most `capacity`, or -1 where it is malformed or not of this kind.
 */
export function zstdDecompress(src: usize, cbytes: u32, dst: usize, capacity: u32, want: u32, s: usize): i32 {
  const end = src + cbytes
  const oend = dst + capacity
  const stop: usize = want < capacity ? dst + want : usize.MAX_VALUE
  src = blocksStart(src, end, capacity)
  if (src == 0) return -1
  forgetTree()
  forgetSequences()
  let op = dst
  while (true) {
    const head = little(src, end, 3)
    if (head < 0) return -1
    src += 3
    const type = (<u32>head >> 1) & 3
    const size = <u32>head >> 3
    const stored: u32 = type == 1 ? 1 : size
    if (type == 3 || size > blockMax || stored > <u32>(end - src)) return -1
    const from = op
    if (type == 2) {
      op = block(s, src, src + size, dst, op, oend, stop)
      if (op == 0 || <u32>(op - from) > blockMax) return -1
    } else {
      if (size > <u32>(oend - op)) return -1
      if (type == 0) copyBytes(op, src, size)
      else fillBytes(op, load<u8>(src), size)
      op += size
    }
    src += stored
    if (op >= stop) return <i32>(op - dst)
    if ((head & 1) == 1) return src == end && (op == oend || !sized) ? <i32>(op - dst) : -1
  }
}
