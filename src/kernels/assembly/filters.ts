// Byte and bit transposition. Everything rests on one step: interleaving the bytes of the first half
// of a group of vectors with those of the second half rotates the address bits of the group by one.
// Four such steps turn 16 items into byte planes; log2(width) steps turn the planes back into items.
import { copyBytes } from './copy'

// The bytes of a tile that several groups of columns go over: half of a usual L1 cache.
const TILE_BYTES: usize = 16384

@inline
function lo(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}

@inline
function hi(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
}

/** Two columns of eight items, one item every `stride` bytes. */
@inline
function gather2(p: usize, stride: usize): v128 {
  if (stride == 2) return v128.load(p)
  let v = v128.load16_splat(p)
  v = v128.load16_lane(p + stride, v, 1)
  v = v128.load16_lane(p + 2 * stride, v, 2)
  v = v128.load16_lane(p + 3 * stride, v, 3)
  v = v128.load16_lane(p + 4 * stride, v, 4)
  v = v128.load16_lane(p + 5 * stride, v, 5)
  v = v128.load16_lane(p + 6 * stride, v, 6)
  return v128.load16_lane(p + 7 * stride, v, 7)
}

/** Four columns of four items. */
@inline
function gather4(p: usize, stride: usize): v128 {
  if (stride == 4) return v128.load(p)
  let v = v128.load32_zero(p)
  v = v128.load32_lane(p + stride, v, 1)
  v = v128.load32_lane(p + 2 * stride, v, 2)
  return v128.load32_lane(p + 3 * stride, v, 3)
}

/** Eight columns of two items. */
@inline
function gather8(p: usize, stride: usize): v128 {
  if (stride == 8) return v128.load(p)
  return v128.load64_lane(p + stride, v128.load64_zero(p), 1)
}

@inline
function scatter2(p: usize, stride: usize, v: v128): void {
  if (stride == 2) {
    v128.store(p, v)
    return
  }
  v128.store16_lane(p, v, 0)
  v128.store16_lane(p + stride, v, 1)
  v128.store16_lane(p + 2 * stride, v, 2)
  v128.store16_lane(p + 3 * stride, v, 3)
  v128.store16_lane(p + 4 * stride, v, 4)
  v128.store16_lane(p + 5 * stride, v, 5)
  v128.store16_lane(p + 6 * stride, v, 6)
  v128.store16_lane(p + 7 * stride, v, 7)
}

@inline
function scatter4(p: usize, stride: usize, v: v128): void {
  if (stride == 4) {
    v128.store(p, v)
    return
  }
  v128.store32_lane(p, v, 0)
  v128.store32_lane(p + stride, v, 1)
  v128.store32_lane(p + 2 * stride, v, 2)
  v128.store32_lane(p + 3 * stride, v, 3)
}

@inline
function scatter8(p: usize, stride: usize, v: v128): void {
  if (stride == 8) {
    v128.store(p, v)
    return
  }
  v128.store64_lane(p, v, 0)
  v128.store64_lane(p + stride, v, 1)
}

// In the six functions below `n` is a multiple of 16 items, `stride` the bytes from one item to the
// next and `plane` those from one byte plane to the next.

@inline
function split2(src: usize, stride: usize, dst: usize, plane: usize, n: usize): void {
  const end = dst + n
  const step: usize = 16 * stride
  // Ends by equality: dst + n may be 2^32, that is 0.
  while (dst != end) {
    const a = gather2(src, stride)
    const b = gather2(src + 8 * stride, stride)
    const low = i16x8.splat(0xff)
    v128.store(dst, i8x16.narrow_i16x8_u(v128.and(a, low), v128.and(b, low)))
    v128.store(dst + plane, i8x16.narrow_i16x8_u(i16x8.shr_u(a, 8), i16x8.shr_u(b, 8)))
    src += step
    dst += 16
  }
}

