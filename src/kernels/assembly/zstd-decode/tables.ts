// The tables of Zstandard (RFC 8878, section 4): FSE over states, Huffman over the next 11 bits. Descriptions are
// hostile until read: nothing is read beyond their end, nothing written beyond the areas below.

/** Literals of a block, with room after them for copies of whole vectors. */
export const LITERALS: usize = 0
export const MAX_LITERALS: u32 = 1 << 17
const SLACK: usize = 64
/** Length of the code and symbol for the next 11 bits, a byte each. */
export const HUFFMAN: usize = LITERALS + MAX_LITERALS + SLACK
const HUFFMAN_BITS: u32 = 11
/** Entries of FSE tables: base value (4 bytes), next state (2), bits to it (1), extra bits of the value (1). */
export const LITERAL_LENGTHS: usize = HUFFMAN + (2 << HUFFMAN_BITS)
export const OFFSETS: usize = LITERAL_LENGTHS + (8 << 9)
export const MATCH_LENGTHS: usize = OFFSETS + (8 << 8)
const WEIGHT_STATES: usize = MATCH_LENGTHS + (8 << 9)
const COUNTS: usize = WEIGHT_STATES + (8 << 6)
const NEXT: usize = COUNTS + 2 * 256
const SPREAD: usize = NEXT + 2 * 256
const WEIGHTS: usize = SPREAD + 512
/** What each symbol of a table stands for, 8 bytes as in the tables; where codes of each weight begin, 4 bytes. */
const VALUES: usize = WEIGHTS + 256
const STARTS: usize = VALUES + 8 * 256

/** What an FSE table is for. */
export const KIND_LITERALS: u32 = 0
export const KIND_OFFSETS: u32 = 1
export const KIND_MATCHES: u32 = 2
const KIND_WEIGHTS: u32 = 3

