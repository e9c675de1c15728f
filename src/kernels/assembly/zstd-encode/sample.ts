// What a byte of a stream says, by a sample from all of it.
import { log2x256 } from '../entropy'
import { countBytes } from './huffman'
import { COUNTS, HISTOGRAM_BYTES, LITERALS } from './layout'

/** About how many words of eight bytes the sample has. */
const WORDS: usize = 512

/** The entropy of a byte in 16ths of a bit, but for runs, of which no literals are left. */
export function sampleEntropy(s: usize, src: usize, end: usize): u32 {
  const stride = max<usize>(8, (end - src) / WORDS)
  let to = s + LITERALS
  for (let at = src; at + 8 <= end; at += stride) {
    const word = load<u64>(at)
    store<u64>(to, word)
    to += word == (word & 255) * 0x0101010101010101 ? 0 : 8
  }
  const total = <u32>(to - s - LITERALS)
  if (total == 0) return 8 << 4
  countBytes(s, s + LITERALS, total)
  let bits: u64 = <u64>total * log2x256(total)
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 4) {
    const count = load<u32>(s + COUNTS + i)
    if (count != 0) bits -= <u64>count * log2x256(count)
  }
  return <u32>((bits >> 4) / total)
}
