// The table of CRC-32 lies at a fixed address in the reserved memory that no data segment covers: every
// instance builds it at its first use and writes the values that are already there, so that an instance
// which starts late never disturbs one that is reading.
const CRC_TABLE: usize = 0x8000
const CRC_POLYNOMIAL: u32 = 0xedb88320
let crcReady = false

const ADLER_MODULUS: u32 = 65521
// So many vectors keep the column sums within 16 bits and the weighed sum within 32.
const ADLER_VECTORS: usize = 255

/** Table k holds the CRC of a byte that k zero bytes follow. */
function buildCrcTable(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (CRC_POLYNOMIAL & (0 - (crc & 1)))
    store<u32>(CRC_TABLE + (byte << 2), crc)
  }
  for (let at = CRC_TABLE; at < CRC_TABLE + 15 * 1024; at += 4) {
    const crc = load<u32>(at)
    store<u32>(at + 1024, (crc >> 8) ^ load<u32>(CRC_TABLE + ((crc & 255) << 2)))
  }
  crcReady = true
}

/** The entry for the byte of `word` from bit `at` on, as an offset into its table. */
@inline
function entry(word: u32, at: u32): usize {
  return at > 0 ? (word >> (at - 2)) & 0x3fc : (word & 255) << 2
}

/** The CRC of 16 bytes; `first` is the only word that waits for the step before, so it comes in last. */
@inline
function crcOfWords(first: u32, second: u32, third: u32, fourth: u32): u32 {
  let crc = load<u32>(entry(fourth, 24), CRC_TABLE) ^ load<u32>(entry(fourth, 16), CRC_TABLE + 0x400)
  crc ^= load<u32>(entry(fourth, 8), CRC_TABLE + 0x800) ^ load<u32>(entry(fourth, 0), CRC_TABLE + 0xc00)
  crc ^= load<u32>(entry(third, 24), CRC_TABLE + 0x1000) ^ load<u32>(entry(third, 16), CRC_TABLE + 0x1400)
  crc ^= load<u32>(entry(third, 8), CRC_TABLE + 0x1800) ^ load<u32>(entry(third, 0), CRC_TABLE + 0x1c00)
  crc ^= load<u32>(entry(second, 24), CRC_TABLE + 0x2000) ^ load<u32>(entry(second, 16), CRC_TABLE + 0x2400)
  crc ^= load<u32>(entry(second, 8), CRC_TABLE + 0x2800) ^ load<u32>(entry(second, 0), CRC_TABLE + 0x2c00)
  let late = load<u32>(entry(first, 24), CRC_TABLE + 0x3000) ^ load<u32>(entry(first, 16), CRC_TABLE + 0x3400)
  late ^= load<u32>(entry(first, 8), CRC_TABLE + 0x3800) ^ load<u32>(entry(first, 0), CRC_TABLE + 0x3c00)
  return crc ^ late
}

/** CRC-32 (IEEE, reflected) of the bytes, from an earlier value or 0. */
export function crc32(ptr: usize, nbytes: usize, seed: u32): u32 {
  if (!crcReady) buildCrcTable()
  let crc = ~seed
  for (; nbytes >= 16; nbytes -= 16, ptr += 16) {
    crc = crcOfWords(load<u32>(ptr) ^ crc, load<u32>(ptr, 4), load<u32>(ptr, 8), load<u32>(ptr, 12))
  }
  for (; nbytes > 0; nbytes--, ptr++) {
    crc = (crc >> 8) ^ load<u32>(CRC_TABLE + (((crc ^ load<u8>(ptr)) & 255) << 2))
  }
  return ~crc
}

@inline
function sumLanes(v: v128): u32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  )
}

/** Adler-32 of the bytes, from an earlier value or 1. */
export function adler32(ptr: usize, nbytes: usize, seed: u32): u32 {
  let a = seed & 0xffff
  let b = seed >> 16
  while (nbytes >= 16) {
    const vectors = min(nbytes >> 4, ADLER_VECTORS)
    const end = ptr + (vectors << 4)
    let sums = i32x4.splat(0)
    let earlier = i32x4.splat(0)
    let low = i16x8.splat(0)
    let high = i16x8.splat(0)
    for (; ptr != end; ptr += 16) {
      const v = v128.load(ptr)
      // A byte counts 16 times for every later vector, and by its place within its own vector.
      earlier = i32x4.add(earlier, sums)
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.extadd_pairwise_i8x16_u(v), i16x8.splat(1)))
      low = i16x8.add(low, i16x8.extend_low_i8x16_u(v))
      high = i16x8.add(high, i16x8.extend_high_i8x16_u(v))
    }
    b += a * <u32>(vectors << 4) + (sumLanes(earlier) << 4) + sumByPlace(low, high)
    a = (a + sumLanes(sums)) % ADLER_MODULUS
    b %= ADLER_MODULUS
    nbytes -= vectors << 4
  }
  for (; nbytes > 0; nbytes--, ptr++) {
    a += load<u8>(ptr)
    b += a
  }
  return ((b % ADLER_MODULUS) << 16) | (a % ADLER_MODULUS)
}

/** The column sums (16 bit, unsigned) weighed 16 to 1 from the first column to the last. */
@inline
function sumByPlace(low: v128, high: v128): u32 {
  const heavy = i16x8(16, 15, 14, 13, 12, 11, 10, 9)
  const light = i16x8(8, 7, 6, 5, 4, 3, 2, 1)
  return (
    sumLanes(i32x4.add(i32x4.extmul_low_i16x8_u(low, heavy), i32x4.extmul_high_i16x8_u(low, heavy))) +
    sumLanes(i32x4.add(i32x4.extmul_low_i16x8_u(high, light), i32x4.extmul_high_i16x8_u(high, light)))
  )
}
