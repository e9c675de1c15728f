// Cuts a block into literals and matches. What a match saves is weighed in bits: literals by the entropy of the block,
// the match by its offset; where the next position or the one after it saves more, it goes first.
import { equalRun } from '../lz'
import { attemptsFor, farStepFor, looksOnInNoise, patienceFor, sequenceBitsFor, strideFor } from './efforts'
import { LITERALS } from './layout'
import { add, equalBefore, finishBlock, lengthAt, MIN_MATCH, repeat1, repeat2, startBlock } from './matches'
import { candidates, latest, remember, SEARCH_BYTES } from './rows'
import { digitsOf, REPEAT_BITS } from './gains'

/** A match of this length is not weighed against later ones. */
const TAKE_AT_ONCE: u32 = 48
/** Of a longer match only the ends are remembered, in bytes. */
const REMEMBERED: usize = 32
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT: usize = 8

/** What a match may save at most that counts, in 16ths of a bit: enough to make a whole block good. */
const MOST_CREDITED: usize = 1 << 10

/** What a literal costs, in 16ths of a bit. */
let literalCost: i32 = 0
/** Its inverse, a little less. */
let perLiteral: f32 = 0
let attempts: u32 = 0
let patience: u32 = 0
let sequenceBits: i32 = 0
/** Every place before this one is remembered, or passed over. */
let remembered: usize = 0
/** The best match of the last search: its offset, and what it saves in 16ths of a bit. */
let bestOffset: u32 = 0
let bestGain: i32 = 0

/** What lies before the stream, from `first` on, is its dictionary. */
export function startLazy(s: usize, first: usize, src: usize): void {
  remembered = first
  for (; remembered + SEARCH_BYTES <= src; remembered++) remember(s, remembered)
}

@inline
function gainOf(length: u32, bits: i32): i32 {
  return <i32>length * literalCost - (bits << 4)
}

/**
 * Bytes of search that a match makes good: in noise chance finds many that save next to nothing. By the square, as what
 * is found by chance saves a bit or two.
 */
@inline
function creditOf(gain: i32): usize {
  const most = min<usize>(gain, MOST_CREDITED)
  return most * most
}

/** The least length of a match whose offset takes so many bits that saves more than `least`, or one byte less. */
@inline
function leastLength(least: i32, bits: i32): u32 {
  return max<u32>(MIN_MATCH, <u32>(<f32>(least + (bits << 4)) * perLiteral) + 1)
}

/** Takes the match at one of the last offsets, if it saves more than the best one yet. @returns the length of the best */
@inline
function tryRepeat(ip: usize, offset: u32, end: usize, first: usize, length: u32): u32 {
  const found = lengthAt(ip, offset, end, first)
  const gain = gainOf(found, REPEAT_BITS)
  if (gain <= bestGain) return length
  bestGain = gain
  bestOffset = offset
  return found
}

/** Looks for the match that saves most, which must save more than `least`. @returns its length, or 0 */
@inline
function search(s: usize, ip: usize, anchor: usize, end: usize, first: usize, least: i32): u32 {
  bestGain = least
  let length = tryRepeat(ip, repeat1, end, first, 0)
  // The one before often goes on, as where one value of many differs; but alternating leads past longer matches.
  if (patience != 0) length = tryRepeat(ip, repeat2, end, first, length)
  const word = load<u32>(ip)
  const base = sequenceBits + 31 + digitsOf(<u32>(ip - anchor))
  let bits = candidates(s, ip)
  if (bits == 0) return length
  // The nearest place says what a match must have at least; most are told by its last bytes.
  const most = <u32>(end - ip)
  let need = max<u32>(length + 1, leastLength(bestGain, base - <i32>clz(<u32>(ip - latest(bits)))))
  if (need > most) return length
  let last = load<u32>(ip + need - MIN_MATCH)
  for (let i = attempts; bits != 0 && i != 0; i--) {
    const from = latest(bits)
    bits &= bits - 1
    if (load<u32>(from + need - MIN_MATCH) != last || load<u32>(from) != word) continue
    const found = MIN_MATCH + equalRun(ip + MIN_MATCH, from + MIN_MATCH, end)
    if (found < need) continue
    const offset = <u32>(ip - from)
    const gain = gainOf(found, base - <i32>clz(offset))
    if (gain > bestGain) {
      bestGain = gain
      bestOffset = offset
      length = found
      need = found + 1
      if (need > most) break
      last = load<u32>(ip + need - MIN_MATCH)
    }
  }
  return length
}

