// LZ4 block format.
// Every pointer is an unsigned 32-bit address, so sizes are compared as differences, never as sums.
import { copyExact, copyLoose, copyMatch, equalRun, repeated, repeatStride, resetTable } from './lz'
import { putLastLiterals, putRunOn } from './lz4put'

/** Positions in the hash table: 2^13 entries of 16 bits. */
// @ts-ignore: decorator
@inline const HASH_BITS: u32 = 13
// @ts-ignore: decorator
@inline const MIN_MATCH: u32 = 4
// A match must not start in the last 12 bytes, nor reach into the last 5.
// @ts-ignore: decorator
@inline const MATCH_START_MARGIN: u32 = 12
// @ts-ignore: decorator
@inline const LAST_LITERALS: u32 = 5
// Slack that lets a sequence of short literals and a short match be copied in whole vectors.
// @ts-ignore: decorator
@inline const FAST_IN: u32 = 32
// @ts-ignore: decorator
@inline const FAST_OUT: u32 = 64

/** Multipliers of hashes whose upper bits come from the lowest four bytes, or the lowest five. */
@inline const HASH_FOUR: u64 = 2654435761 << 32
@inline const HASH_FIVE: u64 = 889523592379 << 24
/** Inputs below this size hash four bytes, as the reference does: they have room for shorter matches. */
@inline const MANY_BYTES: u32 = 65547

/** Address of the table slot for the four or five bytes at the bottom of `bytes`. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, bytes: u64, multiplier: u64): usize {
  return table + (<usize>((bytes * multiplier) >> (64 - HASH_BITS)) << 1)
}

/** Compresses into one LZ4 block. Returns its size, or 0 if it does not fit in `capacity`. */
export function lz4Compress(
  src: usize, nbytes: u32, dst: usize, capacity: u32, acceleration: u32, table: usize,
): i32 {
  return encode(src, nbytes, dst, capacity, acceleration, table, src)
}

/** The same with a dictionary of `dictBytes` bytes (at most 32 KiB) right before `src`. */
export function lz4CompressDict(
  src: usize, nbytes: u32, dst: usize, capacity: u32, acceleration: u32, table: usize, dictBytes: u32,
): i32 {
  return encode(src, nbytes, dst, capacity, acceleration, table, src - dictBytes)
}

/** Every third position of a dictionary is enough: matches are followed back from where they are noticed. */
// @ts-ignore: decorator
@inline const DICTIONARY_STEP: usize = 3

/**
 * Matches may reach back to `floor`: to `src`, or to a dictionary that lies right before it.
 *
 * The table keeps the low 16 bits of addresses: together with the current address they name one
 * candidate in the 64 KiB window, so that no entry can point outside it.
 */
function encode(
  src: usize, nbytes: u32, dst: usize, capacity: u32, acceleration: u32, table: usize, floor: usize,
): i32 {
  if (capacity == 0) return 0
  const oend = dst + capacity
  let op = dst
  let anchor = src
  if (nbytes > MATCH_START_MARGIN) {
    const iend = src + nbytes
    const startLimit = iend - MATCH_START_MARGIN
    const matchLimit = iend - LAST_LITERALS
    const multiplier = nbytes < MANY_BYTES ? HASH_FOUR : HASH_FIVE
    const firstTries = (acceleration < 1 ? 1 : acceleration) << 6
    resetTable(table, 2 << HASH_BITS, floor)
    for (let at = floor; at < src; at += DICTIONARY_STEP) {
      store<u16>(slotOf(table, load<u64>(at), multiplier), <u16>at)
    }
    let ip = src + 1
    let bytes = load<u64>(ip)
    for (;;) {
      // Search: further and further apart while nothing is found, and no further than can be stored.
      const searchLimit = startLimit - anchor > oend - op ? anchor + (oend - op) : startLimit
      let from: usize = 0
      let tries = firstTries
      let step: usize = 1
      for (;;) {
        const slot = slotOf(table, bytes, multiplier)
        const back = (ip - <usize>load<u16>(slot)) & 0xffff
        store<u16>(slot, <u16>ip)
        from = ip - back
        if (load<u32>(from) == <u32>bytes && back != 0) break
        // Compared before the step, which may lead past the last address.
        if (step > searchLimit - ip) return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
        ip += step
        step = tries++ >> 6
        bytes = load<u64>(ip)
      }
      // The match may begin earlier than where it was noticed.
      while (ip > anchor && from > floor && load<u8>(ip - 1) == load<u8>(from - 1)) {
        ip--
        from--
      }
      let literals = <u32>(ip - anchor)
      // Room for this sequence's token, literals and offset, and for a last token and literals.
      if (oend - op < <usize>literals + (literals + 240) / 255 + 1 + 2 + 1 + LAST_LITERALS) return 0
      let token = op++
      if (literals < 15) {
        store<u8>(token, literals << 4)
      } else {
        store<u8>(token, 0xf0)
        op = putRunOn(op, literals - 15)
      }
      if (oend - op >= <usize>literals + 16 && iend - anchor >= <usize>literals + 16) {
        copyLoose(op, anchor, literals)
      } else {
        copyExact(op, anchor, literals)
      }
      op += literals
      for (;;) {
        store<u16>(op, <u16>(ip - from))
        op += 2
        ip += MIN_MATCH
        const more = equalRun(ip, from + MIN_MATCH, matchLimit)
        ip += more
        if (more < 15) {
          store<u8>(token, load<u8>(token) | more)
        } else {
          if (oend - op < (more - 15) / 255 + 1 + 1 + LAST_LITERALS) return 0
          store<u8>(token, load<u8>(token) | 15)
          op = putRunOn(op, more - 15)
        }
        anchor = ip
        if (ip > startLimit) return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
        store<u16>(slotOf(table, load<u64>(ip - 2), multiplier), <u16>(ip - 2))
        bytes = load<u64>(ip)
        const slot = slotOf(table, bytes, multiplier)
        const back = (ip - <usize>load<u16>(slot)) & 0xffff
        store<u16>(slot, <u16>ip)
        from = ip - back
        if (load<u32>(from) != <u32>bytes || back == 0) break
        // A match follows at once: no literals.
        if (oend - op < 1 + 2 + 1 + LAST_LITERALS) return 0
        token = op++
        store<u8>(token, 0)
      }
      ip++
      if (ip > startLimit) break
      bytes = load<u64>(ip)
    }
    return putLastLiterals(dst, op, oend, anchor, <u32>(iend - anchor))
  }
  return putLastLiterals(dst, op, oend, anchor, nbytes)
}

