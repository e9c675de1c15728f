// Decoder of single Zstandard frames without dictionary and checksum (RFC 8878, section 3). Bits are read backward
// through 64-bit words: `used` of the word at `at` are gone from its top.

import { copyBytes, fillBytes } from './copy'
import { copyExact, copyLoose, copyMatch, repeated, repeatStride } from './lz4'
import {
  HUFFMAN,
  KIND_LITERALS,
  KIND_MATCHES,
  KIND_OFFSETS,
  LITERALS,
  LITERAL_LENGTHS,
  MATCH_LENGTHS,
  MAX_LITERALS,
  OFFSETS,
  readHuffman,
  readTable,
  tableLog,
} from './zstd-tables'

const MAGIC: u32 = 0xfd2fb528
const FLAG_SINGLE: u32 = 0x20
const FLAG_CHECKSUM: u32 = 4
/** The descriptor of a window of 2^27 bytes. */
const MAX_WINDOW: u32 = 17 << 3
const NO_TABLE: u32 = 255
/** A short sequence may be written so far, in bytes: 16 of literals, and 64 of a match. */
const FAST_OUT: usize = 80

// What a block leaves to the next one and its parts to each other; these belong to the instance.
let hasTree = false
let literalLog: u32 = NO_TABLE
let offsetLog: u32 = NO_TABLE
let matchLog: u32 = NO_TABLE
let repeat1: u32 = 1
let repeat2: u32 = 4
let repeat3: u32 = 8
let literals: usize = 0
let literalsEnd: usize = 0
/** Up to where whole vectors may be read. */
let readable: usize = 0

/** The last word of a stream; of a short one with zeros below, which count as used. */
@inline
function lastWord(start: usize, end: usize): u64 {
  if (end - start >= 8) return load<u64>(end - 8)
  let word: u64 = 0
  for (let p = end; p > start; ) word = (word << 8) | <u64>load<u8>(--p)
  return word
}

/** Bits of the last word that are used from the start: above the mark, the mark itself, and what is missing. */
@inline
function firstUsed(start: usize, end: usize): u32 {
  const missing: u32 = end - start >= 8 ? 0 : 64 - (<u32>(end - start) << 3)
  return missing + clz(<u32>load<u8>(end - 1)) - 23
}

/** How far the word can move down: whole bytes, not below the start. */
@inline
function moveBy(start: usize, at: usize, used: u32): usize {
  return min<usize>(used >> 3, at - start)
}

/** Decodes symbols to `out` up to `stop`, one after another; all bits must then be used. */
function huffmanRest(s: usize, start: usize, at: usize, word: u64, used: u32, out: usize, stop: usize): bool {
  const table = s + HUFFMAN
  while (out < stop) {
    if (used > 64) return false
    if (at > start) {
      const down = moveBy(start, at, used)
      at -= down
      used -= <u32>down << 3
      word = load<u64>(at)
    }
    if (used >= 64) return false
    for (let i = 0; i < 4 && out < stop && used < 54; i++) {
      const entry = <u32>load<u16>(table + (<usize>((word << used) >> 53) << 1))
      used += entry & 255
      store<u8>(out++, <u8>(entry >> 8))
    }
    if (out < stop && used >= 54 && at == start) {
      // The last bits: the zeros below them are no bits of the stream.
      if (used >= 64) return false
      const entry = <u32>load<u16>(table + (<usize>((word << used) >> 53) << 1))
      used += entry & 255
      store<u8>(out++, <u8>(entry >> 8))
    }
  }
  return <u32>(at - start) * 8 + 64 == used
}

function huffmanOne(s: usize, start: usize, end: usize, out: usize, stop: usize): bool {
  if (start >= end || load<u8>(end - 1) == 0) return false
  const at = end - start >= 8 ? end - 8 : start
  return huffmanRest(s, start, at, lastWord(start, end), firstUsed(start, end), out, stop)
}

