// Options for opening and creating super-chunks, and their checks.

import { MAX_BLOSC2_CHUNK_NBYTES } from '../../../chunk/blosc2/header.js'
import { usage } from '../../../core/errors.js'
import type { FrameChecksum } from '../chunks/checksums.js'
import type { CompressionOptions } from '../chunks/cparams.js'
import type { FrameOpenOptions } from './open.js'

/** How a super-chunk is opened. */
export interface SChunkOpenOptions extends FrameOpenOptions {
  /** For when it is written: `none` leaves checksums out. Default: `xxh64`, whatever was there. */
  checksum?: FrameChecksum
  /** Threads that compress or decompress; all cores by default. */
  threads?: number
}

/** How an array is opened. */
export interface NDArrayOpenOptions extends SChunkOpenOptions {
  /** What its items are, in place of what the metalayer says: NumPy's type string. Items stay as large as they are. */
  dtype?: string
}

/** How a new super-chunk is made. */
export interface SChunkOptions extends CompressionOptions {
  /** Size of an item, in bytes. Default: 1. */
  typesize?: number
  /** Plain size of chunks, in bytes. Default: 4 MiB, in whole items. */
  chunkSize?: number
  /** Fixed metalayers, at most 16. */
  meta?: Iterable<readonly [string, Uint8Array]>
  /** `xxh64` (default) keeps a checksum of each chunk in a metalayer of ours; `none` does not. */
  checksum?: FrameChecksum
  /** Threads that compress or decompress; all cores by default. */
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
    throw usage(`the chunk size ${chunksize} is no multiple of the typesize ${typesize}`)
  return { typesize, chunksize }
}

/** @throws BlpkError USAGE */
export function checkedChecksum(checksum: FrameChecksum = 'xxh64'): FrameChecksum {
  if (checksum !== 'xxh64' && checksum !== 'none')
    throw usage(`frames have the checksum xxh64 or none, not '${checksum}'`)
  return checksum
}
