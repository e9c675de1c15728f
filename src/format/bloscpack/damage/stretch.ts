import { asDamage } from '../../../core/errors.js'
import { inOrder } from '../../../engine/in-order.js'
import type { RunOptions } from '../../../engine/options.js'
import type { Slot } from '../../../engine/slot.js'
import { ThreadPool } from '../../../engine/thread-pool.js'
import { jobs } from '../blosc1-job.js'
import { decodeChunkIn } from '../chunk-work.js'
import { codecOf } from '../unpack.js'
import { isTight } from './extent.js'
import { type LoadedChunk, loadChunk } from './load-chunk.js'
import { asUnread, type ChunkProbe, type FoundChunk } from './probe.js'

interface Job {
  chunk: FoundChunk
  /** Undefined where the chunk is known to be sound. */
  loaded?: LoadedChunk
}

/**
 * Proves chunks that lie one behind the other in threads. It only finds sound chunks sooner: the probe looks at any
 * other chunk by itself and says what is wrong.
 */
export class StretchProver {
  readonly #probe: ChunkProbe
  readonly #o: RunOptions
  #pool: ThreadPool | undefined
  /** Plain size of the largest chunk that the pool is for, in bytes. */
  #chunkBytes = 0

  constructor(probe: ChunkProbe, o: RunOptions) {
    this.#probe = probe
    this.#o = o
  }

  /** The pool, of a size for chunks like this one. */
  #poolFor({ position, end, header }: FoundChunk, most: number): ThreadPool {
    if (this.#pool !== undefined) return this.#pool
    const { source, decodes } = this.#probe
    const { threads, callerWorks } = this.#o
    this.#chunkBytes = header.nbytes
    const bySize = Math.ceil((source.size - position) / (end - position))
    this.#pool = new ThreadPool({
      modules: [jobs],
      threads,
      callerWorks,
      chunkBytes: header.nbytes,
      nchunks: Number.isFinite(most) ? most : bySize,
      codec: decodes ? codecOf(header) : undefined,
      work: 'decompress',
      arena: this.#probe.arena,
    })
    return this.#pool
  }

  /**
   * Goes on behind a sound chunk for as long as chunks are sound.
   * @param most how many chunks to look at
   * @param take is told of each in turn
   * @throws the signal's reason; BlpkError IO
   */
  async run(after: FoundChunk, most: number, take: (chunk: FoundChunk) => void): Promise<void> {
    if (most < 1) return
    const pool = this.#poolFor(after, most)
    // The probe does it in half the memory.
    if (pool.isAlone) return
    let at = after.end
    let started = 0
    let isOver = false
    const beyond: FoundChunk[] = []
    await inOrder<Slot, Job, FoundChunk | undefined>({
      slots: pool.slots,
      signal: this.#o.signal,
      next: async (slot) => {
        if (isOver || started === most) return undefined
        const job = await this.#nextJob(pool, slot, at)
        started++
        at = job?.chunk.end ?? at
        return job
      },
      work: (_slot, job) => this.#prove(pool, job),
      done: async (_slot, _job, chunk) => {
        isOver ||= chunk === undefined
        if (chunk === undefined) return undefined
        if (isOver) beyond.push(chunk)
        else take(chunk)
        return undefined
      },
    })
    this.#probe.remember(beyond)
  }

  async #nextJob(pool: ThreadPool, slot: Slot, position: number): Promise<Job | undefined> {
    const { source, digestBytes } = this.#probe
    if (position === source.size) return undefined
    const known = this.#probe.remembered(position)
    if (known !== undefined) return { chunk: known }
    const header = await this.#probe.headerAt(position).catch((error) => asDamage(error) && undefined)
    if (header === undefined || header.nbytes > this.#chunkBytes) return undefined
    const chunk = { position, end: position + header.cbytes + digestBytes, header }
    const loaded = await loadChunk(pool, slot, source, chunk)
    return loaded && { chunk, loaded }
  }

  async #prove(pool: ThreadPool, { chunk, loaded }: Job): Promise<FoundChunk | undefined> {
    if (loaded === undefined) return chunk
    const { checksum, decodes } = this.#probe
    const params = { checksum, checkOnly: !decodes, place: { offset: chunk.position } }
    const failure = await decodeChunkIn(pool, params, loaded.packed, loaded.plain, {
      from: loaded.from,
    }).then(() => undefined, asDamage)
    if (checksum === 'None' && !isTight(loaded.packed, chunk.header)) return undefined
    return failure === undefined ? chunk : asUnread(chunk, failure)
  }

  async end(): Promise<void> {
    await this.#pool?.end()
  }
}
