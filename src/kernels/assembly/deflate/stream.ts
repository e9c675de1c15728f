// zlib streams (RFC 1950): two bytes of header, blocks, and the checksum of the plain bytes.
import { adler32 } from '../checksums'
import { copyBytes } from '../copy'
import { endBits, startBits } from './bits'
import { CHAINS_END, startChains } from './chains'
import { guessFromBytes, guessFromPart, isForFixed } from './guess'
import { cutLazy, startLazy } from './lazy'
import { GUESSED_LEVEL, guessLiterals, startLiterals } from './literals'
import { cutOptimal, OPTIMAL_END, OPTIMAL_LEVEL, startOptimal } from './optimal'
import { SMALL_STREAM } from './layout'
import { sequencesEnd } from './sequences'
import { addParts, closeBlock, startBlocks } from './split'

const HEADER_BYTES: usize = 2
const CHECKSUM_BYTES: usize = 4
/** A window of 32 KiB, and by level how hard was looked for matches. */
const HEADERS = memory.data<u16>([0x0178, 0x0178, 0x5e78, 0x5e78, 0x5e78, 0x5e78, 0x9c78, 0xda78, 0xda78, 0xda78])

/** What a match may take, in 16ths of a bit; if it can be taken back later, it is tried sooner. */
const USUAL_MATCH: i32 = 10 << 4
const CHEAP_MATCH: i32 = 6 << 4
/** Symbols of a part, which joins the block before it or starts one. */
const PART: u32 = 1 << 11

/** A stream of so few bytes is tried both with fixed codes in view and without, from this level on. */
const MAX_SMALL: u32 = 1 << 9
const BOTH_LEVEL: u32 = 6
/** The scratch that {@link zlibCompress} needs, in bytes. */
export function zlibCompressScratch(level: u32): usize {
  return level >= OPTIMAL_LEVEL ? OPTIMAL_END : CHAINS_END
}

/** Compresses with fixed codes in view, or without. @returns its size, or 0 if it does not fit in `capacity` */
function compress(
  src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, s: usize, fixed: bool,
): i32 {
  if (<usize>capacity < HEADER_BYTES + CHECKSUM_BYTES) return 0
  const iend = src + nbytes
  const oend = dst + capacity - CHECKSUM_BYTES
  store<u16>(dst, load<u16>(HEADERS + 2 * level))
  startBits(dst + HEADER_BYTES)
  const isOptimal = level >= OPTIMAL_LEVEL
  if (isOptimal) startOptimal(s, src, nbytes)
  else {
    startChains(s, nbytes, level)
    startLazy(src)
  }
  startBlocks(s, src, oend)
  guessFromBytes(s, src, iend, isOptimal ? CHEAP_MATCH : USUAL_MATCH, fixed)
  if (!isOptimal) startLiterals(s, level)
  for (let at = src; at < iend; ) {
    const start = at
    const first = sequencesEnd
    at = isOptimal ? cutOptimal(s, at) : cutLazy(s, at, iend, level, PART)
    const added = sequencesEnd - first
    if (!addParts(s, isOptimal ? PART : u32.MAX_VALUE)) return 0
    guessFromPart(s)
    if (level >= GUESSED_LEVEL && !isOptimal && at < iend)
      guessLiterals(s, sequencesEnd - added, sequencesEnd, start)
  }
  if (!closeBlock(s, true)) return 0
  const op = endBits()
  store<u32>(op, bswap(adler32(src, nbytes, 1)))
  return <i32>(op - dst + CHECKSUM_BYTES)
}

/** The same with both in view, whichever becomes smaller. */
function compressBothWays(src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, s: usize): i32 {
  const first = compress(src, nbytes, dst, capacity, level, s, true)
  if (first == 0) return compress(src, nbytes, dst, capacity, level, s, false)
  copyBytes(s + SMALL_STREAM, dst, first)
  const second = compress(src, nbytes, dst, first - 1, level, s, false)
  if (second != 0) return second
  copyBytes(dst, s + SMALL_STREAM, first)
  return first
}

/**
 * Compresses into one zlib stream, level 1 to 9. `s` is scratch. Returns its size, or 0 if it does not fit in
 * `capacity`.
 */
export function zlibCompress(src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, s: usize): i32 {
  if (nbytes <= MAX_SMALL && level >= BOTH_LEVEL) return compressBothWays(src, nbytes, dst, capacity, level, s)
  return compress(src, nbytes, dst, capacity, level, s, isForFixed(s, src, src + nbytes))
}
