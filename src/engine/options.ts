// Options of all runs over many chunks, with their defaults.

import { MAX_CHUNK_NBYTES } from '../chunk/blosc1/header.js'
import { type ChecksumName, checksumSpec } from '../chunk/checksums.js'
import { type CodecName, codecByName } from '../codecs/registry.js'
import { usage } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import type { Shuffle } from '../filters/shuffles.js'

/** How much of the work was done so far, in bytes. */
export interface Progress {
  /** Plain bytes read or written. */
  plain: number
  /** Packed bytes written or read. */
  packed: number
  /** Plain bytes in all, where it is known. */
  total?: number
}

/** Options of everything that runs over many chunks. */
export interface RunOptions {
  /** Threads that compress or decompress; all cores by default. */
  threads?: number
  /**
   * `true`: the calling thread works as one of them, and does not wait for the others to start. Its events then
   * wait for up to some tens of milliseconds, so a server leaves it alone.
   */
  callerWorks?: boolean
  /** Called after each chunk. */
  onProgress?: (progress: Progress) => void
  /** Stops the run; what was written is discarded. */
  signal?: AbortSignal | undefined
}

/** Of options that say more, those of the run. */
export function runOptionsOf({ threads, callerWorks, onProgress, signal }: RunOptions): RunOptions {
  return {
    ...(threads !== undefined && { threads }),
    ...(callerWorks !== undefined && { callerWorks }),
    ...(onProgress !== undefined && { onProgress }),
    ...(signal !== undefined && { signal }),
  }
}

/** How chunks are compressed. */
export interface CodecOptions {
  /** Default `lz4`. */
  codec?: CodecName
  /** 0 (store) to 9, default 5. */
  level?: number
  /** Default `byte`; `none` for items of one byte. */
  shuffle?: Shuffle
  /** Item size, 1 to 255 bytes; from the source, or found out by a sample (`auto`), by default. */
  typesize?: number | 'auto'
  /** Block size in bytes; by default the rule of C-Blosc. */
  blockSize?: number
}

/** Room for more chunks: so many, or so many times the chunks there are. */
export type Room = number | { times: number }

/** Options of packing. */
export interface PackOptions extends CodecOptions, RunOptions {
  /** Plain bytes a chunk, default 1 MiB; rounded down to whole items. */
  chunkSize?: number
  /** Default `crc32`. */
  checksum?: ChecksumName
  /** Keep positions of chunks, default true; without them parts are found more slowly. */
  offsets?: boolean
  /** Default ten times the chunks there are. */
  maxAppChunks?: Room
  /** Metadata as JSON text, in place of the source's own. */
  metadata?: string
  /** Called once it is known how chunks are compressed. */
  onPlan?: (plan: PlanInfo) => void
}

/** What packing decided to do. */
export interface PlanInfo {
  codec: CodecName
  level: number
  shuffle: Shuffle
  typesize: number
  /** Was the typesize found out by a sample? */
  sampled: boolean
  /** In bytes. */
  chunkSize: number
}

export const DEFAULT_CODEC: CodecName = 'lz4'
export const DEFAULT_LEVEL = 5
export const DEFAULT_CHUNK_SIZE = 2 ** 20
export const DEFAULT_CHECKSUM: ChecksumName = 'crc32'
export const DEFAULT_ROOM: Room = { times: 10 }
export const MAX_TYPESIZE = 255

function checkRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined) return
  if (!Number.isInteger(value) || value < least || value > most) {
    throw usage(`${name} must be a whole number from ${least} to ${most}, not ${value}`)
  }
}

/** @throws BlpkError USAGE for a value that makes no sense */
export function checkCodecOptions(o: CodecOptions): void {
  codecByName(o.codec ?? DEFAULT_CODEC)
  checkRange('the level', o.level, 0, 9)
  if (o.typesize !== 'auto') checkRange('the typesize', o.typesize, 1, MAX_TYPESIZE)
  checkRange('the block size', o.blockSize, 1, MAX_CHUNK_NBYTES)
  const shuffles = ['none', 'byte', 'bit']
  if (o.shuffle !== undefined && !shuffles.includes(o.shuffle))
    throw unknownName('shuffle', o.shuffle, shuffles)
}

/** @throws BlpkError USAGE for a value that makes no sense */
export function checkPackOptions(o: PackOptions): void {
  checkCodecOptions(o)
  checkRange('the chunk size', o.chunkSize, 1, MAX_CHUNK_NBYTES)
  checkRange('the number of threads', o.threads, 1, 1024)
  checksumSpec(o.checksum ?? DEFAULT_CHECKSUM)
  const room = o.maxAppChunks
  const count = typeof room === 'object' ? room.times : room
  checkRange('the room for more chunks', count, 0, 2 ** 40)
}

/** How many chunks may be appended to an archive of `nchunks`. */
export function roomFor(room: Room, nchunks: number): number {
  const count = typeof room === 'number' ? room : room.times * nchunks
  return Math.min(count, Number.MAX_SAFE_INTEGER - nchunks)
}
