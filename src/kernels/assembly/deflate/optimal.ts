// Cuts bytes so that they take as few bits as can be: all matches of a window are found, then the cheapest way to its
// end is worked out backwards. Prices are guessed first, and taken from the symbols of that way for the next look.
import { CHAINS_END } from './chains'
import { countPart } from './counts'
import { isFixed, literalCost, matchCost } from './guess'
import { findMatches, MATCH_BYTES, passOver, startMatches } from './matches'
import { distancePrice, lengthPrice, literalPrice, setFlatPrices, setPrices } from './prices'
import { addSequence, rollBack, sequencesEnd } from './sequences'
import { distanceSymbol, MAX_MATCH, MIN_MATCH } from './symbols'

/** The level of this kind. */
export const OPTIMAL_LEVEL: u32 = 9
/** Earlier places that are looked at. */
const ATTEMPTS: u32 = 128
/** A match this long is taken without a look at other ways, and what is in it is passed over. */
const LONGEST_WEIGHED: u32 = 128
/** Looks at a window, each with the prices of the one before. */
const LOOKS: u32 = 2

/** A window has at most so many places and about so many matches; a match that is taken at once is one place. */
const MAX_PLACES: u32 = 1 << 15
const MAX_KEPT: u32 = 1 << 18
/** Of each place: its first match, the price from there to the end, what comes next (length and distance; 0: literal). */
const STARTS: usize = CHAINS_END
const COSTS: usize = STARTS + 4 * <usize>(MAX_PLACES + 1)
const CHOICES: usize = COSTS + 4 * <usize>(MAX_PLACES + 1)
const KEPT: usize = CHOICES + 4 * <usize>MAX_PLACES
/** What all of it takes of the scratch area, in bytes. */
export const OPTIMAL_END: usize = KEPT + MATCH_BYTES * (<usize>MAX_KEPT + MAX_MATCH)
/** In the length of a match that is taken at once. */
const LONG: u32 = 1 << 15
/** Up to this length all lengths of a match are tried. */
const TRIED: u32 = 32

/** Of the stream and of the window at hand; these belong to the instance. */
let streamEnd: usize = 0
let places: u32 = 0

export function startOptimal(s: usize, src: usize, nbytes: u32): void {
  streamEnd = src + nbytes
  startMatches(s, src, nbytes, OPTIMAL_LEVEL, ATTEMPTS)
}

/** Finds the matches of a window. @returns where it ends */
function collect(s: usize, ip: usize): usize {
  const kept = s + KEPT
  const full = kept + MATCH_BYTES * <usize>MAX_KEPT
  let to = kept
  places = 0
  for (; ip < streamEnd && places < MAX_PLACES && to < full; places++) {
    store<u32>(s + STARTS + 4 * <usize>places, <u32>(to - kept))
    const start = to
    to = findMatches(s, ip, to)
    const longest: u32 = to == start ? 0 : load<u32>(to - MATCH_BYTES)
    if (longest < LONGEST_WEIGHED) {
      ip++
      continue
    }
    const distance = load<u32>(to - MATCH_BYTES, 4)
    store<u32>(start, longest | LONG)
    store<u32>(start, distance, 4)
    to = start + MATCH_BYTES
    passOver(s, ip + 1, ip + longest, distance)
    ip += longest
  }
  store<u32>(s + STARTS + 4 * <usize>places, <u32>(to - kept))
  return ip
}

/** Works out the cheapest way from each place to the end of the window. */
function weigh(s: usize, end: usize): void {
  let costs = s + COSTS + 4 * <usize>places
  let barrier = places
  store<u32>(costs, 0)
  for (let place = places; place > 0; ) {
    place--
    costs -= 4
    let match = s + KEPT + load<u32>(s + STARTS + 4 * <usize>place)
    const last = s + KEPT + load<u32>(s + STARTS + 4 * <usize>place, 4)
    const next = load<u32>(costs, 4)
    if (match != last && (load<u32>(match) & LONG) != 0) {
      const length = load<u32>(match) & (LONG - 1)
      const distance = load<u32>(match, 4)
      store<u32>(costs, next + lengthPrice(s, length) + distancePrice(s, distanceSymbol(distance)))
      store<u32>(s + CHOICES + 4 * <usize>place, 0)
      barrier = place
      end -= length
      continue
    }
    end--
    let best = next + literalPrice(s, load<u8>(end))
    let choice: u32 = 0
    const room = barrier - place
    for (let length = MIN_MATCH; match < last; match += MATCH_BYTES) {
      const most = min(load<u32>(match), room)
      const distance = load<u32>(match, 4)
      const price = distancePrice(s, distanceSymbol(distance))
      while (length <= most) {
        const cost = price + lengthPrice(s, length) + load<u32>(costs + 4 * <usize>length)
        if (cost < best) {
          best = cost
          choice = length | (distance << 16)
        }
        length = length < TRIED ? length + 1 : max(length + 1, most)
      }
    }
    store<u32>(costs, best)
    store<u32>(s + CHOICES + 4 * <usize>place, choice)
  }
}

/** Adds the sequences of the cheapest way. */
function follow(s: usize): void {
  let literals: u32 = 0
  for (let place: u32 = 0; place < places; ) {
    const choice = load<u32>(s + CHOICES + 4 * <usize>place)
    const match = s + KEPT + load<u32>(s + STARTS + 4 * <usize>place)
    const isLong =
      load<u32>(s + STARTS + 4 * <usize>place) != load<u32>(s + STARTS + 4 * <usize>place, 4) &&
      (load<u32>(match) & LONG) != 0
    if (isLong) {
      addSequence(literals, load<u32>(match) & (LONG - 1), load<u32>(match, 4))
      literals = 0
      place++
    } else if (choice != 0) {
      addSequence(literals, choice & 0xffff, choice >> 16)
      literals = 0
      place += choice & 0xffff
    } else {
      literals++
      place++
    }
  }
  if (literals != 0) addSequence(literals, 0, 0)
}

/** Cuts a window that starts at `ip`. @returns where it ends */
export function cutOptimal(s: usize, ip: usize): usize {
  const end = collect(s, ip)
  // Fixed codes do not change with what was chosen: one look is enough.
  if (isFixed) setFlatPrices(s, 8 << 8, 7 << 8, 5 << 8)
  else setFlatPrices(s, <u32>literalCost << 4, <u32>matchCost << 3, <u32>matchCost << 3)
  const first = sequencesEnd
  weigh(s, end)
  follow(s)
  for (let i: u32 = 1; i < LOOKS && !isFixed; i++) {
    countPart(s, first, sequencesEnd, ip, u32.MAX_VALUE)
    setPrices(s)
    rollBack(first)
    weigh(s, end)
    follow(s)
  }
  return end
}
