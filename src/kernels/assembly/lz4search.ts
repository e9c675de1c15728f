// The searches of LZ4 HC: for the longest match at a position, and for one around the end of a match that replaces it.
import { equalRun } from './lz'
import { along, base, chained, FIRST, MAX_DISTANCE, openChains } from './lz4chain'

// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
// A match of this length is good enough: a longer one is found from its end.
// @ts-ignore: decorator
@inline const ENOUGH: u32 = 1024
// How far before the end of a run its end is looked for.
// @ts-ignore: decorator
@inline const RUN_TAIL: u32 = 3

// By level: candidates looked at in a search.
const ATTEMPTS = memory.data<u16>([4, 4, 4, 4, 8, 16, 32, 64, 128, 320, 384, 512, 1024], 16)

let chains: usize = 0
let floor: usize = 0
let last: usize = 0
let most: u32 = 0

/** The match that a search found; it may begin earlier. */
export let foundAt: usize = 0
export let foundLength: u32 = 0
export let foundDistance: u32 = 0

/** Starts on `src`: matches reach back to `from`, and end at `end` at the latest. */
export function openSearch(scratch: usize, from: usize, src: usize, end: usize, level: u32): void {
  chains = scratch
  floor = from
  last = end
  most = <u32>load<u16>(ATTEMPTS + (<usize>min<u32>(level, 12) << 1))
  openChains(scratch, from, src)
}

// @ts-ignore: decorator
@inline
function found(at: usize, length: u32, distance: u32): bool {
  foundAt = at
  foundLength = length
  foundDistance = distance
  return distance != 0
}

/** How many bytes before `a` equal those before `b`, at most `limit`. */
// @ts-ignore: decorator
@inline
function equalBack(a: usize, b: usize, limit: usize): usize {
  let back: usize = 0
  while (limit - back >= 8) {
    const diff = load<u64>(a - back - 8) ^ load<u64>(b - back - 8)
    if (diff) return back + <usize>(clz(diff) >> 3)
    back += 8
  }
  while (back < limit && load<u8>(a - back - 1) == load<u8>(b - back - 1)) back++
  return back
}

/** Where the match that was found begins, at `lowest` at the earliest. */
// @ts-ignore: decorator
@inline
export function foundStart(lowest: usize): usize {
  const from = foundAt - foundDistance
  return foundAt - equalBack(foundAt, from, min<usize>(foundAt - lowest, from - floor))
}

/** Finds the longest match at `at` that is longer than `length` (3 at least), from `candidate` on along its chain. */
function longestMatch(at: usize, candidate: u32, length: u32): bool {
  const scratch = chains
  const zero = base
  const position = <u32>(at - zero)
  const lowest = position - MAX_DISTANCE
  let attempts = most
  let distance: u32 = 0
  // A run goes on from the byte before, which may be in no chain.
  if (at != floor && load<u32>(at) == load<u32>(at - 1)) {
    const run = MIN_MATCH + equalRun(at + MIN_MATCH, at - 1 + MIN_MATCH, last)
    if (run > length) {
      length = run
      distance = 1
      if (run >= ENOUGH) return found(at, length, distance)
    }
  }
  while (candidate >= lowest) {
    const from = zero + candidate
    if (load<u32>(from + length - 3) == load<u32>(at + length - 3) && load<u32>(from) == load<u32>(at)) {
      const equal = MIN_MATCH + equalRun(at + MIN_MATCH, from + MIN_MATCH, last)
      if (equal > length) {
        length = equal
        distance = position - candidate
        if (equal >= ENOUGH) break
      }
    }
    if (--attempts == 0) break
    candidate = along(scratch, candidate)
  }
  return found(at, length, distance)
}

/**
 * Finds the longest match around `at` that is longer than from `start` to `at + ahead`, no byte of it before `start`.
 * It must begin at least `shared` bytes before `at`, which is not in the chains yet.
 */
export function widerMatch(start: usize, at: usize, ahead: u32, shared: u32): bool {
  let candidate = chained(at)
  const scratch = chains
  const zero = base
  const position = <u32>(at - zero)
  const before = at - start
  const lowest = max<u32>(position - MAX_DISTANCE, FIRST + shared)
  const wanted = load<u32>(at - shared)
  let attempts = most
  let distance: u32 = 0
  let length: u32 = 0
  if (load<u32>(at) == load<u32>(at - 1)) {
    const run = MIN_MATCH + equalRun(at + MIN_MATCH, at - 1 + MIN_MATCH, last)
    const back = equalBack(at, at - 1, min<usize>(before, at - 1 - floor))
    if (back >= shared && back + run > before + ahead) {
      length = run
      ahead = <u32>(back - before) + run
      distance = 1
    }
  }
  while (candidate >= lowest) {
    const from = zero + candidate
    if (
      load<u16>(from + ahead - 1) == load<u16>(at + ahead - 1) &&
      load<u32>(from - shared) == wanted && load<u32>(from) == load<u32>(at)
    ) {
      const equal = MIN_MATCH + equalRun(at + MIN_MATCH, from + MIN_MATCH, last)
      const back = equalBack(at, from, min<usize>(before, candidate - FIRST))
      if (back >= shared && back + equal > before + ahead) {
        length = equal
        ahead = <u32>(back - before) + equal
        distance = position - candidate
        if (ahead >= ENOUGH) break
      }
    }
    if (--attempts == 0) break
    candidate = along(scratch, candidate)
  }
  return found(at, length, distance)
}

/** Finds the match to take first at `ip`, where nine bytes are equal: the longest that goes on beyond this run. */
function runMatch(ip: usize, candidate: u32, startEnd: usize): bool {
  const end = ip + 1 + equalRun(ip + 1, ip, last)
  const tail = end - RUN_TAIL
  // What runs have in common is found at their ends.
  if (tail < startEnd && widerMatch(ip, tail, RUN_TAIL, <u32>(tail - ip))) return true
  return longestMatch(ip, candidate, <u32>(end - ip) - 1) || found(ip + 1, <u32>(end - ip) - 1, 1)
}

/** Finds the match to take first at `ip`, which is not in the chains yet. No match starts at `startEnd`. */
// @ts-ignore: decorator
@inline
export function firstMatch(ip: usize, startEnd: usize): bool {
  const candidate = chained(ip)
  if (load<u64>(ip) == load<u64>(ip + 1)) return runMatch(ip, candidate, startEnd)
  return longestMatch(ip, candidate, MIN_MATCH - 1)
}
