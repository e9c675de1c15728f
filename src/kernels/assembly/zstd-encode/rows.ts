// Earlier places of the next five bytes: rows of 15 positions by hash, the latest first, told apart by tags that one
// vector compares at once.
import { fillBytes } from '../copy'
import { MAX_ROWS_LOG, POSITIONS, TAGS } from './layout'

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15
/** Bytes that a search must be able to read. */
export const SEARCH_BYTES: usize = 8

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let shift: u64 = 0

/** Empties as many rows as a stream can use. */
export function startRows(s: usize, src: usize, nbytes: u32): void {
  const log = min<u32>(MAX_ROWS_LOG, max<u32>(4, 28 - clz(nbytes | 1)))
  fillBytes(s + TAGS, 0, 16 << log)
  origin = src
  shift = 64 - 8 - log
}

@inline
function hashOf(ip: usize): u32 {
  return <u32>(((load<u64>(ip) << 24) * MULTIPLIER) >> shift)
}

/** Tags are never 0: that is what an empty place has. */
@inline
function tagOf(hash: u32): u32 {
  return max<u32>(hash & 255, 1)
}

/** Puts a place in front of the others of its row, and forgets the oldest. @returns where its tag is now */
@inline
function put(s: usize, row: usize, tag: u32, ip: usize): u32 {
  const tags = s + TAGS + (row << 4)
  const before = <u32>load<u8>(tags)
  const head: u32 = before > 1 ? before - 1 : 15
  store<u8>(tags, <u8>head)
  store<u8>(tags + head, <u8>tag)
  store<u32>(s + POSITIONS + (row << 6) + (<usize>head << 2), <u32>(ip - origin))
  return head
}

/** Remembers a place. */
@inline
export function remember(s: usize, ip: usize): void {
  const hash = hashOf(ip)
  put(s, <usize>(hash >> 8), tagOf(hash), ip)
}

/** What the last search looked at and remembered, for {@link latest}. These belong to the instance. */
let searchHead: u32 = 0
let searchPositions: usize = 0

/** Remembers a place. @returns a bit for each earlier place that looks like it, the latest lowest */
@inline
export function candidates(s: usize, ip: usize): u32 {
  const hash = hashOf(ip)
  const tag = tagOf(hash)
  const row = <usize>(hash >> 8)
  const looksLike = <u32>i8x16.bitmask(i8x16.eq(v128.load(s + TAGS + (row << 4)), i8x16.splat(<i8>tag)))
  const head = put(s, row, tag, ip)
  searchHead = head
  searchPositions = s + POSITIONS + (row << 6)
  const found = looksLike & 0xfffe & ~(1 << head)
  return ((found >> head) | (found << (16 - head))) & 0xffff
}

/** The place that the lowest bit of {@link candidates} stands for. */
@inline
export function latest(bits: u32): usize {
  return origin + load<u32>(searchPositions + (<usize>((<u32>ctz(bits) + searchHead) & 15) << 2))
}
