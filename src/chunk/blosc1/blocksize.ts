// The block sizes of C-Blosc 1.x.

import type { Codec } from '../../codecs/codec.js'
import { MAX_CHUNK_NBYTES, MAX_STREAMS, MIN_STREAM_BYTES } from './header.js'

const L1 = 32 * 1024
const MAX_BLOCKSIZE = Math.floor((MAX_CHUNK_NBYTES + 16 - 255 * 4) / 3)
/** By level 0 to 9, in units of an L1 cache of 32 KiB: the figures of C-Blosc 1.x. */
const BLOCK_FACTORS = [1 / 4, 1 / 2, 1, 2, 4, 4, 8, 8, 8, 8]

/** Whether C-Blosc 1.x (forward-compatible split mode) splits blocks of this size into byte planes. */
export function splitsBlocks(codec: Codec, typesize: number, blocksize: number): boolean {
  return (
    codec.traits.splits.blosc1 &&
    typesize <= MAX_STREAMS &&
    Math.floor(blocksize / typesize) >= MIN_STREAM_BYTES
  )
}

function baseBlocksize(codec: Codec, level: number, nbytes: number): number {
  if (nbytes < L1) return nbytes
  const factor = BLOCK_FACTORS[level] ?? 4
  const highRatio = codec.traits.highRatio ? (level === 9 ? 4 : 2) : 1
  return L1 * factor * highRatio
}

function enlargeForSplit(blocksize: number, typesize: number): number {
  return Math.min(Math.max(Math.min(blocksize, 1 << 18) * typesize, 1 << 16), 1 << 20)
}

/**
 * The block size that C-Blosc 1.x picks, so that ratios are those its users know.
 * @param nbytes plain size of the chunk, in bytes
 * @param forced the requested block size, in bytes
 */
export function chooseBlocksize(
  codec: Codec,
  level: number,
  typesize: number,
  nbytes: number,
  forced?: number,
): number {
  if (nbytes < typesize) return 1
  let blocksize =
    forced === undefined
      ? baseBlocksize(codec, level, nbytes)
      : Math.min(Math.max(forced, MIN_STREAM_BYTES), MAX_BLOCKSIZE)
  if (forced === undefined && level > 0 && splitsBlocks(codec, typesize, blocksize)) {
    blocksize = enlargeForSplit(blocksize, typesize)
  }
  blocksize = Math.min(blocksize, nbytes)
  return blocksize > typesize ? blocksize - (blocksize % typesize) : blocksize
}
