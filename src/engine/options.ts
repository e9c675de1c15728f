// Options of all runs over many chunks, with their defaults.

import { MAX_CHUNK_NBYTES } from '../chunk/blosc1/header.js'
import { type ChecksumName, checksumSpec } from '../chunk/checksums.js'
import { type CodecName, codecByName } from '../codecs/registry.js'
import { usage } from '../core/errors.js'
import { unknownName } from '../core/nearest.js'
import type { Shuffle } from '../filters/shuffles.js'

/** Progress of the work, in bytes. */
export interface Progress {
  /** Plain bytes read or written. */
  plain: number
  /** Packed bytes written or read. */
  packed: number
  /** Plain bytes in total, if known. */
  total?: number
}

/** Options of everything that runs over many chunks. */
export interface RunOptions {
  /** Threads that compress or decompress. Default: one per core. */
  threads?: number
  /**
   * `true`: the calling thread also does work, and does not wait for the others to start. Its events are then
   * delayed by up to some tens of milliseconds, so servers should not set it.
   */
  callerWorks?: boolean
  /** Called after each chunk. */
  onProgress?: (progress: Progress) => void
  /** Stops the run. The output is discarded. */
  signal?: AbortSignal | undefined
}

/** The options of a run, picked from a larger set. */
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
  /** 0 (store) to 9. Default: 5. */
  level?: number
  /** Default: `byte`, or `none` for items of one byte. */
  shuffle?: Shuffle
  /**
   * Typesize in bytes, 1 to 255, or `auto` to estimate it from a sample. Default: from the source, else
   * `auto`.
   */
  typesize?: number | 'auto'
  /** Block size in bytes. Default: chosen by C-Blosc's rule. */
  blockSize?: number
}

/** Room for more chunks: a number, or a multiple of the current number of chunks. */
export type Room = number | { times: number }

/** Options of packing. */
export interface PackOptions extends CodecOptions, RunOptions {
  /** Plain bytes per chunk, rounded down to whole items. Default: 1 MiB. */
  chunkSize?: number
  /** Default: `crc32`. */
  checksum?: ChecksumName
  /** Store the positions of the chunks. Default: true. Without them, parts are found more slowly. */
  offsets?: boolean
  /** Default: ten times the number of chunks. */
  maxAppChunks?: Room
  /** Metadata as JSON text, instead of the metadata of the source. */
  metadata?: string
  /** Called once it is known how chunks are compressed. */
  onPlan?: (plan: PlanInfo) => void
}

/** The settings that packing chose. */
export interface PlanInfo {
  codec: CodecName
  level: number
  shuffle: Shuffle
  typesize: number
  /** Whether the typesize was estimated from a sample. */
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

/** @throws BlpkError USAGE for an invalid value */
export function checkCodecOptions(o: CodecOptions): void {
  codecByName(o.codec ?? DEFAULT_CODEC)
  checkRange('the level', o.level, 0, 9)
  if (o.typesize !== 'auto') checkRange('the typesize', o.typesize, 1, MAX_TYPESIZE)
  checkRange('the block size', o.blockSize, 1, MAX_CHUNK_NBYTES)
  const shuffles = ['none', 'byte', 'bit']
  if (o.shuffle !== undefined && !shuffles.includes(o.shuffle))
    throw unknownName('shuffle', o.shuffle, shuffles)
}

/** @throws BlpkError USAGE for an invalid value */
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
