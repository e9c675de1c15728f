// How the table of each of the three codes is told (RFC 8878, section 3.1.1.3.2.1): the one that both sides know, one
// symbol over and over, a new one, or the one before.
import { buildTable, chooseLog, costOf, IMPOSSIBLE, normalize, putNorms } from './fse'
import { COUNTS, FSE_NORMS, FSE_TABLES, FSE_TABLE_BYTES, HISTOGRAM_BYTES } from './layout'

const PREDEFINED: u32 = 0
const ONE_SYMBOL: u32 = 1
const DESCRIBED: u32 = 2
const REPEATED: u32 = 3
/** What the tables and the counts of sequences may take, in bytes. */
export const MAX_TABLES_BYTES: usize = 3 * 160 + 8
/** No description is shorter, in bits. */
const LEAST_DESCRIPTION: u32 = 16
/** Where the logarithm of a kind is among {@link logs}. */
const LOG_BITS: u32 = 4

/** Of the table that was chosen last: its mode, where it is, and the logarithm of its states; per instance, as below. */
export let mode: u32 = 0
export let table: usize = 0
export let tableLog: u32 = 0

/** A bit for each kind: whether the decoder has a described table, and which of the two it is; and their logarithms. */
let known: u32 = 0
let places: u32 = 0
let logs: u32 = 0

/** Whether there is time for a choice among tables. */
let isThorough: bool = false

/** A frame starts without tables. */
export function startTables(thorough: bool): void {
  isThorough = thorough
  known = 0
}

/** The decoder's tables, for {@link restoreTables} where the decoder does not see what was written since. */
export function tablesState(): u32 {
  return known | (places << 4) | (logs << 8)
}

export function restoreTables(state: u32): void {
  known = state & 15
  places = (state >> 4) & 15
  logs = state >> 8
}

@inline
function tableOf(s: usize, kind: u32, place: u32): usize {
  return s + FSE_TABLES + <usize>(2 * kind + place) * FSE_TABLE_BYTES
}

@inline
function choose(how: u32, where: usize, log: u32): void {
  mode = how
  table = where
  tableLog = log
}

/** Where the description ends that was written last. */
let described: usize = 0

/** Shares the states out and describes that. @returns what the codes and the description take, in bits */
function describe(norms: usize, counts: usize, last: u32, count: u32, log: u32, op: usize): u32 {
  normalize(norms, counts, last, count, log)
  described = putNorms(norms, last, log, op)
  return costOf(norms, counts, last, log) + (<u32>(described - op) << 3)
}

/**
 * Chooses the cheapest table for a kind of code, and makes it.
 * @param highest the last symbol that can come @param most the logarithm of the most states
 * @returns where its description ends
 */
export function putTable(
  s: usize, kind: u32, count: u32, most: u32, predefined: usize, norms: usize, highest: u32, log: u32, op: usize,
): usize {
  const counts = s + COUNTS + <usize>kind * HISTOGRAM_BYTES
  const bit = <u32>1 << kind
  const place = (places >> kind) & 1
  let last = max<u32>(highest, 31)
  while (load<u32>(counts + 4 * last) == 0) last--
  const plain = last <= highest ? costOf(norms, counts, last, log) : IMPOSSIBLE
  const isOne = load<u32>(counts + 4 * last) == count
  const before = tableOf(s, kind, place)
  const beforeLog = (logs >> (LOG_BITS * kind)) & 15
  const again = (known & bit) == 0 ? IMPOSSIBLE : costOf(before + FSE_NORMS, counts, last, beforeLog)
  const least = min(plain, again)
  if (isOne && least >= 8) {
    known &= ~bit
    choose(ONE_SYMBOL, 0, 0)
    store<u8>(op, <u8>last)
    return op + 1
  }
  if (!isOne && least > LEAST_DESCRIPTION) {
    const fresh = tableOf(s, kind, 1 - place)
    let freshLog = chooseLog(count, last, most)
    let cost = describe(fresh + FSE_NORMS, counts, last, count, freshLog, op)
    if (isThorough) {
      const usual = freshLog
      for (let other = max<u32>(5, usual - 2); other <= min(most, usual + 1); other++) {
        if (other == usual || <u32>1 << other <= last) continue
        const otherCost = describe(fresh + FSE_NORMS, counts, last, count, other, op)
        if (otherCost >= cost) continue
        cost = otherCost
        freshLog = other
      }
      describe(fresh + FSE_NORMS, counts, last, count, freshLog, op)
    }
    if (cost < least) {
      known |= bit
      places ^= bit
      logs = (logs & ~(15 << (LOG_BITS * kind))) | (freshLog << (LOG_BITS * kind))
      buildTable(s, fresh, last, freshLog)
      choose(DESCRIBED, fresh, freshLog)
      return described
    }
  }
  if (again <= plain) choose(REPEATED, before, beforeLog)
  else {
    known &= ~bit
    choose(PREDEFINED, predefined, log)
  }
  return op
}
