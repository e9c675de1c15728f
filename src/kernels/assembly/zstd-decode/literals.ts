// Literals of Zstandard blocks (RFC 8878, section 3.1.1.3.1).

import { fillBytes } from '../copy'
import { firstUsed, lastWord, little, moveBy } from './bits'
import { HUFFMAN, LITERALS, MAX_LITERALS, readHuffman } from './tables'

// Where the literals of a block are; these belong to the instance.
export let literals: usize = 0
export let literalsEnd: usize = 0
/** Up to where whole vectors may be read. */
export let readable: usize = 0
let hasTree = false

/** No block has left a tree to the next ones yet. */
export function forgetTree(): void {
  hasTree = false
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

/** The entry for the bits at the top. Its low six bits, a shift's count, are the length of the code. */
@inline
function entryOf(table: usize, bits: u64): u64 {
  return <u64>load<u16>(table + (<usize>(bits >> 53) << 1))
}

/** The next five symbols of a stream whose bits are at the top of `bits`, above a 1 that marks how many are used. */
@inline
function five(table: usize, bits: u64, out: usize): u64 {
  let entry = entryOf(table, bits)
  bits <<= entry
  let word = <u32>entry >> 8
  entry = entryOf(table, bits)
  bits <<= entry
  word |= <u32>entry & 0xff00
  entry = entryOf(table, bits)
  bits <<= entry
  word |= (<u32>entry & 0xff00) << 8
  entry = entryOf(table, bits)
  bits <<= entry
  word |= (<u32>entry & 0xff00) << 16
  entry = entryOf(table, bits)
  bits <<= entry
  store<u32>(out, word)
  store<u8>(out, <u8>(entry >> 8), 4)
  return bits
}

@inline
function firstBits(end: usize): u64 {
  return (load<u64>(end - 8) | 1) << <u64>(clz(<u32>load<u8>(end - 1)) - 23)
}

/** How often five symbols of each stream can surely be taken: they use seven bytes at most. */
function roundsOf(
  at0: usize, start0: usize, at1: usize, start1: usize, at2: usize, start2: usize, at3: usize, start3: usize, room: usize,
): usize {
  return min(min(min(at0 - start0, at1 - start1), min(at2 - start2, at3 - start3)) / 7, room / 5)
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
  let rounds = roundsOf(at0, start0, at1, start1, at2, start2, at3, start3, stop - out3)
  while (rounds != 0) {
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
    if (--rounds == 0) rounds = roundsOf(at0, start0, at1, start1, at2, start2, at3, start3, stop - out3)
  }
  return huffmanRest(s, start0, at0, load<u64>(at0), <u32>ctz(bits0), out0, stop1) &&
    huffmanRest(s, start1, at1, load<u64>(at1), <u32>ctz(bits1), out1, stop2) &&
    huffmanRest(s, start2, at2, load<u64>(at2), <u32>ctz(bits2), out2, stop3) &&
    huffmanRest(s, start3, at3, load<u64>(at3), <u32>ctz(bits3), out3, stop)
}

/** Finds or decodes the literals of a block. Returns where their section ends, or 0. */
export function readLiterals(s: usize, src: usize, end: usize): usize {
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
