import { createRequire } from 'node:module'
import type * as Snappy from 'snappy'
import { type Codec, deliver } from './codec.js'

let loaded: typeof Snappy | undefined

function library(): typeof Snappy {
  loaded ??= createRequire(import.meta.url)('snappy') as typeof Snappy
  return loaded
}

/** Plain size that a Snappy stream claims (its varint preamble), in bytes, or -1. */
function claimedSize(stream: Uint8Array): number {
  let size = 0
  for (let i = 0; i < Math.min(5, stream.length); i++) {
    const byte = stream[i] ?? 0
    size += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return size
  }
  return -1
}

/** Snappy has no levels. */
export const snappy: Codec = {
  name: 'snappy',
  format: 2,
  splits: true,
  highRatio: false,
  speed: { compress: 300, decompress: 600 },
  compress(ws, src, nbytes, dst, capacity) {
    return deliver(ws, library().compressSync(ws.buffer(src, nbytes)), dst, capacity)
  },
  decompress(ws, src, cbytes, dst, nbytes) {
    const stream = ws.buffer(src, cbytes)
    // The library allocates what the stream claims, so the claim is checked first.
    if (claimedSize(stream) !== nbytes) return -1
    try {
      return deliver(ws, library().uncompressSync(stream) as Uint8Array, dst, nbytes)
    } catch {
      return -1
    }
  },
}
