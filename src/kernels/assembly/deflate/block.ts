// Blocks (RFC 1951, section 3.2.3): stored, with the fixed codes or with codes of their own, whichever takes the fewest
// bits. All is measured before it is written.
import { copyBytes, fillBytes } from '../copy'
import { bitsInByte, endBits, giveBack, putBits, resumeBits, roomFor, takeHeld, takeTo, takeWord } from './bits'
import { setCodes, setLengths } from './codes'
import { measureHeader, putHeader } from './header'
import { CODES, COUNTS, DISTANCES, END_OF_BLOCK, LENGTHS, SEQUENCE_BYTES } from './layout'
import { distanceExtra, distanceSymbol, extraOf, FIRST_LENGTH, lengthExtra, lengthSymbol, MIN_MATCH } from './symbols'

const STORED: u32 = 0
const FIXED: u32 = 1
const DYNAMIC: u32 = 2
const TYPE_BITS: u32 = 3
const MAX_STORED: u32 = 65535
const MAX_LENGTH: u32 = 15

/** The length of a fixed code. */
// @ts-ignore: decorator
@inline
function fixedLength(symbol: u32): u32 {
  return symbol >= DISTANCES ? 5 : symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
}

/** What all symbols but for distances take by the fixed codes, or by those in place. */
function measureSymbols(s: usize, isFixed: bool): u64 {
  let bits: u64 = 0
  for (let symbol: u32 = 0; symbol < DISTANCES + 30; symbol++) {
    const count = load<u32>(s + COUNTS + 4 * symbol)
    if (count == 0) continue
    const length = isFixed ? fixedLength(symbol) : <u32>load<u8>(s + LENGTHS + symbol)
    const isDistance = symbol >= DISTANCES
    const extra = isDistance ? extraOf(symbol - DISTANCES, true) : symbol < FIRST_LENGTH ? 0 : extraOf(symbol, false)
    bits += <u64>count * (length + extra)
  }
  return bits
}

/** What stored blocks for so many bytes take. */
function measureStored(nbytes: u32): u64 {
  const blocks: u64 = nbytes == 0 ? 1 : (<u64>nbytes + MAX_STORED - 1) / MAX_STORED
  const padding = (8 - ((bitsInByte() + TYPE_BITS) & 7)) & 7
  // Those that follow the first start at a whole byte.
  return (<u64>nbytes << 3) + blocks * 40 + TYPE_BITS + padding - 8
}

function putStored(from: usize, nbytes: u32, isLast: bool): void {
  do {
    const size = min(nbytes, MAX_STORED)
    nbytes -= size
    putBits(isLast && nbytes == 0 ? 1 : 0, TYPE_BITS)
    const op = endBits()
    store<u16>(op, <u16>size)
    store<u16>(op, <u16>~size, 2)
    copyBytes(op + 4, from, size)
    resumeBits(op + 4 + size)
    from += size
  } while (nbytes > 0)
}

function setFixedCodes(s: usize): void {
  fillBytes(s + LENGTHS + DISTANCES, 5, 32)
  for (let symbol: u32 = 0; symbol < DISTANCES; symbol++) store<u8>(s + LENGTHS + symbol, <u8>fixedLength(symbol))
}

/** Writes the sequences whose bytes start at `src`, and the end of the block. */
function putSequences(s: usize, at: usize, last: usize, src: usize): void {
  const codes = s + CODES
  let word = takeWord()
  let held = takeHeld()
  let to = takeTo()
  for (; at < last; at += SEQUENCE_BYTES) {
    const literals = src + load<u32>(at)
    const match = load<u32>(at, 4)
    while (literals - src >= 2) {
      const one = load<u32>(codes + 4 * <usize>load<u8>(src))
      const two = load<u32>(codes + 4 * <usize>load<u8>(src, 1))
      word |= <u64>((one & 0xffff) | ((two & 0xffff) << (one >> 16))) << held
      held += (one >> 16) + (two >> 16)
      src += 2
      if (held >= 32) {
        store<u32>(to, <u32>word)
        to += 4
        word >>= 32
        held -= 32
      }
    }
    if (src != literals) {
      const code = load<u32>(codes + 4 * <usize>load<u8>(src++))
      word |= <u64>(code & 0xffff) << held
      held += code >> 16
      if (held >= 32) {
        store<u32>(to, <u32>word)
        to += 4
        word >>= 32
        held -= 32
      }
    }
    if (match == 0) continue
    const length = match & 0xffff
    const distance = match >> 16
    src += length
    const lengthCode = load<u32>(codes + 4 * <usize>lengthSymbol(length))
    const lengthBits = lengthExtra(length)
    const lengthRest = (length - MIN_MATCH) & ((1 << lengthBits) - 1)
    word |= <u64>((lengthCode & 0xffff) | (lengthRest << (lengthCode >> 16))) << held
    held += (lengthCode >> 16) + lengthBits
    if (held >= 32) {
      store<u32>(to, <u32>word)
      to += 4
      word >>= 32
      held -= 32
    }
    const distanceCode = load<u32>(codes + 4 * <usize>(DISTANCES + distanceSymbol(distance)))
    const distanceBits = distanceExtra(distance)
    const distanceRest = (distance - 1) & ((1 << distanceBits) - 1)
    word |= <u64>((distanceCode & 0xffff) | (distanceRest << (distanceCode >> 16))) << held
    held += (distanceCode >> 16) + distanceBits
    if (held >= 32) {
      store<u32>(to, <u32>word)
      to += 4
      word >>= 32
      held -= 32
    }
  }
  giveBack(word, held, to)
  const end = load<u32>(codes + 4 * END_OF_BLOCK)
  putBits(end & 0xffff, end >> 16)
}

/**
 * Writes the block of the sequences from `at` up to `last`, whose symbols were counted; they stand for `nbytes` bytes
 * at `src`. @returns whether it fits before `oend`
 */
export function putBlock(s: usize, at: usize, last: usize, src: usize, nbytes: u32, isLast: bool, oend: usize): bool {
  store<u32>(s + COUNTS + 4 * END_OF_BLOCK, 1)
  setLengths(s, s + COUNTS, DISTANCES, 2, MAX_LENGTH, s + LENGTHS)
  setLengths(s, s + COUNTS + 4 * DISTANCES, 32, 0, MAX_LENGTH, s + LENGTHS + DISTANCES)
  const dynamicBits = TYPE_BITS + measureHeader(s) + measureSymbols(s, false)
  const fixedBits = TYPE_BITS + measureSymbols(s, true)
  const storedBits = measureStored(nbytes)
  const least = min(storedBits, min(fixedBits, dynamicBits))
  if (least > roomFor(oend)) return false
  if (storedBits == least) {
    putStored(src, nbytes, isLast)
    return true
  }
  const type = fixedBits == least ? FIXED : DYNAMIC
  putBits((isLast ? 1 : 0) | (type << 1), TYPE_BITS)
  if (type == DYNAMIC) putHeader(s)
  else setFixedCodes(s)
  setCodes(s, s + LENGTHS, DISTANCES, s + CODES)
  setCodes(s, s + LENGTHS + DISTANCES, 32, s + CODES + 4 * DISTANCES)
  putSequences(s, at, last, src)
  return true
}
