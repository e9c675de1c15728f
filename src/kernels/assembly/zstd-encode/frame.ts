// Zstandard frames with the size of their content, of one segment and without checksum (RFC 8878, section 3.1.1).
import { copyBytes } from '../copy'
import { equalRun } from '../lz'
import { buildCodes, countBytes, MAX_TREE_BYTES, putStream, putTree } from './huffman'
import { LITERALS, SMALL, SMALL_BLOCK } from './layout'
import { cutBlock, forgetBlock, literalBytes, sequenceCount, startMatches } from './matches'
import { cutOptimal, FIRST_OPTIMAL, startOptimal } from './optimal'
import { startRows } from './rows'
import { putSequences } from './sequences'
import { endOfBlock, entropyOfBlock, startSplit } from './split'

const MAGIC: u32 = 0xfd2fb528
const FLAG_SINGLE: u32 = 0x20
/** Fewer bytes are not worth a search, or a tree. */
const MIN_BLOCK: usize = 16
const MIN_LITERALS: u32 = 32
/** Up to this many literals go in one stream. */
const ONE_STREAM: u32 = 255
/** Streams may be written so far beyond their end. */
const MARGIN: usize = 16

/** The header. @returns where it ends */
function putHeader(op: usize, nbytes: u32): usize {
  store<u32>(op, MAGIC)
  const flag: u32 = nbytes < 256 ? 0 : nbytes < 65536 + 256 ? 1 : 2
  store<u8>(op, <u8>(FLAG_SINGLE | (flag << 6)), 4)
  op += 5
  if (flag == 0) store<u8>(op, <u8>nbytes)
  else if (flag == 1) store<u16>(op, <u16>(nbytes - 256))
  else store<u32>(op, nbytes)
  return op + (1 << flag)
}

/** The head of literals that are stored, or one byte over and over. */
function putPlainHead(op: usize, type: u32, size: u32): usize {
  const format: u32 = size < 32 ? 0 : size < 4096 ? 1 : 3
  store<u32>(op, type | (format << 2) | (size << (format == 0 ? 3 : 4)))
  return op + (format == 0 ? 1 : format == 1 ? 2 : 3)
}

/** Literals by codes. @returns where they end, or 0 if that saves too little or might not fit */
function putCodedLiterals(s: usize, size: u32, most: u32, op: usize, oend: usize): usize {
  // About even counts are noise, which a tree would not pay for.
  if (size < MIN_LITERALS || most <= (size >> 7) + 4) return 0
  const bytes = buildCodes(s) / 8 + 16
  if (bytes + (size >> 6) >= size || oend - op < <usize>bytes + MAX_TREE_BYTES + MARGIN) return 0
  const single = size <= ONE_STREAM
  const headBytes: usize = size < 1024 ? 3 : size < 16384 ? 4 : 5
  const body = op + headBytes
  let to = putTree(s, body)
  if (to == 0) return 0
  const src = s + LITERALS
  if (single) to = putStream(s, src, src + size, to)
  else {
    const share = <usize>(size + 3) >> 2
    const jumps = to
    to += 6
    for (let i: usize = 0; i < 4; i++) {
      const start = to
      to = putStream(s, src + i * share, i == 3 ? src + size : src + (i + 1) * share, to)
      if (i < 3) store<u16>(jumps + 2 * i, <u16>(to - start))
    }
  }
  const packed = <u32>(to - body)
  if (packed + (size >> 7) >= size) return 0
  const width: u64 = headBytes == 3 ? 10 : headBytes == 4 ? 14 : 18
  const format: u64 = single ? 0 : headBytes - 2
  const head = 2 | (format << 2) | (<u64>size << 4) | (<u64>packed << (4 + width))
  store<u8>(op, <u8>head)
  store<u16>(op, <u16>(head >> 8), 1)
  if (headBytes > 3) store<u8>(op, <u8>(head >> 24), 3)
  if (headBytes > 4) store<u8>(op, <u8>(head >> 32), 4)
  return to
}