/** The next five symbols of a stream whose bits are at the top of `bits`, above a 1 that marks how many are used. */
@inline
function five(table: usize, bits: u64, out: usize): u64 {
  let entry = <u32>load<u16>(table + (<usize>(bits >> 53) << 1))
  bits <<= entry & 15
  let word = <u64>(entry >> 8)
  entry = <u32>load<u16>(table + (<usize>(bits >> 53) << 1))
  bits <<= entry & 15
  word |= <u64>(entry & 0xff00)
  entry = <u32>load<u16>(table + (<usize>(bits >> 53) << 1))
  bits <<= entry & 15
  word |= <u64>(entry & 0xff00) << 8
  entry = <u32>load<u16>(table + (<usize>(bits >> 53) << 1))
  bits <<= entry & 15
  word |= <u64>(entry & 0xff00) << 16
  entry = <u32>load<u16>(table + (<usize>(bits >> 53) << 1))
  bits <<= entry & 15
  store<u32>(out, <u32>word)
  store<u8>(out, <u8>(entry >> 8), 4)
  return bits
}

@inline
function firstBits(end: usize): u64 {
  return (load<u64>(end - 8) | 1) << <u64>(clz(<u32>load<u8>(end - 1)) - 23)
}

/** Four streams at once, for as long as all of them have bits and room. */
function huffmanFour(s: usize, src: usize, end: usize, out: usize, size: u32): bool {
  if (end - src < 6) return false
  const share = (size + 3) >> 2
  if (size < 3 * share) return false
  const start0 = src + 6
  const start1 = start0 + <usize>load<u16>(src)
  const start2 = start1 + <usize>load<u16>(src, 2)
  const start3 = start2 + <usize>load<u16>(src, 4)
  if (start3 >= end || start0 == start1 || start1 == start2 || start2 == start3) return false
  if (load<u8>(start1 - 1) == 0 || load<u8>(start2 - 1) == 0) return false
  if (load<u8>(start3 - 1) == 0 || load<u8>(end - 1) == 0) return false
  let out0 = out
  let out1 = out + share
  let out2 = out1 + share
  let out3 = out2 + share
  const stop1 = out1
  const stop2 = out2
  const stop3 = out3
  const stop = out + size
  const short = min(min(start1 - start0, start2 - start1), min(start3 - start2, end - start3)) < 8
  if (short) {
    return huffmanOne(s, start0, start1, out0, stop1) && huffmanOne(s, start1, start2, out1, stop2) &&
      huffmanOne(s, start2, start3, out2, stop3) && huffmanOne(s, start3, end, out3, stop)
  }
  const table = s + HUFFMAN
  let at0 = start1 - 8, at1 = start2 - 8, at2 = start3 - 8, at3 = end - 8
  let bits0 = firstBits(start1), bits1 = firstBits(start2), bits2 = firstBits(start3), bits3 = firstBits(end)
  while (at0 >= start0 + 8 && at1 >= start1 + 8 && at2 >= start2 + 8 && at3 >= start3 + 8 && out3 + 5 <= stop) {
    bits0 = five(table, bits0, out0)
    bits1 = five(table, bits1, out1)
    bits2 = five(table, bits2, out2)
    bits3 = five(table, bits3, out3)
    out0 += 5
    out1 += 5
    out2 += 5
    out3 += 5
    let used = <u32>ctz(bits0)
    at0 -= used >> 3
    bits0 = (load<u64>(at0) | 1) << (used & 7)
    used = <u32>ctz(bits1)
    at1 -= used >> 3
    bits1 = (load<u64>(at1) | 1) << (used & 7)
    used = <u32>ctz(bits2)
    at2 -= used >> 3
    bits2 = (load<u64>(at2) | 1) << (used & 7)
    used = <u32>ctz(bits3)
    at3 -= used >> 3
    bits3 = (load<u64>(at3) | 1) << (used & 7)
  }
  return huffmanRest(s, start0, at0, load<u64>(at0), <u32>ctz(bits0), out0, stop1) &&
    huffmanRest(s, start1, at1, load<u64>(at1), <u32>ctz(bits1), out1, stop2) &&
    huffmanRest(s, start2, at2, load<u64>(at2), <u32>ctz(bits2), out2, stop3) &&
    huffmanRest(s, start3, at3, load<u64>(at3), <u32>ctz(bits3), out3, stop)
}

