// All matches at a place that are longer than those that lie nearer.
import { equalRun } from '../lz'
import { backFrom, backTo, remember, rememberShort, startChains } from './chains'
import { backInRun, lengthInRun, runOffset } from './runs'
import { MAX_DISTANCE, MAX_MATCH, MIN_MATCH } from './symbols'

/** Of a match: length and distance, four bytes each. */
export const MATCH_BYTES: usize = 8
/** Of a long match that repeats what is near only so much of either end is remembered. */
const REMEMBERED: usize = 16
const NEAR: u32 = 64
/** Earlier runs that are looked at. */
const RUNS: u32 = 16
/** A place is remembered by four bytes. */
const WORD: usize = 4

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let streamEnd: usize = 0
let attempts: u32 = 0
let longest: u32 = 0

export function startMatches(s: usize, src: usize, nbytes: u32, level: u32, most: u32): void {
  startChains(s, nbytes, level)
  origin = src
  streamEnd = src + nbytes
  attempts = most
}

// @ts-ignore: decorator
@inline
function put(at: usize, length: u32, distance: u32): usize {
  store<u32>(at, length)
  store<u32>(at, distance, 4)
  return at + MATCH_BYTES
}

/** Matches of a run, in so many earlier ones, up to the first that is as long. @returns where they end */
function findRuns(s: usize, ip: usize, to: usize, back: u32, reach: u32, run: u32, limit: usize): usize {
  const place = <u32>(ip - origin)
  const word = load<u32>(ip)
  let length = longest
  for (let i = RUNS; i != 0 && length < run && back <= reach; i--) {
    if (load<u32>(ip - back) == word) {
      const found = lengthInRun(ip, back, run, reach, limit)
      back = backInRun
      if (found > length) {
        length = found
        to = put(to, length, back)
      }
    }
    back += backFrom(s, place - back)
  }
  longest = length
  return to
}

/** Remembers a place, and writes its matches to `to`. @returns where they end */
export function findMatches(s: usize, ip: usize, to: usize): usize {
  if (streamEnd - ip < WORD) return to
  const place = <u32>(ip - origin)
  const word = load<u32>(ip)
  const reach = min(place, MAX_DISTANCE)
  const limit = streamEnd - ip > <usize>MAX_MATCH ? ip + MAX_MATCH : streamEnd
  const most = <u32>(limit - ip)
  let back = remember(s, word, place)
  const short = rememberShort(word, place)
  let length: u32 = MIN_MATCH
  if (short <= reach && ((load<u32>(ip - short) ^ word) & 0xffffff) == 0) {
    length = MIN_MATCH + equalRun(ip + MIN_MATCH, ip - short + MIN_MATCH, limit)
    to = put(to, length, short)
    if (length == most) return to
  }
  let from = place
  const offset = runOffset(word, ip, limit)
  if (offset != 0) {
    longest = length
    to = findRuns(s, ip, to, back, reach, offset + 3, limit)
    length = longest
    if (length == most) return to
    from += offset
    back = backTo(s, load<u32>(ip + offset), from)
  }
  for (let i = attempts; i != 0 && back <= reach; i--) {
    const earlier = ip - back
    if (load<u32>(earlier + length - 3) == load<u32>(ip + length - 3) && load<u32>(earlier) == word) {
      const found: u32 = 4 + equalRun(ip + 4, earlier + 4, limit)
      if (found > length) {
        length = found
        to = put(to, length, back)
        if (length == most) return to
      }
    }
    back += backFrom(s, from - back)
  }
  return to
}

/** Remembers the places from `at` up to `end`, which lie in a match. */
export function passOver(s: usize, at: usize, end: usize, distance: u32): void {
  const stop = min(end, streamEnd - WORD + 1)
  const skip = distance < NEAR && at + 2 * REMEMBERED < stop ? at + REMEMBERED : stop
  for (; at < stop; at++) {
    if (at == skip) at = stop - REMEMBERED
    const word = load<u32>(at)
    const place = <u32>(at - origin)
    remember(s, word, place)
    rememberShort(word, place)
  }
}
