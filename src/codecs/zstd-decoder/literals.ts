// Decodes the literals section of a Zstandard block.

import { Malformed } from './bits.js'
import { decodeHuffman, type HuffmanTable, readHuffman } from './huffman.js'

const MAX_LITERALS = 128 * 1024

function little(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = size - 1; i >= 0; i--) {
    const byte = bytes[at + i]
    if (byte === undefined) throw new Malformed('a block ends early')
    value = value * 256 + byte
  }
  return value
}

export interface Literals {
  bytes: Uint8Array
  /** Size of the section, in bytes. */
  used: number
  huffman: HuffmanTable | undefined
}

function plainLiterals(block: Uint8Array, isRun: boolean, huffman: HuffmanTable | undefined): Literals {
  const head = block[0] ?? 0
  const format = (head >> 2) & 3
  const headBytes = format === 1 ? 2 : format === 3 ? 3 : 1
  const size = little(block, 0, headBytes) >> (headBytes === 1 ? 3 : 4)
  if (size > MAX_LITERALS) throw new Malformed('a block has too many literals')
  const stored = isRun ? 1 : size
  if (headBytes + stored > block.length) throw new Malformed('literals end early')
  const bytes = isRun
    ? new Uint8Array(size).fill(block[headBytes] ?? 0)
    : block.subarray(headBytes, headBytes + size)
  return { bytes, used: headBytes + stored, huffman }
}

function decodeFour(table: HuffmanTable, packed: Uint8Array, out: Uint8Array): void {
  const sizes = [little(packed, 0, 2), little(packed, 2, 2), little(packed, 4, 2)]
  const share = (out.length + 3) >> 2
  let at = 6
  for (let i = 0; i < 4; i++) {
    const end = i < 3 ? at + (sizes[i] ?? 0) : packed.length
    if (end > packed.length) throw new Malformed('literals end early')
    decodeHuffman(
      table,
      packed.subarray(at, end),
      out.subarray(i * share, i < 3 ? (i + 1) * share : out.length),
    )
    at = end
  }
}

/** Decodes the literals section of a block (RFC 8878, section 3.1.1.3.1). */
export function readLiterals(block: Uint8Array, previous: HuffmanTable | undefined): Literals {
  const head = block[0] ?? 0
  const type = head & 3
  if (type < 2) return plainLiterals(block, type === 1, previous)
  const format = (head >> 2) & 3
  const headBytes = format < 2 ? 3 : format + 2
  const width = format < 2 ? 10 : format === 2 ? 14 : 18
  const sizes = Math.floor(little(block, 0, headBytes) / 16)
  const size = sizes % 2 ** width
  const packedSize = Math.floor(sizes / 2 ** width)
  const end = headBytes + packedSize
  if (size > MAX_LITERALS || end > block.length) throw new Malformed('literals end early')
  const packed = block.subarray(headBytes, end)
  const [huffman, used] = type === 2 ? readHuffman(packed) : [previous, 0]
  if (huffman === undefined) throw new Malformed('a block reuses a tree that does not exist')
  const bytes = new Uint8Array(size)
  if (format === 0) decodeHuffman(huffman, packed.subarray(used), bytes)
  else decodeFour(huffman, packed.subarray(used), bytes)
  return { bytes, used: end, huffman }
}
