// Cuts a block into literals and matches so that it takes as few bits as can be: the cheapest way to each place is
// found from the cheapest ways to the places before it, at prices that follow what was taken (prices.ts). Another look at
// the block starts with the prices that the one before ended with.
import { copyBytes } from '../copy'
import { equalRun } from '../lz'
import { costOfCut, plainOnes } from './costs'
import { attemptsOfTree, enoughFor, isBriskAt, looksFor, OPTIMAL, searchShiftFor, strategyFor, takesThree } from './efforts'
import {
  BEST_TALLIES,
  KEPT,
  KEPT_STARTS,
  LITERAL_PRICES,
  LITERALS,
  MATCH_BYTES,
  MATCHES,
  MAX_KEPT,
  MAX_STRETCH,
  STEP_BYTES,
  STEPS,
  TALLIES,
  TALLIES_BYTES,
} from './layout'
import { add, finishBlock, forgetBlock, keepCut, repeat1, repeat2, repeat3, startBlock, takeKeptCut } from './matches'
import {
  FAVOUR,
  FAVOUR_AFTER_LAZY,
  FAVOUR_AGAIN,
  guessPrices,
  learnPrices,
  learnSequence,
  lengthPrice,
  offsetPrice,
  runPrice,
} from './prices'
import { SEARCH_BYTES } from './rows'
import { findMatches, nextPlace, noteOnly, startTree, treeEnd } from './tree'

/** The places that are remembered, as a power of 2. */
const MOST_PLACES: u32 = 22
/** A match of this length ends the search for a longer one. */
const NICE: u32 = 512
/** A shift after which nothing is passed over. */
const NO_SHIFT: usize = 31
/** Streams of so many bytes start from two guesses: what is learned from a bad one is not much better. */
const TINY: u32 = 1 << 12
/** What no way costs, and what all ways start with: a literal can make the price of its run fall. */
const UNREACHED: u32 = u32.MAX_VALUE
const START_PRICE: u32 = 1 << 16
/** A way that leads one byte farther for so little is not worth to be left. */
const LITTLE: u32 = 128

// A step: what the way to a place costs; the match that leads there (length and offset; 0 for a literal); the literals
// since the last match; and the last three offsets.
const LENGTH: usize = 4
const OFFSET: usize = 8
const RUN: usize = 12
const REPEATS: usize = 16

/** Whether the stream has no block yet. */
let isFresh: bool = true
/** Of the block at hand; these belong to the instance. */
let enough: u32 = 0
let looks: u32 = 1
let isBrisk: bool = true
let searchShift: usize = NO_SHIFT
/** Where the stream starts. */
let origin: usize = 0
/** Where it ends if there is time to start from two guesses, or 0. */
let endOfTiny: usize = 0
let keptCount: u32 = 0
/** Whether all matches were kept. */
let hasAll: bool = true
/** Whether matches are looked for, or those of the look before are taken. */
let isFirstLook: bool = true

/** How many places of a stream are remembered, as a power of 2. */
function placesLog(nbytes: u32): u32 {
  return min<u32>(MOST_PLACES, 32 - clz(nbytes))
}

/** Starts a stream. */
export function startOptimal(s: usize, src: usize, end: usize, level: u32): void {
  const nbytes = <u32>(end - src)
  isFresh = true
  origin = src
  enough = enoughFor(nbytes, level)
  looks = looksFor(nbytes, level)
  endOfTiny = nbytes <= TINY && looks > 1 ? end : 0
  isBrisk = isBriskAt(nbytes, level)
  searchShift = searchShiftFor(nbytes, level)
  startTree(s, src, end, placesLog(nbytes), attemptsOfTree(nbytes, level), NICE, takesThree(nbytes, level))
}

@inline
function stepAt(s: usize, place: u32): usize {
  return s + STEPS + <usize>place * STEP_BYTES
}