@inline
function split4(src: usize, stride: usize, dst: usize, plane: usize, n: usize): void {
  const end = dst + n
  const quarter: usize = 4 * stride
  while (dst != end) {
    let a0 = gather4(src, stride)
    let a1 = gather4(src + quarter, stride)
    let a2 = gather4(src + 2 * quarter, stride)
    let a3 = gather4(src + 3 * quarter, stride)
    let b0 = lo(a0, a2), b1 = hi(a0, a2), b2 = lo(a1, a3), b3 = hi(a1, a3)
    a0 = lo(b0, b2), a1 = hi(b0, b2), a2 = lo(b1, b3), a3 = hi(b1, b3)
    b0 = lo(a0, a2), b1 = hi(a0, a2), b2 = lo(a1, a3), b3 = hi(a1, a3)
    v128.store(dst, lo(b0, b2))
    v128.store(dst + plane, hi(b0, b2))
    v128.store(dst + 2 * plane, lo(b1, b3))
    v128.store(dst + 3 * plane, hi(b1, b3))
    src += 4 * quarter
    dst += 16
  }
}

@inline
function split8(src: usize, stride: usize, dst: usize, plane: usize, n: usize): void {
  const end = dst + n
  const pair: usize = 2 * stride
  while (dst != end) {
    let a0 = gather8(src, stride)
    let a1 = gather8(src + pair, stride)
    let a2 = gather8(src + 2 * pair, stride)
    let a3 = gather8(src + 3 * pair, stride)
    let a4 = gather8(src + 4 * pair, stride)
    let a5 = gather8(src + 5 * pair, stride)
    let a6 = gather8(src + 6 * pair, stride)
    let a7 = gather8(src + 7 * pair, stride)
    let b0 = lo(a0, a4), b1 = hi(a0, a4), b2 = lo(a1, a5), b3 = hi(a1, a5)
    let b4 = lo(a2, a6), b5 = hi(a2, a6), b6 = lo(a3, a7), b7 = hi(a3, a7)
    a0 = lo(b0, b4), a1 = hi(b0, b4), a2 = lo(b1, b5), a3 = hi(b1, b5)
    a4 = lo(b2, b6), a5 = hi(b2, b6), a6 = lo(b3, b7), a7 = hi(b3, b7)
    b0 = lo(a0, a4), b1 = hi(a0, a4), b2 = lo(a1, a5), b3 = hi(a1, a5)
    b4 = lo(a2, a6), b5 = hi(a2, a6), b6 = lo(a3, a7), b7 = hi(a3, a7)
    v128.store(dst, lo(b0, b4))
    v128.store(dst + plane, hi(b0, b4))
    v128.store(dst + 2 * plane, lo(b1, b5))
    v128.store(dst + 3 * plane, hi(b1, b5))
    v128.store(dst + 4 * plane, lo(b2, b6))
    v128.store(dst + 5 * plane, hi(b2, b6))
    v128.store(dst + 6 * plane, lo(b3, b7))
    v128.store(dst + 7 * plane, hi(b3, b7))
    src += 8 * pair
    dst += 16
  }
}

@inline
function join2(src: usize, plane: usize, dst: usize, stride: usize, n: usize): void {
  const end = src + n
  while (src != end) {
    const a = v128.load(src)
    const b = v128.load(src + plane)
    scatter2(dst, stride, lo(a, b))
    scatter2(dst + 8 * stride, stride, hi(a, b))
    src += 16
    dst += 16 * stride
  }
}

@inline
function join4(src: usize, plane: usize, dst: usize, stride: usize, n: usize): void {
  const end = src + n
  const quarter: usize = 4 * stride
  while (src != end) {
    const a0 = v128.load(src)
    const a1 = v128.load(src + plane)
    const a2 = v128.load(src + 2 * plane)
    const a3 = v128.load(src + 3 * plane)
    const b0 = lo(a0, a2), b1 = hi(a0, a2), b2 = lo(a1, a3), b3 = hi(a1, a3)
    scatter4(dst, stride, lo(b0, b2))
    scatter4(dst + quarter, stride, hi(b0, b2))
    scatter4(dst + 2 * quarter, stride, lo(b1, b3))
    scatter4(dst + 3 * quarter, stride, hi(b1, b3))
    src += 16
    dst += 4 * quarter
  }
}

