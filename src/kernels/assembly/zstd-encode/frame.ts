// Zstandard frames with the size of their content, of one segment and without checksum (RFC 8878, section 3.1.1).
import { copyBytes } from '../copy'
import { equalRun } from '../lz'
import { forgetTree, keepTree, startTrees } from './codes'
import { LITERALS, SEQUENCES, SMALL, SMALL_BLOCK } from './layout'
import { putLiterals } from './literals'
import { cutBlock, forgetBlock, literalBytes, sequenceCount, startMatches } from './matches'
import { cutOptimal, FIRST_OPTIMAL, startOptimal } from './optimal'
import { startRows } from './rows'
import { putSequences } from './sequences'
import { endOfBlock, entropyOfBlock, startSplit } from './split'
import { forgetTables, keepTables, startTables } from './tables'

const MAGIC: u32 = 0xfd2fb528
const FLAG_SINGLE: u32 = 0x20
/** Fewer bytes are not worth a search. */
const MIN_BLOCK: usize = 16

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

/** The content of a block that was cut. @returns where it ends, or 0 if it does not fit */
function putSections(s: usize, op: usize, oend: usize): usize {
  const to = putLiterals(s, s + LITERALS, literalBytes, op, oend)
  return to == 0 ? 0 : putSequences(s, s + SEQUENCES, sequenceCount, to, oend)
}

/** Compresses a block. @returns where it ends, or 0 if it does not get smaller or does not fit */
function putCompressed(s: usize, first: usize, block: usize, end: usize, level: u32, op: usize, oend: usize): usize {
  const size = end - block
  if (size < MIN_BLOCK) return 0
  if (level < FIRST_OPTIMAL) cutBlock(s, first, block, end, level)
  else cutOptimal(s, first, block, end, level)
  keepTree()
  keepTables()
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
    forgetTree()
    forgetTables()
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
  startTrees()
  startTables()
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