/** The section of the literals. @returns where it ends, or 0 if it might not fit */
function putLiterals(s: usize, size: u32, op: usize, oend: usize): usize {
  const src = s + LITERALS
  if (oend - op < MARGIN) return 0
  const most = countBytes(s, src, size)
  if (most == size && size > 3) {
    op = putPlainHead(op, 1, size)
    store<u8>(op, load<u8>(src))
    return op + 1
  }
  const behind = putCodedLiterals(s, size, most, op, oend)
  if (behind != 0) return behind
  op = putPlainHead(op, 0, size)
  if (oend - op < <usize>size) return 0
  copyBytes(op, src, size)
  return op + size
}

/** The content of a block that was cut. @returns where it ends, or 0 if it does not fit */
function putSections(s: usize, op: usize, oend: usize): usize {
  const to = putLiterals(s, literalBytes, op, oend)
  return to == 0 ? 0 : putSequences(s, sequenceCount, to, oend)
}

/** Compresses a block. @returns where it ends, or 0 if it does not get smaller or does not fit */
function putCompressed(s: usize, first: usize, block: usize, end: usize, level: u32, op: usize, oend: usize): usize {
  const size = end - block
  if (size < MIN_BLOCK) return 0
  if (level < FIRST_OPTIMAL) cutBlock(s, first, block, end, level)
  else cutOptimal(s, first, block, end, level)
  const limit = min(oend, op + size - 1)
  let to: usize
  if (size > SMALL_BLOCK) to = putSections(s, op, limit)
  else {
    const small = s + SMALL
    to = putSections(s, small, small + 2 * SMALL_BLOCK)
    const cbytes = to - small
    if (to != 0 && op + cbytes <= limit) {
      copyBytes(op, small, cbytes)
      to = op + cbytes
    } else to = 0
  }
  if (to == 0 || to > limit) {
    forgetBlock()
    return 0
  }
  return to
}

@inline
function putBlockHead(op: usize, isLast: bool, type: u32, size: u32): void {
  const head = (isLast ? 1 : 0) | (type << 1) | (size << 3)
  store<u16>(op, <u16>head)
  store<u8>(op, <u8>(head >> 16), 2)
}

/**
 * Compresses into one frame, level 1 to 9, with the `dictBytes` bytes right before `src` as its dictionary. `s` is
 * scratch. Returns its size, or 0 if it does not fit in `capacity`.
 */
export function zstdCompress(
  src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, dictBytes: u32, s: usize,
): i32 {
  const iend = src + nbytes
  const oend = dst + capacity
  if (capacity < 12 || nbytes == 0) return 0
  const first = src - dictBytes
  startSplit(level >= FIRST_OPTIMAL)
  let end = endOfBlock(s, src, iend)
  startRows(s, first, nbytes + dictBytes, entropyOfBlock(s), level < 2)
  startMatches(s, first, src)
  if (level >= FIRST_OPTIMAL) startOptimal(s, first, src, iend, level)
  let op = putHeader(dst, nbytes)
  for (let block = src; block < iend; ) {
    const size = <u32>(end - block)
    const isLast = end == iend
    if (oend - op < 4) return 0
    const body = op + 3
    if (equalRun(block + 1, block, end) == size - 1) {
      putBlockHead(op, isLast, 1, size)
      store<u8>(body, load<u8>(block))
      op = body + 1
    } else {
      const to = putCompressed(s, first, block, end, level, body, oend)
      if (to != 0) {
        putBlockHead(op, isLast, 2, <u32>(to - body))
        op = to
      } else {
        if (oend - body < <usize>size) return 0
        putBlockHead(op, isLast, 0, size)
        copyBytes(body, block, size)
        op = body + size
      }
    }
    block = end
    if (block < iend) end = endOfBlock(s, block, iend)
  }
  return <i32>(op - dst)
}
