// The sequences of a block (RFC 8878, section 3.1.1.3.2): a table for each of the three codes, and one stream of bits
// that is read backward.
import { fillBytes } from '../copy'
import { bitsOut, buildTable, chooseLog, costOf, firstState, nextState, normalize, putNorms } from './fse'
import { COUNTS, FSE_TABLES, FSE_TABLE_BYTES, HISTOGRAM_BYTES, NORMS, SEQUENCES, SEQUENCE_BYTES } from './layout'

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
const DEFAULT_LITERALS = memory.data<i8>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
])
const DEFAULT_OFFSETS = memory.data<i8>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
])
const DEFAULT_MATCHES = memory.data<i8>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
])

/** How a table is told (RFC 8878, section 3.1.1.3.2.1). */
const PREDEFINED: u32 = 0
const ONE_SYMBOL: u32 = 1
const DESCRIBED: u32 = 2
/** What the tables and the counts of sequences may take, in bytes. */
export const MAX_TABLES_BYTES: usize = 3 * 160 + 8

/** Of the table that was written last; these belong to the instance. */
let mode: u32 = 0
let tableLog: u32 = 0

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
  const counts = s + COUNTS
  fillBytes(counts, 0, 3 * HISTOGRAM_BYTES)
  let at = s + SEQUENCES
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

function takeDefault(s: usize, norms: usize, symbols: u32): void {
  for (let i: u32 = 0; i < symbols; i++) store<i16>(s + NORMS + 2 * i, <i16>load<i8>(norms + i))
}

/** Chooses the cheapest table for a kind of code, and makes it. @returns where its description ends */
function putTable(
  s: usize, kind: usize, count: u32, most: u32, defaults: usize, defaultSymbols: u32, defaultLog: u32, op: usize,
): usize {
  const counts = s + COUNTS + kind * HISTOGRAM_BYTES
  const table = s + FSE_TABLES + kind * FSE_TABLE_BYTES
  let last: u32 = 255
  while (load<u32>(counts + 4 * last) == 0) last--
  if (load<u32>(counts + 4 * last) == count) {
    mode = ONE_SYMBOL
    tableLog = 0
    store<u8>(op, <u8>last)
    return op + 1
  }
  let plain: u32 = u32.MAX_VALUE
  if (last < defaultSymbols) {
    takeDefault(s, defaults, defaultSymbols)
    plain = costOf(s, counts, last, defaultLog)
  }
  const log = chooseLog(count, last, most)
  normalize(s, counts, last, count, log)
  const behind = putNorms(s, last, log, op)
  if (plain <= costOf(s, counts, last, log) + (<u32>(behind - op) << 3)) {
    mode = PREDEFINED
    tableLog = defaultLog
    takeDefault(s, defaults, defaultSymbols)
    buildTable(s, table, defaultSymbols - 1, defaultLog)
    return op
  }
  mode = DESCRIBED
  tableLog = log
  buildTable(s, table, last, log)
  return behind
}

/** Adds the bits of a value to a word. */
// @ts-ignore: decorator
@inline
function low(value: u32, bits: u32): u64 {
  return <u64>value & (((<u64>1) << bits) - 1)
}

/**
 * Writes the section of the sequences.
 * @returns where it ends, or 0 if it might not fit before `oend`
 */
export function putSequences(s: usize, count: u32, op: usize, oend: usize): usize {
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
  countCodes(s, count)
  const modes = op++
  op = putTable(s, 0, count, 9, DEFAULT_LITERALS, 36, 6, op)
  const literalMode = mode
  const literalLog = tableLog
  op = putTable(s, 1, count, 8, DEFAULT_OFFSETS, 29, 5, op)
  const offsetMode = mode
  const offsetLog = tableLog
  op = putTable(s, 2, count, 9, DEFAULT_MATCHES, 53, 6, op)
  const matchLog = tableLog
  store<u8>(modes, <u8>((literalMode << 6) | (offsetMode << 4) | (mode << 2)))

  const literalTable = s + FSE_TABLES
  const offsetTable = literalTable + FSE_TABLE_BYTES
  const matchTable = offsetTable + FSE_TABLE_BYTES
  let at = s + SEQUENCES + <usize>(count - 1) * SEQUENCE_BYTES
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
