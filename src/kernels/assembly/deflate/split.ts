// Where a block ends: where what follows has other symbols, so that codes of its own pay.
import { copyBytes, fillBytes } from '../copy'
import { putBlock } from './block'
import { countPart, distinct, entropyOf, partBytes, partEnd, partSymbols } from './counts'
import { ALPHABET, COUNTS, MAX_TOKENS, NEXT_COUNTS, SEQUENCES } from './layout'
import { dropSequences, sequencesEnd, startSequences } from './sequences'

/** What a cut must save to pay for one more description, in 256ths of a bit: for itself, and for each symbol of it. */
const WORTH_CUTTING: u32 = 64 << 8
const WORTH_SYMBOL: u32 = 3 << 8

/** The block that is not written yet: its sequences, bytes, symbols, entropy (0: not known) and different symbols; these belong to the instance. */
let blockStart: usize = 0
let blockEnd: usize = 0
let blockSrc: usize = 0
let blockBytes: u32 = 0
let blockSymbols: u32 = 0
let blockEntropy: u32 = 0
let blockDistinct: u32 = 0
let limit: usize = 0

/** Starts a stream whose bytes lie at `src`, and whose blocks may go up to `oend`. */
export function startBlocks(s: usize, src: usize, oend: usize): void {
  startSequences(s)
  fillBytes(s + COUNTS, 0, 4 * ALPHABET)
  blockStart = blockEnd = s + SEQUENCES
  blockSrc = src
  blockBytes = 0
  limit = oend
}

function startBlock(s: usize): void {
  copyBytes(s + COUNTS, s + NEXT_COUNTS, 4 * ALPHABET)
  blockStart = blockEnd
  blockSrc += blockBytes
  blockBytes = 0
  blockSymbols = 0
  blockEntropy = 0
}

function addCounts(s: usize): void {
  for (let i: usize = 0; i < 4 * ALPHABET; i += 16)
    v128.store(s + COUNTS + i, i32x4.add(v128.load(s + COUNTS + i), v128.load(s + NEXT_COUNTS + i)))
}

/** Does the part that was counted go on as the block does? */
function belongs(s: usize): bool {
  if (blockSymbols + partSymbols > MAX_TOKENS) return false
  if (blockEntropy == 0) {
    blockEntropy = entropyOf(s + COUNTS, 0)
    blockDistinct = distinct
  }
  const apart = blockEntropy + entropyOf(s + NEXT_COUNTS, 0)
  const described = blockDistinct + distinct
  const together = entropyOf(s + COUNTS, s + NEXT_COUNTS)
  if (together > apart + WORTH_CUTTING + (described - distinct) * WORTH_SYMBOL) return false
  blockDistinct = distinct
  blockEntropy = together
  return true
}

/** Writes the block. @returns whether it fits */
export function closeBlock(s: usize, isLast: bool): bool {
  return putBlock(s, blockStart, blockEnd, blockSrc, blockBytes, isLast, limit)
}

/** Takes the sequences that were added, in parts of `most` symbols. @returns whether all that was written fits */
export function addParts(s: usize, most: u32): bool {
  const last = sequencesEnd
  while (blockEnd < last) {
    countPart(s, blockEnd, last, blockSrc + blockBytes, most)
    if (blockBytes == 0) startBlock(s)
    else if (belongs(s)) addCounts(s)
    else {
      if (!closeBlock(s, false)) return false
      startBlock(s)
    }
    blockBytes += partBytes
    blockSymbols += partSymbols
    blockEnd = partEnd
  }
  if (blockStart != s + SEQUENCES) {
    const kept = blockEnd - blockStart
    dropSequences(s, blockStart)
    blockStart = s + SEQUENCES
    blockEnd = blockStart + kept
  }
  return true
}
