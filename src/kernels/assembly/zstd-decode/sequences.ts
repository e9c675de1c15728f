// Sequences of Zstandard blocks (RFC 8878, section 3.1.1.3.2).

import { copyBytes } from '../copy'
import { copyExact, copyLoose, copyMatch, repeated, repeatStride } from '../lz'
import { firstUsed, lastWord, little, look, moveBy } from './bits'
import { literals, literalsEnd, readable, readLiterals } from './literals'
import {
  KIND_LITERALS,
  KIND_MATCHES,
  KIND_OFFSETS,
  LITERAL_LENGTHS,
  MATCH_LENGTHS,
  OFFSETS,
  readTable,
  tableLog,
} from './tables'

const NO_TABLE: u32 = 255
/** The most bits that the next three states take. */
const STATE_BITS: u32 = 26
/** A short sequence may be written so far, in bytes: 16 of literals, and 64 of a match. */
const FAST_OUT: usize = 80

// What a block leaves to the next one; these belong to the instance.
let literalLog: u32 = NO_TABLE
let offsetLog: u32 = NO_TABLE
let matchLog: u32 = NO_TABLE
let repeat1: u32 = 1
let repeat2: u32 = 4
let repeat3: u32 = 8

/** A frame begins: no tables yet, and the first offsets to repeat. */
export function forgetSequences(): void {
  literalLog = NO_TABLE
  offsetLog = NO_TABLE
  matchLog = NO_TABLE
  repeat1 = 1
  repeat2 = 4
  repeat3 = 8
}

/** Decodes a compressed block to `op`, or as far as `stop`. Returns where it ends there, or 0. */
export function block(s: usize, src: usize, end: usize, dst: usize, op: usize, oend: usize, stop: usize): usize {
  src = readLiterals(s, src, end)
  if (src == 0 || src >= end) return 0
  let count = <u32>load<u8>(src++)
  if (count >= 128) {
    const more = little(src, end, count == 255 ? 2 : 1)
    if (more < 0) return 0
    src += count == 255 ? 2 : 1
    count = count == 255 ? <u32>more + 0x7f00 : ((count - 128) << 8) + <u32>more
  }
  if (count == 0 && src != end) return 0
  let from = literals
  const fromEnd = literalsEnd
  const lastWide = readable - 16
  // No address is 0, so a limit of 0 turns the fast path off.
  const fast: usize = oend - op >= FAST_OUT && lastWide >= literals ? oend - FAST_OUT : 0
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
        if (used > 64 - STATE_BITS) {
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
      if (length > <u32>(fromEnd - from)) return 0
      if (length <= 16 && match <= 32 && op <= fast && from <= lastWide) {
        // Nearly all sequences: whole vectors, with room after them.
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
        if (from + length <= lastWide && <u32>(oend - op) - length >= 16) copyLoose(op, from, length)
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
  const rest = <u32>(fromEnd - from)
  if (rest > <u32>(oend - op)) return 0
  copyBytes(op, from, rest)
  return op + rest
}
