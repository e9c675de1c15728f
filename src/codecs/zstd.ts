import { createRequire } from 'node:module'
import { type Codec, deliver } from './codec.js'
import { walkZstdFrame } from './zstd-frame.js'

interface Bindings {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
  decompress(data: Uint8Array): Promise<Uint8Array>
}

/**
 * zstd's level for each of ours. C-Blosc's are 1, 3, 5 … 15 and 22 for blocks of known size; the library does not
 * pass the size on, so these are the levels that then come nearest in size without its largest tables.
 */
const ZSTD_LEVELS = [1, 2, 3, 5, 7, 9, 11, 13, 16, 19]
/** Encoders may flush blocks early; a bound this far above the expected size is still believed. */
const SLACK = 16 * 128 * 1024

let loaded: Bindings | undefined

/** The package's own entry drops the level without a word; its bindings take it. */
function bindings(): Bindings {
  loaded ??= createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as Bindings
  return loaded
}

function zstdLevel(level: number): number {
  return ZSTD_LEVELS[level] ?? 9
}

function isBelievable(stream: Uint8Array, nbytes: number): boolean {
  const frame = walkZstdFrame(stream)
  if (frame === undefined || frame.usesDictionary) return false
  if (frame.contentSize !== undefined && frame.contentSize !== nbytes) return false
  return frame.upperBound >= nbytes && frame.upperBound <= nbytes + SLACK
}

/** Zstandard. */
export const zstd: Codec = {
  name: 'zstd',
  format: 4,
  splits: false,
  highRatio: true,
  threaded: true,
  speed: { compress: 250, decompress: 600 },
  async compress(ws, src, nbytes, dst, capacity, level) {
    const packed = await bindings().compress(ws.buffer(src, nbytes), zstdLevel(level))
    return deliver(ws, packed, dst, capacity)
  },
  async decompress(ws, src, cbytes, dst, nbytes) {
    const stream = ws.buffer(src, cbytes)
    if (!isBelievable(stream, nbytes)) return -1
    try {
      return deliver(ws, await bindings().decompress(stream), dst, nbytes)
    } catch {
      return -1
    }
  },
}