@inline
function join8(src: usize, plane: usize, dst: usize, stride: usize, n: usize): void {
  const end = src + n
  const pair: usize = 2 * stride
  while (src != end) {
    let a0 = v128.load(src)
    let a1 = v128.load(src + plane)
    let a2 = v128.load(src + 2 * plane)
    let a3 = v128.load(src + 3 * plane)
    let a4 = v128.load(src + 4 * plane)
    let a5 = v128.load(src + 5 * plane)
    let a6 = v128.load(src + 6 * plane)
    let a7 = v128.load(src + 7 * plane)
    const b0 = lo(a0, a4), b1 = hi(a0, a4), b2 = lo(a1, a5), b3 = hi(a1, a5)
    const b4 = lo(a2, a6), b5 = hi(a2, a6), b6 = lo(a3, a7), b7 = hi(a3, a7)
    a0 = lo(b0, b4), a1 = hi(b0, b4), a2 = lo(b1, b5), a3 = hi(b1, b5)
    a4 = lo(b2, b6), a5 = hi(b2, b6), a6 = lo(b3, b7), a7 = hi(b3, b7)
    scatter8(dst, stride, lo(a0, a4))
    scatter8(dst + pair, stride, hi(a0, a4))
    scatter8(dst + 2 * pair, stride, lo(a1, a5))
    scatter8(dst + 3 * pair, stride, hi(a1, a5))
    scatter8(dst + 4 * pair, stride, lo(a2, a6))
    scatter8(dst + 5 * pair, stride, hi(a2, a6))
    scatter8(dst + 6 * pair, stride, lo(a3, a7))
    scatter8(dst + 7 * pair, stride, hi(a3, a7))
    src += 16
    dst += 8 * pair
  }
}

function splitDense2(src: usize, dst: usize, plane: usize, n: usize): void {
  split2(src, 2, dst, plane, n)
}

function splitDense4(src: usize, dst: usize, plane: usize, n: usize): void {
  split4(src, 4, dst, plane, n)
}

function splitDense8(src: usize, dst: usize, plane: usize, n: usize): void {
  split8(src, 8, dst, plane, n)
}

function splitStrided(width: usize, src: usize, stride: usize, dst: usize, plane: usize, n: usize): void {
  if (width == 8) split8(src, stride, dst, plane, n)
  else if (width == 4) split4(src, stride, dst, plane, n)
  else split2(src, stride, dst, plane, n)
}

function joinDense2(src: usize, plane: usize, dst: usize, n: usize): void {
  join2(src, plane, dst, 2, n)
}

function joinDense4(src: usize, plane: usize, dst: usize, n: usize): void {
  join4(src, plane, dst, 4, n)
}

function joinDense8(src: usize, plane: usize, dst: usize, n: usize): void {
  join8(src, plane, dst, 8, n)
}

function joinStrided(width: usize, src: usize, plane: usize, dst: usize, stride: usize, n: usize): void {
  if (width == 8) join8(src, plane, dst, stride, n)
  else if (width == 4) join4(src, plane, dst, stride, n)
  else join2(src, plane, dst, stride, n)
}

/** The width of the group of columns to take next: the least that covers the rest, if the item holds it. */
@inline
function columnWidth(typesize: usize, rest: usize): usize {
  if (rest > 4 && typesize >= 8) return 8
  if (rest > 2 && typesize >= 4) return 4
  return 2
}

/** How many items make a tile: whole cache lines of every plane. */
@inline
function tileItems(typesize: usize): usize {
  return max<usize>(TILE_BYTES / typesize, 64) & ~63
}

/** Splits `n` items of any size above 2; the last group of columns may overlap the one before. */
function splitColumns(typesize: usize, src: usize, dst: usize, plane: usize, n: usize): void {
  const tile = tileItems(typesize)
  for (let i: usize = 0; i < n; i += tile) {
    const count = min(tile, n - i)
    let column: usize = 0
    while (column < typesize) {
      const width = columnWidth(typesize, typesize - column)
      const first = min(column, typesize - width)
      splitStrided(width, src + i * typesize + first, typesize, dst + first * plane + i, plane, count)
      column = first + width
    }
  }
}

