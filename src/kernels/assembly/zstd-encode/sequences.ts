// The sequences of a block (RFC 8878, section 3.1.1.3.2): a table for each of the three codes, and one stream of bits
// that is read backward.
import { copyBytes, fillBytes } from '../copy'
import { bitsOut, firstState, nextState } from './fse'
import { COUNTS, HISTOGRAM_BYTES, SEQUENCES, SEQUENCE_BYTES } from './layout'
import { LITERALS_NORMS, LITERALS_TABLE, MATCHES_NORMS, MATCHES_TABLE, OFFSETS_NORMS, OFFSETS_TABLE } from './predefined'
import { MAX_TABLES_BYTES, mode, putTable, table, tableLog } from './tables'

const LITERAL_CODES = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 16, 17, 17, 18, 18, 19, 19, 20, 20, 20, 20, 21, 21, 21, 21,
  22, 22, 22, 22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 23, 23, 23, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24,
  24, 24, 24,
])
const MATCH_CODES = memory.data<u8>([
  32, 32, 33, 33, 34, 34, 35, 35, 36, 36, 36, 36, 37, 37, 37, 37, 38, 38, 38, 38, 38, 38, 38, 38, 39, 39, 39, 39, 39,
  39, 39, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 41, 41, 41, 41, 41, 41, 41, 41, 41, 41,
  41, 41, 41, 41, 41, 41, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42, 42,
  42, 42, 42, 42, 42, 42, 42, 42, 42,
])
export const LITERAL_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
])
export const MATCH_EXTRA = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3,
  4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
])
@inline
export function literalCode(literals: u32): u32 {
  return literals < 64 ? <u32>load<u8>(LITERAL_CODES + literals) : 50 - clz(literals)
}

/** @param rest the length of a match beyond three */
@inline
export function matchCode(rest: u32): u32 {
  return rest < 32 ? rest : rest < 128 ? <u32>load<u8>(MATCH_CODES + rest - 32) : 67 - clz(rest)
}

/** Notes the codes of each sequence beside it, and counts them in three tables. */
export function countCodes(s: usize, count: u32): void {
  countCodesFrom(s, s + SEQUENCES, count)
}

/** The same for those from `at` on. */
function countCodesFrom(s: usize, at: usize, count: u32): void {
  const counts = s + COUNTS
  for (let i: usize = 0; i < 3; i++) fillBytes(counts + i * HISTOGRAM_BYTES, 0, 4 << 6)
  for (const end = at + <usize>count * SEQUENCE_BYTES; at < end; at += SEQUENCE_BYTES) {
    const literal = literalCode(load<u32>(at))
    const match = matchCode(load<u32>(at, 4) - 3)
    const offset: u32 = 31 - clz(load<u32>(at, 8))
    store<u32>(at, literal | (offset << 8) | (match << 16), 12)
    const literals = counts + 4 * <usize>literal
    store<u32>(literals, load<u32>(literals) + 1)
    const offsets = counts + HISTOGRAM_BYTES + 4 * <usize>offset
    store<u32>(offsets, load<u32>(offsets) + 1)
    const matches = counts + 2 * HISTOGRAM_BYTES + 4 * <usize>match
    store<u32>(matches, load<u32>(matches) + 1)
  }
}

/** Adds the bits of a value to a word. */
// @ts-ignore: decorator
@inline
function low(value: u32, bits: u32): u64 {
  return <u64>value & (((<u64>1) << bits) - 1)
}

/** Takes counts of the three codes that are there already, 64 each. */
function takeCodes(s: usize, counts: usize): void {
  for (let kind: usize = 0; kind < 3; kind++) copyBytes(s + COUNTS + kind * HISTOGRAM_BYTES, counts + (kind << 8), 4 << 6)
}

/**
 * Writes the section of `count` sequences from `from` on, and makes new tables the decoder's.
 * @param counts those of the codes, which are then noted beside the sequences, or 0
 * @returns where it ends, or 0 if it might not fit before `oend`
 */
