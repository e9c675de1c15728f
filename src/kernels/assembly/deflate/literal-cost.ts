// What a literal will take, guessed from the bytes that come: a sample of 8 of every 64, without runs.
import { fillBytes } from '../copy'
import { log2x256 } from '../entropy'
import { NEXT_COUNTS } from './layout'

const AHEAD: usize = 1 << 15
/** So few bytes are all looked at. */
const FEW: usize = 1 << 11

/** In 16ths of a bit, at least one bit. */
export function literalCostAt(s: usize, at: usize, end: usize): i32 {
  const counts = s + NEXT_COUNTS
  if (end - at > AHEAD) end = at + AHEAD
  const stride: usize = end - at <= FEW ? 8 : 64
  let total: u32 = 0
  fillBytes(counts, 0, 4 << 8)
  for (; end - at >= 8; ) {
    const word = load<u64>(at)
    if (word != (word & 255) * 0x0101010101010101) {
      for (let i: u32 = 0; i < 64; i += 8) {
        const count = counts + ((<usize>(word >> i) & 255) << 2)
        store<u32>(count, load<u32>(count) + 1)
      }
      total += 8
    }
    if (end - at < stride) break
    at += stride
  }
  if (total == 0) return 8 << 4
  let bits = total * log2x256(total)
  for (let i: usize = 0; i < 256; i++) {
    const count = load<u32>(counts + 4 * i)
    if (count != 0) bits -= count * log2x256(count)
  }
  return max<i32>(16, <i32>((bits >> 4) / total))
}