function joinColumns(typesize: usize, src: usize, plane: usize, dst: usize, n: usize): void {
  const tile = tileItems(typesize)
  for (let i: usize = 0; i < n; i += tile) {
    const count = min(tile, n - i)
    let column: usize = 0
    while (column < typesize) {
      const width = columnWidth(typesize, typesize - column)
      const first = min(column, typesize - width)
      joinStrided(width, src + first * plane + i, plane, dst + i * typesize + first, typesize, count)
      column = first + width
    }
  }
}

/** Byte shuffle: byte j of item i goes to dst[j * items + i]; what is left over of an item is copied. */
export function shuffle(typesize: usize, nbytes: usize, src: usize, dst: usize): void {
  const items = typesize > 1 ? nbytes / typesize : 0
  const whole = items * typesize
  copyBytes(dst + whole, src + whole, nbytes - whole)
  const n = items & ~15
  if (typesize == 2) splitDense2(src, dst, items, n)
  else if (typesize == 4) splitDense4(src, dst, items, n)
  else if (typesize == 8) splitDense8(src, dst, items, n)
  else splitColumns(typesize, src, dst, items, n)
  for (let i = n; i < items; i++) {
    const item = src + i * typesize
    let q = dst + i
    for (let j: usize = 0; j < typesize; j++, q += items) store<u8>(q, load<u8>(item + j))
  }
}

/**
 * Brings `n` items of 2 bytes or more together again: byte j of the first lies at src[j * plane]. Any part of a
 * shuffled block can be undone by itself so.
 */
export function joinItems(typesize: usize, src: usize, plane: usize, dst: usize, n: usize): void {
  const wide = n & ~15
  if (wide != 0) {
    if (typesize == 8) joinDense8(src, plane, dst, wide)
    else if (typesize == 4) joinDense4(src, plane, dst, wide)
    else if (typesize == 2) joinDense2(src, plane, dst, wide)
    else joinColumns(typesize, src, plane, dst, wide)
  }
  for (let i = wide; i < n; i++) {
    const item = dst + i * typesize
    let p = src + i
    for (let j: usize = 0; j < typesize; j++, p += plane) store<u8>(item + j, load<u8>(p))
  }
}

/** Undoes {@link shuffle}. */
export function unshuffle(typesize: usize, nbytes: usize, src: usize, dst: usize): void {
  const items = typesize > 1 ? nbytes / typesize : 0
  const whole = items * typesize
  copyBytes(dst + whole, src + whole, nbytes - whole)
  joinItems(typesize, src, items, dst, items)
}

/** The bits that change places between `a`, from bit `shift` on, and `b`. */
@inline
function exchanged(a: v128, b: v128, shift: i32, mask: v128): v128 {
  return v128.and(v128.xor(i64x2.shr_u(a, shift), b), mask)
}

@inline
function placed(a: v128, bits: v128, shift: i32): v128 {
  return v128.xor(a, i64x2.shl(bits, shift))
}

/** Transposes the bits of eight rows: bit q of row k is bit k of row q. `n` is a multiple of 16 bytes. */
function transposeRows(src: usize, dst: usize, row: usize, n: usize): void {
  const end = src + n
  while (src != end) {
    let a0 = v128.load(src)
    let a1 = v128.load(src + row)
    let a2 = v128.load(src + 2 * row)
    let a3 = v128.load(src + 3 * row)
    let a4 = v128.load(src + 4 * row)
    let a5 = v128.load(src + 5 * row)
    let a6 = v128.load(src + 6 * row)
    let a7 = v128.load(src + 7 * row)
    let mask = i8x16.splat(0x0f)
    let t = exchanged(a0, a4, 4, mask)
    a0 = placed(a0, t, 4), a4 = v128.xor(a4, t), t = exchanged(a1, a5, 4, mask)
    a1 = placed(a1, t, 4), a5 = v128.xor(a5, t), t = exchanged(a2, a6, 4, mask)
    a2 = placed(a2, t, 4), a6 = v128.xor(a6, t), t = exchanged(a3, a7, 4, mask)
    a3 = placed(a3, t, 4), a7 = v128.xor(a7, t)
    mask = i8x16.splat(0x33)
    t = exchanged(a0, a2, 2, mask)
    a0 = placed(a0, t, 2), a2 = v128.xor(a2, t), t = exchanged(a1, a3, 2, mask)
    a1 = placed(a1, t, 2), a3 = v128.xor(a3, t), t = exchanged(a4, a6, 2, mask)
    a4 = placed(a4, t, 2), a6 = v128.xor(a6, t), t = exchanged(a5, a7, 2, mask)
    a5 = placed(a5, t, 2), a7 = v128.xor(a7, t)
    mask = i8x16.splat(0x55)
    t = exchanged(a0, a1, 1, mask)
    v128.store(dst, placed(a0, t, 1))
    v128.store(dst + row, v128.xor(a1, t))
    t = exchanged(a2, a3, 1, mask)
    v128.store(dst + 2 * row, placed(a2, t, 1))
    v128.store(dst + 3 * row, v128.xor(a3, t))
    t = exchanged(a4, a5, 1, mask)
    v128.store(dst + 4 * row, placed(a4, t, 1))
    v128.store(dst + 5 * row, v128.xor(a5, t))
    t = exchanged(a6, a7, 1, mask)
    v128.store(dst + 6 * row, placed(a6, t, 1))
    v128.store(dst + 7 * row, v128.xor(a7, t))
    src += 16
    dst += 16
  }
}

