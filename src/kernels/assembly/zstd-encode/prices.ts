// What literals, lengths and offsets cost in optimal search: guessed at first, then by the tallies of what was taken.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { PLAIN_KINDS, PLAIN_LITERALS } from './costs'
import { countBytes } from './huffman'
import {
  COUNTS,
  HISTOGRAM_BYTES,
  LENGTH_PRICES,
  LITERAL_PRICES,
  LITERALS,
  MATCH_PRICES,
  OFFSET_PRICES,
  SEQUENCE_BYTES,
  SEQUENCES,
  TALLIES,
} from './layout'
import { literalBytes, sequenceCount } from './matches'
import { LITERALS_NORMS, MATCHES_NORMS, OFFSETS_NORMS } from './predefined'
import { countCodes, LITERAL_EXTRA, literalCode, MATCH_EXTRA, matchCode } from './sequences'

/** Literals take one bit at least; other codes may take less. */
const LEAST_LITERAL_PRICE: u32 = 256
const LEAST_PRICE: u32 = 128

/** What the look before weighs against what comes: so many literals, so many codes. */
const MOST_LITERALS: u32 = 1 << 13
const MOST_CODES: u32 = 1 << 8
export const FAVOUR: u32 = 4
/** The same after a lazy search, and after the look that follows it. */
export const FAVOUR_AFTER_LAZY: u32 = 20
export const FAVOUR_AGAIN: u32 = 14
const TALLY_SHIFT: u32 = 2
/** Guessed tallies of codes: no literals, repeats, and offsets of medium size come more often than others. */
const GUESSED_LENGTHS = memory.data<u8>([4, 2])
const GUESSED_OFFSETS = memory.data<u8>([6, 2, 1, 1, 2, 3, 4, 4, 4, 3, 2])
/** Prices follow the tallies after so many sequences. */
const PRICE_TURN: u32 = 32

/** Sequences until prices follow the tallies again; this belongs to the instance. */
let untilPrices: u32 = 0

/** Sets a table of tallies from counts, so that they are {@link MOST_WEIGHT} together at most; each is 1 at least. */
function setTally(counts: usize, tally: usize, symbols: u32, most: u32): void {
  let total: u32 = 0
  for (let i: u32 = 0; i < symbols; i++) total += load<u32>(counts + 4 * i)
  let shift: u32 = 0
  while (total >> shift > most) shift++
  for (let i: u32 = 0; i < symbols; i++) store<u32>(tally + 4 * i, (load<u32>(counts + 4 * i) << TALLY_SHIFT >> shift) + 1)
}

/** Prices of symbols by their tallies. */
function setPrices(tally: usize, prices: usize, symbols: u32, least: u32): void {
  let total: u32 = 0
  for (let i: u32 = 0; i < symbols; i++) total += load<u32>(tally + 4 * i)
  const all = log2x256(total)
  for (let i: u32 = 0; i < symbols; i++)
    store<u32>(prices + 4 * i, max(least, all - log2x256(max<u32>(1, load<u32>(tally + 4 * i)))))
}

export function setAllPrices(s: usize): void {
  setPrices(s + TALLIES, s + LITERAL_PRICES, 256, LEAST_LITERAL_PRICE)
  setPrices(s + TALLIES + HISTOGRAM_BYTES, s + LENGTH_PRICES, 36, LEAST_PRICE)
  setPrices(s + TALLIES + 2 * HISTOGRAM_BYTES, s + OFFSET_PRICES, 32, LEAST_PRICE)
  setPrices(s + TALLIES + 3 * HISTOGRAM_BYTES, s + MATCH_PRICES, 53, LEAST_PRICE)
  untilPrices = PRICE_TURN
}

/** Guessed tallies of a kind of code, 1 for those that are not listed. */
function guess(table: usize, guesses: usize, listed: usize, symbols: usize): void {
  for (let i: usize = 0; i < symbols; i++) {
    const tally: u32 = i < listed ? <u32>load<u8>(guesses + i) : 1
    store<u32>(table + 4 * i, tally << TALLY_SHIFT)
  }
}

/** Halves tallies until they are no more than so many together. */
function fade(table: usize, symbols: usize, most: u32): void {
  let total: u32 = 0
  for (let i: usize = 0; i < symbols; i++) total += load<u32>(table + 4 * i)
  let shift: u32 = 0
  while (total >> shift > most << TALLY_SHIFT) shift++
  for (let i: usize = 0; i < symbols; i++) store<u32>(table + 4 * i, load<u32>(table + 4 * i) >> shift)
}

/**
 * Prices before a look: from the block before, if there is one, and from the bytes of the block.
 * @param isEven whether prices of literals are nearly the same
 */
