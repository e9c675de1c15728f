// Huffman trees of the Zstandard decoder: reading their descriptions, and decoding literals with them.

import { BackwardBits, Malformed } from './bits.js'
import { FseState, readFse } from './fse.js'

const MAX_BITS = 11

/** A decoding table over the next `log` bits: symbol and length (RFC 8878, section 4.2.1). */
export interface HuffmanTable {
  log: number
  symbols: Uint8Array
  lengths: Uint8Array
}

function readDirectWeights(bytes: Uint8Array, count: number): number[] {
  if (bytes.length < Math.ceil(count / 2)) throw new Malformed('Huffman weights end early')
  return Array.from({ length: count }, (_, i) => {
    const pair = bytes[i >> 1] ?? 0
    return i % 2 === 0 ? pair >> 4 : pair & 15
  })
}

/** Two states alternate until the bits are used up (RFC 8878, section 4.2.1.2). */
function readFseWeights(bytes: Uint8Array): number[] {
  const [table, used] = readFse(bytes, 6, 255)
  const input = new BackwardBits(bytes.subarray(used))
  const states = [new FseState(table, input), new FseState(table, input)] as const
  const weights: number[] = []
  for (let turn = 0; weights.length < 254; turn ^= 1) {
    const state = states[turn as 0 | 1]
    weights.push(state.symbol)
    state.advance(input)
    if (input.left < 0) {
      weights.push(states[(turn ^ 1) as 0 | 1].symbol)
      return weights
    }
  }
  throw new Malformed('there are too many Huffman weights')
}

function fillTable(weights: readonly number[], log: number): HuffmanTable {
  const symbols = new Uint8Array(1 << log)
  const lengths = new Uint8Array(1 << log)
  let at = 0
  for (let weight = 1; weight <= log; weight++) {
    weights.forEach((w, symbol) => {
      if (w !== weight) return
      const span = 1 << (weight - 1)
      symbols.fill(symbol, at, at + span)
      lengths.fill(log + 1 - weight, at, at + span)
      at += span
    })
  }
  return { log, symbols, lengths }
}

/** The last weight is not stored: it completes the sum to a power of two. */
function completeTable(weights: number[]): HuffmanTable {
  const sum = weights.reduce((total, w) => total + (w > 0 ? 2 ** (w - 1) : 0), 0)
  if (sum === 0 || sum >= 1 << MAX_BITS) throw new Malformed('Huffman weights do not add up')
  const log = 32 - Math.clz32(sum)
  const rest = 2 ** log - sum
  const last = 31 - Math.clz32(rest)
  if (rest !== 2 ** last) throw new Malformed('Huffman weights do not add up')
  weights.push(last + 1)
  return fillTable(weights, log)
}

/** Reads a tree description. @returns the table and the number of bytes used */
export function readHuffman(bytes: Uint8Array): [HuffmanTable, number] {
  const head = bytes[0]
  if (head === undefined) throw new Malformed('a Huffman tree is missing')
  if (head >= 128) {
    const count = head - 127
    return [completeTable(readDirectWeights(bytes.subarray(1), count)), 1 + Math.ceil(count / 2)]
  }
  if (head + 1 > bytes.length) throw new Malformed('a Huffman tree ends early')
  return [completeTable(readFseWeights(bytes.subarray(1, 1 + head))), 1 + head]
}

/** Decodes one stream that must fill `out` exactly. */
export function decodeHuffman(table: HuffmanTable, bytes: Uint8Array, out: Uint8Array): void {
  const input = new BackwardBits(bytes)
  for (let i = 0; i < out.length; i++) {
    const index = input.peek(table.log)
    out[i] = table.symbols[index] ?? 0
    input.left -= table.lengths[index] ?? 0
    if (input.left < 0) throw new Malformed('literals end early')
  }
  if (input.left !== 0) throw new Malformed('literals have leftover bits')
}
