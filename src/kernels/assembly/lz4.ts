// LZ4 block format, and the copying helpers that the other LZ codecs share.
// Every pointer is an unsigned 32-bit address, so sizes are compared as differences, never as sums.
import { copyBytes, fillBytes } from './copy'

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

// Row d repeats the first d bytes of a vector over its 16 lanes (row 0 is unused).
const REPEAT_LANES = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0,
], 16)
// The largest multiple of the distance that fits in a vector.
const REPEAT_STRIDE = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15], 16)

/** The vector that continues a pattern of `distance` (1 to 15) bytes which starts at `from`. */
// @ts-ignore: decorator
@inline
export function repeated(from: usize, distance: u32): v128 {
  return i8x16.swizzle(v128.load(from), v128.load(REPEAT_LANES + (<usize>distance << 4)))
}

/** How far apart vectors made by {@link repeated} continue one another. */
// @ts-ignore: decorator
@inline
export function repeatStride(distance: u32): usize {
  return <usize>load<u8>(REPEAT_STRIDE + distance)
}

/** Copies bytes that do not overlap, and may write (and read) up to 15 more than asked. */
// @ts-ignore: decorator
@inline
export function copyLoose(to: usize, from: usize, nbytes: u32): void {
  if (nbytes > 512) {
    copyBytes(to, from, nbytes)
  } else {
    const last = to + nbytes
    do {
      v128.store(to, v128.load(from))
      to += 16
      from += 16
    } while (to < last)
  }
}

/** Copies bytes that do not overlap: exactly those. */
// @ts-ignore: decorator
@inline
export function copyExact(to: usize, from: usize, nbytes: u32): void {
  if (nbytes >= 64) {
    copyBytes(to, from, nbytes)
  } else {
    while (nbytes >= 16) {
      v128.store(to, v128.load(from))
      to += 16
      from += 16
      nbytes -= 16
    }
    while (nbytes) {
      store<u8>(to++, load<u8>(from++))
      nbytes--
    }
  }
}

/** Copies a match, which may overlap itself, into a buffer that has `room` bytes left (at least `nbytes`). */
export function copyMatch(to: usize, distance: u32, nbytes: u32, room: u32): void {
  let from = to - distance
  if (distance == 1 && nbytes > 1024) {
    fillBytes(to, load<u8>(from), nbytes)
    return
  }
  if (room - nbytes >= 64) {
    const last = to + nbytes
    if (distance < 16) {
      const pattern = repeated(from, distance)
      const stride = repeatStride(distance)
      do {
        v128.store(to, pattern)
        to += stride
        v128.store(to, pattern)
        to += stride
        v128.store(to, pattern)
        to += stride
        v128.store(to, pattern)
        to += stride
      } while (to < last)
    } else if (distance >= nbytes && nbytes > 512) {
      copyBytes(to, from, nbytes)
    } else {
      do {
        v128.store(to, v128.load(from))
        to += 16
        from += 16
      } while (to < last)
    }
    return
  }
  // Near the end of the buffer: whole vectors while they fit, then bytes.
  if (distance >= 16) {
    while (nbytes >= 16) {
      v128.store(to, v128.load(from))
      to += 16
      from += 16
      nbytes -= 16
    }
  } else if (nbytes >= 32) {
    const pattern = repeated(from, distance)
    const stride = repeatStride(distance)
    while (nbytes >= 16) {
      v128.store(to, pattern)
      to += stride
      nbytes -= <u32>stride
    }
    from = to - distance
  }
  while (nbytes) {
    store<u8>(to++, load<u8>(from++))
    nbytes--
  }
}

/** How many bytes from `a` on equal those from `b` on, looking no further than `last` (for `a`). */
// @ts-ignore: decorator
@inline
export function equalRun(a: usize, b: usize, last: usize): u32 {
  const start = a
  // Most matches are short: eight bytes first, then vectors.
  if (last - a >= 8) {
    const diff = load<u64>(a) ^ load<u64>(b)
    if (diff) return <u32>(ctz(diff) >> 3)
    a += 8
    b += 8
    while (last - a >= 16) {
      const same = i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)))
      if (same != 0xffff) return <u32>(a - start) + <u32>ctz(~same)
      a += 16
      b += 16
    }
  }
  while (a < last && load<u8>(a) == load<u8>(b)) {
    a++
    b++
  }
  return <u32>(a - start)
}

/** Fills the hash table (a multiple of 64 bytes) with the low bits of an address. */
// @ts-ignore: decorator
@inline
export function resetTable(table: usize, nbytes: usize, address: usize): void {
  const value = i16x8.splat(<i16>address)
  const last = table + nbytes
  for (let at = table; at < last; at += 64) {
    v128.store(at, value)
    v128.store(at, value, 16)
    v128.store(at, value, 32)
    v128.store(at, value, 48)
  }
}

/** Bits left out at the top, so that four bytes are hashed, or five. */
@inline const HASH_FOUR: u64 = 32
@inline const HASH_FIVE: u64 = 24
/** Inputs below this size hash four bytes, as the reference does: they have room for shorter matches. */
@inline const MANY_BYTES: u32 = 65547

/** Address of the table slot for the four or five bytes at the bottom of `bytes`. */
// @ts-ignore: decorator
@inline
function slotOf(table: usize, bytes: u64, hashed: u64): usize {
  return table + (<usize>(((bytes << hashed) * 889523592379) >> (64 - HASH_BITS)) << 1)
}

/** Writes the rest of a length of which the token already says 15; returns the next position. */
// @ts-ignore: decorator
@inline
export function putRunOn(op: usize, rest: u32): usize {
  while (rest >= 4 * 255) {
    store<u32>(op, 0xffffffff)
    op += 4
    rest -= 4 * 255
  }
  while (rest >= 255) {
    store<u8>(op++, 255)
    rest -= 255
  }
  store<u8>(op++, rest)
  return op
}

/** Writes the last token and literals of a block; returns the size of the block, 0 where it does not fit. */
export function putLastLiterals(dst: usize, op: usize, oend: usize, anchor: usize, nbytes: u32): i32 {
  const extra: u32 = nbytes >= 15 ? (nbytes - 15) / 255 + 1 : 0
  if (<u64>(oend - op) < <u64>nbytes + extra + 1) return 0
  if (nbytes >= 15) {
    store<u8>(op, 0xf0)
    op = putRunOn(op + 1, nbytes - 15)
  } else {
    store<u8>(op++, nbytes << 4)
  }
  copyExact(op, anchor, nbytes)
  return <i32>(op + nbytes - dst)
}

/** Compresses into one LZ4 block. Returns its size, or 0 where it does not fit in `capacity`. */
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
    const hashed = nbytes < MANY_BYTES ? HASH_FOUR : HASH_FIVE
    const firstTries = (acceleration < 1 ? 1 : acceleration) << 6
    resetTable(table, 2 << HASH_BITS, floor)
    for (let at = floor; at < src; at += DICTIONARY_STEP) {
      store<u16>(slotOf(table, load<u64>(at), hashed), <u16>at)
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
        const slot = slotOf(table, bytes, hashed)
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
        store<u16>(slotOf(table, load<u64>(ip - 2), hashed), <u16>(ip - 2))
        bytes = load<u64>(ip)
        const slot = slotOf(table, bytes, hashed)
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