/** Remembers what lies before a place; of a long stretch only its ends. */
@inline
function rememberUpTo(s: usize, ip: usize, stride: usize): void {
  if (ip > remembered + 2 * REMEMBERED) {
    rememberPart(s, remembered, remembered + REMEMBERED, stride)
    rememberPart(s, ip - REMEMBERED, ip, stride)
  } else rememberPart(s, remembered, ip, stride)
}

function rememberPart(s: usize, at: usize, stop: usize, stride: usize): void {
  for (; at < stop; at += stride) {
    const word = load<u64>(at)
    // Places inside a run of one byte would push all others out of their row.
    if (word != (word & 255) * 0x0101010101010101) remember(s, at)
  }
}

/**
 * Cuts a block, which is a part of what lies from `first` on; its sequences and literals are then in the scratch area.
 */
export function cutLazy(s: usize, first: usize, block: usize, end: usize, level: u32, entropy: u32): void {
  startBlock()
  attempts = attemptsFor(level)
  patience = patienceFor(level)
  sequenceBits = sequenceBitsFor(level)
  const stride = strideFor(level)
  const farStep = farStepFor(level)
  const isPatient = looksOnInNoise(level)
  // Huffman codes have one bit at least.
  literalCost = max<i32>(16, <i32>entropy)
  perLiteral = 0.9999 / <f32>literalCost
  let to = s + LITERALS
  let anchor = block
  let ip = block == first ? block + 1 : block
  /** Bytes in which nothing was found, but for those that matches made good. */
  let dull = ip - block
  const stop: usize = end - block >= SEARCH_BYTES ? end - SEARCH_BYTES : 0
  while (ip <= stop) {
    rememberUpTo(s, ip, stride)
    let length = search(s, ip, anchor, end, first, 0)
    remembered = ip + 1
    if (length == 0) {
      const step: usize = 1 + (dull >> SEARCH_SHIFT)
      ip += step
      dull += step
      // In what does not match, what is passed over is not remembered either.
      if (step > farStep) remembered = ip
      continue
    }
    let start = ip
    let offset = bestOffset
    let gain = bestGain
    if (patience == 0 && length < TAKE_AT_ONCE && ip < stop) {
      const later = lengthAt(ip + 1, repeat1, end, first)
      if (gainOf(later, REPEAT_BITS) > gain + literalCost) {
        start = ip + 1
        length = later
        offset = repeat1
      }
    }
    for (let wait: u32 = 1; wait <= patience && length < TAKE_AT_ONCE && ip < stop; wait++) {
      ip++
      const later = search(s, ip, anchor, end, first, gain + literalCost)
      remembered = ip + 1
      if (later == 0) continue
      start = ip
      length = later
      offset = bestOffset
      gain = bestGain
      wait = 0
    }
    dull = isPatient ? 0 : dull - min(dull, creditOf(gain))
    const back = equalBefore(start, offset, anchor, first)
    start -= back
    length += back
    to = add(s, anchor, <u32>(start - anchor), length, offset, to, end)
    ip = start + length
    anchor = ip
    while (patience == 0 && ip <= stop) {
      const found = lengthAt(ip, repeat2, end, first)
      if (gainOf(found, REPEAT_BITS) <= 0) break
      to = add(s, anchor, 0, found, repeat2, to, end)
      ip += found
      anchor = ip
    }
  }
  finishBlock(s, anchor, to, end)
}
