// Cuts bytes one match after another; levels from 4 on take one only if none that starts right behind saves more
// bits, by half a literal: what comes after it takes less than literals.
import { equalRun } from '../lz'
import { backFrom, backTo, remember, rememberShort } from './chains'
import { literalCost, matchCost } from './guess'
import { literalsCost } from './literals'
import { backInRun, lengthInRun, runOffset } from './runs'
import { addSequence, tokens } from './sequences'
import { distanceExtra, MAX_DISTANCE, MAX_MATCH, MIN_MATCH } from './symbols'

// By level.
/** Earlier places that are looked at. */
const ATTEMPTS = memory.data<u16>([0, 3, 6, 14, 36, 64, 160, 224, 512])
/** Places behind a match where a better one is looked for. */
const PATIENCE = memory.data<u8>([0, 0, 0, 0, 1, 1, 1, 1, 1])
/** A match of this length is taken without another look. */
const ENOUGH = memory.data<u16>([0, 16, 24, 32, 32, 48, 96, 192, 258])
/** Of a longer match only the ends are remembered. */
const REMEMBERED = memory.data<u16>([0, 16, 32, 64, 258, 258, 258, 258, 258])
/** After so many literals in a row, as a power of 2, one place more is passed over. */
const SEARCH_SHIFT = memory.data<u8>([0, 7, 8, 8, 9, 9, 10, 12, 12])
/** At most so many. */
const MAX_STEP: usize = 8
/** So many places at the start are remembered even then: later ones may match them. */
const ALL_REMEMBERED: usize = 1 << 12
/** Earlier runs that are looked at for a run. */
const RUNS: u32 = 8
/** A place is remembered by four bytes. */
const WORD: usize = 4

/** Of the stream at hand, and of the match found last; these belong to the instance. */
let origin: usize = 0
let remembered: usize = 0
let bestLength: u32 = 0
let bestDistance: u32 = 0
let bestGain: i32 = 0
/** Of the longest match at a place: its length, and what its bytes take as literals. */
let longest: u32 = 0
let literals: i32 = 0

export function startLazy(src: usize): void {
  origin = src
  remembered = src
}

/** Takes a match that is longer than those before if it saves more than they do, in 16ths of a bit. */
// @ts-ignore: decorator
@inline
function offer(s: usize, ip: usize, length: u32, distance: u32): void {
  literals += literalsCost(s, ip, longest, length)
  longest = length
  const gain = literals - matchCost - <i32>(distanceExtra(distance) << 4)
  if (gain <= bestGain) return
  bestGain = gain
  bestLength = length
  bestDistance = distance
}

/** Looks for a run in earlier ones, up to the first that is as long. */
function searchRuns(s: usize, ip: usize, back: u32, reach: u32, run: u32, limit: usize): void {
  const place = <u32>(ip - origin)
  const word = load<u32>(ip)
  for (let i = RUNS; i != 0 && longest < run && back <= reach; i--) {
    if (load<u32>(ip - back) == word) {
      const found = lengthInRun(ip, back, run, reach, limit)
      back = backInRun
      if (found > longest) offer(s, ip, found, back)
    }
    back += backFrom(s, place - back)
  }
}

/** Looks for the match that saves most, which must save more than `least`. @returns its length, or 0 */
function search(s: usize, ip: usize, end: usize, least: i32, attempts: u32): u32 {
  const place = <u32>(ip - origin)
  const word = load<u32>(ip)
  const reach = min(place, MAX_DISTANCE)
  const limit = end - ip > <usize>MAX_MATCH ? ip + MAX_MATCH : end
  const most = <u32>(limit - ip)
  let back = remember(s, word, place)
  const short = rememberShort(word, place)
  bestLength = longest = 0
  literals = 0
  bestGain = least
  if (short <= reach && ((load<u32>(ip - short) ^ word) & 0xffffff) == 0)
    offer(s, ip, MIN_MATCH + equalRun(ip + MIN_MATCH, ip - short + MIN_MATCH, limit), short)
  let from = place
  const offset = runOffset(word, ip, limit)
  if (offset != 0) {
    searchRuns(s, ip, back, reach, offset + 3, limit)
    from += offset
    back = backTo(s, load<u32>(ip + offset), from)
  }
  if (longest == most) return bestLength
  for (; attempts != 0 && back <= reach; attempts--) {
    const earlier = ip - back
    if (
      load<u32>(earlier) == word &&
      (longest < 4 || load<u32>(earlier + longest - 3) == load<u32>(ip + longest - 3))
    ) {
      const found: u32 = 4 + equalRun(ip + 4, earlier + 4, limit)
      if (found > longest) {
        offer(s, ip, found, back)
        if (found == most) break
      }
    }
    back += backFrom(s, from - back)
  }
  return bestLength
}

/** Remembers what lies before a place; of a long stretch only its ends. */
// @ts-ignore: decorator
@inline
function rememberUpTo(s: usize, ip: usize, most: usize): void {
  let at = remembered
  if (ip - at > most && ip > at) {
    for (const stop = at + (most >> 1); at < stop; at++) rememberOne(s, at)
    at = ip - (most >> 1)
  }
  for (; at < ip; at++) rememberOne(s, at)
}

// @ts-ignore: decorator
@inline
function rememberOne(s: usize, at: usize): void {
  const word = load<u32>(at)
  const place = <u32>(at - origin)
  remember(s, word, place)
  rememberShort(word, place)
}

/** Cuts from `ip` on into about so many symbols. @returns where it ended */
export function cutLazy(s: usize, ip: usize, end: usize, level: u32, symbols: u32): usize {
  const attempts = <u32>load<u16>(ATTEMPTS + 2 * level)
  const patience = <u32>load<u8>(PATIENCE + level)
  const enough = <u32>load<u16>(ENOUGH + 2 * level)
  const most = <usize>load<u16>(REMEMBERED + 2 * level)
  const searchShift = <u32>load<u8>(SEARCH_SHIFT + level)
  const stop: usize = end - ip >= WORD ? end - WORD + 1 : 0
  const first = tokens
  let anchor = ip
  while (ip < stop && tokens - first + <u32>(ip - anchor) < symbols) {
    rememberUpTo(s, ip, most)
    let length = search(s, ip, end, 0, attempts)
    remembered = ip + 1
    if (length == 0) {
      const step = min<usize>(MAX_STEP, 1 + ((ip - anchor) >> searchShift))
      ip += step
      // In what does not match, what is passed over is not remembered either.
      if (step > 4 && ip - origin > ALL_REMEMBERED) remembered = ip
      continue
    }
    let start = ip
    let distance = bestDistance
    let gain = bestGain
    for (let wait: u32 = 1; wait <= patience && length < enough && ip + 1 < stop; wait++) {
      ip++
      const later = search(s, ip, end, gain + (literalCost >> 1), length >= 32 ? attempts >> 2 : attempts)
      remembered = ip + 1
      if (later == 0) continue
      start = ip
      length = later
      distance = bestDistance
      gain = bestGain
      wait = 0
    }
    addSequence(<u32>(start - anchor), length, distance)
    ip = start + length
    anchor = ip
  }
  if (ip >= stop) ip = end
  if (ip > end) ip = end
  if (ip > anchor) addSequence(<u32>(ip - anchor), 0, 0)
  return ip
}