/** Bytes of a little-endian number, which must end before `end`; -1 where they do not. */
function little(src: usize, end: usize, nbytes: u32): i64 {
  if (end - src < nbytes) return -1
  let value: i64 = 0
  for (let i = <i32>nbytes - 1; i >= 0; i--) value = (value << 8) | <i64>load<u8>(src + i)
  return value
}

/** Finds or decodes the literals of a block. Returns where their section ends, or 0. */
function readLiterals(s: usize, src: usize, end: usize): usize {
  if (src >= end) return 0
  const head = <u32>load<u8>(src)
  const type = head & 3
  const format = (head >> 2) & 3
  if (type < 2) {
    const headBytes: u32 = format == 1 ? 2 : format == 3 ? 3 : 1
    const value = little(src, end, headBytes)
    if (value < 0) return 0
    const size = <u32>value >> (headBytes == 1 ? 3 : 4)
    src += headBytes
    if (size > MAX_LITERALS || <u32>(end - src) < (type == 1 ? <u32>1 : size)) return 0
    literals = type == 1 ? s + LITERALS : src
    literalsEnd = literals + size
    readable = type == 1 ? literalsEnd + 64 : end
    if (type == 0) return src + size
    fillBytes(literals, load<u8>(src), size)
    return src + 1
  }
  const headBytes: u32 = format < 2 ? 3 : format + 2
  const width: u32 = format < 2 ? 10 : format == 2 ? 14 : 18
  const value = little(src, end, headBytes)
  if (value < 0) return 0
  const size = <u32>(value >> 4) & ((1 << width) - 1)
  const packed = <u32>(value >> (4 + width))
  src += headBytes
  if (size > MAX_LITERALS || packed > <u32>(end - src)) return 0
  const behind = src + packed
  if (type == 2) {
    src = readHuffman(s, src, behind)
    hasTree = src != 0
  }
  if (!hasTree) return 0
  literals = s + LITERALS
  literalsEnd = literals + size
  readable = literalsEnd + 64
  const fine = format == 0
    ? huffmanOne(s, src, behind, literals, literalsEnd)
    : huffmanFour(s, src, behind, literals, size)
  return fine ? behind : 0
}

/** The next `count` bits of a word; none are 0. */
@inline
function look(word: u64, used: u32, count: u32): u32 {
  return <u32>(((word << used) >> 1) >> (63 - count))
}

