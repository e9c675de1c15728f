// Threads that do jobs on chunks, and the slots that the chunks lie in.

import { availableParallelism } from 'node:os'
import type { FilePlace } from '../bytes/file-place.js'
import type { Codec } from '../codecs/codec.js'
import { scarcity } from '../core/io-errors.js'
import { threadsThatFit } from '../kernels/address-space.js'
import { Arena, Workspace } from '../kernels/workspace.js'
import { CallingThread } from './calling-thread.js'
import { areaOf, type JobModule, type Jobs } from './job.js'
import { JobQueue } from './job-queue.js'
import type { PoolThread } from './pool-thread.js'
import { MAX_ARENA_CHUNK, Slot } from './slot.js'
import { WorkerThread } from './worker-thread.js'

/** A worker thread starts in about this time, in ms; what takes less is done sooner without. */
const WORKER_START = 40
/** A packed chunk is written about as fast as this many MB of plain bytes in a second. */
const WRITE_SPEED = 2500
/** Chunks in flight for each worker: one in work, others waiting for it or for their turn to be written. */
const SLOTS_PER_THREAD = 6
/** All slots together, in bytes. */
const SLOT_BUDGET = 96 * 2 ** 20

/** The calling thread is not kept from its events for longer than about this, in ms. */
const LONGEST_OWN_TASK = 50

export interface PoolOptions {
  /** Does the calling thread work as well, as one of the threads? */
  callerWorks?: boolean | undefined
  /** Threads that compress or decompress; all cores where it is not given. */
  threads?: number | undefined
  /** Plain size of a chunk, in bytes. */
  chunkBytes: number
  /** How many chunks there are, where it is known. */
  nchunks?: number | undefined
  /** What most of the chunks are packed with; undefined where they are only stored or checked. */
  codec?: Codec | undefined
  work: 'compress' | 'decompress'
  /** Modules of the jobs that are to be done: workers load them when they start. */
  modules?: readonly JobModule[]
  /** Where the slots lie; in an arena of its own by default. */
  arena?: Arena
}

/** Who is to work: worker threads, with the calling one or without; or the calling thread alone. */
interface Size {
  workers: number
  own: boolean
}

/** How many at once the chunks allow. */
function mostAtOnce({ threads = availableParallelism(), chunkBytes, nchunks }: PoolOptions): number {
  if (chunkBytes > MAX_ARENA_CHUNK) return 1
  const fitting = Math.floor(SLOT_BUDGET / (2 * Math.max(1, chunkBytes)))
  return Math.max(1, Math.min(threads, fitting, nchunks ?? Number.POSITIVE_INFINITY))
}

/** How long one thread takes for a chunk, in ms. */
function timeForChunk({ chunkBytes, codec, work }: PoolOptions): number {
  return chunkBytes / 1000 / (codec?.traits.speed[work] ?? 4000)
}

/** How long a write takes, where the work on its chunk takes 1; what is unpacked takes as long to write. */
function writeWeight({ codec, work }: PoolOptions): number {
  return work === 'compress' ? Math.min(1, (codec?.traits.speed.compress ?? WRITE_SPEED) / WRITE_SPEED) : 1
}

function sizeOf(o: PoolOptions): Size {
  const threads = mostAtOnce(o)
  if (threads === 1) return { workers: 0, own: false }
  const each = timeForChunk(o)
  const alone = each * (o.nchunks ?? Number.POSITIVE_INFINITY)
  if (alone < 2 * WORKER_START) return { workers: 0, own: false }
  const own = o.callerWorks === true && each <= LONGEST_OWN_TASK
  return { workers: own ? threads - 1 : threads, own }
}

/** Threads that do jobs: workers, or the calling thread. */
export class ThreadPool {
  readonly arena: Arena
  readonly slots: Slot[]
  readonly #modules = new Map<string, JobModule>()
  readonly #threads: PoolThread[] = []
  readonly #queue = new JobQueue(this.#threads, () => this.#callingThread())
  readonly #alone: Alone

  constructor(options: PoolOptions) {
    this.arena = options.arena ?? new Arena()
    const { workers, own } = sizeOf(options)
    const most = workers === 0 ? 0 : Math.min(workers, threadsThatFit())
    for (let i = 0; i < most && this.#startThread(options, own); i++);
    // Where the system gives no threads, the calling one does their jobs.
    if (own || (workers > 0 && this.#threads.length === 0)) this.#threads.push(this.#callingThread())
    this.#alone = new Alone(this.arena)
    const slots = this.#threads.length > 0 ? mostAtOnce(options) * SLOTS_PER_THREAD : 1
    this.slots = Array.from({ length: slots }, () => new Slot(this.arena))
  }

  #callingThread(): PoolThread {
    return new CallingThread(this.arena, async (url) => {
      const module = this.#modules.get(url)
      if (module === undefined) throw new Error(`no job of ${url} was asked for`)
      return module
    })
  }

  /** @returns false where the system gives no more threads */
  #startThread(options: PoolOptions, own: boolean): boolean {
    try {
      this.#threads.push(
        new WorkerThread(this.arena, {
          modules: (options.modules ?? []).map(({ url }) => url),
          writeWeight: writeWeight(options),
          // Until it runs, the calling thread does everything, if that works too.
          waits: own,
          onChange: () => this.#queue.dispatch(),
        }),
      )
      return true
    } catch (error) {
      if (scarcity(error) === undefined) throw error
      return false
    }
  }

  /** Does the calling thread do everything? */
  get isAlone(): boolean {
    return this.#threads.length === 0
  }

  /** Do the threads work on these bytes? Then they can also read and write them from and to files. */
  reaches(...areas: readonly Uint8Array[]): boolean {
    return this.#threads.length > 0 && areas.every(isShared)
  }

  /**
   * Does a job: in one of the threads, or in the calling one if some of the bytes lie outside the arena.
   * @returns what the job returns
   */
  run<J extends Jobs, K extends keyof J & string>(
    module: JobModule<J>,
    name: K,
    params: Parameters<J[K]>[0],
    ...areas: Uint8Array[]
  ): Promise<number> {
    if (!this.reaches(...areas)) return this.#alone.run(module, name, params, areas)
    this.#modules.set(module.url, module)
    return this.#queue.add({ url: module.url, name, params, areas: areas.map(areaOf) })
  }

  /** Writes bytes of the arena to a file; only if {@link reaches}. */
  async write(to: FilePlace, bytes: Uint8Array): Promise<void> {
    await this.#queue.add({ bytes: areaOf(bytes), to })
  }

  /** Ends the worker threads. */
  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }
}

function isShared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof SharedArrayBuffer
}

/** Jobs in the calling thread, one after the other, with scratch of its own. */
class Alone {
  readonly #arena: Arena
  readonly #jobs = new Map<JobModule, Jobs>()
  #ws: Workspace | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(arena: Arena) {
    this.#arena = arena
  }

  run(module: JobModule, name: string, params: unknown, areas: readonly Uint8Array[]): Promise<number> {
    const result = this.#last.then(() => this.#open(module)[name]?.(params, ...areas) ?? 0)
    this.#last = result.catch(() => {})
    return result
  }

  #open(module: JobModule): Jobs {
    const there = this.#jobs.get(module)
    if (there !== undefined) return there
    this.#ws ??= new Workspace(this.#arena)
    const jobs = module.open(this.#ws)
    this.#jobs.set(module, jobs)
    return jobs
  }
}
