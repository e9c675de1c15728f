// The block sizes of C-Blosc2.

import { FILTER_SHUFFLE, MAX_BLOCK_BYTES, MAX_CHUNK_TYPESIZE } from './header.js'
import type { Blosc2ChunkParams } from './params.js'

/** Smaller chunks are stored, and streams are not split into smaller ones, in bytes. */
export const MIN_BLOSC2_STREAM_BYTES = 32
const MAX_STREAMS = 16
const L1 = 32 * 1024
/** By level 0 to 9, in units of an L1 cache of 32 KiB: the figures of C-Blosc2. */
const FACTORS = [1 / 4, 1 / 2, 1, 2, 4, 4, 8, 8, 8, 8]
/** Bytes of one stream where blocks are split, by level 0 to 9. */
const SPLIT_KIB = [32, 32, 32, 32, 64, 64, 64, 128, 256, 512]
const MAX_SPLIT_BLOCK = 4 * 2 ** 20

/** Largest typesize that a chunk header can express. */
export function chunkTypesize(itemBytes: number): number {
  return itemBytes > MAX_CHUNK_TYPESIZE ? 1 : itemBytes
}

/** Whether blocks of this size are split into streams (C-Blosc2's rule for its split modes). */
export function splits(p: Blosc2ChunkParams, blocksize: number): boolean {
  const typesize = chunkTypesize(p.itemBytes)
  if (p.splitMode === 'never' || blocksize % typesize !== 0) return false
  if (p.splitMode === 'always') return true
  const shuffled = p.filters.some(({ id }) => id === FILTER_SHUFFLE)
  const longEnough = Math.floor(blocksize / typesize) >= MIN_BLOSC2_STREAM_BYTES
  return p.level <= p.codec.traits.splits.blosc2 && shuffled && typesize <= MAX_STREAMS && longEnough
}

function unsplitSize(p: Blosc2ChunkParams, nbytes: number): number {
  if (nbytes < L1) return nbytes
  const highRatio = p.codec.traits.highRatio ? (p.level === 9 ? 4 : 2) : 1
  return L1 * (FACTORS[p.level] ?? 4) * highRatio
}

function splitSize(p: Blosc2ChunkParams): number {
  const size = (SPLIT_KIB[p.level] ?? 64) * 1024 * chunkTypesize(p.itemBytes)
  return Math.max(Math.min(size, MAX_SPLIT_BLOCK), L1)
}

/** The size in bytes of the most whole items (at least one) that fit in `size`. */
export function wholeItems(size: number, itemBytes: number): number {
  const most = Math.min(size, MAX_BLOCK_BYTES)
  return Math.max(most - (most % itemBytes), itemBytes)
}

/** The block size that C-Blosc2 picks for a chunk of `nbytes`. */
export function chooseBlosc2Blocksize(p: Blosc2ChunkParams, nbytes: number): number {
  const typesize = chunkTypesize(p.itemBytes)
  if (nbytes < typesize) return Math.max(nbytes, 1)
  const wanted =
    p.blocksize > 0 ? p.blocksize : p.level > 0 && splits(p, nbytes) ? splitSize(p) : unsplitSize(p, nbytes)
  const size = Math.min(wanted, nbytes)
  return size > typesize ? size - (size % typesize) : size
}