/** The last offsets after the match that leads to a place, by those before it. */
@inline
function setRepeats(step: usize, before: usize, offset: u32): void {
  const first = load<u32>(before, REPEATS)
  const second = load<u32>(before, REPEATS + 4)
  const third = load<u32>(before, REPEATS + 8)
  // Right after a match, its own offset is written like one that is new.
  const isFirst = offset == first && load<u32>(before, RUN) != 0
  store<u32>(step, offset, REPEATS)
  store<u32>(step, isFirst ? second : first, REPEATS + 4)
  store<u32>(step, isFirst || offset == second ? third : second, REPEATS + 8)
}

/** The ways that go on by a match: to each length that it allows, if that is cheaper. @returns the farthest place */
@inline
function goOn(s: usize, place: u32, shortest: u32, length: u32, offset: u32, price: u32, farthest: u32): u32 {
  const last = place + length
  while (farthest < last) store<u32>(stepAt(s, ++farthest), UNREACHED)
  for (let i = length; i >= shortest; i--) {
    const step = stepAt(s, place + i)
    const cost = price + lengthPrice(s, i)
    if (cost >= load<u32>(step)) {
      if (isBrisk) break
      continue
    }
    store<u32>(step, cost)
    store<u32>(step, i, LENGTH)
    store<u32>(step, offset, OFFSET)
    store<u32>(step, 0, RUN)
  }
  return farthest
}

/** The matches of a place that were kept. @returns where they start */
@inline
function keptAt(s: usize, block: usize, ip: usize): usize {
  const entry = s + KEPT_STARTS + 4 * (ip - block)
  matchesEnd = s + KEPT + <usize>load<u32>(entry, 4) * MATCH_BYTES
  return s + KEPT + <usize>load<u32>(entry) * MATCH_BYTES
}
let matchesEnd: usize = 0

/** Keeps the matches that were found at a place for the next look. */
@inline
function keep(s: usize, block: usize, ip: usize, start: usize): void {
  const count = <u32>((matchesEnd - start) / MATCH_BYTES)
  store<u32>(s + KEPT_STARTS + 4 * (ip - block), keptCount)
  if (count > MAX_KEPT - keptCount) hasAll = false
  else {
    const to = s + KEPT + <usize>keptCount * MATCH_BYTES
    for (let i: usize = 0; i < matchesEnd - start; i += MATCH_BYTES) store<u64>(to + i, load<u64>(start + i))
    keptCount += count
  }
  store<u32>(s + KEPT_STARTS + 4 * (ip - block), keptCount, 4)
}

/** The match that ends a stretch because it is long enough, or 0. */
let longLength: u32 = 0
let longOffset: u32 = 0
/** Each place of the block before this one was searched. */
let searched: usize = 0

/**
 * Searches a place, and those before it that were passed over, but for those inside of a match that was found.
 * @returns where its matches start
 */
function search(s: usize, block: usize, ip: usize, end: usize, keeps: bool): usize {
  if (!isFirstLook) return keptAt(s, block, ip)
  // What repeats from a place that was passed over may not be known from the place at hand.
  while (searched < ip) searchAt(s, block, searched, min(ip, end), end, keeps)
  if (searched == ip) searchAt(s, block, ip, end, end, keeps)
  else matchesEnd = s + MATCHES
  return s + MATCHES
}

/** Searches a place, and says where to search next: at `latest` at the latest. */
function searchAt(s: usize, block: usize, at: usize, latest: usize, end: usize, keeps: bool): void {
  matchesEnd = findMatches(s, at, end)
  searched = min(nextPlace, latest)
  if (!keeps) return
  keep(s, block, at, s + MATCHES)
  for (at++; at < searched; at++) markNone(s, block, at)
}

@inline
function markNone(s: usize, block: usize, ip: usize): void {
  store<u32>(s + KEPT_STARTS + 4 * (ip - block), keptCount)
  store<u32>(s + KEPT_STARTS + 4 * (ip - block), keptCount, 4)
}

/** How long the match at an earlier offset is, 0 if it is too short. */
@inline
function lengthAt(ip: usize, offset: u32, end: usize, first: usize): u32 {
  if (offset == 0 || offset > <u32>(ip - first)) return 0
  if (((load<u32>(ip) ^ load<u32>(ip - offset)) & 0xffffff) != 0) return 0
  return 3 + equalRun(ip + 3, ip - offset + 3, end)
}

