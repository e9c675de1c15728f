// Cuts a block into literals and matches at the least effort: of each hash, only the latest place is known.
import { fillBytes } from '../copy'
import { equalRun } from '../lz'
import { LITERALS, TAGS } from './layout'
import { add, equalBefore, finishBlock, lengthAt, MIN_MATCH, repeat1, repeat2, startBlock } from './matches'
import { REPEAT_BITS } from './gains'
import { notePlace, origin, placeIn, shortEntry, startPlaces } from './places'
import { SEARCH_BYTES } from './rows'

const MAX_LOG: u32 = 14
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT: usize = 8
/** About what a sequence takes besides the digits of its offset, in bits. */
const SEQUENCE_BITS: i32 = 9

/** Empties the table. @param width how many bytes a place is looked up by */
export function startFast(s: usize, src: usize, nbytes: u32, width: u32): void {
  fillBytes(s + TAGS, 0, startPlaces(src, nbytes, width, MAX_LOG))
}

/** The same as `cutLazy`, of level 1. The first byte of a stream is never looked up: 0 stands for no place. */
export function cutFast(s: usize, first: usize, block: usize, end: usize, entropy: u32): void {
  startBlock()
  const literalCost = max<i32>(16, <i32>entropy)
  const table = s + TAGS
  let to = s + LITERALS
  let anchor = block
  let ip = block == first ? block + 1 : block
  const stop: usize = end - block > SEARCH_BYTES ? end - SEARCH_BYTES - 1 : 0
  while (ip <= stop) {
    const word = load<u64>(ip)
    const entry = shortEntry(table, word)
    const from = placeIn(entry)
    notePlace(entry, ip)
    let start = ip + 1
    let offset = repeat1
    let length = lengthAt(start, offset, end, first)
    // Among equal bytes, the first one after another differs from the one before it.
    if (length == 0) length = lengthAt(++start, offset, end, first)
    if (<i32>length * literalCost <= REPEAT_BITS << 4) {
      length = 0
      if (load<u32>(from) == <u32>word && from != origin) {
        start = ip
        offset = <u32>(ip - from)
        length = MIN_MATCH + equalRun(ip + MIN_MATCH, from + MIN_MATCH, end)
        if (<i32>length * literalCost <= (SEQUENCE_BITS + 31 - <i32>clz(offset)) << 4) length = 0
      }
      if (length == 0) {
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
    notePlace(shortEntry(table, load<u64>(inside)), inside)
    notePlace(shortEntry(table, load<u64>(ip - 2)), ip - 2)
    while (ip <= stop) {
      const found = lengthAt(ip, repeat2, end, first)
      if (<i32>found * literalCost <= REPEAT_BITS << 4) break
      to = add(s, anchor, 0, found, repeat2, to, end)
      ip += found
      anchor = ip
    }
  }
  finishBlock(s, anchor, to, end)
}
