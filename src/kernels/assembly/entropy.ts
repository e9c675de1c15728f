// What symbols take by their counts, for choices that need no exact sizes.

/** 256 times the logarithm of 2, a little off between powers of it. */
export function log2x256(n: u32): u32 {
  const high: u32 = 31 - clz(n)
  const rest = (high <= 8 ? n << (8 - high) : n >> (high - 8)) - 256
  return (high << 8) + rest + ((rest * (256 - rest) * 88) >> 16)
}

/** Four counts, each times about its logarithm of 2; 0 for 0. */
// @ts-ignore: decorator
@inline
export function timesLog2(counts: v128): v128 {
  const floats = f32x4.convert_i32x4_u(counts)
  const exponents = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_s(floats, 23), i32x4.splat(127)))
  const one = f32x4.splat(1)
  const rest = f32x4.sub(v128.or(v128.and(floats, i32x4.splat(0x7fffff)), one), one)
  const bend = f32x4.mul(f32x4.mul(rest, f32x4.sub(one, rest)), f32x4.splat(0.344))
  return f32x4.mul(floats, f32x4.add(exponents, f32x4.add(rest, bend)))
}

/** The sum of four lanes. */
// @ts-ignore: decorator
@inline
export function sumOfFour(floats: v128): f32 {
  return (
    f32x4.extract_lane(floats, 0) + f32x4.extract_lane(floats, 1) +
    f32x4.extract_lane(floats, 2) + f32x4.extract_lane(floats, 3)
  )
}

/** How many of four counts are not 0. */
// @ts-ignore: decorator
@inline
export function usedOfFour(counts: v128): u32 {
  return popcnt(i32x4.bitmask(i32x4.ne(counts, i32x4.splat(0))))
}