/** Decodes a compressed block to `op`, or as far as `stop`. Returns where it ends there, or 0. */
function block(s: usize, src: usize, end: usize, dst: usize, op: usize, oend: usize, stop: usize): usize {
  src = readLiterals(s, src, end)
  if (src == 0 || src >= end) return 0
  let count = <u32>load<u8>(src++)
  if (count >= 128) {
    const more = little(src, end, count == 255 ? 2 : 1)
    if (more < 0) return 0
    src += count == 255 ? 2 : 1
    count = count == 255 ? <u32>more + 0x7f00 : ((count - 128) << 8) + <u32>more
  }
  let from = literals
  // No address is 0, so a limit of 0 turns the fast path off.
  const fast: usize = oend - op >= FAST_OUT && readable - literals >= 16 ? oend - FAST_OUT : 0
  if (count > 0) {
    if (src >= end) return 0
    const modes = <u32>load<u8>(src++)
    if ((modes & 3) != 0) return 0
    let mode = modes >> 6
    if (mode < 3) {
      src = readTable(s, s + LITERAL_LENGTHS, KIND_LITERALS, mode, src, end)
      if (src == 0) return 0
      literalLog = tableLog
    }
    mode = (modes >> 4) & 3
    if (mode < 3) {
      src = readTable(s, s + OFFSETS, KIND_OFFSETS, mode, src, end)
      if (src == 0) return 0
      offsetLog = tableLog
    }
    mode = (modes >> 2) & 3
    if (mode < 3) {
      src = readTable(s, s + MATCH_LENGTHS, KIND_MATCHES, mode, src, end)
      if (src == 0) return 0
      matchLog = tableLog
    }
    if (literalLog == NO_TABLE || offsetLog == NO_TABLE || matchLog == NO_TABLE) return 0
    if (src >= end || load<u8>(end - 1) == 0) return 0
    let at = end - src >= 8 ? end - 8 : src
    let word = lastWord(src, end)
    let used = firstUsed(src, end)
    let literalState = look(word, used, literalLog)
    used += literalLog
    let offsetState = look(word, used, offsetLog)
    used += offsetLog
    let matchState = look(word, used, matchLog)
    used += matchLog
    while (true) {
      if (used > 64) return 0
      if (at >= src + 8) {
        at -= used >> 3
        used &= 7
        word = load<u64>(at)
      } else if (at > src) {
        const down = moveBy(src, at, used)
        at -= down
        used -= <u32>down << 3
        word = load<u64>(at)
      }
      const literalEntry = load<u64>(s + LITERAL_LENGTHS + 8 * literalState)
      const offsetEntry = load<u64>(s + OFFSETS + 8 * offsetState)
      const matchEntry = load<u64>(s + MATCH_LENGTHS + 8 * matchState)
      const offsetBits = <u32>(offsetEntry >> 56)
      const matchBits = <u32>(matchEntry >> 56)
      const literalBits = <u32>(literalEntry >> 56)
      const value = <u32>offsetEntry + look(word, used, offsetBits)
      used += offsetBits
      if (offsetBits + matchBits + literalBits > 56) {
        if (used > 64) return 0
        const down = moveBy(src, at, used)
        at -= down
        used -= <u32>down << 3
        if (down != 0) word = load<u64>(at)
      }
      const match = <u32>matchEntry + look(word, used, matchBits)
      used += matchBits
      const length = <u32>literalEntry + look(word, used, literalBits)
      used += literalBits
      count--
      if (used > 64) return 0
      if (count != 0) {
        if (at >= src + 8) {
          at -= used >> 3
          used &= 7
          word = load<u64>(at)
        } else if (at > src) {
          const down = moveBy(src, at, used)
          at -= down
          used -= <u32>down << 3
          word = load<u64>(at)
        }
        const toLiteral = <u32>(literalEntry >> 48) & 255
        literalState = (<u32>(literalEntry >> 32) & 0xffff) + look(word, used, toLiteral)
        used += toLiteral
        const toMatch = <u32>(matchEntry >> 48) & 255
        matchState = (<u32>(matchEntry >> 32) & 0xffff) + look(word, used, toMatch)
        used += toMatch
        const toOffset = <u32>(offsetEntry >> 48) & 255
        offsetState = (<u32>(offsetEntry >> 32) & 0xffff) + look(word, used, toOffset)
        used += toOffset
      }
      let distance: u32
      if (value > 3) {
        distance = value - 3
        repeat3 = repeat2
        repeat2 = repeat1
        repeat1 = distance
      } else {
        const which = value - 1 + (length == 0 ? 1 : 0)
        if (which == 0) distance = repeat1
        else {
          distance = which == 1 ? repeat2 : which == 2 ? repeat3 : repeat1 - 1
          if (which != 1) repeat3 = repeat2
          repeat2 = repeat1
          repeat1 = distance
        }
      }
      if (length > <u32>(literalsEnd - from)) return 0
      if (length <= 16 && match <= 32 && op <= fast && from <= readable - 16) {
        // Nearly all sequences: whole vectors, with room behind them.
        v128.store(op, v128.load(from))
        from += length
        op += length
        if (distance - 1 >= <u32>(op - dst)) return 0
        const back = op - distance
        if (distance >= 16) {
          v128.store(op, v128.load(back))
          v128.store(op, v128.load(back, 16), 16)
        } else {
          const pattern = repeated(back, distance)
          const stride = repeatStride(distance)
          v128.store(op, pattern)
          v128.store(op + stride, pattern)
          v128.store(op + 2 * stride, pattern)
          v128.store(op + 3 * stride, pattern)
        }
        op += match
      } else {
        if (length > <u32>(oend - op)) return 0
        if (from + length + 16 <= readable && <u32>(oend - op) - length >= 16) copyLoose(op, from, length)
        else copyExact(op, from, length)
        from += length
        op += length
        if (distance - 1 >= <u32>(op - dst) || match > <u32>(oend - op)) return 0
        copyMatch(op, distance, match, <u32>(oend - op))
        op += match
      }
      if (op >= stop) return op
      if (count == 0) break
    }
    if (<u32>(at - src) * 8 + 64 != used) return 0
  }
  const rest = <u32>(literalsEnd - from)
  if (rest > <u32>(oend - op)) return 0
  copyBytes(op, from, rest)
  return op + rest
}

