import type { ChunkHeader } from '../../chunk/blosc1/header.js'
import type { Codec } from '../../codecs/codec.js'
import { knownFormat } from '../../codecs/registry.js'
import { type ErrorPlace, interrupted, located } from '../../core/errors.js'
import { inOrder } from '../../engine/in-order.js'
import type { RunOptions } from '../../engine/options.js'
import { ThreadPool } from '../../engine/thread-pool.js'
import type { PlainSink } from '../../sinks/plain.js'
import type { Archive, ChunkPlace } from './archive.js'
import { jobs } from './blosc1-job.js'
import { decodeChunkIn } from './chunk-work.js'
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

/** Pool that suits the chunks of an archive, going by the first one. @param decodes are they decompressed? */
export async function poolFor(
  archive: Archive,
  walk: ChunkWalk,
  o: RunOptions,
  decodes: boolean,
): Promise<ThreadPool> {
  // Whatever is wrong with the first chunk is said when its turn comes.
  const first = await walk.peek().catch(() => undefined)
  const chunkBytes = archive.header.chunkSize ?? first?.header.nbytes ?? 2 ** 20
  const codec = decodes ? codecOf(first?.header) : undefined
  const { threads, callerWorks } = o
  return new ThreadPool({
    modules: [jobs],
    threads,
    callerWorks,
    chunkBytes,
    nchunks: archive.nchunks,
    codec,
    work: 'decompress',
  })
}

/** Where a chunk is, for messages. */
export function placeOf(archive: Archive, chunk: ChunkPlace): ErrorPlace {
  return { path: archive.source.name, chunk: chunk.index, offset: chunk.position }
}

async function unpackAll(
  archive: Archive,
  walk: ChunkWalk,
  sink: PlainSink,
  o: RunOptions,
  pool: ThreadPool,
): Promise<UnpackResult> {
  const total = archive.nbytes
  let plain = 0
  await inOrder({
    slots: pool.slots,
    signal: o.signal,
    next: async (slot) => {
      const chunk = await walk.next()
      if (chunk === undefined) return undefined
      const size = chunk.header.cbytes + archive.digestBytes
      const packed = slot.packedFor(Math.max(size, chunk.header.nbytes)).subarray(0, size)
      const plain = slot.plain(chunk.header.nbytes)
      const reaches = pool.reaches(packed, plain)
      const from = reaches ? archive.placeOf(chunk) : undefined
      if (from === undefined) await archive.readChunk(chunk, packed)
      const to = reaches ? await sink.reserve?.(plain.length) : undefined
      return { chunk, packed, plain, files: { from, to } }
    },
    work: (_slot, item) =>
      decodeChunkIn(
        pool,
        { checksum: archive.checksum, place: placeOf(archive, item.chunk) },
        item.packed,
        item.plain,
        item.files,
      ),
    done: async (_slot, item) => {
      if (item.files.to === undefined) await sink.write(item.plain)
      plain += item.plain.length
      o.onProgress?.({ plain, packed: archive.endOf(item.chunk), ...(total !== undefined && { total }) })
      return undefined
    },
  })
  return { nbytes: plain, nchunks: walk.count }
}

/**
 * Unpacks an archive: the inner loop of everything that decompresses. Every checksum is checked.
 * The archive is not closed; the sink is finished, or aborted when anything fails.
 * @throws BlpkError DAMAGED or CHECKSUM with the chunk and its position; nothing is left behind then
 */
export async function unpack(
  archive: Archive,
  sink: PlainSink,
  options: RunOptions = {},
): Promise<UnpackResult> {
  const walk = new ChunkWalk(archive)
  let pool: ThreadPool | undefined
  const { source } = archive
  if (source.size !== undefined) source.willRead?.(archive.chunksAt, source.size)
  try {
    pool = await poolFor(archive, walk, options, true)
    const result = await unpackAll(archive, walk, sink, options, pool)
    await sink.finish()
    return result
  } catch (error) {
    await sink.abort()
    throw located(interrupted(error, options.signal))
  } finally {
    await pool?.end()
  }
}