/** Transposes a matrix of 8 x 8 bits. */
@inline
function transpose8x8(x: u64): u64 {
  let t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0
  x ^= t ^ (t << 28)
  t = (x ^ (x >> 14)) & 0x0000cccc0000cccc
  x ^= t ^ (t << 14)
  t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aa
  return x ^ t ^ (t << 7)
}

/** From `n` bytes to eight rows of their bits, for the `n` that are a multiple of 8. */
function bitsToRows(src: usize, dst: usize, n: usize): void {
  const row = n >> 3
  const vectors = row & ~15
  splitDense8(src, dst, row, vectors)
  transposeRows(dst, dst, row, vectors)
  for (let i = vectors; i < row; i++) {
    let bits = transpose8x8(load<u64>(src + 8 * i))
    let q = dst + i
    for (let k = 0; k < 8; k++, q += row, bits >>= 8) store<u8>(q, <u8>bits)
  }
}

/** Undoes {@link bitsToRows}; `spare` holds the `n` bytes halfway. */
function rowsToBits(src: usize, dst: usize, n: usize, spare: usize): void {
  const row = n >> 3
  const vectors = row & ~15
  transposeRows(src, spare, row, vectors)
  joinDense8(spare, row, dst, vectors)
  for (let i = vectors; i < row; i++) {
    let bits: u64 = 0
    let p = src + i
    for (let k = 0; k < 8; k++, p += row) bits |= u64(load<u8>(p)) << (8 * k)
    store<u64>(dst + 8 * i, transpose8x8(bits))
  }
}

/**
 * Bit shuffle of the largest multiple of 8 items: bit k of byte j of every item makes row j * 8 + k,
 * where item i is bit i % 8 of byte i / 8. The bytes after these items are copied.
 */
export function bitshuffle(typesize: usize, nbytes: usize, src: usize, dst: usize, tmp: usize): void {
  const items = nbytes / typesize & ~7
  const whole = items * typesize
  copyBytes(dst + whole, src + whole, nbytes - whole)
  let planes = src
  if (typesize > 1) {
    shuffle(typesize, whole, src, tmp)
    planes = tmp
  }
  for (let p: usize = 0; p < whole; p += items) bitsToRows(planes + p, dst + p, items)
}

/** Undoes {@link bitshuffle}. */
export function bitunshuffle(typesize: usize, nbytes: usize, src: usize, dst: usize, tmp: usize): void {
  const items = nbytes / typesize & ~7
  const whole = items * typesize
  copyBytes(dst + whole, src + whole, nbytes - whole)
  // Items of one byte need no pass over `tmp` afterwards, so the two buffers change roles.
  const planes = typesize > 1 ? tmp : dst
  const spare = typesize > 1 ? dst : tmp
  for (let p: usize = 0; p < whole; p += items) rowsToBits(src + p, planes + p, items, spare + p)
  if (typesize > 1) unshuffle(typesize, whole, tmp, dst)
}
