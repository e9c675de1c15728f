// Decodes the sequences section of a Zstandard block: literal lengths, match lengths and offsets.

import { BackwardBits, Malformed } from './bits.js'
import { buildFse, FseState, type FseTable, readFse, rleTable } from './fse.js'

// Base values and extra bits of the codes (RFC 8878, section 3.1.1.3.2.1.1).
const LITERAL_BITS = [
  ...new Array<number>(16).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
]
const MATCH_BITS = [
  ...new Array<number>(32).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
]

function bases(first: number, bits: readonly number[]): number[] {
  let base = first
  return bits.map((count) => {
    const own = base
    base += 2 ** count
    return own
  })
}

const LITERAL_BASES = bases(0, LITERAL_BITS)
const MATCH_BASES = bases(3, MATCH_BITS)

/** The three tables that sequences are decoded with, in the order of the block. */
export interface SequenceTables {
  literals: FseTable
  offsets: FseTable
  matches: FseTable
}

const DEFAULTS: SequenceTables = {
  literals: buildFse(
    [
      4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1,
      -1, -1,
    ],
    6,
  ),
  offsets: buildFse(
    [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
    5,
  ),
  matches: buildFse(
    [
      1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
      1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ],
    6,
  ),
}

/** Largest table and symbol of each kind. */
export const LIMITS = {
  literals: { log: 9, symbol: 35 },
  offsets: { log: 8, symbol: 31 },
  matches: { log: 9, symbol: 52 },
} as const

type TableKind = keyof SequenceTables

/** A sequences section, ready to be decoded. */
export interface SequenceHead {
  count: number
  tables: Partial<SequenceTables>
  bits: Uint8Array
}

function readTable(
  kind: TableKind,
  mode: number,
  bytes: Uint8Array,
  previous: Partial<SequenceTables>,
): [FseTable, number] {
  const { log, symbol } = LIMITS[kind]
  if (mode === 0) return [DEFAULTS[kind], 0]
  if (mode === 1) {
    const only = bytes[0]
    if (only === undefined || only > symbol) throw new Malformed('a run table has no symbol')
    return [rleTable(only), 1]
  }
  if (mode === 2) return readFse(bytes, log, symbol)
  const table = previous[kind]
  if (table === undefined) throw new Malformed('a block reuses a table that does not exist')
  return [table, 0]
}

function readCount(bytes: Uint8Array): [number, number] {
  const [a = 0, b = 0, c = 0] = bytes
  if (a < 128) return [a, 1]
  return a < 255 ? [((a - 128) << 8) + b, 2] : [b + (c << 8) + 0x7f00, 3]
}

/** Reads the header of a sequences section (RFC 8878, section 3.1.1.3.2.1). */
export function readSequenceHead(bytes: Uint8Array, previous: Partial<SequenceTables>): SequenceHead {
  if (bytes.length === 0) throw new Malformed('a block has no sequences section')
  const [count, headBytes] = readCount(bytes)
  if (count === 0) return { count, tables: previous, bits: bytes.subarray(headBytes) }
  const modes = bytes[headBytes]
  if (modes === undefined || (modes & 3) !== 0) throw new Malformed('a sequences section has wrong modes')
  let at = headBytes + 1
  const tables: Partial<SequenceTables> = {}
  for (const [kind, shift] of [
    ['literals', 6],
    ['offsets', 4],
    ['matches', 2],
  ] as const) {
    const [table, used] = readTable(kind, (modes >> shift) & 3, bytes.subarray(at), previous)
    tables[kind] = table
    at += used
  }
  return { count, tables, bits: bytes.subarray(at) }
}

/** Calls `take` with the literal length, match length and offset value of each sequence. */
export function eachSequence(
  head: SequenceHead,
  take: (literals: number, match: number, offset: number) => void,
): void {
  const input = new BackwardBits(head.bits)
  const tables = head.tables as SequenceTables
  const literals = new FseState(tables.literals, input)
  const offsets = new FseState(tables.offsets, input)
  const matches = new FseState(tables.matches, input)
  for (let i = 0; i < head.count; i++) {
    const offset = 2 ** offsets.symbol + input.read(offsets.symbol)
    const match = (MATCH_BASES[matches.symbol] ?? 0) + input.read(MATCH_BITS[matches.symbol] ?? 0)
    const length = (LITERAL_BASES[literals.symbol] ?? 0) + input.read(LITERAL_BITS[literals.symbol] ?? 0)
    if (i < head.count - 1) {
      literals.advance(input)
      matches.advance(input)
      offsets.advance(input)
    }
    if (input.left < 0) throw new Malformed('sequences end early')
    take(length, match, offset)
  }
  if (input.left !== 0) throw new Malformed('sequences have leftover bits')
}
