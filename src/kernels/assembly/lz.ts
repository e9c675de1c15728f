// What the LZ codecs share: copies of literals and matches, lengths of matches, and the table of positions.
// Every pointer is an unsigned 32-bit address, so sizes are compared as differences, never as sums.
import { copyBytes, fillBytes } from './copy'

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
