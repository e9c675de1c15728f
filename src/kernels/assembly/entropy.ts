// What symbols take by their counts, for choices that need no exact sizes.

/** 256 times the logarithm of 2, a little off between powers of it. */
export function log2x256(n: u32): u32 {
  const high: u32 = 31 - clz(n)
  const rest = (high <= 8 ? n << (8 - high) : n >> (high - 8)) - 256
  return (high << 8) + rest + ((rest * (256 - rest) * 88) >> 16)
}
