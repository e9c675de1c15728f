// Snappy, from a library that is loaded when a chunk needs it. It has no levels.

import { createRequire } from 'node:module'
import type * as Snappy from 'snappy'
import { type Codec, deliver } from './codec.js'

let library: typeof Snappy | undefined

function snappyLibrary(): typeof Snappy {
  library ??= createRequire(import.meta.url)('snappy') as typeof Snappy
  return library
}

/** Plain size that a Snappy stream claims (its varint preamble), in bytes; -1 if malformed. */
function claimedSize(stream: Uint8Array): number {
  let size = 0
  for (let i = 0; i < Math.min(5, stream.length); i++) {
    const byte = stream[i] ?? 0
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  return -1
}

export const snappy: Codec = {
  name: 'snappy',
  ids: { blosc1: 2 },
  traits: {
    splits: { blosc1: true, blosc2: 0 },
    highRatio: false,
    speed: { compress: 300, decompress: 600 },
    threads: true,
  },
  encode: ({ ws, src, srcBytes, dst, dstBytes }) =>
    deliver(ws, snappyLibrary().compressSync(ws.buffer(src, srcBytes)), dst, dstBytes),
  decode({ ws, src, srcBytes, dst, dstBytes }) {
    const stream = ws.buffer(src, srcBytes)
    // The library allocates the claimed size, so the claim is checked first.
    if (claimedSize(stream) !== dstBytes) return -1
    try {
      return deliver(ws, snappyLibrary().uncompressSync(stream) as Uint8Array, dst, dstBytes)
    } catch {
      return -1
    }
  },
}
