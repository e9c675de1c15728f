// Earlier places of the next four to seven bytes: rows of 15 positions by hash, the latest first, told apart by tags
// that one vector compares at once.
import { fillBytes } from '../copy'
import { MAX_ROWS_LOG, POSITIONS, TAGS } from './layout'

const MULTIPLIER: u64 = 0x9e3779b97f4a7c15
/** Bytes that a search must be able to read. */
export const SEARCH_BYTES: usize = 8

/** Up to this many bytes, short matches are all there may be. */
const FEW_BYTES: u32 = 1 << 12

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let shift: u64 = 0
/** How many bits of the next eight bytes do not count. */
let unused: u64 = 24

/** How many bytes a place is looked up by: more where each says little, fewer where there are few places. */
function widthFor(nbytes: u32, entropy: u32, isFast: bool): u32 {
  if (nbytes <= FEW_BYTES) return 4
  // The fastest level remembers few places, which longer keys would find too seldom.
  if (isFast) return 5
  return entropy < 40 ? 7 : entropy < 64 ? 6 : 5
}

/** Empties as many rows as a stream can use. @param entropy of a byte, in 16ths of a bit */
export function startRows(s: usize, src: usize, nbytes: u32, entropy: u32, isFast: bool): void {
  const log = min<u32>(MAX_ROWS_LOG, max<u32>(4, 28 - clz(nbytes | 1)))
  fillBytes(s + TAGS, 0, 16 << log)
  origin = src
  unused = <u64>(64 - 8 * widthFor(nbytes, entropy, isFast))
  shift = 64 - 8 - log
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
