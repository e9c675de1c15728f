// Ranges of plain bytes that threads decompress.

import { runError } from '../../core/errors.js'
import type { RunOptions } from '../../engine/options.js'
import { lendThreads } from '../../engine/pools.js'
import { eachTask } from '../../engine/read-run.js'
import type { Slot } from '../../engine/slot.js'
import type { Threads } from '../../engine/threads.js'
import type { Archive } from './archive.js'
import { jobs } from './blosc1-job.js'
import { type ByteRange, checkRange, RangeReader } from './range.js'
import { bringChunk, type ChunkTask, workloadOf } from './unpack.js'
import { ChunkWalk, chunkFinder } from './walk.js'

/** Fewer chunks than this are read by the calling thread, block by block. */
const WORTH_THREADS = 4

/** @param find the chunk of an index, asked for in order; undefined at the end */
function decoded(
  archive: Archive,
  threads: Threads,
  [first, end]: readonly [number, number],
  find: ReturnType<typeof chunkFinder>,
  { signal }: RunOptions,
): AsyncGenerator<ChunkTask> {
  let index = first
  const next = async (slot: Slot): Promise<ChunkTask | undefined> => {
    const chunk = index === end ? undefined : await find(index++)
    return chunk && bringChunk(archive, chunk, slot, threads)
  }
  return eachTask({ threads, module: jobs, job: 'decode', signal, next })
}

/** Does a range touch so many chunks of a file that threads are worth it? */
export function isWorthThreads({ header, source }: Archive, { start, stop }: ByteRange): boolean {
  const { chunkSize } = header
  if (chunkSize === undefined || source.fd === undefined) return false
  return Math.ceil(stop / chunkSize) - Math.floor(start / chunkSize) >= WORTH_THREADS
}

async function* inThreads(archive: Archive, range: ByteRange, o: RunOptions): AsyncGenerator<Uint8Array> {
  const { start, stop } = range
  const chunkSize = checkRange(archive, range)
  const [first, end] = [Math.floor(start / chunkSize), Math.ceil(stop / chunkSize)]
  const load = await workloadOf(archive, new ChunkWalk(archive), o, true)
  const { threads, end: giveBack } = lendThreads(load, jobs)
  try {
    let at = first * chunkSize
    for await (const { out: plain } of decoded(archive, threads, [first, end], chunkFinder(archive), o)) {
      yield plain.subarray(Math.max(0, start - at), Math.min(plain.length, stop - at))
      at += plain.length
    }
  } catch (error) {
    throw runError(error, o.signal)
  } finally {
    await giveBack()
  }
}

/**
 * The plain bytes of a range, chunk by chunk, decompressed in as many threads as are worth it if the archive is a file.
 * A piece may be used until the next one is asked for.
 * @param reader that knows which chunks were checked before
 * @throws BlpkError as {@link RangeReader.pieces}
 */
export function rangePieces(
  archive: Archive,
  range: ByteRange,
  o: RunOptions = {},
  reader = new RangeReader(archive),
): AsyncGenerator<Uint8Array> {
  return isWorthThreads(archive, range) ? inThreads(archive, range, o) : reader.pieces(range, o)
}

/**
 * Fills `out` with the plain bytes of a range, which is as long, as {@link rangePieces} reads them.
 * @throws BlpkError as {@link RangeReader.pieces}
 */
export async function fillRange(
  archive: Archive,
  range: ByteRange,
  out: Uint8Array,
  o: RunOptions,
  reader: RangeReader,
): Promise<void> {
  // What is given up may still be read, but not into memory of the caller.
  if (o.signal === undefined && !isWorthThreads(archive, range)) return reader.fill(range, out)
  let at = 0
  for await (const piece of rangePieces(archive, range, o, reader)) {
    out.set(piece, at)
    at += piece.length
  }
}

/**
 * All plain bytes, chunk by chunk, as far as the archive goes: it need not know its size, and may be a pipe. A piece may be
 * used until the next one is asked for.
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO, INTERRUPTED
 */
export async function* allPieces(archive: Archive, o: RunOptions = {}): AsyncGenerator<Uint8Array> {
  const { source, chunksAt } = archive
  if (source.size !== undefined) source.willRead?.(chunksAt, source.size)
  const walk = new ChunkWalk(archive)
  const { threads, end } = lendThreads(await workloadOf(archive, walk, o, true), jobs)
  const all: [number, number] = [0, Number.POSITIVE_INFINITY]
  try {
    for await (const { out } of decoded(archive, threads, all, () => walk.next(), o)) yield out
  } catch (error) {
    throw runError(error, o.signal)
  } finally {
    await end()
  }
}
