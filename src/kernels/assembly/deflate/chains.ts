// Earlier places of the same bytes: chains of all places with the same hash of four bytes, the latest first, and the
// latest place with the same hash of three bytes. Places are kept as their low 16 bits; what they lead to is compared
// before it counts.
import { fillBytes } from '../copy'
import { TABLES } from './layout'
import { MAX_DISTANCE } from './symbols'

const MAX_LOG: u32 = 15
/** Few matches of three bytes are lost: by level, the most entries as a power of 2. */
const SHORT_LOGS = memory.data<u8>([0, 15, 15, 15, 15, 16, 16, 16, 17, 17])
const MAX_SHORT_LOG: u32 = 17
/** How far back from each place the one before it in the chain is, less 1. */
const CHAIN: usize = TABLES
const HEADS: usize = CHAIN + 2 * <usize>MAX_DISTANCE
const MULTIPLIER: u32 = 2654435761
const NONE: u8 = 0xff

/** Of the stream at hand; these belong to the instance. */
let shortHeads: usize = 0
let shift: u32 = 0
let shortShift: u32 = 0

/** Empties the tables, which are as large as the stream needs. */
export function startChains(s: usize, nbytes: u32, level: u32): void {
  const log = min<u32>(MAX_LOG, max<u32>(8, 32 - clz(nbytes)))
  const shortLog = min<u32>(load<u8>(SHORT_LOGS + level), max<u32>(8, 34 - clz(nbytes)))
  shift = 32 - log
  shortShift = 32 - shortLog
  shortHeads = s + HEADS + (<usize>2 << log)
  fillBytes(s + CHAIN, NONE, 2 * min<usize>(nbytes, MAX_DISTANCE))
  fillBytes(s + HEADS, NONE, (<usize>2 << log) + (<usize>2 << shortLog))
}

// @ts-ignore: decorator
@inline
function headOf(s: usize, word: u32): usize {
  return s + HEADS + (<usize>((word * MULTIPLIER) >> shift) << 1)
}

// @ts-ignore: decorator
@inline
function shortHeadOf(word: u32): usize {
  return shortHeads + (<usize>(((word << 8) * MULTIPLIER) >> shortShift) << 1)
}

/** Remembers a place, of which four bytes can be read. @returns how far back the latest in its chain is; more than 32768 for none */
// @ts-ignore: decorator
@inline
export function remember(s: usize, word: u32, place: u32): u32 {
  const head = headOf(s, word)
  const back = (place - <u32>load<u16>(head)) & 0xffff
  store<u16>(s + CHAIN + (<usize>(place & (MAX_DISTANCE - 1)) << 1), <u16>(back - 1))
  store<u16>(head, <u16>place)
  return back == 0 ? 0x10000 : back
}

/** The same for three bytes. */
// @ts-ignore: decorator
@inline
export function rememberShort(word: u32, place: u32): u32 {
  const head = shortHeadOf(word)
  const back = (place - <u32>load<u16>(head)) & 0xffff
  store<u16>(head, <u16>place)
  return back == 0 ? 0x10000 : back
}

/** How far before a place to come the latest with its word is; more than 32768 for none. */
// @ts-ignore: decorator
@inline
export function backTo(s: usize, word: u32, place: u32): u32 {
  const back = (place - <u32>load<u16>(headOf(s, word))) & 0xffff
  return back == 0 ? 0x10000 : back
}

/** How far before a place the next one in its chain is. */
// @ts-ignore: decorator
@inline
export function backFrom(s: usize, place: u32): u32 {
  return <u32>load<u16>(s + CHAIN + (<usize>(place & (MAX_DISTANCE - 1)) << 1)) + 1
}

/** What the tables take from the start of the scratch area on, at most. */
export const CHAINS_END: usize = HEADS + (2 << MAX_LOG) + (2 << MAX_SHORT_LOG)
