// Unpacks an archive.

import type { ChunkHeader } from '../../chunk/blosc1/header.js'
import type { Codec } from '../../codecs/codec.js'
import { knownFormat } from '../../codecs/registry.js'
import { type ErrorPlace, runError } from '../../core/errors.js'
import type { From } from '../../engine/fill.js'
import type { RunOptions } from '../../engine/options.js'
import { withThreads } from '../../engine/pools.js'
import { readInto } from '../../engine/read-into.js'
import type { ReadTask } from '../../engine/read-run.js'
import type { Slot } from '../../engine/slot.js'
import { COPY_SPEED, type Workload } from '../../engine/thread-policy.js'
import type { Threads } from '../../engine/threads.js'
import type { PlainSink } from '../../sinks/plain.js'
import type { Archive, ChunkPlace } from './archive.js'
import { type DecodeParams, jobs } from './blosc1-job.js'
import { ChunkWalk } from './walk.js'

/** What was unpacked. */
export interface UnpackResult {
  /** Plain bytes. */
  nbytes: number
  nchunks: number
}

/** The codec of a chunk; undefined for one that is only stored, or that has none: its decoding says so. */
export function codecOf(header: ChunkHeader | undefined): Codec | undefined {
  if (header === undefined || header.memcpyed) return undefined
  return knownFormat(header.codecFormat)
}

/** The work on all chunks of an archive, going by the first one. @param decodes are they decompressed? */
export async function workloadOf(
  archive: Archive,
  walk: ChunkWalk,
  o: RunOptions,
  decodes: boolean,
): Promise<Workload> {
  // Whatever is wrong with the first chunk is said when its turn comes.
  const first = await walk.peek().catch(() => undefined)
  const chunkBytes = archive.header.chunkSize ?? first?.header.nbytes ?? 2 ** 20
  const codec = decodes ? codecOf(first?.header) : undefined
  return readLoad(chunkBytes, archive.nchunks, codec, o)
}

/** The work on so many chunks. @param codec undefined if they are only stored or checked */
export function readLoad(
  chunkBytes: number,
  nchunks = Number.POSITIVE_INFINITY,
  codec: Codec | undefined,
  { threads, callerWorks }: RunOptions,
): Workload {
  return {
    threads,
    callerWorks,
    jobs: nchunks,
    nbytes: nchunks * chunkBytes,
    speed: codec?.traits.speed.decompress ?? COPY_SPEED,
    slot: { plain: chunkBytes, packed: chunkBytes },
  }
}

/** Where a chunk is, for messages. */
export function placeOf(archive: Archive, chunk: ChunkPlace): ErrorPlace {
  return { path: archive.source.name, chunk: chunk.index, offset: chunk.position }
}

/** A chunk on its way through a slot. */
export interface ChunkTask extends ReadTask<DecodeParams & From> {
  chunk: ChunkPlace
}

/** Brings a chunk into a slot, or says where a worker reads it. */
export async function bringChunk(
  archive: Archive,
  chunk: ChunkPlace,
  slot: Slot,
  threads: Threads,
): Promise<ChunkTask> {
  const { cbytes, nbytes } = chunk.header
  const size = cbytes + archive.digestBytes
  const packed = slot.packedFor(Math.max(size, nbytes)).subarray(0, size)
  const out = slot.plain(nbytes)
  const from = threads.reaches(packed, out) ? archive.placeOf(chunk) : undefined
  if (from === undefined) await archive.readChunk(chunk, packed)
  return { chunk, out, packed, params: { checksum: archive.checksum, place: placeOf(archive, chunk), from } }
}

async function unpackAll(
  archive: Archive,
  walk: ChunkWalk,
  sink: PlainSink,
  o: RunOptions,
  threads: Threads,
): Promise<UnpackResult> {
  const total = archive.nbytes
  let plain = 0
  await readInto(
    {
      threads,
      module: jobs,
      job: 'decode',
      signal: o.signal,
      next: async (slot): Promise<ChunkTask | undefined> => {
        const chunk = await walk.next()
        return chunk && bringChunk(archive, chunk, slot, threads)
      },
    },
    sink,
    ({ chunk, out }) => {
      plain += out.length
      o.onProgress?.({ plain, packed: archive.endOf(chunk), ...(total !== undefined && { total }) })
    },
  )
  return { nbytes: plain, nchunks: walk.count }
}

/**
 * Unpacks an archive. Every checksum is checked.
 * The archive is not closed; the sink is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and its position; nothing is left behind then
 */
export async function unpack(
  archive: Archive,
  sink: PlainSink,
  options: RunOptions = {},
): Promise<UnpackResult> {
  const walk = new ChunkWalk(archive)
  const { source } = archive
  if (source.size !== undefined) source.willRead?.(archive.chunksAt, source.size)
  try {
    const load = await workloadOf(archive, walk, options, true)
    const result = await withThreads(load, jobs, (threads) =>
      unpackAll(archive, walk, sink, options, threads),
    )
    await sink.finish()
    return result
  } catch (error) {
    await sink.abort()
    throw runError(error, options.signal)
  }
}
