// Zstandard frames with the size of their content, of one segment and without checksum (RFC 8878, section 3.1.1).
import { putBlock } from './blocks'
import { startTrees } from './codes'
import { FIRST_THOROUGH } from './efforts'
import { startLiterals } from './literals'
import { startSearch } from './search'
import { endOfBlock } from './split'
import { startTables } from './tables'

const MAGIC: u32 = 0xfd2fb528
const FLAG_SINGLE: u32 = 0x20

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
  startSearch(s, first, src, iend, level)
  startTrees()
  startLiterals(level >= FIRST_THOROUGH)
  startTables(level >= FIRST_THOROUGH)
  let end = endOfBlock(s, src, iend)
  let op = putHeader(dst, nbytes)
  for (let block = src; block < iend; ) {
    op = putBlock(s, first, block, end, end == iend, level, op, oend)
    if (op == 0) return 0
    block = end
    if (block < iend) end = endOfBlock(s, block, iend)
  }
  return <i32>(op - dst)
}