/**
 * The cheapest ways from a place on, until all of them meet in one place or a match is long enough.
 * @returns how many bytes the stretch has, without such a match
 */
function stretchFrom(s: usize, first: usize, block: usize, ip: usize, literals: u32, stop: usize, end: usize, keeps: bool): u32 {
  const start = stepAt(s, 0)
  store<u32>(start, START_PRICE)
  store<u32>(start, 0, LENGTH)
  store<u32>(start, literals, RUN)
  store<u32>(start, repeat1, REPEATS)
  store<u32>(start, repeat2, REPEATS + 4)
  store<u32>(start, repeat3, REPEATS + 8)
  longLength = 0
  let farthest: u32 = 0
  let place: u32 = 0
  while (true) {
    const at = ip + place
    const step = stepAt(s, place)
    if (place != 0) {
      const before = step - STEP_BYTES
      const run = load<u32>(before, RUN)
      const cost =
        load<u32>(before) +
        load<u32>(s + LITERAL_PRICES + 4 * <usize>load<u8>(at - 1)) +
        runPrice(s, run + 1) -
        runPrice(s, run)
      if (cost <= load<u32>(step)) {
        store<u32>(step, cost)
        store<u32>(step, 0, LENGTH)
        store<u32>(step, run + 1, RUN)
        store<u32>(step, load<u32>(before, REPEATS), REPEATS)
        store<u64>(step, load<u64>(before, REPEATS + 4), REPEATS + 4)
      } else {
        setRepeats(step, stepAt(s, place - load<u32>(step, LENGTH)), load<u32>(step, OFFSET))
      }
      if (place == farthest) return place
    }
    if (at > stop || (isBrisk && place < farthest && load<u32>(step + STEP_BYTES) <= load<u32>(step) + LITTLE)) {
      place++
      continue
    }
    const run = load<u32>(step, RUN)
    const price = load<u32>(step) + runPrice(s, 0)
    let longest: u32 = 2
    const skip: u32 = run == 0 ? 1 : 0
    for (let i = skip; i < 3 + skip; i++) {
      const offset = i == 3 ? load<u32>(step, REPEATS) - 1 : load<u32>(step + (<usize>i << 2), REPEATS)
      const length = lengthAt(at, offset, end, first)
      if (length <= longest) continue
      longest = length
      if (length >= enough || place + length >= MAX_STRETCH) {
        longLength = length
        longOffset = offset
      } else farthest = goOn(s, place, 3, length, offset, price + offsetPrice(s, i + 1 - skip), farthest)
    }
    let match = search(s, block, at, end, keeps)
    const last = matchesEnd
    if (last > match) {
      const length = load<u32>(last - MATCH_BYTES)
      if (length > longest && (length >= enough || place + length >= MAX_STRETCH)) {
        longOffset = load<u32>(last - MATCH_BYTES, 4)
        longLength = length
      }
    }
    if (longLength != 0) return place
    let shortest: u32 = 3
    for (; match < last; match += MATCH_BYTES) {
      const length = load<u32>(match)
      const offset = load<u32>(match, 4)
      farthest = goOn(s, place, shortest, length, offset, price + offsetPrice(s, offset + 3), farthest)
      shortest = length + 1
    }
    if (farthest == 0) return 0
    place++
  }
}

/** Adds the sequences that lead to a place of the stretch. @returns where the next literals go */
function takeWay(s: usize, ip: usize, place: u32, end: usize): void {
  // Turned around: each step then names the place that the way goes to next.
  let next: u32 = 0
  for (let at = place; at != 0; ) {
    const length = load<u32>(stepAt(s, at), LENGTH)
    const from = length == 0 ? at - 1 : at - length
    store<u32>(stepAt(s, from), at, 28)
    at = from
  }
  for (let at: u32 = 0; at != place; at = next) {
    next = load<u32>(stepAt(s, at), 28)
    const length = load<u32>(stepAt(s, next), LENGTH)
    if (length != 0) take(s, ip + at, length, load<u32>(stepAt(s, next), OFFSET), end)
  }
}