export function guessPrices(s: usize, block: usize, end: usize, isFirst: bool, isEven: bool): void {
  const tallies = s + TALLIES
  if (isFirst) {
    fillBytes(tallies, 0, HISTOGRAM_BYTES)
    guess(tallies + HISTOGRAM_BYTES, GUESSED_LENGTHS, 2, 36)
    guess(tallies + 2 * HISTOGRAM_BYTES, GUESSED_OFFSETS, 11, 32)
    guess(tallies + 3 * HISTOGRAM_BYTES, GUESSED_LENGTHS, 0, 53)
  } else {
    fade(tallies, 256, MOST_LITERALS)
    fade(tallies + HISTOGRAM_BYTES, 36, MOST_CODES)
    fade(tallies + 2 * HISTOGRAM_BYTES, 32, MOST_CODES)
    fade(tallies + 3 * HISTOGRAM_BYTES, 53, MOST_CODES)
  }
  countBytes(s, block, <u32>(end - block))
  // Nearly even prices of literals: those of the bytes as they are would make matches look too dear to start with.
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 4) {
    const count = load<u32>(s + COUNTS + i)
    const even = ((count >> 8) + (count != 0 ? 1 : 0)) << 1
    store<u32>(tallies + i, load<u32>(tallies + i) + (isEven ? even : count << TALLY_SHIFT))
  }
  setAllPrices(s)
}

/** Takes the tallies from the look before. @param plain what had no codes of its own there, as `costs.ts` says */
export function learnPrices(s: usize, favoured: u32, plain: u32): void {
  countBytes(s, s + LITERALS, literalBytes)
  setTally(s + COUNTS, s + TALLIES, 256, MOST_LITERALS)
  countCodes(s, sequenceCount)
  setTally(s + COUNTS, s + TALLIES + HISTOGRAM_BYTES, 36, MOST_CODES)
  setTally(s + COUNTS + HISTOGRAM_BYTES, s + TALLIES + 2 * HISTOGRAM_BYTES, 32, MOST_CODES)
  setTally(s + COUNTS + 2 * HISTOGRAM_BYTES, s + TALLIES + 3 * HISTOGRAM_BYTES, 53, MOST_CODES)
  takePlain(s, plain)
  // Short runs, matches and repeats stay affordable, or none would ever be taken where the look before has none.
  for (let i: usize = 0; i < 16; i += 4) {
    favour(s + TALLIES + HISTOGRAM_BYTES + i, favoured)
    if (i < 8) favour(s + TALLIES + 2 * HISTOGRAM_BYTES + i, favoured)
    favour(s + TALLIES + 3 * HISTOGRAM_BYTES + i, favoured)
  }
  setAllPrices(s)
}

/** Takes the tallies that the codes of sequences have in the table that both sides know. */
function takeNorms(tallies: usize, norms: usize, symbols: usize, shift: u32): void {
  for (let i: usize = 0; i < symbols; i++) store<u32>(tallies + 4 * i, <u32>load<u16>(norms + 2 * i) << shift)
}

/** What had no codes of its own in the look before costs what it costs without: so few bytes will not change that. */
function takePlain(s: usize, plain: u32): void {
  const tallies = s + TALLIES
  if ((plain & PLAIN_LITERALS) != 0) {
    for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 4) store<u32>(tallies + i, (MOST_LITERALS >> 8) << TALLY_SHIFT)
  }
  if ((plain & PLAIN_KINDS) != 0) takeNorms(tallies + HISTOGRAM_BYTES, LITERALS_NORMS, 36, TALLY_SHIFT + 2)
  if ((plain & (PLAIN_KINDS << 1)) != 0) takeNorms(tallies + 2 * HISTOGRAM_BYTES, OFFSETS_NORMS, 29, TALLY_SHIFT + 3)
  if ((plain & (PLAIN_KINDS << 2)) != 0) takeNorms(tallies + 3 * HISTOGRAM_BYTES, MATCHES_NORMS, 53, TALLY_SHIFT + 2)
}

@inline
function favour(at: usize, favoured: u32): void {
  store<u32>(at, load<u32>(at) + (favoured << TALLY_SHIFT))
}

@inline
function tally(at: usize): void {
  store<u32>(at, load<u32>(at) + (1 << TALLY_SHIFT))
}

/** Counts a sequence with its literals; prices follow now and then. */
export function learnSequence(s: usize, at: usize, literals: u32, length: u32): void {
  for (let i: usize = 0; i < <usize>literals; i++) tally(s + TALLIES + 4 * <usize>load<u8>(at + i))
  const value = load<u32>(s + SEQUENCES + <usize>(sequenceCount - 1) * SEQUENCE_BYTES, 8)
  tally(s + TALLIES + HISTOGRAM_BYTES + 4 * literalCode(literals))
  tally(s + TALLIES + 2 * HISTOGRAM_BYTES + 4 * (31 - clz(value)))
  tally(s + TALLIES + 3 * HISTOGRAM_BYTES + 4 * matchCode(length - 3))
  if (--untilPrices == 0) setAllPrices(s)
}

@inline
export function runPrice(s: usize, literals: u32): u32 {
  const code = literalCode(literals)
  return load<u32>(s + LENGTH_PRICES + 4 * code) + (<u32>load<u8>(LITERAL_EXTRA + code) << 8)
}

@inline
export function lengthPrice(s: usize, length: u32): u32 {
  const code = matchCode(length - 3)
  return load<u32>(s + MATCH_PRICES + 4 * code) + (<u32>load<u8>(MATCH_EXTRA + code) << 8)
}

/** @param value what the offset is written as */
@inline
export function offsetPrice(s: usize, value: u32): u32 {
  const code: u32 = 31 - clz(value)
  return load<u32>(s + OFFSET_PRICES + 4 * code) + (code << 8)
}
