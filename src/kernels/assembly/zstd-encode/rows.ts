// Earlier places of the next four to seven bytes: rows of 15 to 63 positions by hash, the latest first, told apart by
// tags that vectors compare at once.
import { fillBytes } from '../copy'
import { POSITIONS, TAGS } from './layout'

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15
/** Bytes that a search must be able to read. */
export const SEARCH_BYTES: usize = 8

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let shift: u64 = 0
/** How many bits of the next eight bytes do not count. */
let unused: u64 = 24
/** Places of a row, with the one that says where it was written last: a power of 2, and the same less one. */
let rowLog: u32 = 4
let rowMask: u32 = 15

/**
 * Empties as many rows as a stream can use, of up to 2^`most` places in rows of 2^`log`.
 * @param width how many bytes a place is looked up by
 */
export function startRows(s: usize, src: usize, nbytes: u32, width: u32, log: u32, most: u32): void {
  rowLog = log
  rowMask = (1 << log) - 1
  const places = min<u32>(most, max<u32>(8, 32 - clz(nbytes | 1)))
  fillBytes(s + TAGS, 0, 1 << places)
  origin = src
  unused = <u64>(64 - 8 * width)
  shift = 64 - 8 - (places - log)
}

@inline
function hashOf(ip: usize): u32 {
  return <u32>(((load<u64>(ip) << unused) * MULTIPLIER) >> shift)
}

/** Tags are never 0: that is what an empty place has. */
@inline
function tagOf(hash: u32): u32 {
  return max<u32>(hash & 255, 1)
}

/** Puts a place in front of the others of its row, and forgets the oldest. @returns where its tag is now */
@inline
function put(s: usize, row: usize, tag: u32, ip: usize): u32 {
  const tags = s + TAGS + (row << rowLog)
  const before = <u32>load<u8>(tags)
  const head: u32 = before > 1 ? before - 1 : rowMask
  store<u8>(tags, <u8>head)
  store<u8>(tags + head, <u8>tag)
  store<u32>(s + POSITIONS + (row << (rowLog + 2)) + (<usize>head << 2), <u32>(ip - origin))
  return head
}

/** Remembers a place. */
@inline
export function remember(s: usize, ip: usize): void {
  const hash = hashOf(ip)
  put(s, <usize>(hash >> 8), tagOf(hash), ip)
}

@inline
function sameTags(tags: usize, tag: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(v128.load(tags), tag))
}

/** What the last search looked at and remembered, for {@link latest}. These belong to the instance. */
let searchHead: u32 = 0
let searchPositions: usize = 0

/** Remembers a place. @returns a bit for each earlier place that looks like it, the latest lowest */
@inline
export function candidates(s: usize, ip: usize): u64 {
  const hash = hashOf(ip)
  const tag = tagOf(hash)
  const row = <usize>(hash >> 8)
  const tags = s + TAGS + (row << rowLog)
  const wanted = i8x16.splat(<i8>tag)
  let found = sameTags(tags, wanted)
  if (rowLog > 4) {
    found |= sameTags(tags + 16, wanted) << 16
    if (rowLog > 5) found |= (sameTags(tags + 32, wanted) << 32) | (sameTags(tags + 48, wanted) << 48)
  }
  const head = put(s, row, tag, ip)
  searchHead = head
  searchPositions = s + POSITIONS + (row << (rowLog + 2))
  found &= ~(<u64>1 | (<u64>1 << head))
  if (found == 0) return 0
  const turned = (found >> head) | (found << (rowMask + 1 - head))
  return turned & (u64.MAX_VALUE >> (63 - rowMask))
}

/** The place that the lowest bit of {@link candidates} stands for. */
@inline
export function latest(bits: u64): usize {
  return origin + load<u32>(searchPositions + (<usize>((<u32>ctz(bits) + searchHead) & rowMask) << 2))
}
