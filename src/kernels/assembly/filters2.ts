// Filters that only Blosc2 has. A block is xored with another one, or every byte with the one before it in its
// plane; both work on single blocks and hold nothing between calls.

/** dst = a ^ b over `nbytes` bytes; the three may be the same. */
export function xorBytes(a: usize, b: usize, nbytes: usize, dst: usize): void {
  let i: usize = 0
  for (const wide = nbytes & ~15; i < wide; i += 16) {
    v128.store(dst + i, v128.xor(v128.load(a + i), v128.load(b + i)))
  }
  for (; i < nbytes; i++) store<u8>(dst + i, load<u8>(a + i) ^ load<u8>(b + i))
}

/** Undoes the xor of every item of `width` bytes (1, 2, 4 or 8) with the one before it, in place. */
export function xorPrefix(width: usize, nbytes: usize, at: usize): void {
  const whole = nbytes - nbytes % width
  if (width == 8) {
    let last: u64 = 0
    for (let i: usize = 0; i < whole; i += 8) {
      last ^= load<u64>(at + i)
      store<u64>(at + i, last)
    }
  } else if (width == 4) {
    let last: u32 = 0
    for (let i: usize = 0; i < whole; i += 4) {
      last ^= load<u32>(at + i)
      store<u32>(at + i, last)
    }
  } else if (width == 2) {
    let last: u32 = 0
    for (let i: usize = 0; i < whole; i += 2) {
      last ^= <u32>load<u16>(at + i)
      store<u16>(at + i, <u16>last)
    }
  } else {
    let last: u32 = 0
    for (let i: usize = 0; i < nbytes; i++) {
      last ^= <u32>load<u8>(at + i)
      store<u8>(at + i, <u8>last)
    }
  }
}

/** Differences of neighbouring bytes in `n` bytes of one plane. */
export function deltaBytes(src: usize, n: usize, dst: usize): void {
  if (n == 0) return
  store<u8>(dst, load<u8>(src))
  let i: usize = 1
  for (; i + 16 <= n; i += 16) {
    v128.store(dst + i, i8x16.sub(v128.load(src + i), v128.load(src + i - 1)))
  }
  for (; i < n; i++) store<u8>(dst + i, load<u8>(src + i) - load<u8>(src + i - 1))
}

/** Undoes {@link deltaBytes}; in place too. */
export function sumBytes(src: usize, n: usize, dst: usize): void {
  let carry = i8x16.splat(0)
  const zero = i8x16.splat(0)
  let i: usize = 0
  for (; i + 16 <= n; i += 16) {
    let v = v128.load(src + i)
    v = i8x16.add(v, i8x16.shuffle(zero, v, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30))
    v = i8x16.add(v, i8x16.shuffle(zero, v, 0, 1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29))
    v = i8x16.add(v, i8x16.shuffle(zero, v, 0, 1, 2, 3, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27))
    v = i8x16.add(v, i8x16.shuffle(zero, v, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23))
    v = i8x16.add(v, carry)
    v128.store(dst + i, v)
    carry = i8x16.splat(<i8>i8x16.extract_lane_u(v, 15))
  }
  let last = <u32>i8x16.extract_lane_u(carry, 0)
  for (; i < n; i++) {
    last += <u32>load<u8>(src + i)
    store<u8>(dst + i, <u8>last)
  }
}

/** Copies items of `width` bytes (1, 2, 4, 8) with their lowest `bits` bits cleared; what is left over is copied. */
export function clearLowBits(width: usize, bits: u32, nbytes: usize, src: usize, dst: usize): void {
  let mask: u64 = ~((<u64>1 << bits) - 1)
  if (width == 1) mask = (mask & 0xff) * 0x0101010101010101
  else if (width == 2) mask = (mask & 0xffff) * 0x0001000100010001
  else if (width == 4) mask = (mask & 0xffffffff) * 0x0000000100000001
  const whole = nbytes - nbytes % width
  let i: usize = 0
  for (; i + 8 <= whole; i += 8) store<u64>(dst + i, load<u64>(src + i) & mask)
  for (; i < whole; i++) store<u8>(dst + i, load<u8>(src + i) & <u8>(mask >> ((i & 7) * 8)))
  for (; i < nbytes; i++) store<u8>(dst + i, load<u8>(src + i))
}

/** Is every byte of the `nbytes` the same as the first? */
export function isRun(src: usize, nbytes: usize): bool {
  if (nbytes == 0) return false
  const first = load<u8>(src)
  const run = i8x16.splat(<i8>first)
  let i: usize = 0
  for (const wide = nbytes & ~15; i < wide; i += 16) {
    if (v128.any_true(v128.xor(v128.load(src + i), run))) return false
  }
  for (; i < nbytes; i++) if (load<u8>(src + i) != first) return false
  return true
}

/** Does an item of `width` bytes repeat over all of the `nbytes`? */
export function repeats(src: usize, width: usize, nbytes: usize): bool {
  if (width == 0 || nbytes < width || nbytes % width != 0) return false
  let i: usize = width
  for (; i + 16 <= nbytes; i += 16) {
    if (v128.any_true(v128.xor(v128.load(src + i), v128.load(src + i - width)))) return false
  }
  for (; i < nbytes; i++) if (load<u8>(src + i) != load<u8>(src + i - width)) return false
  return true
}
