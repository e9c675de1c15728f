// Cuts bytes one match after another; levels from 4 on take one only if none that starts right behind saves more bits.
import { equalRun } from '../lz'
import { backFrom, remember, rememberShort } from './chains'
import { literalCost, matchCost } from './guess'
import { addSequence, tokens } from './sequences'
import { distanceExtra, MAX_DISTANCE, MAX_MATCH, MIN_MATCH } from './symbols'

// By level.
/** Earlier places that are looked at. */
const ATTEMPTS = memory.data<u16>([0, 3, 7, 16, 32, 64, 160, 224, 512])
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
/** What a later match must save more, in 16ths of a bit. */
const LATER: i32 = 1 << 4
/** A place is remembered by four bytes. */
const WORD: usize = 4

/** Of the stream at hand, and of the match found last; these belong to the instance. */
let origin: usize = 0
let remembered: usize = 0
let bestDistance: u32 = 0
let bestGain: i32 = 0

export function startLazy(src: usize): void {
  origin = src
  remembered = src
}

/** What a match saves against its bytes as literals, in 16ths of a bit. */
// @ts-ignore: decorator
@inline
function gainOf(length: u32, distance: u32): i32 {
  return <i32>length * literalCost - matchCost - <i32>(distanceExtra(distance) << 4)
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
  let length: u32 = 0
  let gain = least
  if (short <= reach && ((load<u32>(ip - short) ^ word) & 0xffffff) == 0) {
    const found: u32 = MIN_MATCH + equalRun(ip + MIN_MATCH, ip - short + MIN_MATCH, limit)
    const saved = gainOf(found, short)
    if (saved > gain) {
      gain = saved
      length = found
      bestDistance = short
    }
  }
  if (length == most) attempts = 0
  for (; attempts != 0 && back <= reach; attempts--) {
    const from = ip - back
    if (load<u32>(from) == word && (length < 4 || load<u32>(from + length - 3) == load<u32>(ip + length - 3))) {
      const found: u32 = 4 + equalRun(ip + 4, from + 4, limit)
      if (found > length) {
        const saved = gainOf(found, back)
        if (saved > gain) {
          gain = saved
          length = found
          bestDistance = back
          if (found == most) break
        }
      }
    }
    back += backFrom(s, place - back)
  }
  bestGain = gain
  return length
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
      if (step > 4) remembered = ip
      continue
    }
    let start = ip
    let distance = bestDistance
    let gain = bestGain
    for (let wait: u32 = 1; wait <= patience && length < enough && ip + 1 < stop; wait++) {
      ip++
      const later = search(s, ip, end, gain + LATER, length >= 32 ? attempts >> 2 : attempts)
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