/**
 * Matches may reach back to `floor`: to `dst`, or to a dictionary that lies right before it. Where `stop` is not 0,
 * decoding ends as soon as it is reached.
 */
@inline
function decode(src: usize, cbytes: u32, dst: usize, capacity: u32, floor: usize, stop: usize): i32 {
  const iend = src + cbytes
  const oend = dst + capacity
  // No address is 0, so a limit of 0 turns the fast path off.
  const fastIn: usize = cbytes >= FAST_IN ? iend - FAST_IN : 0
  let fastOut: usize = capacity >= FAST_OUT ? oend - FAST_OUT : 0
  if (stop != 0) fastOut = min(fastOut, stop - 1)
  let ip = src
  let op = dst
  while (true) {
    let token: u32
    let length: u32
    let distance: u32
    if (ip <= fastIn && op <= fastOut) {
      token = <u32>load<u8>(ip++)
      length = token >> 4
      if (length < 15) {
        v128.store(op, v128.load(ip))
        ip += length
        op += length
        distance = <u32>load<u16>(ip)
        ip += 2
        length = (token & 15) + MIN_MATCH
        // Offset 0 wraps around to the largest distance.
        if (distance - 1 >= <u32>(op - floor)) return -1
        if (length < 15 + MIN_MATCH) {
          const from = op - distance
          if (distance >= 16) {
            v128.store(op, v128.load(from))
            store<u32>(op, load<u32>(from, 16), 16)
          } else {
            const pattern = repeated(from, distance)
            v128.store(op, pattern)
            v128.store(op + repeatStride(distance), pattern)
          }
          op += length
          continue
        }
      } else {
        let next: u32
        do {
          if (ip == iend) return -1
          next = <u32>load<u8>(ip++)
          length += next
          if (length > capacity) return -1
        } while (next == 255)
        if (length > <u32>(iend - ip) || length > <u32>(oend - op)) return -1
        if (<u32>(iend - ip) - length >= 16 && <u32>(oend - op) - length >= 16) {
          copyLoose(op, ip, length)
        } else {
          copyExact(op, ip, length)
        }
        ip += length
        op += length
        if (ip == iend) return <i32>(op - dst)
        if (iend - ip < 2) return -1
        distance = <u32>load<u16>(ip)
        ip += 2
        length = (token & 15) + MIN_MATCH
        if (distance - 1 >= <u32>(op - floor)) return -1
      }
    } else {
      if (stop != 0 && op >= stop) return <i32>(op - dst)
      if (ip == iend) return -1
      token = <u32>load<u8>(ip++)
      length = token >> 4
      if (length == 15) {
        let next: u32
        do {
          if (ip == iend) return -1
          next = <u32>load<u8>(ip++)
          length += next
          if (length > capacity) return -1
        } while (next == 255)
      }
      if (length > <u32>(iend - ip) || length > <u32>(oend - op)) return -1
      copyExact(op, ip, length)
      ip += length
      op += length
      if (ip == iend) return <i32>(op - dst)
      if (iend - ip < 2) return -1
      distance = <u32>load<u16>(ip)
      ip += 2
      length = (token & 15) + MIN_MATCH
      if (distance - 1 >= <u32>(op - floor)) return -1
    }
    if (length == 15 + MIN_MATCH) {
      let next: u32
      do {
        if (ip == iend) return -1
        next = <u32>load<u8>(ip++)
        length += next
        if (length > capacity) return -1
      } while (next == 255)
    }
    if (length > <u32>(oend - op)) return -1
    copyMatch(op, distance, length, <u32>(oend - op))
    op += length
  }
}

/** Decompresses one LZ4 block. Returns the plain size, at most `capacity`, or -1 for a malformed block. */
export function lz4Decompress(src: usize, cbytes: u32, dst: usize, capacity: u32): i32 {
  return decode(src, cbytes, dst, capacity, dst, 0)
}

/** The same with a dictionary of `dictBytes` bytes right before `dst`. */
export function lz4DecompressDict(src: usize, cbytes: u32, dst: usize, capacity: u32, dictBytes: u32): i32 {
  return decode(src, cbytes, dst, capacity, dst - dictBytes, 0)
}

/** As {@link lz4Decompress}, but ends once `want` bytes are there; returns how many there are. */
export function lz4DecompressStart(src: usize, cbytes: u32, dst: usize, capacity: u32, want: u32): i32 {
  return decode(src, cbytes, dst, capacity, dst, dst + want)
}
