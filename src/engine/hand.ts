import { Worker } from 'node:worker_threads'
import { BlpkError } from '../core/errors.js'
import { scarcity } from '../core/io-errors.js'
import type { Arena } from '../kernels/workspace.js'
import { Performer } from './performer.js'
import type { Answer, Message, Task } from './task.js'

/** Who does tasks. */
export interface Hand {
  /** Can it take one more now? The least busy one is asked first. */
  readonly isFree: boolean
  /** Tasks under way, each by its weight. */
  readonly busy: number
  /** It never got to work, and never will. */
  readonly isGone: boolean
  perform(task: Task): Promise<number>
  dismiss(): Promise<void>
}

/** Chunks that a worker holds: one in work, and others so that it does not wait for a caller that works too. */
const HELD = 3

interface Waiting {
  weight: number
  resolve(value: number): void
  reject(error: Error): void
}

/** A worker thread and the tasks that it has not answered yet. It answers in the order of the tasks. */
export class ThreadHand implements Hand {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  readonly #writeWeight: number
  readonly #onChange: () => void
  #isReady: boolean
  #hasStarted = false
  #isGone = false

  /**
   * @param writeWeight how long a write takes, where the work on a chunk takes 1
   * @param how.waits give it tasks only when it has loaded what it needs
   * @param how.onChange called then, and when it turns out that it cannot start
   */
  constructor(arena: Arena, writeWeight: number, how: { waits: boolean; onChange: () => void }) {
    this.#writeWeight = writeWeight
    this.#onChange = how.onChange
    this.#isReady = !how.waits
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: arena.handle })
    this.#worker.on('message', (message: Message) => {
      if (!('isReady' in message)) return this.#settle(message)
      this.#isReady = true
      this.#hasStarted = true
      this.#onChange()
    })
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.unref()
  }

  get busy(): number {
    return this.#waiting.reduce((sum, { weight }) => sum + weight, 0)
  }

  get isGone(): boolean {
    return this.#isGone
  }

  get isFree(): boolean {
    return this.#isReady && !this.#isGone && this.busy < HELD
  }

  perform(task: Task): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#worker.ref()
      const weight = task.kind === 'write' ? this.#writeWeight : 1
      this.#waiting.push({ weight, resolve, reject })
      this.#worker.postMessage(task)
    })
  }

  #settle(answer: Answer): void {
    const first = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker.unref()
    if ('value' in answer) {
      first?.resolve(answer.value)
      return
    }
    const { code, message, place, advice } = answer.error
    first?.reject(new BlpkError(code, message, place, undefined, advice))
  }

  #fail(error: Error): void {
    this.#isGone = true
    if (!this.#hasStarted && scarcity(error) !== undefined) {
      // Nothing was begun: others do it.
      for (const { reject } of this.#waiting.splice(0)) reject(new NotStarted())
      this.#onChange()
      return
    }
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new BlpkError('IO', `a worker thread stopped: ${error.message}`, {}, error))
    }
  }

  async dismiss(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** The thread that had a task could not start. */
export class NotStarted extends Error {}

/** The calling thread, which takes a task where no worker is free. Before each, the event loop turns. */
export class OwnHand implements Hand {
  readonly #performer: Performer
  readonly isGone = false
  busy = 0

  constructor(arena: Arena) {
    this.#performer = new Performer(arena)
  }

  get isFree(): boolean {
    return this.busy === 0
  }

  async perform(task: Task): Promise<number> {
    this.busy++
    try {
      await new Promise((resolve) => setImmediate(resolve))
      return await this.#performer.perform(task)
    } finally {
      this.busy--
    }
  }

  async dismiss(): Promise<void> {}
}
