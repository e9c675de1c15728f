// The blocks of a frame (RFC 8878, section 3.1.1.2): stored, one byte over and over, or compressed, then as one block or
// as several that share a search for matches.
import { copyBytes } from '../copy'
import { equalRun } from '../lz'
import { restoreTree, treeState } from './codes'
import { LITERALS, SEQUENCE_BYTES, SEQUENCES, SMALL, SMALL_BLOCK } from './layout'
import { putLiterals } from './literals'
import { forgetBlock, literalBytes, sequenceCount } from './matches'
import { partCodes, partCounts, partLiterals, partSequences, splitBlock } from './parts'
import { cutBlock } from './search'
import { putSequences } from './sequences'
import { entropyOfBlock } from './split'
import { restoreTables, tablesState } from './tables'

/** Fewer bytes are not worth a search. */
const MIN_BLOCK: usize = 16
const HEAD_BYTES: usize = 3
/** The first level that cuts blocks into parts, and the first that does it finely. */
const FIRST_SPLIT: u32 = 3
const FIRST_FINE: u32 = 5

const STORED: u32 = 0
const ONE_BYTE: u32 = 1
const COMPRESSED: u32 = 2

@inline
function putHead(op: usize, isLast: bool, type: u32, size: u32): void {
  const head = (isLast ? 1 : 0) | (type << 1) | (size << 3)
  store<u16>(op, <u16>head)
  store<u8>(op, <u8>(head >> 16), 2)
}

/** A block that is stored. @returns where it ends, or 0 if it does not fit */
function putStored(from: usize, size: u32, isLast: bool, op: usize, oend: usize): usize {
  if (oend - op < HEAD_BYTES + <usize>size) return 0
  putHead(op, isLast, STORED, size)
  copyBytes(op + HEAD_BYTES, from, size)
  return op + HEAD_BYTES + size
}

/**
 * The block that was cut, as one. @param isCounted whether its only part has the counts
 * @returns where it ends, or 0 if it does not fit
 */
function putWhole(s: usize, size: u32, isCounted: bool, isLast: bool, op: usize, oend: usize): usize {
  const body = op + HEAD_BYTES
  const isSmall = size <= SMALL_BLOCK
  const start = isSmall ? s + SMALL : body
  const stop = isSmall ? start + 2 * SMALL_BLOCK : oend
  let to = putLiterals(s, s + LITERALS, literalBytes, isCounted ? partCounts(s, 0) : 0, start, stop)
  if (to != 0) to = putSequences(s, s + SEQUENCES, sequenceCount, isCounted ? partCodes(s, 0) : 0, to, stop)
  const cbytes = to - start
  if (to == 0 || cbytes > oend - body) return 0
  if (isSmall) copyBytes(body, start, cbytes)
  putHead(op, isLast, COMPRESSED, <u32>cbytes)
  return body + cbytes
}

/** The block that was cut, in parts. @returns where they end, or 0 if they do not fit */
function putParts(s: usize, parts: u32, isLast: bool, op: usize, oend: usize): usize {
  let from = s + LITERALS
  let at = s + SEQUENCES
  for (let i: u32 = 0; i < parts; i++) {
    const literals = partLiterals(s, i)
    const count = partSequences(s, i)
    const isLastPart = isLast && i + 1 == parts
    if (oend - op < HEAD_BYTES) return 0
    const body = op + HEAD_BYTES
    const tree = treeState()
    let to = putLiterals(s, from, literals, partCounts(s, i), body, oend)
    if (to != 0) to = putSequences(s, at, count, partCodes(s, i), to, oend)
    // Stored sequences would be missing from the last offsets, so only literals may be.
    if (count == 0 && (to == 0 || to - body >= <usize>literals)) {
      restoreTree(tree)
      to = putStored(from, literals, isLastPart, op, oend)
    } else if (to != 0) putHead(op, isLastPart, COMPRESSED, <u32>(to - body))
    if (to == 0 || to > oend) return 0
    op = to
    from += literals
    at += <usize>count * SEQUENCE_BYTES
  }
  return op
}

/** Compresses a block. @returns where it ends, or 0 if it does not get smaller or does not fit */
function putCompressed(
  s: usize, first: usize, block: usize, end: usize, isLast: bool, level: u32, op: usize, oend: usize,
): usize {
  const size = <u32>(end - block)
  if (size < MIN_BLOCK) return 0
  cutBlock(s, first, block, end, entropyOfBlock(s))
  const tree = treeState()
  const tables = tablesState()
  // No body is larger than the content, as sections must not be.
  const limit = min(oend, op + HEAD_BYTES + size - 1)
  const parts = level < FIRST_SPLIT ? 0 : splitBlock(s, sequenceCount, literalBytes, size, level >= FIRST_FINE)
  if (parts > 1) {
    const to = putParts(s, parts, isLast, op, limit)
    if (to != 0) return to
    restoreTree(tree)
    restoreTables(tables)
  }
  const to = putWhole(s, size, parts == 1, isLast, op, limit)
  if (to != 0) return to
  forgetBlock()
  restoreTree(tree)
  restoreTables(tables)
  return 0
}

/**
 * Writes the bytes from `block` to `end` as a block or as several; a match may reach back to `first`.
 * @returns where they end, or 0 if they do not fit
 */
export function putBlock(
  s: usize, first: usize, block: usize, end: usize, isLast: bool, level: u32, op: usize, oend: usize,
): usize {
  const size = <u32>(end - block)
  if (oend - op < HEAD_BYTES + 1) return 0
  if (equalRun(block + 1, block, end) == size - 1) {
    putHead(op, isLast, ONE_BYTE, size)
    store<u8>(op, load<u8>(block), HEAD_BYTES)
    return op + HEAD_BYTES + 1
  }
  const to = putCompressed(s, first, block, end, isLast, level, op, oend)
  return to != 0 ? to : putStored(block, size, isLast, op, oend)
}
