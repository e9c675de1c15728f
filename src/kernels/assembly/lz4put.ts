// How sequences of the LZ4 block format are written: literals, then a match.
// The last literals of a block follow no match, and stand alone.
import { copyExact, copyLoose } from './lz'

// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
// @ts-ignore: decorator
@inline const LAST_LITERALS: u32 = 5

/** Writes the rest of a length of which the token already says 15; returns the next position. */
// @ts-ignore: decorator
@inline
export function putRunOn(op: usize, rest: u32): usize {
  while (rest >= 4 * 255) {
    store<u32>(op, 0xffffffff)
    op += 4
    rest -= 4 * 255
  }
  while (rest >= 255) {
    store<u8>(op++, 255)
    rest -= 255
  }
  store<u8>(op++, rest)
  return op
}

/** Writes the last token and literals of a block; returns the size of the block, 0 if it does not fit. */
export function putLastLiterals(dst: usize, op: usize, oend: usize, anchor: usize, nbytes: u32): i32 {
  const extra: u32 = nbytes >= 15 ? (nbytes - 15) / 255 + 1 : 0
  if (<u64>(oend - op) < <u64>nbytes + extra + 1) return 0
  if (nbytes >= 15) {
    store<u8>(op, 0xf0)
    op = putRunOn(op + 1, nbytes - 15)
  } else {
    store<u8>(op++, nbytes << 4)
  }
  copyExact(op, anchor, nbytes)
  return <i32>(op + nbytes - dst)
}

/** Writes one sequence; returns the next position, 0 if it does not fit. */
// @ts-ignore: decorator
@inline
export function putSequence(
  op: usize, oend: usize, anchor: usize, iend: usize, literals: u32, length: u32, distance: u32,
): usize {
  const rest = length - MIN_MATCH
  const need = <usize>literals + (literals + 240) / 255 + 1 + 2 + (rest + 240) / 255 + 1 + LAST_LITERALS
  const room = oend - op
  if (room < need) return 0
  const token = op++
  store<u8>(token, (min<u32>(literals, 15) << 4) | min<u32>(rest, 15))
  if (literals >= 15) op = putRunOn(op, literals - 15)
  if (room >= need + 16 && iend - anchor >= <usize>literals + 16) copyLoose(op, anchor, literals)
  else copyExact(op, anchor, literals)
  op += literals
  store<u16>(op, <u16>distance)
  op += 2
  if (rest >= 15) op = putRunOn(op, rest - 15)
  return op
}
