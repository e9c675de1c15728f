// Packing and unpacking chunks of Bloscpack in the threads of a pool.

import type { FilePlace } from '../../bytes/file-place.js'
import type { ThreadPool } from '../../engine/thread-pool.js'
import { type DecodeParams, type EncodeParams, jobs } from './blosc1-job.js'

/** Where a packed chunk is read from and its plain bytes are written to, where a worker does that. */
export interface FilePlaces {
  from?: FilePlace | undefined
  to?: FilePlace | undefined
}

/**
 * Packs a chunk and puts its digest behind it.
 * @param from where a worker reads the plain bytes first; only if the pool reaches them
 * @returns the size of both, in bytes
 */
export function encodeChunkIn(
  pool: ThreadPool,
  params: EncodeParams,
  plain: Uint8Array,
  packed: Uint8Array,
  from?: FilePlace,
): Promise<number> {
  return pool.run(jobs, 'encode', { ...params, from }, plain, packed)
}

/**
 * Checks and unpacks a chunk.
 * @param files where a worker reads and writes; only if the pool reaches the bytes
 * @throws BlpkError CHECKSUM, DAMAGED, UNSUPPORTED, IO
 */
export async function decodeChunkIn(
  pool: ThreadPool,
  params: DecodeParams,
  packed: Uint8Array,
  plain: Uint8Array,
  { from, to }: FilePlaces = {},
): Promise<void> {
  await pool.run(jobs, 'decode', { ...params, from }, packed, plain)
  if (to !== undefined) await pool.write(to, plain)
}
