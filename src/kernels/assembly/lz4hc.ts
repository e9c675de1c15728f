// LZ4 blocks by exhaustive search: hash chains find the longest match at every position, then the
// cheapest sequence of literals and matches is worked out backwards, window by window. All distances
// cost the same in this format, so the longest match at a position stands for all shorter ones.
import { equalRun } from './lz'
import { lz4midCompressDict } from './lz4mid'
import { putLastLiterals, putSequence } from './lz4put'

// @ts-ignore: decorator
@inline const HASH_BITS: u32 = 15
// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
// @ts-ignore: decorator
@inline const MATCH_START_MARGIN: u32 = 12
// @ts-ignore: decorator
@inline const LAST_LITERALS: u32 = 5
// @ts-ignore: decorator
@inline const MAX_DISTANCE: u32 = 65535
// After so many positions without a match, those that are left out are not remembered either.
// @ts-ignore: decorator
@inline const HOPELESS: u32 = 1024
/** Positions whose costs are weighed together. */
// @ts-ignore: decorator
@inline const WINDOW: u32 = 1 << 14
// A match of this length is taken without weighing, so that long runs cost next to nothing.
// @ts-ignore: decorator
@inline const TAKE_AT_ONCE: u32 = 1024

// The scratch area: heads of the chains (u32), distances along the chains (u16), best match of each
// position in the window (length in the upper half, distance in the lower), cost from each position on.
// @ts-ignore: decorator
@inline const HEADS_BYTES: usize = 4 << HASH_BITS
// @ts-ignore: decorator
@inline const CHAIN_AT: usize = HEADS_BYTES
// @ts-ignore: decorator
@inline const MATCHES_AT: usize = CHAIN_AT + (2 << 16)
// @ts-ignore: decorator
@inline const COSTS_AT: usize = MATCHES_AT + (4 << 14) + 64

// By level: candidates looked at in a search.
const ATTEMPTS = memory.data<u16>([1, 1, 2, 4, 8, 14, 20, 32, 48, 64, 192, 512, 1024], 16)
// By level: the match of the position before must have become this short before another search.
const EAGERNESS = memory.data<u16>([3, 3, 4, 18, 18, 20, 20, 20, 20, 20, 48, 64, 64], 16)

/** Puts a position into its chain; returns the position before it in the chain. */
// @ts-ignore: decorator
@inline
function insert(scratch: usize, ip: usize, position: u32): u32 {
  const head = scratch + (<usize>((load<u32>(ip) * 2654435761) >> (32 - HASH_BITS)) << 2)
  const before = load<u32>(head)
  const delta = position - before
  store<u16>(
    scratch + (<usize>(position & 0xffff) << 1),
    <u16>(delta < MAX_DISTANCE ? delta : MAX_DISTANCE),
    CHAIN_AT,
  )
  store<u32>(head, position)
  return before
}

/** What a match costs in bytes besides its literals: token, offset, run-on bytes. */
// @ts-ignore: decorator
@inline
function matchCost(length: u32): u32 {
  return 3 + (((length + 237) * 257) >> 16)
}

// A way to go on from a position: its cost above, and below how far the length falls short of the
// longest possible, so that the least of two is the better, and the longer among equals.
// @ts-ignore: decorator
@inline
function way(costs: usize, length: u32): u32 {
  return ((load<u32>(costs + (<usize>length << 2)) + matchCost(length)) << 15) | (0x7fff - length)
}

// @ts-ignore: decorator
@inline
function lesser(a: u32, b: u32): u32 {
  return select<u32>(a, b, a < b)
}

