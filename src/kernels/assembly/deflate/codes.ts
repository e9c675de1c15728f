// Huffman codes for what was counted (RFC 1951, section 3.2.2): their lengths, and their bits as they are written.
import { limitDepths, measureDepths, sortKeys, SYMBOL_BITS } from '../code-lengths'
import { fillBytes } from '../copy'
import { KEYS, NODES, PARENTS } from './layout'

/** The symbols that come, with one or two others if a code needs them. @returns how many */
function listSymbols(s: usize, counts: usize, symbols: u32, least: u32): u32 {
  let n: u32 = 0
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + 4 * symbol)
    if (count != 0) store<u32>(s + KEYS + 4 * n++, (count << SYMBOL_BITS) | symbol)
  }
  for (let symbol: u32 = 0; n < least; symbol++)
    if (load<u32>(counts + 4 * symbol) == 0) store<u32>(s + KEYS + 4 * n++, symbol)
  return n
}

/** Sets lengths of at most `most` bits, at least for `least` symbols. */
export function setLengths(s: usize, counts: usize, symbols: u32, least: u32, most: u32, lengths: usize): void {
  const n = listSymbols(s, counts, symbols, least)
  fillBytes(lengths, 0, symbols)
  if (n < 2) {
    if (n == 1) store<u8>(lengths + (load<u32>(s + KEYS) & ((1 << SYMBOL_BITS) - 1)), 1)
    return
  }
  sortKeys(s + KEYS, n)
  measureDepths(s + KEYS, s + NODES, s + PARENTS, n)
  limitDepths(s + NODES, n, most)
  for (let i: u32 = 0; i < n; i++) {
    const symbol = <usize>(load<u32>(s + KEYS + 4 * i) & ((1 << SYMBOL_BITS) - 1))
    store<u8>(lengths + symbol, <u8>load<u32>(s + NODES + 4 * i))
  }
}

// @ts-ignore: decorator
@inline
function reversed(code: u32, length: u32): u32 {
  code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555)
  code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333)
  code = ((code & 0x0f0f) << 4) | ((code >> 4) & 0x0f0f)
  return (((code & 0xff) << 8) | (code >> 8)) >> (16 - length)
}

/** Sets the codes of all symbols by their lengths. */
export function setCodes(s: usize, lengths: usize, symbols: u32, codes: usize): void {
  const next = s + KEYS
  fillBytes(next, 0, 4 * 17)
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const at = next + 4 + 4 * <usize>load<u8>(lengths + symbol)
    store<u32>(at, load<u32>(at) + 1)
  }
  let code: u32 = 0
  store<u32>(next, 0, 4)
  for (let length: usize = 1; length < 16; length++) {
    const count = load<u32>(next + 4 * length, 4)
    store<u32>(next + 4 * length, code)
    code = (code + count) << 1
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length = <u32>load<u8>(lengths + symbol)
    const at = next + 4 * <usize>length
    const own = load<u32>(at)
    store<u32>(codes + 4 * symbol, length == 0 ? 0 : reversed(own, length) | (length << 16))
    store<u32>(at, own + 1)
  }
}
