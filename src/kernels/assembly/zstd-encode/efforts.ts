// How hard each level tries, by the size of the stream with its dictionary.
import { PLACES_LOG } from './layout'

/** How a stream is searched: one place a hash; two places; rows of places, with a look ahead; all ways through it. */
export const FAST: u8 = 0
export const DOUBLE: u8 = 1
export const LAZY: u8 = 2
export const OPTIMAL: u8 = 3

/** From this level on, trees and tables are chosen among several. */
export const FIRST_THOROUGH: u32 = 7

// By level 1 to 9, for streams of up to 16 KiB, 128 KiB, 256 KiB, and longer ones.
const STRATEGIES = memory.data<u8>([
  FAST, DOUBLE, LAZY, LAZY, LAZY, OPTIMAL, OPTIMAL, OPTIMAL, OPTIMAL,
  FAST, DOUBLE, LAZY, LAZY, LAZY, LAZY, OPTIMAL, OPTIMAL, OPTIMAL,
  FAST, DOUBLE, LAZY, LAZY, LAZY, LAZY, OPTIMAL, OPTIMAL, OPTIMAL,
  FAST, DOUBLE, LAZY, LAZY, LAZY, LAZY, LAZY, OPTIMAL, OPTIMAL,
])

/** The class of a stream: 0 to 3. */
@inline
function classOf(nbytes: u32): u32 {
  return (nbytes > 1 << 14 ? 1 : 0) + (nbytes > 1 << 17 ? 1 : 0) + (nbytes > 1 << 18 ? 1 : 0)
}

@inline
function entry(nbytes: u32, level: u32): usize {
  return <usize>(classOf(nbytes) * 9 + level - 1)
}

/** @param nbytes of the stream with its dictionary, which only lazy search knows */
export function strategyFor(nbytes: u32, level: u32, hasDictionary: bool): u8 {
  const strategy = load<u8>(STRATEGIES + entry(nbytes, level))
  return hasDictionary ? LAZY : strategy
}

// Of lazy search, by level.
/** Earlier places that are looked at. */
const ATTEMPTS = memory.data<u8>([0, 2, 3, 8, 15, 15, 63, 31, 63, 63])
/** How many positions a match may be put off; where none, only the last offset may do that. */
const PATIENCE = memory.data<u8>([0, 0, 0, 0, 1, 2, 2, 2, 2, 2])
/** About what a sequence takes besides the digits of its offset, in bits; more where what follows is not looked at. */
const SEQUENCE_BITS = memory.data<u8>([0, 14, 7, 7, 6, 5, 5, 5, 5, 5])
/** One of so many places inside a match is remembered. */
const STRIDE = memory.data<u8>([0, 5, 2, 1, 1, 1, 1, 1, 1, 1])

@inline
export function attemptsFor(level: u32): u32 {
  return <u32>load<u8>(ATTEMPTS + level)
}

@inline
export function patienceFor(level: u32): u32 {
  return <u32>load<u8>(PATIENCE + level)
}

@inline
export function sequenceBitsFor(level: u32): i32 {
  return <i32>load<u8>(SEQUENCE_BITS + level)
}

@inline
export function strideFor(level: u32): usize {
  return <usize>load<u8>(STRIDE + level)
}

/** From this step on, what is passed over is not remembered. */
@inline
export function farStepFor(level: u32): usize {
  return level < 7 ? 8 : usize.MAX_VALUE
}

/** Whether any match makes good what was searched in vain before it, however little it saves. */
@inline
export function looksOnInNoise(level: u32): bool {
  return level > 5
}

/** How many places are remembered at most, as a power of 2: the lower levels stay within a cache. */
@inline
export function mostPlacesFor(level: u32): u32 {
  return level < 6 ? 18 : PLACES_LOG
}

/** How many places a row has, as a power of 2. */
@inline
export function rowLogFor(level: u32): u32 {
  const attempts = attemptsFor(level)
  return attempts > 31 ? 6 : attempts > 15 ? 5 : 4
}

/** Up to this many bytes, short matches are all there may be. */
export const FEW_BYTES: u32 = 1 << 12

/** How many bytes a place is looked up by. @param entropy of a byte, in 16ths of a bit */
export function widthFor(nbytes: u32, entropy: u32, level: u32): u32 {
  if (nbytes <= FEW_BYTES) return 4
  // The fastest level remembers few places: short keys would find only the latest ones.
  if (level < 2) return classOf(nbytes) == 0 ? 5 : classOf(nbytes) == 3 ? 7 : 6
  // Two tables find what is long with one, and what is short with the other.
  if (level == 2) return (classOf(nbytes) & 1) != 0 ? 5 : 4
  if (entropy < 40) return 7
  if (entropy < 64) return 6
  return classOf(nbytes) == 3 ? 5 : 4
}

// Of optimal search, by class, from level 6 on.
/** Earlier places that are looked at. */
const TREE_ATTEMPTS = memory.data<u16>([8, 32, 128, 512, 0, 8, 64, 512, 0, 16, 64, 512, 0, 0, 16, 512])
/** A match of this length is taken without a look at other ways. */
const ENOUGH = memory.data<u16>([16, 32, 256, 512, 0, 16, 256, 512, 0, 16, 128, 512, 0, 0, 64, 512])
/** Looks at the block, each with the prices of the one before. */
const LOOKS = memory.data<u8>([1, 2, 2, 3, 0, 1, 1, 2, 0, 1, 1, 2, 0, 0, 1, 3])
/** Whether matches of three bytes are taken. */
const THREE = memory.data<u8>([0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1])
/** Whether ways that look no better soon are given up. */
const BRISK = memory.data<u8>([1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT = memory.data<u8>([31, 31, 31, 31, 31, 8, 31, 31, 31, 8, 31, 31, 31, 31, 31, 31])

@inline
function optimalEntry(nbytes: u32, level: u32): usize {
  return <usize>(classOf(nbytes) * 4 + level - 6)
}

@inline
export function attemptsOfTree(nbytes: u32, level: u32): u32 {
  return <u32>load<u16>(TREE_ATTEMPTS + 2 * optimalEntry(nbytes, level))
}

@inline
export function enoughFor(nbytes: u32, level: u32): u32 {
  return <u32>load<u16>(ENOUGH + 2 * optimalEntry(nbytes, level))
}

@inline
export function looksFor(nbytes: u32, level: u32): u32 {
  return <u32>load<u8>(LOOKS + optimalEntry(nbytes, level))
}

@inline
export function takesThree(nbytes: u32, level: u32): bool {
  return load<u8>(THREE + optimalEntry(nbytes, level)) != 0
}

@inline
export function cutsLazilyFirst(nbytes: u32, level: u32): bool {
  return (level == 9 && classOf(nbytes) > 0) || isForDenseAlone(nbytes, level)
}

/** Whether only blocks are worth optimal search where lazy search found many matches. */
@inline
export function isForDenseAlone(nbytes: u32, level: u32): bool {
  return level == 8 && classOf(nbytes) == 3
}

@inline
export function isBriskAt(nbytes: u32, level: u32): bool {
  return load<u8>(BRISK + optimalEntry(nbytes, level)) != 0
}

@inline
export function searchShiftFor(nbytes: u32, level: u32): usize {
  return <usize>load<u8>(SEARCH_SHIFT + optimalEntry(nbytes, level))
}

/** The level whose lazy search a stream has: short ones can afford that of the next. */
export function lazyLevel(nbytes: u32, level: u32): u32 {
  return classOf(nbytes) == 0 && level > 1 ? min<u32>(9, level + 1) : level
}
