// Worker threads over one shared arena, and optionally the calling thread.

import type { FilePlace } from '../bytes/file-place.js'
import { threadsThatFit } from '../core/address-space.js'
import { scarcity } from '../core/io-errors.js'
import { Arena } from '../kernels/workspace.js'
import { Alone } from './alone.js'
import { CallingThread } from './calling-thread.js'
import { areaOf, type JobModule } from './job.js'
import { JobQueue } from './job-queue.js'
import type { PoolThread } from './pool-thread.js'
import { Slot } from './slot.js'
import type { Team } from './thread-policy.js'
import type { RunJob, Threads } from './threads.js'
import { WorkerThread } from './worker-thread.js'

function isShared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof SharedArrayBuffer
}

export class ThreadPool implements Threads {
  readonly isAlone = false
  readonly arena = new Arena()
  readonly #modules = new Map<string, JobModule>()
  readonly #queue = new JobQueue(() => this.#callingThread)
  readonly #callingThread = new CallingThread(this.arena, async (url) => {
    const module = this.#modules.get(url)
    if (module === undefined) throw new Error(`no job of ${url} was requested`)
    return module
  })
  readonly #slots: Slot[] = []
  readonly #room = new Slot(this.arena)
  #workers: WorkerThread[] = []
  #used = 0
  /** For bytes outside the arena. */
  #alone: Alone | undefined

  /**
   * Prepares threads and slots for a run. There may be fewer than requested if the system provides no more.
   * @param module of the first jobs of the run
   */
  use(team: Team, module: JobModule): void {
    this.#workers = this.#workers.filter(({ isGone }) => !isGone)
    const own = team.own && this.#workers.length <= team.workers
    this.#startWorkers(team.workers - this.#workers.length, own, module)
    // If the system provides no threads, the calling one does their jobs.
    const isAlone = this.#workers.length === 0
    if (!own) for (const worker of this.#workers) worker.takeAtOnce()
    const threads: PoolThread[] = [...this.#workers]
    this.#queue.use(own || isAlone ? [...threads, this.#callingThread] : threads, team.writeWeight)
    while (this.#slots.length < team.slots) this.#slots.push(new Slot(this.arena))
    this.#used = team.slots
  }

  #startWorkers(count: number, own: boolean, module: JobModule): void {
    const most = count < 1 ? 0 : Math.min(count, threadsThatFit())
    for (let i = 0; i < most && this.#startWorker(own, module); i++);
  }

  /** @returns false if the system provides no more threads */
  #startWorker(own: boolean, { url }: JobModule): boolean {
    // Until it runs, the calling thread does everything, if it takes part.
    const options = { modules: [url], waits: own, onChange: () => this.#queue.dispatch() }
    try {
      this.#workers.push(new WorkerThread(this.arena, options))
      return true
    } catch (error) {
      if (scarcity(error) === undefined) throw error
      return false
    }
  }

  get slots(): readonly Slot[] {
    return this.#slots.slice(0, this.#used)
  }

  reaches(...areas: readonly Uint8Array[]): boolean {
    return areas.every(isShared)
  }

  room(nbytes: number): Uint8Array {
    return this.#room.plain(nbytes)
  }

  readonly run: RunJob = (module, name, params, ...areas) => {
    if (!this.reaches(...areas)) {
      this.#alone ??= new Alone()
      return this.#alone.run(module, name, params, ...areas)
    }
    this.#modules.set(module.url, module)
    return this.#queue.add({
      url: module.url,
      name,
      params,
      areas: areas.map((area) => areaOf(this.arena, area)),
    })
  }

  async write(to: FilePlace, bytes: Uint8Array): Promise<void> {
    await this.#queue.add({ bytes: areaOf(this.arena, bytes), to })
  }

  /** Ends the worker threads. */
  async end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()))
  }
}
