// Decides which thread of a pool does which job next.

import type { Call } from './job.js'
import type { PoolThread } from './pool-thread.js'
import { NotStarted } from './worker-thread.js'

interface Waiting {
  call: Call
  resolve(value: number): void
  reject(error: unknown): void
}

/**
 * Calls that wait for a thread. Writes go first, and only one thread writes at a time: a file takes one
 * writer, and a second one would spin on its lock instead of compressing.
 */
export class JobQueue {
  #threads: PoolThread[] = []
  #writeWeight = 1
  readonly #spare: () => PoolThread
  readonly #jobs: Waiting[] = []
  readonly #writes: Waiting[] = []
  /** The writing thread, and the number of its pending writes. */
  #writer: PoolThread | undefined
  #writing = 0

  /** @param spare processes calls that no thread can take */
  constructor(spare: () => PoolThread) {
    this.#spare = spare
  }

  /** @param writeWeight how long a write takes, if a job takes 1 */
  use(threads: PoolThread[], writeWeight: number): void {
    this.#threads = threads
    this.#writeWeight = writeWeight
  }

  /** Gives the call to the first thread that is free enough. */
  add(call: Call): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#lineOf(call).push({ call, resolve, reject })
      this.dispatch()
    })
  }

  #lineOf(call: Call): Waiting[] {
    return 'to' in call ? this.#writes : this.#jobs
  }

  /** Distributes the waiting calls; call it when a thread becomes free. */
  dispatch(): void {
    if (this.#threads.length > 0 && this.#threads.every(({ isGone }) => isGone))
      this.#threads.push(this.#spare())
    while (this.#startWrite() || this.#startJob());
  }

  #startWrite(): boolean {
    if (this.#writes.length === 0) return false
    const thread = this.#writing > 0 ? this.#writer : this.#leastBusy()
    if (thread?.isFree !== true) return false
    this.#writer = thread
    this.#writing++
    this.#start(thread, this.#writes.shift(), () => this.#writing--)
    return true
  }

  #startJob(): boolean {
    const thread = this.#jobs.length === 0 ? undefined : this.#leastBusy()
    if (thread === undefined) return false
    this.#start(thread, this.#jobs.shift(), () => {})
    return true
  }

  #start(thread: PoolThread, waiting: Waiting | undefined, onEnd: () => void): void {
    if (waiting === undefined) return
    thread
      .run(waiting.call, 'to' in waiting.call ? this.#writeWeight : 1)
      .finally(() => {
        onEnd()
        this.dispatch()
      })
      .then(waiting.resolve, (error) => {
        if (!(error instanceof NotStarted)) return waiting.reject(error)
        // Before all later calls.
        this.#lineOf(waiting.call).unshift(waiting)
        this.dispatch()
      })
  }

  /** The first of the least busy threads. */
  #leastBusy(): PoolThread | undefined {
    let best: PoolThread | undefined
    for (const thread of this.#threads) {
      if (thread.isFree && (best === undefined || thread.busy < best.busy)) best = thread
    }
    return best
  }
}
