// Estimates the typesize that packs a sample best.

import { lz4 } from '../codecs/lz4.js'
import type { Shuffle } from '../filters/shuffles.js'
import { Workspace } from '../kernels/workspace.js'
import { encodeChunk, maxChunkBytes } from './blosc1/encode.js'

/** How much of the input is tried, in bytes. */
export const SAMPLE_BYTES = 128 * 1024

const CANDIDATES = [1, 2, 4, 8, 16]
/** A larger typesize must be better by this factor: the cost of a wrong guess exceeds a tiny gain. */
const MARGIN = 0.98

/**
 * Estimates the best typesize by compressing a sample with LZ4.
 * @param shuffle the filter that will be used
 * @returns 1, 2, 4, 8 or 16, in bytes
 */
async function sampleTypesize(ws: Workspace, sample: Uint8Array, shuffle: Shuffle): Promise<number> {
  const out = new Uint8Array(maxChunkBytes(sample.length))
  let best = 1
  let bestBytes = Number.POSITIVE_INFINITY
  for (const typesize of CANDIDATES) {
    const filter = typesize === 1 && shuffle === 'byte' ? 'none' : shuffle
    // One block of whole items, so that all candidates are split and filtered alike.
    const params = {
      codec: lz4,
      level: 5,
      shuffle: filter,
      typesize,
      blocksize: sample.length,
    }
    const cbytes = await encodeChunk(ws, params, sample, out)
    if (cbytes < bestBytes * MARGIN) {
      best = typesize
      bestBytes = cbytes
    }
  }
  return best
}

/** {@link sampleTypesize} with its own workspace. */
export async function guessTypesize(sample: Uint8Array, shuffle: Shuffle): Promise<number> {
  const whole = sample.subarray(0, sample.length - (sample.length % 16))
  return whole.length < 256 ? 1 : sampleTypesize(new Workspace(), whole, shuffle)
}
