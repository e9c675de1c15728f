// Cuts a block into literals and matches with two tables: the latest place of each eight bytes, and of each four or five.
import { fillBytes } from '../copy'
import { equalRun } from '../lz'
import { LITERALS, TAGS } from './layout'
import { add, finishBlock, lengthAt, MIN_MATCH, repeat1, repeat2, startBlock } from './matches'
import { digitsOf, REPEAT_BITS } from './gains'

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15
const MAX_LOG: u32 = 16
/** The table of short keys behind that of long ones. */
const SHORT: usize = TAGS + (4 << MAX_LOG)
/** Bytes that a search must be able to read. */
const SEARCH_BYTES: usize = 8
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT: usize = 8
/** About what a sequence takes besides the digits of its offset and of its literals, in bits. */
const SEQUENCE_BITS: i32 = 7

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let shift: u64 = 0
let unused: u64 = 0
let literalCost: i32 = 0

/** Empties the tables. @param width how many bytes the short keys have */
export function startDouble(s: usize, src: usize, nbytes: u32, width: u32): void {
  const log = min<u32>(MAX_LOG, max<u32>(8, 32 - clz(nbytes | 1)))
  fillBytes(s + TAGS, 0, 4 << log)
  fillBytes(s + SHORT, 0, 4 << log)
  origin = src
  shift = 64 - log
  unused = 64 - 8 * width
}

@inline
function longEntry(s: usize, word: u64): usize {
  return s + TAGS + (<usize>((word * MULTIPLIER) >> shift) << 2)
}

@inline
function shortEntry(s: usize, word: u64): usize {
  return s + SHORT + (<usize>(((word << unused) * MULTIPLIER) >> shift) << 2)
}

@inline
function rememberBoth(s: usize, ip: usize): void {
  const word = load<u64>(ip)
  store<u32>(longEntry(s, word), <u32>(ip - origin))
  store<u32>(shortEntry(s, word), <u32>(ip - origin))
}

/** Whether a match saves more than it costs. */
@inline
function pays(length: u32, offset: u32, literals: u32): bool {
  return <i32>length * literalCost > (SEQUENCE_BITS + 31 - <i32>clz(offset) + digitsOf(literals)) << 4
}

/** The same as `cutLazy`, of level 2. The first byte of a stream is never looked up: 0 stands for no place. */
export function cutDouble(s: usize, first: usize, block: usize, end: usize, entropy: u32): void {
  startBlock()
  literalCost = max<i32>(16, <i32>entropy)
  let to = s + LITERALS
  let anchor = block
  let ip = block == first ? block + 1 : block
  const stop: usize = end - block > SEARCH_BYTES ? end - SEARCH_BYTES - 1 : 0
  while (ip <= stop) {
    const word = load<u64>(ip)
    const long = longEntry(s, word)
    const short = shortEntry(s, word)
    let from = origin + load<u32>(long)
    const near = origin + load<u32>(short)
    store<u32>(long, <u32>(ip - origin))
    store<u32>(short, <u32>(ip - origin))
    let start = ip + 1
    let offset = repeat1
    let length = lengthAt(start, offset, end, first)
    if (<i32>length * literalCost <= REPEAT_BITS << 4) {
      length = 0
      start = ip
      if (from != origin && load<u64>(from) == word) {
        offset = <u32>(ip - from)
        length = 8 + equalRun(ip + 8, from + 8, end)
      } else if (near != origin && load<u32>(near) == <u32>word) {
        offset = <u32>(ip - near)
        length = MIN_MATCH + equalRun(ip + MIN_MATCH, near + MIN_MATCH, end)
        // The next place may have a longer match.
        const next = load<u64>(ip + 1)
        from = origin + load<u32>(longEntry(s, next))
        if (from != origin && load<u64>(from) == next) {
          const later: u32 = 8 + equalRun(ip + 9, from + 8, end)
          if (later > length) {
            start = ip + 1
            length = later
            offset = <u32>(start - from)
          }
        }
      }
      if (length == 0 || !pays(length, offset, <u32>(start - anchor))) {
        ip += 1 + ((ip - anchor) >> SEARCH_SHIFT)
        continue
      }
      while (start > anchor && start - offset > first && load<u8>(start - 1) == load<u8>(start - offset - 1)) {
        start--
        length++
      }
    }
    to = add(s, anchor, <u32>(start - anchor), length, offset, to, end)
    const inside = ip + 2
    ip = start + length
    anchor = ip
    if (ip > stop) break
    rememberBoth(s, inside)
    rememberBoth(s, ip - 2)
    store<u32>(shortEntry(s, load<u64>(ip - 1)), <u32>(ip - 1 - origin))
    while (ip <= stop) {
      const found = lengthAt(ip, repeat2, end, first)
      if (<i32>found * literalCost <= REPEAT_BITS << 4) break
      to = add(s, anchor, 0, found, repeat2, to, end)
      rememberBoth(s, ip)
      ip += found
      anchor = ip
    }
  }
  finishBlock(s, anchor, to, end)
}
