// Cuts a block into literals and matches. What a match saves is weighed in bits: literals by the entropy of the block,
// the match by its offset; where the next position or the one after it saves more, it goes first.
import { copyBytes } from '../copy'
import { copyLoose, equalRun } from '../lz'
import { LITERALS, SEQUENCES, SEQUENCE_BYTES } from './layout'
import { candidates, latest, remember, SEARCH_BYTES } from './rows'
import { entropyOfBlock } from './split'

const MIN_MATCH: u32 = 4
/** About what a sequence takes that repeats an offset, in bits. */
const REPEAT_BITS: i32 = 6
/** A match of this length is not weighed against later ones. */
const TAKE_AT_ONCE: u32 = 48
/** Of a longer match only the ends are remembered, in bytes. */
const REMEMBERED: usize = 96
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT: usize = 8

// By level 1 to 6.
/** Earlier places that are looked at. */
const ATTEMPTS = memory.data<u8>([0, 2, 3, 3, 8, 15, 15])
/** How many positions a match may be put off; where none, only the last offset may do that. */
const PATIENCE = memory.data<u8>([0, 0, 0, 0, 1, 2, 2])
/** About what a sequence takes besides the digits of its offset, in bits; more where what follows is not looked at. */
const SEQUENCE_BITS = memory.data<u8>([0, 14, 14, 14, 12, 9, 9])
/** One of so many places inside a match is remembered. */
const STRIDE = memory.data<u8>([0, 5, 2, 2, 2, 2, 1])

/** The last offsets, as the decoder will know them; these belong to the instance, as all below. */
export let repeat1: u32 = 1
export let repeat2: u32 = 4
export let repeat3: u32 = 8
let kept1: u32 = 1
let kept2: u32 = 4
let kept3: u32 = 8
/** Sequences and literals of the block that was cut last. */
export let sequenceCount: u32 = 0
export let literalBytes: u32 = 0

/** What a literal costs, in 16ths of a bit. */
let literalCost: i32 = 0
let attempts: u32 = 0
let patience: u32 = 0
let sequenceBits: i32 = 0
/** Every place before this one is remembered, or passed over. */
let remembered: usize = 0
/** The best match of the last search: its offset, and what it saves in 16ths of a bit. */
let bestOffset: u32 = 0
let bestGain: i32 = 0

/** What lies before the stream, from `first` on, is its dictionary. */
export function startMatches(s: usize, first: usize, src: usize): void {
  repeat1 = 1
  repeat2 = 4
  repeat3 = 8
  remembered = first
  for (; remembered + SEARCH_BYTES <= src; remembered++) remember(s, remembered)
}

/** A block that is stored leaves no offsets behind. */
export function forgetBlock(): void {
  repeat1 = kept1
  repeat2 = kept2
  repeat3 = kept3
}

@inline
function gainOf(length: u32, bits: i32): i32 {
  return <i32>length * literalCost - (bits << 4)
}

/** How long the match at an earlier offset is, or 0 if it is too short or would reach beyond the start. */
@inline
function lengthAt(ip: usize, offset: u32, end: usize, first: usize): u32 {
  if (offset > <u32>(ip - first) || load<u32>(ip - offset) != load<u32>(ip)) return 0
  return MIN_MATCH + equalRun(ip + MIN_MATCH, ip - offset + MIN_MATCH, end)
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
function search(s: usize, ip: usize, end: usize, first: usize, least: i32): u32 {
  bestGain = least
  let length = tryRepeat(ip, repeat1, end, first, 0)
  // The one before often goes on, as where one value of many differs; but alternating leads past longer matches.
  if (patience != 0) length = tryRepeat(ip, repeat2, end, first, length)
  const word = load<u32>(ip)
  let bits = candidates(s, ip)
  for (let i = attempts; bits != 0 && i != 0; i--) {
    const from = latest(bits)
    bits &= bits - 1
    if (load<u32>(from) != word) continue
    const found = MIN_MATCH + equalRun(ip + MIN_MATCH, from + MIN_MATCH, end)
    if (found <= length) continue
    const offset = <u32>(ip - from)
    const gain = gainOf(found, sequenceBits + 31 - <i32>clz(offset))
    if (gain > bestGain) {
      bestGain = gain
      bestOffset = offset
      length = found
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

/** What an offset is written as: 1 to 3 stand for the last ones, counted on by one after no literals. */
@inline
function writtenAs(offset: u32, literals: u32): u32 {
  const skip: u32 = literals == 0 ? 1 : 0
  let value = offset + 3
  if (offset == repeat1 && skip == 0) return 1
  if (offset == repeat2) {
    value = 2 - skip
    repeat2 = repeat1
  } else if (offset == repeat3) {
    value = 3 - skip
    repeat3 = repeat2
    repeat2 = repeat1
  } else {
    if (skip == 1 && offset == repeat1 - 1) value = 3
    repeat3 = repeat2
    repeat2 = repeat1
  }
  repeat1 = offset
  return value
}

/** Adds a sequence. @returns where the literals of the next one go */
@inline
export function add(s: usize, anchor: usize, literals: u32, length: u32, offset: u32, to: usize, end: usize): usize {
  const at = s + SEQUENCES + <usize>sequenceCount * SEQUENCE_BYTES
  sequenceCount = sequenceCount + 1
  store<u32>(at, literals)
  store<u32>(at, length, 4)
  store<u32>(at, writtenAs(offset, literals), 8)
  if (end - anchor >= <usize>literals + 16) copyLoose(to, anchor, literals)
  else copyBytes(to, anchor, literals)
  return to + literals
}

/** Notes the last offsets for {@link forgetBlock}, and starts with no sequence. */
export function startBlock(): void {
  kept1 = repeat1
  kept2 = repeat2
  kept3 = repeat3
  sequenceCount = 0
}

/** Says how many literals the block has, once all are in their place. */
export function finishBlock(literals: u32): void {
  literalBytes = literals
}

/**
 * Cuts a block, which is a part of what lies from `first` on; its sequences and literals are then in the scratch area.
 */
export function cutBlock(s: usize, first: usize, block: usize, end: usize, level: u32): void {
  startBlock()
  attempts = <u32>load<u8>(ATTEMPTS + level)
  patience = <u32>load<u8>(PATIENCE + level)
  sequenceBits = <i32>load<u8>(SEQUENCE_BITS + level)
  const stride = <usize>load<u8>(STRIDE + level)
  // Huffman codes have one bit at least.
  literalCost = max<i32>(16, <i32>entropyOfBlock(s))
  let to = s + LITERALS
  let anchor = block
  let ip = block == first ? block + 1 : block
  const stop: usize = end - block >= SEARCH_BYTES ? end - SEARCH_BYTES : 0
  while (ip <= stop) {
    rememberUpTo(s, ip, stride)
    let length = search(s, ip, end, first, 0)
    remembered = ip + 1
    if (length == 0) {
      const step: usize = 1 + ((ip - anchor) >> SEARCH_SHIFT)
      ip += step
      // In what does not match, what is passed over is not remembered either.
      if (step > 8) remembered = ip
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
      const later = search(s, ip, end, first, gain + literalCost)
      remembered = ip + 1
      if (later == 0) continue
      start = ip
      length = later
      offset = bestOffset
      gain = bestGain
      wait = 0
    }
    while (start > anchor && start - offset > first && load<u8>(start - 1) == load<u8>(start - offset - 1)) {
      start--
      length++
    }
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
  copyBytes(to, anchor, end - anchor)
  finishBlock(<u32>(to + (end - anchor) - (s + LITERALS)))
}