/** Works out the cheapest way through `count` positions; matches that do not pay are struck out. */
function weigh(scratch: usize, count: u32): void {
  let slot = scratch + MATCHES_AT + (<usize>count << 2)
  let costs = scratch + COSTS_AT + (<usize>count << 2)
  let after: u32 = 0
  let literals: u32 = 0
  store<u32>(costs, 0)
  for (let left: u32 = 1; left <= count; left++) {
    slot -= 4
    costs -= 4
    // One more literal, and one more byte where the count of literals outgrows its field.
    after++
    if (literals >= 14 && (literals - 14) % 255 == 0) after++
    const match = load<u32>(slot)
    const longest = lesser(match >> 16, left)
    if (longest >= MIN_MATCH) {
      let best = way(costs, longest)
      best = lesser(best, way(costs, longest - (longest >= MIN_MATCH + 1 ? 1 : 0)))
      best = lesser(best, way(costs, longest - (longest >= MIN_MATCH + 2 ? 2 : 0)))
      best = lesser(best, way(costs, longest - (longest >= MIN_MATCH + 3 ? 3 : 0)))
      best = lesser(best, way(costs, lesser(longest, 18)))
      const pays = best >> 15 <= after
      literals = select<u32>(0, literals + 1, pays)
      after = select<u32>(best >> 15, after, pays)
      store<u32>(slot, select<u32>(((0x7fff - (best & 0x7fff)) << 16) | (match & 0xffff), 0, pays))
    } else {
      store<u32>(slot, 0)
      literals++
    }
    store<u32>(costs, after)
  }
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
  const matchLimit = iend - LAST_LITERALS
  level = level < 1 ? 1 : level > 12 ? 12 : level
  const maxAttempts = <u32>load<u16>(ATTEMPTS + (<usize>level << 1))
  const eagerness = <u32>load<u16>(EAGERNESS + (<usize>level << 1))
  // So many misses, as a power of 2, until positions are left out: the highest level must not lose to the lowest.
  const patience: u32 = level < 9 ? 8 : 9
  const runInside = max<u32>(eagerness, MIN_MATCH) + 1
  // Positions count from 65536, so that an empty head (0) is always out of reach.
  const floor = src - dictBytes
  const base = floor - (MAX_DISTANCE + 1)
  memory.fill(scratch, 0, HEADS_BYTES)
  for (let at = floor; at < src; at++) insert(scratch, at, <u32>(at - base))
  const matches = scratch + MATCHES_AT
  let op = dst
  let anchor = src
  let ip = src
  while (ip < startEnd) {
    // Find the longest match of every position in the window.
    const windowStart = ip
    const windowEnd = startEnd - ip > <usize>WINDOW ? ip + WINDOW : startEnd
    let length: u32 = 0
    let distance: u32 = 0
    let any: u32 = 0
    let misses: u32 = 0
    while (ip < windowEnd) {
      // Well inside a run: its ends alone are put into chains, or they would hold little else.
      if (length > runInside && load<u64>(ip) == load<u64>(ip - 1)) {
        length--
        store<u32>(matches + ((ip - windowStart) << 2), (length << 16) | distance)
        ip++
        continue
      }
      const position = <u32>(ip - base)
      let candidate = insert(scratch, ip, position)
      // The match of the position before goes on here.
      if (length > MIN_MATCH) length--
      else {
        length = MIN_MATCH - 1
        distance = 0
      }
      if (length <= eagerness) {
        const lowest = position - MAX_DISTANCE
        const most = <u32>(matchLimit - ip)
        let attempts = maxAttempts
        // A run of one byte goes on from the byte before, which is in no chain.
        if (ip != floor && load<u32>(ip) == load<u32>(ip - 1)) {
          const found = MIN_MATCH + equalRun(ip + MIN_MATCH, ip - 1 + MIN_MATCH, matchLimit)
          if (found > length) {
            length = found
            distance = 1
          }
        }
        while (candidate >= lowest && length < most) {
          const from = base + candidate
          if (
            load<u32>(from + length - 3) == load<u32>(ip + length - 3) && load<u32>(from) == load<u32>(ip)
          ) {
            const found = MIN_MATCH + equalRun(ip + MIN_MATCH, from + MIN_MATCH, matchLimit)
            if (found > length) {
              length = found
              distance = position - candidate
              if (found >= TAKE_AT_ONCE) break
            }
          }
          if (--attempts == 0) break
          candidate -= <u32>load<u16>(scratch + (<usize>(candidate & 0xffff) << 1), CHAIN_AT)
        }
        if (length >= TAKE_AT_ONCE) break
        if (distance) misses = 0
        else misses++
        // The match may be good for earlier positions too.
        if (distance) {
          let slot = matches + ((ip - windowStart) << 2)
          let before = ip
          let longer = length
          while (slot > matches && before - distance > floor) {
            slot -= 4
            before--
            longer++
            if (load<u32>(slot) >> 16 >= longer || load<u8>(before) != load<u8>(before - distance)) break
            store<u32>(slot, (longer << 16) | distance)
          }
        }
      }
      any |= distance
      store<u32>(matches + ((ip - windowStart) << 2), distance ? (length << 16) | distance : 0)
      ip++
      // Nothing found for long: look at fewer positions, but let later ones find them.
      if (misses >> patience != 0) {
        let skip = misses >> patience
        while (skip-- && ip < windowEnd) {
          store<u32>(matches + ((ip - windowStart) << 2), 0)
          if (misses < HOPELESS) insert(scratch, ip, <u32>(ip - base))
          ip++
        }
      }
    }
    // Write what the window costs least as.
    if (any) {
      // The last matches of a block may reach beyond where matches may start.
      let count = <u32>(ip - windowStart)
      if (ip == startEnd) {
        const tail = MATCH_START_MARGIN - 1 - LAST_LITERALS
        memory.fill(matches + (<usize>count << 2), 0, tail << 2)
        count += tail
      }
      weigh(scratch, count)
      let at = windowStart
      while (at < ip) {
        const match = load<u32>(matches + ((at - windowStart) << 2))
        if (match == 0) {
          at++
          continue
        }
        op = putSequence(op, oend, anchor, iend, <u32>(at - anchor), match >> 16, match & 0xffff)
        if (op == 0) return 0
        at += match >> 16
        anchor = at
      }
      ip = at
    }
    if (ip < windowEnd) {
      // The long match that closed the window.
      op = putSequence(op, oend, anchor, iend, <u32>(ip - anchor), length, distance)
      if (op == 0) return 0
      const next = ip + length
      // A run needs no chain through its middle.
      ip = distance < 16 ? next - 16 : ip + 1
      const inserted = next < startEnd ? next : startEnd
      while (ip < inserted) {
        insert(scratch, ip, <u32>(ip - base))
        ip++
      }
      ip = next
      anchor = next
    }
    if (ip - anchor > oend - op) return 0
  }
  return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
}