const LITERAL_EXTRA = memory.data<u8>([1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
const MATCH_EXTRA = memory.data<u8>([1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
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

/** Of the table that was read last: bits of a state, and number of symbols. These belong to the instance. */
export let tableLog: u32 = 0
let symbols: u32 = 0

/** At least 25 bits from bit `bit` on; zeros after the end. */
function peek(src: usize, end: usize, bit: u32): u32 {
  const at = src + (bit >> 3)
  let word: u32 = 0
  if (at + 4 <= end) word = load<u32>(at)
  else for (let i: usize = 0; at + i < end; i++) word |= <u32>load<u8>(at + i) << (<u32>i << 3)
  return word >> (bit & 7)
}

/** Reads how many states each symbol has. Returns where the description ends, or 0. */
function readCounts(s: usize, src: usize, end: usize, maxLog: u32, maxSymbol: u32): usize {
  if (src >= end) return 0
  tableLog = (peek(src, end, 0) & 15) + 5
  if (tableLog > maxLog) return 0
  let bit: u32 = 4
  let rest = 1 << <i32>tableLog
  let symbol: u32 = 0
  while (rest > 0) {
    if (symbol > maxSymbol) return 0
    const max = <u32>rest + 1
    const width: u32 = 32 - clz(max)
    const half = <u32>1 << (width - 1)
    const spare: u32 = 2 * half - 1 - max
    let value = peek(src, end, bit) & (2 * half - 1)
    if ((value & (half - 1)) < spare) {
      value &= half - 1
      bit += width - 1
    } else {
      if (value >= half) value -= spare
      bit += width
    }
    store<i16>(s + COUNTS + 2 * symbol++, <i16>(<i32>value - 1))
    rest -= value == 0 ? 1 : <i32>value - 1
    if (value != 1) continue
    let repeat: u32
    do {
      repeat = peek(src, end, bit) & 3
      bit += 2
      if (symbol + repeat > maxSymbol + 1) return 0
      for (let i: u32 = 0; i < repeat; i++) store<i16>(s + COUNTS + 2 * symbol++, 0)
    } while (repeat == 3)
  }
  symbols = symbol
  const behind = src + ((bit + 7) >> 3)
  return rest < 0 || behind > end ? 0 : behind
}

@inline
function valueOf(kind: u32, symbol: u32): u64 {
  let base = symbol
  let extra: u32 = 0
  if (kind == KIND_OFFSETS) {
    base = <u32>1 << symbol
    extra = symbol
  } else if (kind == KIND_LITERALS && symbol >= 16) {
    base = 16
    for (let i: u32 = 16; i < symbol; i++) base += 1 << <u32>load<u8>(LITERAL_EXTRA + i - 16)
    extra = <u32>load<u8>(LITERAL_EXTRA + symbol - 16)
  } else if (kind == KIND_MATCHES) {
    base = min<u32>(symbol, 32) + 3
    for (let i: u32 = 32; i < symbol; i++) base += 1 << <u32>load<u8>(MATCH_EXTRA + i - 32)
    if (symbol >= 32) extra = <u32>load<u8>(MATCH_EXTRA + symbol - 32)
  }
  return (<u64>extra << 56) | <u64>base
}

/** Lays the symbols out over the states. Returns false if the counts do not fill the table. */
function build(s: usize, table: usize, log: u32, kind: u32): bool {
  const size = <u32>1 << log
  let high = size
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<i16>(s + COUNTS + 2 * symbol)
    store<u16>(s + NEXT + 2 * symbol, count == -1 ? 1 : <u16>count)
    store<u64>(s + VALUES + 8 * symbol, valueOf(kind, symbol))
    if (count == -1) store<u8>(s + SPREAD + --high, <u8>symbol)
  }
  const step = (size >> 1) + (size >> 3) + 3
  let position: u32 = 0
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = <i32>load<i16>(s + COUNTS + 2 * symbol)
    for (let i = 0; i < count; i++) {
      store<u8>(s + SPREAD + position, <u8>symbol)
      do position = (position + step) & (size - 1)
      while (position >= high)
    }
  }
  if (position != 0) return false
  for (let state: u32 = 0; state < size; state++) {
    const symbol = <u32>load<u8>(s + SPREAD + state)
    const n = <u32>load<u16>(s + NEXT + 2 * symbol)
    store<u16>(s + NEXT + 2 * symbol, <u16>(n + 1))
    const bits: u32 = log - (31 - clz(n))
    const next = (n << bits) - size
    store<u64>(table + 8 * state, load<u64>(s + VALUES + 8 * symbol) | (<u64>next << 32) | (<u64>bits << 48))
  }
  return true
}

function useDefault(s: usize, counts: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) store<i16>(s + COUNTS + 2 * i, <i16>load<i8>(counts + i))
  symbols = n
}

/** Makes the table of a kind by the mode of the block (0 to 2). Returns where its description ends, or 0. */
export function readTable(s: usize, table: usize, kind: u32, mode: u32, src: usize, end: usize): usize {
  const maxSymbol: u32 = kind == KIND_LITERALS ? 35 : kind == KIND_OFFSETS ? 31 : 52
  if (mode == 1) {
    if (src >= end) return 0
    const symbol = <u32>load<u8>(src)
    if (symbol > maxSymbol) return 0
    tableLog = 0
    store<u64>(table, valueOf(kind, symbol))
    return src + 1
  }
  let behind = src
  if (mode == 2) behind = readCounts(s, src, end, kind == KIND_OFFSETS ? 8 : 9, maxSymbol)
  else if (kind == KIND_LITERALS) useDefault(s, DEFAULT_LITERALS, 36)
  else if (kind == KIND_OFFSETS) useDefault(s, DEFAULT_OFFSETS, 29)
  else useDefault(s, DEFAULT_MATCHES, 53)
  if (mode == 0) tableLog = kind == KIND_OFFSETS ? 5 : 6
  return behind != 0 && build(s, table, tableLog, kind) ? behind : 0
}

/** Bits from the end backward, for the few of a tree; `left` goes below 0 if there are too few. */
let backStart: usize = 0
let backLeft: i32 = 0

function back(count: u32): u32 {
  const top = backLeft
  backLeft -= <i32>count
  let value: u32 = 0
  for (let i = top - 1; i >= backLeft; i--) {
    const bit = i < 0 ? 0 : (<u32>load<u8>(backStart + (i >> 3)) >> (i & 7)) & 1
    value = (value << 1) | bit
  }
  return value
}

/** Two states take turns until the bits are used up. Returns how many weights there are, or 0. */
function readWeights(s: usize, src: usize, end: usize): u32 {
  const bits = readCounts(s, src, end, 6, 255)
  const log = tableLog
  if (bits == 0 || bits >= end || !build(s, s + WEIGHT_STATES, log, KIND_WEIGHTS)) return 0
  const mark = <u32>load<u8>(end - 1)
  if (mark == 0) return 0
  backStart = bits
  backLeft = <i32>(end - bits) * 8 - <i32>clz(mark) + 23
  let first = back(log)
  let second = back(log)
  if (backLeft < 0) return 0
  let count: u32 = 0
  while (count < 254) {
    const entry = load<u64>(s + WEIGHT_STATES + 8 * first)
    store<u8>(s + WEIGHTS + count++, <u8>entry)
    first = <u32>((entry >> 32) & 0xffff) + back(<u32>(entry >> 48) & 255)
    if (backLeft < 0) {
      store<u8>(s + WEIGHTS + count, load<u8>(s + WEIGHT_STATES + 8 * second))
      return count + 1
    }
    const other = first
    first = second
    second = other
  }
  return 0
}

/** Fills `n` entries of two bytes, a power of two. */
@inline
function fillEntries(at: usize, entry: u32, n: u32): void {
  if (n < 4) {
    for (let i: u32 = 0; i < n; i++) store<u16>(at + 2 * i, <u16>entry)
    return
  }
  const four = <u64>entry * 0x0001000100010001
  for (const last = at + 2 * n; at < last; at += 8) store<u64>(at, four)
}

/** The last weight is not stored: it fills the sum up to a power of two. */
function fillHuffman(s: usize, count: u32): bool {
  let sum: u32 = 0
  for (let weight: usize = 0; weight <= HUFFMAN_BITS; weight++) store<u32>(s + STARTS + 4 * weight, 0)
  for (let i: u32 = 0; i < count; i++) {
    const weight = <u32>load<u8>(s + WEIGHTS + i)
    if (weight > HUFFMAN_BITS) return false
    const span = (1 << weight) >> 1
    sum += span
    store<u32>(s + STARTS + 4 * weight, load<u32>(s + STARTS + 4 * weight) + span)
  }
  if (sum == 0 || sum >= 1 << HUFFMAN_BITS) return false
  const log: u32 = 32 - clz(sum)
  const rest = (<u32>1 << log) - sum
  if ((rest & (rest - 1)) != 0) return false
  const last: u32 = 32 - clz(rest)
  store<u8>(s + WEIGHTS + count, <u8>last)
  store<u32>(s + STARTS + 4 * last, load<u32>(s + STARTS + 4 * last) + rest)
  // Other decoders want the longest codes to be as long as the weights allow.
  if (load<u32>(s + STARTS + 4) == 0) return false
  // The lower the weight, the lower the codes; among equals the lower the symbol.
  const scale = HUFFMAN_BITS - log
  let start: u32 = 0
  for (let weight: usize = 1; weight <= log; weight++) {
    const size = load<u32>(s + STARTS + 4 * weight)
    store<u32>(s + STARTS + 4 * weight, start)
    start += size
  }
  for (let symbol: u32 = 0; symbol <= count; symbol++) {
    const weight = <u32>load<u8>(s + WEIGHTS + symbol)
    if (weight == 0) continue
    const at = load<u32>(s + STARTS + 4 * weight)
    const span = <u32>1 << (weight - 1)
    store<u32>(s + STARTS + 4 * weight, at + span)
    fillEntries(s + HUFFMAN + ((<usize>at << scale) << 1), (symbol << 8) | (log + 1 - weight), span << scale)
  }
  return true
}

/** Reads a tree description. Returns where it ends, or 0. */
export function readHuffman(s: usize, src: usize, end: usize): usize {
  if (src >= end) return 0
  const head = <u32>load<u8>(src)
  if (head < 128) {
    const behind = src + 1 + head
    if (behind > end) return 0
    const count = readWeights(s, src + 1, behind)
    return count != 0 && fillHuffman(s, count) ? behind : 0
  }
  const count = head - 127
  const behind = src + 1 + ((count + 1) >> 1)
  if (behind > end) return 0
  for (let i: u32 = 0; i < count; i++) {
    const pair = <u32>load<u8>(src + 1 + (i >> 1))
    store<u8>(s + WEIGHTS + i, <u8>((i & 1) == 0 ? pair >> 4 : pair & 15))
  }
  return fillHuffman(s, count) ? behind : 0
}