/** Where the blocks of a frame start, if it holds `capacity` bytes as far as it says; else 0. */
function blocksStart(src: usize, end: usize, capacity: u32): usize {
  if (end - src < 6 || load<u32>(src) != MAGIC) return 0
  const flags = <u32>load<u8>(src, 4)
  // A dictionary, a checksum, a reserved bit: others decode these.
  if ((flags & (FLAG_CHECKSUM | 3 | 8)) != 0) return 0
  const single = (flags & FLAG_SINGLE) != 0
  // Windows of more than 128 MiB are refused, as libraries do.
  if (!single && load<u8>(src, 5) > MAX_WINDOW) return 0
  const sizeBytes: u32 = flags >> 6 == 0 ? (single ? 1 : 0) : 1 << (flags >> 6)
  const sizeAt = src + (single ? 5 : 6)
  if (sizeBytes > 0) {
    const size = little(sizeAt, end, sizeBytes) + (sizeBytes == 2 ? 256 : 0)
    if (size != <i64>capacity) return 0
  }
  return sizeAt + sizeBytes
}

/**
 * Decompresses one frame that has no dictionary and no checksum, up to `want` bytes or to its end. `s` is scratch.
 * Returns how many bytes there are, at most `capacity`, or -1 where it is malformed or not of this kind.
 */
export function zstdDecompress(src: usize, cbytes: u32, dst: usize, capacity: u32, want: u32, s: usize): i32 {
  const end = src + cbytes
  const oend = dst + capacity
  const stop: usize = want < capacity ? dst + want : usize.MAX_VALUE
  src = blocksStart(src, end, capacity)
  if (src == 0) return -1
  hasTree = false
  literalLog = NO_TABLE
  offsetLog = NO_TABLE
  matchLog = NO_TABLE
  repeat1 = 1
  repeat2 = 4
  repeat3 = 8
  let op = dst
  while (true) {
    const head = little(src, end, 3)
    if (head < 0) return -1
    src += 3
    const type = (<u32>head >> 1) & 3
    const size = <u32>head >> 3
    const stored: u32 = type == 1 ? 1 : size
    if (type == 3 || stored > <u32>(end - src)) return -1
    if (type == 2) {
      op = block(s, src, src + size, dst, op, oend, stop)
      if (op == 0) return -1
    } else {
      if (size > <u32>(oend - op)) return -1
      if (type == 0) copyBytes(op, src, size)
      else fillBytes(op, load<u8>(src), size)
      op += size
    }
    src += stored
    if (op >= stop) return <i32>(op - dst)
    if ((head & 1) == 1) return src == end ? <i32>(op - dst) : -1
  }
}
