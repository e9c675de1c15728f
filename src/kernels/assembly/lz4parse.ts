// Which of several matches that overlap to take: the cheapest sequence is worked out backwards. All distances cost
// the same in the LZ4 block format, so at each position the match that reaches furthest stands for all others.
import { putSequence } from './lz4put'

// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
/** The longest match whose length fits into the token. */
// @ts-ignore: decorator
@inline const TOKEN_LENGTH: usize = 18
/** Matches weighed together, at most. */
// @ts-ignore: decorator
@inline const MOST_MATCHES: u32 = 64
/** Matches longer than this are not weighed, unless as the last. */
// @ts-ignore: decorator
@inline const LONG_MATCH: usize = 128
// A match that begins this much later than a long one may replace it.
// @ts-ignore: decorator
@inline const SOON: usize = 2
/** Positions weighed together, at most. */
// @ts-ignore: decorator
@inline const MOST_POSITIONS: usize = <usize>MOST_MATCHES * LONG_MATCH
// The matches (start, end, distance: u32 each), the cost from each position on, the length of the match taken there.
// @ts-ignore: decorator
@inline const COSTS_AT: usize = 16 * <usize>MOST_MATCHES
// @ts-ignore: decorator
@inline const CHOICES_AT: usize = COSTS_AT + 4 * MOST_POSITIONS + 64

let matches: usize = 0
let startEnd: usize = 0
let iend: usize = 0
let oend: usize = 0
/** Where the output goes on. */
export let op: usize = 0
/** The first byte that is not written yet. */
export let anchor: usize = 0
/** Matches to be weighed. Each starts and ends after the one before it, and starts before that one ends. */
export let count: u32 = 0

/** Starts on the bytes from `src` to `end`. No match starts at `starts`. */
export function openParse(
  area: usize, src: usize, end: usize, starts: usize, dst: usize, capacity: u32,
): void {
  matches = area
  anchor = src
  iend = end
  startEnd = starts
  op = dst
  oend = dst + capacity
  count = 0
}

// @ts-ignore: decorator
@inline
export function matchStart(i: u32): usize {
  return <usize>load<u32>(matches + (<usize>i << 4))
}

// @ts-ignore: decorator
@inline
export function matchEnd(i: u32): usize {
  return <usize>load<u32>(matches + (<usize>i << 4), 4)
}

// @ts-ignore: decorator
@inline
function matchDistance(i: u32): u32 {
  return load<u32>(matches + (<usize>i << 4), 8)
}

/** What a match costs in bytes besides its literals: token, offset, run-on bytes. */
// @ts-ignore: decorator
@inline
function matchCost(length: usize): u32 {
  return length <= TOKEN_LENGTH ? 3 : 4 + <u32>(length - TOKEN_LENGTH - 1) / 255
}

/** What to take in the last match, no further than where the match before it ends; returns the cost of it all. */
function weighLast(first: usize): u32 {
  const costs = matches + COSTS_AT
  const choices = matches + CHOICES_AT
  const start = matchStart(count - 1)
  const end = matchEnd(count - 1)
  const reached = matchEnd(count - 2)
  // Where the rest is so short that it may be literals, it has its own entries.
  let at = end - reached < 16 ? end : reached
  while (true) {
    const length = end - at
    const taken = length >= MIN_MATCH && at < startEnd
    const slot = (at - first) << 2
    const cost = taken ? matchCost(length) : <u32>length
    store<u32>(costs + slot, cost)
    store<u32>(choices + slot, taken ? <u32>length : 0)
    if (at == start) return cost
    at--
  }
}

/** Works out what to take at each position that the matches, two at least, cover. */
function weigh(first: usize): void {
  const costs = matches + COSTS_AT
  const choices = matches + CHOICES_AT
  let after = weighLast(first)
  let at = matchStart(count - 1)
  for (let k = <i32>count - 2; k >= 0; k--) {
    const start = matchStart(k)
    const end = matchEnd(k)
    const beyond = load<u32>(costs + ((end - first) << 2))
    while (at > start) {
      at--
      after++
      const slot = (at - first) << 2
      const length = end - at
      let choice: usize = 0
      if (length >= MIN_MATCH) {
        let cost = beyond + matchCost(length)
        if (cost <= after) {
          after = cost
          choice = length
        }
        if (length > TOKEN_LENGTH) {
          cost = 3 + load<u32>(costs + slot + (TOKEN_LENGTH << 2))
          if (cost < after) {
            after = cost
            choice = TOKEN_LENGTH
          }
        }
      }
      store<u32>(costs + slot, after)
      store<u32>(choices + slot, <u32>choice)
    }
  }
}

// @ts-ignore: decorator
@inline
function put(at: usize, length: u32, distance: u32): bool {
  // So near the end of a block there are only literals.
  if (at >= startEnd) return true
  op = putSequence(op, oend, anchor, iend, <u32>(at - anchor), length, distance)
  anchor = at + length
  return op != 0
}

/** Writes the cheapest sequences for the matches, and forgets them. Returns false if they do not fit. */
export function putMatches(): bool {
  const all = count
  if (all == 0) return true
  let at = matchStart(0)
  const end = matchEnd(all - 1)
  if (all == 1) {
    count = 0
    return put(at, <u32>(end - at), matchDistance(0))
  }
  weigh(at)
  count = 0
  const choices = matches + CHOICES_AT - (at << 2)
  let k: u32 = 0
  while (at < end) {
    const length = load<u32>(choices + (at << 2))
    if (length == 0) {
      at++
      continue
    }
    while (k + 1 < all && matchStart(k + 1) <= at) k++
    if (!put(at, length, matchDistance(k))) return false
    at += length
  }
  return true
}

/** Adds a match that ends later than the others. Those for which there is no room are written: false if they do not fit. */
export function addMatch(start: usize, end: usize, distance: u32): bool {
  // Matches that are inside this one are of no use, nor is a long one before a longer one.
  while (count > 0 && matchStart(count - 1) >= start) count--
  if (count > 0 && (count == MOST_MATCHES || matchEnd(count - 1) - matchStart(count - 1) > LONG_MATCH)) {
    if (count == 1 && start - matchStart(0) <= SOON) {
      count = 0
    } else {
      if (!putMatches()) return false
      start = max<usize>(start, anchor)
      if (end < start + MIN_MATCH) return true
    }
  }
  const slot = matches + (<usize>count << 4)
  store<u32>(slot, <u32>start)
  store<u32>(slot, <u32>end, 4)
  store<u32>(slot, distance, 8)
  count++
  return true
}
