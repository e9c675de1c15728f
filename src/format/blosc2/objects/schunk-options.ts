// Options of opening and creating super-chunks, and their checks.

import { MAX_BLOSC2_CHUNK_NBYTES } from '../../../chunk/blosc2/header.js'
import { usage } from '../../../core/errors.js'
import type { FrameChecksum } from '../../chunks/checksums.js'
import type { CompressionOptions } from '../../chunks/cparams.js'
import type { FrameOpenOptions } from './open.js'

/** Options of opening a super-chunk. */
export interface SChunkOpenOptions extends FrameOpenOptions {
  /** For writing it again: `none` leaves checksums out. Default: `xxh64`, whatever the frame had. */
  checksum?: FrameChecksum
  /** Threads that compress or decompress. Default: one per core. */
  threads?: number
}

/** Options of opening an array. */
export interface NDArrayOpenOptions extends SChunkOpenOptions {
  /**
   * Type of the items, instead of the stored one: NumPy's type string. The size of the items must not differ.
   */
  dtype?: string
}

/** Options of a new super-chunk. */
export interface SChunkOptions extends CompressionOptions {
  /** Typesize in bytes. Default: 1. */
  typesize?: number
  /** Plain size of chunks, in bytes. Default: 4 MiB, in whole items. */
  chunkSize?: number
  /** Fixed metalayers, at most 16. */
  meta?: Iterable<readonly [string, Uint8Array]>
  /** `xxh64` (default) stores a checksum of each chunk in a metalayer of blpk; `none` does not. */
  checksum?: FrameChecksum
  /** Threads that compress or decompress. Default: one per core. */
  threads?: number
}

const DEFAULT_CHUNKSIZE = 4 * 2 ** 20

/** Chunks of 4 MiB, in whole items. */
export function defaultChunksize(typesize: number): number {
  return Math.max(DEFAULT_CHUNKSIZE - (DEFAULT_CHUNKSIZE % typesize), typesize)
}

/** @throws BlpkError USAGE */
export function checkedSizes({
  typesize = 1,
  chunkSize: chunksize = defaultChunksize(typesize),
}: SChunkOptions): {
  typesize: number
  chunksize: number
} {
  if (!Number.isSafeInteger(typesize) || typesize < 1 || typesize >= 2 ** 31)
    throw usage(`the typesize is ${typesize}; it must be 1 byte or more`)
  if (!Number.isSafeInteger(chunksize) || chunksize < 1 || chunksize > MAX_BLOSC2_CHUNK_NBYTES)
    throw usage(`the chunk size is ${chunksize}; it must be 1 to ${MAX_BLOSC2_CHUNK_NBYTES} bytes`)
  if (chunksize % typesize !== 0)
    throw usage(`the chunk size ${chunksize} is not a multiple of the typesize ${typesize}`)
  return { typesize, chunksize }
}

/** @throws BlpkError USAGE */
export function checkedChecksum(checksum: FrameChecksum = 'xxh64'): FrameChecksum {
  if (checksum !== 'xxh64' && checksum !== 'none')
    throw usage(`frames have the checksum xxh64 or none, not '${checksum}'`)
  return checksum
}
