import { interrupted, located } from '../../core/errors.js'
import { EventTurns } from '../../core/event-turns.js'
import type { RunOptions } from '../../engine/options.js'
import type { Slot } from '../../engine/slot.js'
import type { ThreadPool } from '../../engine/thread-pool.js'
import type { PlainSink } from '../../sinks/plain.js'
import type { Archive } from './archive.js'
import { decodeChunkIn } from './chunk-work.js'
import { type ByteRange, checkRange, RangeReader } from './range.js'
import { placeOf, poolFor } from './unpack.js'
import { ChunkWalk, chunkFinder } from './walk.js'

/** Fewer chunks than this are read by the calling thread, block by block. */
const WORTH_THREADS = 4

interface Pending {
  slot: Slot
  plain: Uint8Array
  decoded: Promise<void>
}

async function* decoded(
  archive: Archive,
  pool: ThreadPool,
  [first, end]: readonly [number, number],
  find: ReturnType<typeof chunkFinder>,
  o: RunOptions,
): AsyncGenerator<Uint8Array> {
  const free = [...pool.slots]
  const queue: Pending[] = []
  const turns = new EventTurns()
  const start = async (slot: Slot, index: number): Promise<boolean> => {
    await turns.rest()
    o.signal?.throwIfAborted()
    const chunk = await find(index)
    if (chunk === undefined) return false
    const { cbytes, nbytes } = chunk.header
    const size = cbytes + archive.digestBytes
    const packed = slot.packedFor(Math.max(size, nbytes)).subarray(0, size)
    const plain = slot.plain(nbytes)
    const from = pool.reaches(packed, plain) ? archive.placeOf(chunk) : undefined
    if (from === undefined) await archive.readChunk(chunk, packed)
    const params = { checksum: archive.checksum, place: placeOf(archive, chunk) }
    const work = decodeChunkIn(pool, params, packed, plain, { from })
    // A failure counts when its turn comes.
    work.catch(() => {})
    queue.push({ slot, plain, decoded: work })
    return true
  }
  try {
    for (let index = first; ; ) {
      while (index < end) {
        const slot = free.pop()
        if (slot === undefined) break
        index = (await start(slot, index)) ? index + 1 : end
      }
      const head = queue.shift()
      if (head === undefined) return
      await head.decoded
      yield head.plain
      free.push(head.slot)
    }
  } finally {
    await Promise.allSettled(queue.map((pending) => pending.decoded))
  }
}

/** Does a range touch so many chunks of a file that threads are worth it? */
export function isWorthThreads({ header, source }: Archive, { start, stop }: ByteRange): boolean {
  const { chunkSize } = header
  if (chunkSize === undefined || source.fd === undefined) return false
  return Math.ceil(stop / chunkSize) - Math.floor(start / chunkSize) >= WORTH_THREADS
}

/**
 * The plain bytes of a range, chunk by chunk, decompressed in as many threads as are worth it if the archive is a file.
 * A piece may be used until the next one is asked for.
 * @throws BlpkError as {@link RangeReader.pieces}
 */
export async function* rangePieces(
  archive: Archive,
  range: ByteRange,
  o: RunOptions = {},
): AsyncGenerator<Uint8Array> {
  const { start, stop } = range
  const chunkSize = checkRange(archive, range)
  if (!isWorthThreads(archive, range)) {
    yield* new RangeReader(archive).pieces(range, o)
    return
  }
  const [first, end] = [Math.floor(start / chunkSize), Math.ceil(stop / chunkSize)]
  const pool = await poolFor(archive, new ChunkWalk(archive), o, true)
  try {
    let at = first * chunkSize
    for await (const plain of decoded(archive, pool, [first, end], chunkFinder(archive), o)) {
      yield plain.subarray(Math.max(0, start - at), Math.min(plain.length, stop - at))
      at += plain.length
    }
  } catch (error) {
    throw located(interrupted(error, o.signal))
  } finally {
    await pool.end()
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
  const pool = await poolFor(archive, walk, o, true)
  try {
    yield* decoded(archive, pool, [0, Number.POSITIVE_INFINITY], () => walk.next(), o)
  } catch (error) {
    throw located(interrupted(error, o.signal))
  } finally {
    await pool.end()
  }
}

/** Writes the plain bytes of a range to a sink. @returns how many there were */
export async function unpackRange(
  archive: Archive,
  range: ByteRange,
  sink: PlainSink,
  o: RunOptions = {},
): Promise<number> {
  try {
    for await (const piece of rangePieces(archive, range, o)) await sink.write(piece)
    await sink.finish()
    return range.stop - range.start
  } catch (error) {
    await sink.abort()
    throw error
  }
}
