// The sequences of a block as they are found, and the last offsets.
import { copyBytes } from '../copy'
import { copyLoose, equalRun } from '../lz'
import { BEST_LITERALS, BEST_SEQUENCES, LITERALS, SEQUENCES, SEQUENCE_BYTES } from './layout'

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

/** The offsets that a frame starts with. */
export function startOffsets(): void {
  repeat1 = 1
  repeat2 = 4
  repeat3 = 8
}

/** A block that is stored leaves no offsets behind. */
export function forgetBlock(): void {
  repeat1 = kept1
  repeat2 = kept2
  repeat3 = kept3
}

/** The shortest match that is taken, but by {@link OPTIMAL} search. */
export const MIN_MATCH: u32 = 4

/** How long the match at an earlier offset is, or 0 if it is too short or would reach beyond the start. */
@inline
export function lengthAt(ip: usize, offset: u32, end: usize, first: usize): u32 {
  if (offset > <u32>(ip - first) || load<u32>(ip - offset) != load<u32>(ip)) return 0
  return MIN_MATCH + equalRun(ip + MIN_MATCH, ip - offset + MIN_MATCH, end)
}

/** How many bytes before a match are equal too, back to the literals' start and to the start of the stream. */
@inline
export function equalBefore(start: usize, offset: u32, anchor: usize, first: usize): u32 {
  let back: u32 = 0
  while (
    start - back > anchor && start - back - offset > first &&
    load<u8>(start - back - 1) == load<u8>(start - back - offset - 1)
  ) back++
  return back
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

/** Adds the literals after the last sequence. */
export function finishBlock(s: usize, anchor: usize, to: usize, end: usize): void {
  copyBytes(to, anchor, end - anchor)
  literalBytes = <u32>(to + (end - anchor) - (s + LITERALS))
}

/** The cut that is kept by {@link keepCut}: its last offsets, sequences and literals. */
let best1: u32 = 1
let best2: u32 = 4
let best3: u32 = 8
let bestCount: u32 = 0
let bestLiterals: u32 = 0

/** Keeps the cut of a block while others are tried. */
export function keepCut(s: usize): void {
  best1 = repeat1
  best2 = repeat2
  best3 = repeat3
  bestCount = sequenceCount
  bestLiterals = literalBytes
  copyBytes(s + BEST_SEQUENCES, s + SEQUENCES, <usize>bestCount * SEQUENCE_BYTES)
  copyBytes(s + BEST_LITERALS, s + LITERALS, bestLiterals)
}

/** Takes back to the cut that was kept. */
export function takeKeptCut(s: usize): void {
  repeat1 = best1
  repeat2 = best2
  repeat3 = best3
  sequenceCount = bestCount
  literalBytes = bestLiterals
  copyBytes(s + SEQUENCES, s + BEST_SEQUENCES, <usize>bestCount * SEQUENCE_BYTES)
  copyBytes(s + LITERALS, s + BEST_LITERALS, bestLiterals)
}
