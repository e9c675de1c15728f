// LZ4 blocks by long search. A match is looked for where the last one ended, and then others around its end that would
// replace it or go on from it; where matches overlap, the cheapest sequence of them is worked out.
import { CHAINS_BYTES, leaveOut } from './lz4chain'
import { lz4midCompressDict } from './lz4mid'
import { addMatch, anchor, count, matchEnd, matchStart, op, openParse, putMatches } from './lz4parse'
import { putLastLiterals } from './lz4put'
import { firstMatch, foundAt, foundDistance, foundLength, foundStart, openSearch, widerMatch } from './lz4search'

// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
// @ts-ignore: decorator
@inline const MATCH_START_MARGIN: u32 = 12
// @ts-ignore: decorator
@inline const LAST_LITERALS: u32 = 5
// A match at so short a distance that is this long needs no chain through its middle.
// @ts-ignore: decorator
@inline const PATTERN: u32 = 16
// @ts-ignore: decorator
@inline const LONG_PATTERN: u32 = 32
// The highest level of C-Blosc.
// @ts-ignore: decorator
@inline const PATIENT_LEVEL: u32 = 9

/** Finds a match around the end of those that were added, the last of which ends at `end`. */
// @ts-ignore: decorator
@inline
function anotherMatch(end: usize, startEnd: usize): bool {
  if (count == 0 || end - 2 >= startEnd) return false
  const start = matchStart(count - 1)
  if (count == 1) return widerMatch(start, end - 2, 2, 0)
  // Of the last match counts what the one before it leaves.
  const from = min<usize>(max<usize>(start, matchEnd(count - 2)), end - MIN_MATCH)
  return widerMatch(from, end - 3, 3, 0) || widerMatch(from, end - 2, 2, 0)
}

/**
 * Compresses into one LZ4 block with more effort, level 1 to 12. Returns its size, or 0 if it does
 * not fit in `capacity`.
 */
export function lz4hcCompress(
  src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, scratch: usize,
): i32 {
  return lz4hcCompressDict(src, nbytes, dst, capacity, level, scratch, 0)
}

/** The same with a dictionary of `dictBytes` bytes (at most 32 KiB) right before `src`. */
export function lz4hcCompressDict(
  src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, scratch: usize, dictBytes: u32,
): i32 {
  // The lowest two levels have an encoder of their own.
  if (level <= 2) return lz4midCompressDict(src, nbytes, dst, capacity, scratch, dictBytes)
  const oend = dst + capacity
  if (nbytes <= MATCH_START_MARGIN) return putLastLiterals(dst, dst, oend, src, nbytes)
  const iend = src + nbytes
  const startEnd = iend - MATCH_START_MARGIN + 1
  openSearch(scratch, src - dictBytes, src, iend - LAST_LITERALS, level)
  openParse(scratch + CHAINS_BYTES, src, iend, startEnd, dst, capacity)
  // So many misses, as a power of 2, until positions are left out: the highest level must not lose to the lowest.
  const patience: u32 = level < PATIENT_LEVEL ? 9 : 10
  let misses: u32 = 0
  let ip = src
  while (ip < startEnd) {
    if (!firstMatch(ip, startEnd)) {
      ip += 1 + (misses >> patience)
      misses++
      if (ip - anchor > oend - op) return 0
      continue
    }
    misses = 0
    do {
      ip = foundAt + foundLength
      if (foundDistance < PATTERN && foundLength > LONG_PATTERN) leaveOut(ip - foundDistance - 2)
      if (!addMatch(foundStart(anchor), ip, foundDistance)) return 0
    } while (anotherMatch(ip, startEnd))
    if (!putMatches()) return 0
  }
  return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
}
