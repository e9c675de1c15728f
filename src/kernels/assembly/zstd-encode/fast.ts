// Cuts a block into literals and matches at the least effort: of each hash, only the latest place is known.
import { fillBytes } from '../copy'
import { equalRun } from '../lz'
import { LITERALS, TAGS } from './layout'
import { add, finishBlock, lengthAt, MIN_MATCH, repeat1, repeat2, startBlock } from './matches'
import { REPEAT_BITS } from './gains'

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15
const MAX_LOG: u32 = 14
/** Bytes that a search must be able to read. */
const SEARCH_BYTES: usize = 8
/** How soon what does not match is passed over faster: the step grows by one after 2 to this power of bytes. */
const SEARCH_SHIFT: usize = 8
/** About what a sequence takes besides the digits of its offset, in bits. */
const SEQUENCE_BITS: i32 = 9

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let shift: u64 = 0
let unused: u64 = 0

/** Empties the table. @param width how many bytes a place is looked up by */
export function startFast(s: usize, src: usize, nbytes: u32, width: u32): void {
  const log = min<u32>(MAX_LOG, max<u32>(8, 32 - clz(nbytes | 1)))
  fillBytes(s + TAGS, 0, 4 << log)
  origin = src
  shift = 64 - log
  unused = 64 - 8 * width
}

@inline
function entryOf(s: usize, word: u64): usize {
  return s + TAGS + (<usize>(((word << unused) * MULTIPLIER) >> shift) << 2)
}

/** The same as `cutLazy`, of level 1. The first byte of a stream is never looked up: 0 stands for no place. */
export function cutFast(s: usize, first: usize, block: usize, end: usize, entropy: u32): void {
  startBlock()
  const literalCost = max<i32>(16, <i32>entropy)
  let to = s + LITERALS
  let anchor = block
  let ip = block == first ? block + 1 : block
  const stop: usize = end - block > SEARCH_BYTES ? end - SEARCH_BYTES - 1 : 0
  while (ip <= stop) {
    const word = load<u64>(ip)
    const entry = entryOf(s, word)
    const from = origin + load<u32>(entry)
    store<u32>(entry, <u32>(ip - origin))
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
    store<u32>(entryOf(s, load<u64>(inside)), <u32>(inside - origin))
    store<u32>(entryOf(s, load<u64>(ip - 2)), <u32>(ip - 2 - origin))
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
