// Proving chunks of a damaged archive in threads.

import { asDamage } from '../../../core/errors.js'
import type { From } from '../../../engine/fill.js'
import type { RunOptions } from '../../../engine/options.js'
import { type Lent, lendThreads } from '../../../engine/pools.js'
import { type ReadTask, readTasks } from '../../../engine/read-run.js'
import type { Slot } from '../../../engine/slot.js'
import type { Threads } from '../../../engine/threads.js'
import { type DecodeParams, jobs } from '../blosc1-job.js'
import { codecOf, readLoad } from '../unpack.js'
import { isTight } from './extent.js'
import { loadChunk } from './load-chunk.js'
import { asUnread, type ChunkProbe, type FoundChunk } from './probe.js'

/** A chunk to be proved; one without `params` is known to be sound. */
interface Candidate extends ReadTask<DecodeParams & From> {
  chunk: FoundChunk
}

/**
 * Proves chunks that lie one after the other in threads. It only finds sound chunks sooner: the probe looks at any
 * other chunk by itself and says what is wrong.
 */
export class StretchProver {
  readonly #probe: ChunkProbe
  readonly #o: RunOptions
  #lent: Lent | undefined
  /** Plain size of the largest chunk that the threads are for, in bytes. */
  #chunkBytes = 0

  constructor(probe: ChunkProbe, o: RunOptions) {
    this.#probe = probe
    this.#o = o
  }

  /** Threads that suit chunks like this one. */
  #threadsFor({ position, end, header }: FoundChunk, most: number): Threads {
    if (this.#lent !== undefined) return this.#lent.threads
    const { source, decodes } = this.#probe
    this.#chunkBytes = header.nbytes
    const bySize = Math.ceil((source.size - position) / (end - position))
    const count = Number.isFinite(most) ? most : bySize
    const load = readLoad(header.nbytes, count, decodes ? codecOf(header) : undefined, this.#o)
    this.#lent = lendThreads(load, jobs)
    return this.#lent.threads
  }

  /**
   * Goes on after a sound chunk for as long as chunks are sound.
   * @param most how many chunks to look at
   * @param take is told of each in turn
   * @throws the signal's reason; BlpkError IO
   */
  async run(after: FoundChunk, most: number, take: (chunk: FoundChunk) => void): Promise<void> {
    if (most < 1) return
    const threads = this.#threadsFor(after, most)
    // The probe does it in half the memory.
    if (threads.isAlone) return
    let at = after.end
    let started = 0
    let isOver = false
    const beyond: FoundChunk[] = []
    await readTasks(
      {
        threads,
        module: jobs,
        job: 'decode',
        signal: this.#o.signal,
        next: async (slot): Promise<Candidate | undefined> => {
          if (isOver || started === most) return undefined
          const candidate = await this.#nextAt(threads, slot, at)
          started++
          at = candidate?.chunk.end ?? at
          return candidate
        },
        onError: asDamage,
      },
      (candidate, result) => {
        const chunk = this.#judge(candidate, typeof result === 'number' ? undefined : result)
        isOver ||= chunk === undefined
        if (chunk === undefined) return
        if (isOver) beyond.push(chunk)
        else take(chunk)
      },
    )
    this.#probe.remember(beyond)
  }

  async #nextAt(threads: Threads, slot: Slot, position: number): Promise<Candidate | undefined> {
    const { source, digestBytes, checksum, decodes } = this.#probe
    if (position === source.size) return undefined
    const known = this.#probe.remembered(position)
    if (known !== undefined) return { chunk: known, out: slot.plain(0), params: undefined }
    const header = await this.#probe.headerAt(position).catch((error) => asDamage(error) && undefined)
    if (header === undefined || header.nbytes > this.#chunkBytes) return undefined
    const chunk = { position, end: position + header.cbytes + digestBytes, header }
    const loaded = await loadChunk(threads, slot, source, chunk)
    if (loaded === undefined) return undefined
    const { from, packed, out } = loaded
    return {
      chunk,
      out,
      packed,
      params: { checksum, checkOnly: !decodes, place: { offset: position }, from },
    }
  }

  #judge(
    { chunk, params, packed }: Candidate,
    failure: ReturnType<typeof asDamage> | undefined,
  ): FoundChunk | undefined {
    if (params === undefined || packed === undefined) return chunk
    if (this.#probe.checksum === 'None' && !isTight(packed, chunk.header)) return undefined
    return failure === undefined ? chunk : asUnread(chunk, failure)
  }

  async end(): Promise<void> {
    await this.#lent?.end()
  }
}
