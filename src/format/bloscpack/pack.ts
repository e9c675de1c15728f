import type { FilePlace } from '../../bytes/file-place.js'
import { codecByName } from '../../codecs/registry.js'
import { changedError, interrupted } from '../../core/errors.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import { readFully } from '../../disk/fully.js'
import { inOrder } from '../../engine/in-order.js'
import type { PackOptions, RunOptions } from '../../engine/options.js'
import { countChunks } from '../../engine/plain-chunks.js'
import { ThreadPool } from '../../engine/thread-pool.js'
import type { PlainSource } from '../../sources/plain.js'
import type { CompressedSink, Totals } from '../compressed-sink.js'
import type { EncodeParams } from './blosc1-job.js'
import { jobs } from './blosc1-job.js'
import { encodeChunkIn } from './chunk-work.js'
import { type PackPlan, planPack } from './plan.js'

/** What was packed. */
export interface PackResult {
  /** Plain bytes. */
  nbytes: number
  /** Size of the archive, in bytes. */
  cbytes: number
  nchunks: number
}

/** Reads a source chunk by chunk, and knows when it has ended. */
export class ChunkReader {
  nchunks = 0
  nbytes = 0
  lastChunk = 0
  ended = false
  readonly #source: PlainSource
  readonly #chunkSize: number

  constructor(source: PlainSource, chunkSize: number) {
    this.#source = source
    this.#chunkSize = chunkSize
  }

  /** Where the next chunk lies in a file, if another thread is to read it. */
  get place(): FilePlace | undefined {
    const { place, size } = this.#source
    return place === undefined || size === undefined
      ? undefined
      : { ...place, position: place.position + this.nbytes }
  }

  /** Passes over the next chunk, which another thread reads. @returns its size in bytes, or undefined at the end */
  pass(): Promise<number | undefined> {
    return this.#advance((wanted) => wanted)
  }

  /** Reads the next chunk into `room`. @returns its size in bytes, or undefined at the end */
  next(room: Uint8Array): Promise<number | undefined> {
    return this.#advance((wanted) => this.#source.read(room.subarray(0, wanted)))
  }

  async #advance(read: (wanted: number) => MaybePromise<number>): Promise<number | undefined> {
    if (this.ended) return undefined
    const { size } = this.#source
    const wanted = size === undefined ? this.#chunkSize : Math.min(this.#chunkSize, size - this.nbytes)
    const n = await read(wanted)
    if (size !== undefined && n < wanted) throw changedError(this.#source.name, 'shorter')
    this.ended = size === undefined ? n < this.#chunkSize : this.nbytes + n === size
    // Only an empty input has an empty chunk.
    if (n === 0 && this.nchunks > 0) return undefined
    this.nchunks++
    this.nbytes += n
    this.lastChunk = n
    return n
  }

  get totals(): Totals {
    return { nchunks: this.nchunks, lastChunk: this.lastChunk }
  }

  /** @throws BlpkError IO where the source has more bytes than it said */
  async checkEnd(): Promise<void> {
    const { size, name, place, isPiece } = this.#source
    if (size === undefined || isPiece === true) return
    const byte = new Uint8Array(1)
    const n =
      place === undefined ? await this.#source.read(byte) : readFully(place.fd, byte, place.position + size)
    if (n > 0) throw changedError(name, 'longer')
  }
}

function knownTotals(plan: PackPlan, reader: ChunkReader): Totals | undefined {
  if (plan.size !== undefined && plan.nchunks !== undefined) {
    return { nchunks: plan.nchunks, lastChunk: plan.size - (plan.nchunks - 1) * plan.chunkSize }
  }
  // A pipe that does not fill one chunk has ended before that is written, however many slots there are.
  return reader.ended && reader.nchunks === 1 ? reader.totals : undefined
}

/** Pool for packing so many plain bytes. */
export function packPool(
  params: EncodeParams,
  chunkSize: number,
  size: number | undefined,
  o: RunOptions,
): ThreadPool {
  return new ThreadPool({
    modules: [jobs],
    threads: o.threads,
    callerWorks: o.callerWorks,
    chunkBytes: chunkSize,
    nchunks: size === undefined ? undefined : countChunks(size, chunkSize),
    codec: params.level === 0 ? undefined : codecByName(params.codec),
    work: 'compress',
  })
}

async function packAll(
  plan: PackPlan,
  source: PlainSource,
  sink: CompressedSink,
  o: PackOptions,
  pool: ThreadPool,
) {
  const reader = new ChunkReader(source, plan.chunkSize)
  const room = plan.size === undefined ? plan.chunkSize : Math.min(plan.chunkSize, plan.size)
  let written = 0
  let packed = 0
  let plain = 0
  await inOrder({
    slots: pool.slots,
    signal: o.signal,
    next: async (slot) => {
      const from = pool.reaches(slot.plain(room), slot.packedFor(room)) ? reader.place : undefined
      const n = await (from === undefined ? reader.next(slot.plain(room)) : reader.pass())
      return n === undefined ? undefined : { n, from }
    },
    work: (slot, { n, from }) =>
      encodeChunkIn(pool, plan.params, slot.plain(room).subarray(0, n), slot.packedFor(room), from),
    done: async (slot, { n }, cbytes) => {
      if (written === 0) await sink.begin(plan, knownTotals(plan, reader))
      const bytes = slot.packedFor(room).subarray(0, cbytes)
      const reaches = pool.reaches(slot.plain(room), bytes)
      const to = reaches ? sink.reserve?.(written, cbytes) : undefined
      if (to === undefined) await sink.put(written, bytes)
      written++
      packed += cbytes
      plain += n
      o.onProgress?.({ plain, packed, ...(plan.size !== undefined && { total: plan.size }) })
      return to === undefined ? undefined : { free: pool.write(to, bytes) }
    },
  })
  await reader.checkEnd()
  return reader
}

/**
 * Packs a source into a container: the inner loop of everything that compresses.
 * Memory is bounded by a few chunks a thread, whatever the size of the input.
 * Neither end is closed; the sink is finished, or aborted when anything fails.
 * @throws BlpkError with the code of what failed; nothing is left behind then
 */
export async function pack(
  source: PlainSource,
  sink: CompressedSink,
  options: PackOptions = {},
): Promise<PackResult> {
  let pool: ThreadPool | undefined
  try {
    const plan = await planPack(source, options)
    pool = packPool(plan.params, plan.chunkSize, plan.size, options)
    const reader = await packAll(plan, source, sink, options, pool)
    const cbytes = await sink.finish(reader.totals)
    return { nbytes: reader.nbytes, cbytes, nchunks: reader.nchunks }
  } catch (error) {
    await sink.abort()
    throw interrupted(error, options.signal)
  } finally {
    await pool?.end()
  }
}
