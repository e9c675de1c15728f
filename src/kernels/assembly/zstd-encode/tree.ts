// Earlier places of the same bytes for the levels that look for the cheapest way through a block: one binary tree for
// each hash of four bytes, sorted by what follows, with the latest place at its root; and the latest place of each
// three bytes.
import { fillBytes } from '../copy'
import { equalRun } from '../lz'
import { MATCHES, MATCH_BYTES, MAX_MATCHES, OPTIMAL_END } from './layout'

const MAX_HASH_LOG: u32 = 17
const MAX_SHORT_LOG: u32 = 17
const SHORT_HASH: usize = OPTIMAL_END
const HASH: usize = SHORT_HASH + (4 << MAX_SHORT_LOG)
/** The children of each place: those whose bytes sort before it, those behind. */
const NODES: usize = HASH + (4 << MAX_HASH_LOG)
const MULTIPLIER: u32 = 2654435761
/** How far a match of three bytes may lie behind. */
const SHORT_REACH: u32 = 1 << 18

/** Of the stream at hand; these belong to the instance. */
let origin: usize = 0
let streamEnd: usize = 0
let mask: u32 = 0
let hashShift: u32 = 0
let shortShift: u32 = 0
let depth: u32 = 0
let nice: u32 = 0
let takesThree: bool = false
/** Places before this one repeat what was found last over and over, and need no search of their own. */
export let nextPlace: usize = 0
/** What of such a repetition is searched again, at its end. */
const END_OF_MATCH: usize = 8

/** Empties the tables. @param log the places that are remembered, as a power of 2 */
export function startTree(s: usize, src: usize, end: usize, log: u32, attempts: u32, niceLength: u32, three: bool): void {
  const hashLog = min(log, MAX_HASH_LOG)
  const shortLog = min(log, MAX_SHORT_LOG)
  fillBytes(s + SHORT_HASH, 0, 4 << shortLog)
  fillBytes(s + HASH, 0, 4 << hashLog)
  hashShift = 32 - hashLog
  shortShift = 32 - shortLog
  origin = src
  streamEnd = end
  mask = (<u32>1 << log) - 1
  depth = attempts
  nice = niceLength
  takesThree = three
}

@inline
function put(at: usize, length: u32, offset: u32): usize {
  store<u32>(at, length)
  store<u32>(at, offset, 4)
  return at + MATCH_BYTES
}

/** The latest place with the same three bytes. @returns where the next match goes */
@inline
function findShort(s: usize, ip: usize, at: usize): usize {
  const entry = s + SHORT_HASH + (<usize>(((load<u32>(ip) << 8) * MULTIPLIER) >> shortShift) << 2)
  const place = <u32>(ip - origin) + 1
  const from = load<u32>(entry)
  store<u32>(entry, place)
  if (from == 0 || place - from > SHORT_REACH) return at
  const offset = place - from
  if (((load<u32>(ip) ^ load<u32>(ip - offset)) & 0xffffff) != 0) return at
  return put(at, 3, offset)
}

/**
 * Remembers a place, and writes the matches there to {@link MATCHES}, each longer than the one before; at most up to
 * `end`, and no longer than is nice. At least eight bytes follow the place.
 * @returns where they end
 */
export function findMatches(s: usize, ip: usize, end: usize): usize {
  let to = s + MATCHES
  nextPlace = ip + 1
  if (takesThree) to = findShort(s, ip, to)
  const entry = s + HASH + (<usize>((load<u32>(ip) * MULTIPLIER) >> hashShift) << 2)
  const place = <u32>(ip - origin) + 1
  let from = load<u32>(entry)
  store<u32>(entry, place)
  // Where the subtrees of what sorts before and after this place hang.
  let before = s + NODES + (<usize>(place & mask) << 3)
  let behind = before + 4
  let commonBefore: u32 = 0
  let commonBehind: u32 = 0
  let best: u32 = 3
  const limit = min(streamEnd, ip + nice)
  const most = s + MATCHES + MAX_MATCHES * MATCH_BYTES
  for (let i = depth; i != 0 && from != 0 && place - from <= mask; i--) {
    const other = ip - (place - from)
    const common = min(commonBefore, commonBehind)
    const length = common + equalRun(ip + common, other + common, limit)
    const node = s + NODES + (<usize>(from & mask) << 3)
    if (length > best) {
      best = length
      const isLongest = ip + length == limit
      const whole = isLongest && limit < end ? length + equalRun(limit, other + length, end) : length
      if (to < most) to = put(to, min(whole, <u32>(end - ip)), place - from)
      nextPlace = max(nextPlace, other + whole - END_OF_MATCH)
      if (isLongest) {
        // Both are the same as far as anybody looks: the later one takes the place of the earlier.
        store<u32>(before, load<u32>(node))
        store<u32>(behind, load<u32>(node, 4))
        return to
      }
    }
    if (load<u8>(other + length) < load<u8>(ip + length)) {
      store<u32>(before, from)
      commonBefore = length
      before = node + 4
      from = load<u32>(before)
    } else {
      store<u32>(behind, from)
      commonBehind = length
      behind = node
      from = load<u32>(behind)
    }
  }
  store<u32>(before, 0)
  store<u32>(behind, 0)
  return to
}

/** Remembers a place in noise, without a search: what the same hash had before is forgotten. */
export function noteOnly(s: usize, ip: usize): void {
  const place = <u32>(ip - origin) + 1
  store<u32>(s + HASH + (<usize>((load<u32>(ip) * MULTIPLIER) >> hashShift) << 2), place)
  store<u64>(s + NODES + (<usize>(place & mask) << 3), 0)
}

/** What the tables and `log` places take from the start of the scratch area on, in bytes. */
export function treeEnd(log: u32): usize {
  return NODES + (<usize>8 << log)
}
