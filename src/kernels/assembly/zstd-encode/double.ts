// Cuts a block into literals and matches with two tables: the latest place of each eight bytes, and of each four or five.
import { fillBytes } from '../copy'
import { equalRun } from '../lz'
import { LITERALS, TAGS } from './layout'
import { add, equalBefore, finishBlock, lengthAt, MIN_MATCH, repeat1, repeat2, startBlock } from './matches'
import { digitsOf, REPEAT_BITS } from './gains'
import { longEntry, notePlace, origin, placeIn, shortEntry, startPlaces } from './places'
import { SEARCH_BYTES } from './rows'

const MAX_LOG: u32 = 16
/** The table of short keys behind that of long ones. */
const SHORT: usize = TAGS + (4 << MAX_LOG)
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT: usize = 8
/** About what a sequence takes besides the digits of its offset and of its literals, in bits. */
const SEQUENCE_BITS: i32 = 7

/** Of the stream at hand; these belong to the instance. */
let literalCost: i32 = 0

/** Empties the tables. @param width how many bytes the short keys have */
export function startDouble(s: usize, src: usize, nbytes: u32, width: u32): void {
  const tableBytes = startPlaces(src, nbytes, width, MAX_LOG)
  fillBytes(s + TAGS, 0, tableBytes)
  fillBytes(s + SHORT, 0, tableBytes)
}

@inline
function rememberBoth(s: usize, ip: usize): void {
  const word = load<u64>(ip)
  notePlace(longEntry(s + TAGS, word), ip)
  notePlace(shortEntry(s + SHORT, word), ip)
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
    const long = longEntry(s + TAGS, word)
    const short = shortEntry(s + SHORT, word)
    let from = placeIn(long)
    const near = placeIn(short)
    notePlace(long, ip)
    notePlace(short, ip)
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
        from = placeIn(longEntry(s + TAGS, next))
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
      const back = equalBefore(start, offset, anchor, first)
      start -= back
      length += back
    }
    to = add(s, anchor, <u32>(start - anchor), length, offset, to, end)
    const inside = ip + 2
    ip = start + length
    anchor = ip
    if (ip > stop) break
    rememberBoth(s, inside)
    rememberBoth(s, ip - 2)
    notePlace(shortEntry(s + SHORT, load<u64>(ip - 1)), ip - 1)
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