/** Where the literals that belong to no sequence yet start, and where they are to be copied. */
let anchor: usize = 0
let target: usize = 0

@inline
function take(s: usize, at: usize, length: u32, offset: u32, end: usize): void {
  // Among places that were passed over, it may start before the one where it was found.
  if (searchShift < NO_SHIFT) {
    while (at > anchor && at - offset > origin && load<u8>(at - 1) == load<u8>(at - offset - 1)) {
      at--
      length++
    }
  }
  const literals = <u32>(at - anchor)
  target = add(s, anchor, literals, length, offset, target, end)
  learnSequence(s, anchor, literals, length)
  anchor = at + length
}

function look(s: usize, first: usize, block: usize, end: usize, keeps: bool): void {
  startBlock()
  anchor = block
  target = s + LITERALS
  searched = block
  keptCount = 0
  hasAll = true
  let ip = block == first ? block + 1 : block
  if (ip != block && isFirstLook) {
    if (keeps) markNone(s, block, block)
    if (end - block >= SEARCH_BYTES) findMatches(s, block, end)
    searched = ip
  }
  const stop: usize = end - block >= SEARCH_BYTES ? end - SEARCH_BYTES : 0
  while (ip <= stop) {
    const place = stretchFrom(s, first, block, ip, <u32>(ip - anchor), stop, end, keeps)
    takeWay(s, ip, place, end)
    ip += place
    if (longLength != 0) {
      take(s, ip, longLength, longOffset, end)
      ip += longLength
    } else if (place == 0) {
      ip += 1 + ((ip - anchor) >> searchShift)
      if (isFirstLook && ip <= stop) while (searched < ip) noteOnly(s, searched++)
    }
  }
  if (isFirstLook && end - block >= SEARCH_BYTES) {
    if (searched <= stop) search(s, block, stop, end, keeps)
  }
  finishBlock(s, anchor, target, end)
}

/** The same as `cutLazy`, of the highest levels. @param isCut whether lazy search cut the block before */
export function cutOptimal(s: usize, first: usize, block: usize, end: usize, isCut: bool): void {
  const isTiny = isFresh && end == endOfTiny
  const most: u32 = isTiny ? looks + 1 : looks
  if (isCut) relearn(s, FAVOUR_AFTER_LAZY, 0)
  else guessPrices(s, block, end, isFresh, !isTiny)
  isFresh = false
  let least: u64 = u64.MAX_VALUE
  let plain: u32 = 0
  let isBest = true
  for (let i: u32 = 1; i <= most && (i == 1 || hasAll); i++) {
    isFirstLook = i == 1
    if (isTiny && i == 2) guessAgain(s, block, end)
    else if (!isFirstLook) {
      if (isTiny && i == 3 && !isBest) takeKeptCut(s)
      relearn(s, isCut ? FAVOUR_AGAIN : FAVOUR, plain)
    }
    look(s, first, block, end, most > 1)
    if (most == 1) return
    const bits = costOfCut(s)
    isBest = bits <= least
    if (!isBest || i == most) continue
    least = bits
    if (isTiny) plain = plainOnes
    copyBytes(s + BEST_TALLIES, s + TALLIES, TALLIES_BYTES)
    keepCut(s)
  }
  if (isBest) return
  // What is learned from a look may lead astray.
  takeKeptCut(s)
  copyBytes(s + TALLIES, s + BEST_TALLIES, TALLIES_BYTES)
}

/** Takes other prices to start from, and forgets the cut that was made last. */
function guessAgain(s: usize, block: usize, end: usize): void {
  guessPrices(s, block, end, true, true)
  forgetBlock()
}

/** Takes the prices from the cut that was made last, and forgets it. */
function relearn(s: usize, favoured: u32, plain: u32): void {
  learnPrices(s, favoured, plain)
  forgetBlock()
}

/** The scratch area that a stream needs, in bytes; `nbytes` counts its dictionary too. */
export function zstdCompressScratch(nbytes: u32, level: u32): u32 {
  if (strategyFor(nbytes, level, false) != OPTIMAL) return <u32>LITERAL_PRICES
  return <u32>treeEnd(placesLog(nbytes))
}