export function putSequences(s: usize, from: usize, count: u32, counts: usize, op: usize, oend: usize): usize {
  if (oend - op < MAX_TABLES_BYTES) return 0
  if (count < 128) store<u8>(op++, <u8>count)
  else if (count < 0x7f00) {
    store<u8>(op, <u8>((count >> 8) + 128))
    store<u8>(op, <u8>count, 1)
    op += 2
  } else {
    store<u8>(op, 255)
    store<u16>(op, <u16>(count - 0x7f00), 1)
    op += 3
  }
  if (count == 0) return op
  if (counts == 0) countCodesFrom(s, from, count)
  else takeCodes(s, counts)
  const modes = op++
  op = putTable(s, 0, count, 9, LITERALS_TABLE, LITERALS_NORMS, 35, 6, op)
  const literalTable = table
  const literalLog = tableLog
  let allModes = mode << 6
  op = putTable(s, 1, count, 8, OFFSETS_TABLE, OFFSETS_NORMS, 28, 5, op)
  const offsetTable = table
  const offsetLog = tableLog
  allModes |= mode << 4
  op = putTable(s, 2, count, 9, MATCHES_TABLE, MATCHES_NORMS, 52, 6, op)
  const matchTable = table
  const matchLog = tableLog
  store<u8>(modes, <u8>(allModes | (mode << 2)))

  let at = from + <usize>(count - 1) * SEQUENCE_BYTES
  let codes = load<u32>(at, 12)
  let literalState: u32 = literalLog == 0 ? 0 : firstState(literalTable, codes & 255)
  let offsetState: u32 = offsetLog == 0 ? 0 : firstState(offsetTable, (codes >> 8) & 255)
  let matchState: u32 = matchLog == 0 ? 0 : firstState(matchTable, codes >> 16)
  let word: u64 = 0
  let bits: u32 = 0
  while (true) {
    if (oend - op < 24) return 0
    const literalBits = <u32>load<u8>(LITERAL_EXTRA + (codes & 255))
    word |= low(load<u32>(at), literalBits) << bits
    bits += literalBits
    const matchBits = <u32>load<u8>(MATCH_EXTRA + (codes >> 16))
    word |= low(load<u32>(at, 4) - 3, matchBits) << bits
    bits += matchBits
    store<u64>(op, word)
    op += bits >> 3
    word >>= bits & 56
    bits &= 7
    const offsetBits = (codes >> 8) & 255
    word |= low(load<u32>(at, 8), offsetBits) << bits
    bits += offsetBits
    if (--count == 0) break
    at -= SEQUENCE_BYTES
    codes = load<u32>(at, 12)
    if (offsetLog != 0) {
      const code = (codes >> 8) & 255
      const out = bitsOut(offsetTable, code, offsetState)
      word |= low(offsetState, out) << bits
      bits += out
      offsetState = nextState(offsetTable, code, offsetState, out)
    }
    if (matchLog != 0) {
      const code = codes >> 16
      const out = bitsOut(matchTable, code, matchState)
      word |= low(matchState, out) << bits
      bits += out
      matchState = nextState(matchTable, code, matchState, out)
    }
    if (literalLog != 0) {
      const code = codes & 255
      const out = bitsOut(literalTable, code, literalState)
      word |= low(literalState, out) << bits
      bits += out
      literalState = nextState(literalTable, code, literalState, out)
    }
    store<u64>(op, word)
    op += bits >> 3
    word >>= bits & 56
    bits &= 7
  }
  word |= low(matchState, matchLog) << bits
  bits += matchLog
  store<u64>(op, word)
  op += bits >> 3
  word >>= bits & 56
  bits &= 7
  word |= low(offsetState, offsetLog) << bits
  bits += offsetLog
  word |= low(literalState, literalLog) << bits
  bits += literalLog
  word |= <u64>1 << bits
  bits++
  store<u64>(op, word)
  return op + ((bits + 7) >> 3)
}
