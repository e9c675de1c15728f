// LZ4 blocks from two hash tables, of the last place of each four and of each eight bytes: the lower levels of LZ4 HC.
// Every pointer is an unsigned 32-bit address, so sizes are compared as differences, never as sums.
import { equalRun, resetTable } from './lz'
import { putLastLiterals, putSequence } from './lz4put'

/** Entries of each table, as powers of two: 16 bits each, the low bits of addresses. Small inputs need few. */
// @ts-ignore: decorator
@inline const MAX_HASH_BITS: u32 = 15
// @ts-ignore: decorator
@inline const MIN_HASH_BITS: u32 = 8
// @ts-ignore: decorator
@inline const TABLE_BYTES: usize = 2 << MAX_HASH_BITS
// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
// @ts-ignore: decorator
@inline const LONG_MATCH: u32 = 8
// @ts-ignore: decorator
@inline const MAX_DISTANCE: usize = 65535
// @ts-ignore: decorator
@inline const MATCH_START_MARGIN: u32 = 12
// @ts-ignore: decorator
@inline const LAST_LITERALS: u32 = 5
// After so many literals (as a power of two), another position is left out at each step.
// @ts-ignore: decorator
@inline const PATIENCE: u32 = 9

// Matches longer than this leave more behind in the tables.
// @ts-ignore: decorator
@inline const WELL_REMEMBERED: u32 = 32

// @ts-ignore: decorator
@inline
function shortSlot(table: usize, bytes: u64, bits: u32): usize {
  return table + (<usize>((<u32>bytes * 2654435761) >> (32 - bits)) << 1)
}

// @ts-ignore: decorator
@inline
function longSlot(table: usize, bytes: u64, bits: u32): usize {
  return table + TABLE_BYTES + (<usize>(((bytes << 8) * 0x9e3779b185ebca87) >> (64 - <u64>bits)) << 1)
}

/** How far back the entry of a slot lies; 0 for the position itself. */
// @ts-ignore: decorator
@inline
function backTo(ip: usize, slot: usize): usize {
  return (ip - <usize>load<u16>(slot)) & 0xffff
}

// @ts-ignore: decorator
@inline
function putLong(table: usize, ip: usize, bits: u32): void {
  store<u16>(longSlot(table, load<u64>(ip), bits), <u16>ip)
}

// @ts-ignore: decorator
@inline
function putShort(table: usize, ip: usize, bits: u32): void {
  store<u16>(shortSlot(table, load<u64>(ip), bits), <u16>ip)
}

// @ts-ignore: decorator
@inline
function putBoth(table: usize, ip: usize, bits: u32): void {
  const bytes = load<u64>(ip)
  store<u16>(shortSlot(table, bytes, bits), <u16>ip)
  store<u16>(longSlot(table, bytes, bits), <u16>ip)
}

/** Where to match a run from: as far before its end as the run at `ip` is long, if the run at `from` began before. */
function alignRun(ip: usize, from: usize, length: u32, floor: usize, matchLimit: usize): usize {
  const run: u32 = 1 + equalRun(ip + 1, ip, matchLimit)
  const byte = load<u8>(ip)
  const reach = ip > floor + MAX_DISTANCE ? ip - MAX_DISTANCE : floor
  while (length < run && from > reach && load<u8>(from - 1) == byte) {
    from--
    length++
  }
  return from
}

/**
 * Compresses into one LZ4 block. Returns its size, or 0 if it does not fit in `capacity`. Matches may reach back to a
 * dictionary of `dictBytes` bytes right before `src`.
 */
export function lz4midCompressDict(
  src: usize, nbytes: u32, dst: usize, capacity: u32, table: usize, dictBytes: u32,
): i32 {
  const oend = dst + capacity
  if (nbytes <= MATCH_START_MARGIN) return putLastLiterals(dst, dst, oend, src, nbytes)
  const iend = src + nbytes
  const startLimit = iend - MATCH_START_MARGIN
  const matchLimit = iend - LAST_LITERALS
  const floor = src - dictBytes
  const bits = min<u32>(MAX_HASH_BITS, max<u32>(MIN_HASH_BITS, 33 - clz(nbytes + dictBytes)))
  resetTable(table, 2 << bits, floor)
  resetTable(table + TABLE_BYTES, 2 << bits, floor)
  for (let at = floor; at < src; at++) putBoth(table, at, bits)
  let op = dst
  let anchor = src
  let ip = src + (dictBytes ? 0 : 1)
  while (true) {
    let from: usize = 0
    let length: u32 = 0
    // No further than literals can be stored.
    const searchLimit = startLimit - anchor > oend - op ? anchor + (oend - op) : startLimit
    if (ip > searchLimit) return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
    while (true) {
      const bytes = load<u64>(ip)
      const far = longSlot(table, bytes, bits)
      const near = shortSlot(table, bytes, bits)
      const longBack = backTo(ip, far)
      const shortBack = backTo(ip, near)
      store<u16>(far, <u16>ip)
      store<u16>(near, <u16>ip)
      from = ip - longBack
      if ((load<u64>(from) ^ bytes) << 8 == 0 && longBack != 0) {
        length = MIN_MATCH + equalRun(ip + MIN_MATCH, from + MIN_MATCH, matchLimit)
        break
      }
      from = ip - shortBack
      if (load<u32>(from) == <u32>bytes && shortBack != 0) {
        length = MIN_MATCH + equalRun(ip + MIN_MATCH, from + MIN_MATCH, matchLimit)
        while (ip < startLimit) {
          // A longer one may begin at the next position.
          const next = ip + 1
          const nextBytes = load<u64>(next)
          const nextFar = longSlot(table, nextBytes, bits)
          const nextNear = shortSlot(table, nextBytes, bits)
          let back = backTo(next, nextFar)
          if (back == 0 || (load<u64>(next - back) ^ nextBytes) << 8 != 0) {
            const other = backTo(next, nextNear)
            back = length < LONG_MATCH && load<u32>(next - other) == <u32>nextBytes ? other : 0
          }
          store<u16>(nextFar, <u16>next)
          store<u16>(nextNear, <u16>next)
          if (back == 0) break
          const longer = MIN_MATCH + equalRun(next + MIN_MATCH, next - back + MIN_MATCH, matchLimit)
          if (longer <= length) break
          length = longer
          from = next - back
          ip = next
        }
        break
      }
      // Compared before the step, which may lead past the last address.
      const step: usize = 1 + ((ip - anchor) >> PATIENCE)
      if (step > searchLimit - ip) return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
      ip += step
    }
    if (load<u64>(ip) == load<u64>(ip + 1)) {
      const aligned = alignRun(ip, from, length, floor, matchLimit)
      if (aligned != from) {
        from = aligned
        length = equalRun(ip, from, matchLimit)
      }
    }
    // The match may begin earlier than where it was noticed.
    while (ip > anchor && from > floor && load<u8>(ip - 1) == load<u8>(from - 1)) {
      ip--
      from--
      length++
    }
    const distance = <u32>(ip - from)
    op = putSequence(op, oend, anchor, iend, <u32>(ip - anchor), length, distance)
    if (op == 0) return 0
    const start = ip
    ip += length
    anchor = ip
    if (ip > startLimit) return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
    if (distance >= LONG_MATCH) {
      putBoth(table, start + 1, bits)
      putLong(table, start + 2, bits)
    }
    if (ip - floor > 5) putLong(table, ip - 5, bits)
    putLong(table, ip - 3, bits)
    putBoth(table, ip - 2, bits)
    putShort(table, ip - 1, bits)
  }
}
