// A worker thread of a pool, from the calling thread's view.

import type { Worker } from 'node:worker_threads'
import { BlpkError } from '../core/errors.js'
import { scarcity } from '../core/io-errors.js'
import { workerThreads } from '../core/node-modules.js'
import type { Arena, ArenaHandle } from '../kernels/workspace.js'
import type { Answer, Call, Message, Request, WorkerStart } from './job.js'
import type { PoolThread } from './pool-thread.js'
import { preparations } from './preparation.js'

/** Calls that a worker holds: one in progress, and others so that it need not wait for a busy caller. */
const MOST_HELD = 3

interface Waiting {
  weight: number
  resolve(value: number): void
  reject(error: Error): void
}

/** The thread of a call could not start. */
export class NotStarted extends Error {}

export interface WorkerOptions {
  /** Modules that it will need. */
  modules: readonly string[]
  /** Give it calls only after it has loaded everything. */
  waits: boolean
  /** Called then, and if it cannot start. */
  onChange: () => void
}

/** A worker and its unanswered calls. It answers in the order of the calls. */
export class WorkerThread implements PoolThread {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []
  readonly #onChange: () => void
  #prepared = 0
  #isReady: boolean
  #hasStarted = false
  #isGone = false

  constructor(arena: Arena, { modules, waits, onChange }: WorkerOptions) {
    this.#onChange = onChange
    this.#isReady = !waits
    const workerData: WorkerStart<ArenaHandle> = { arena: arena.handle, modules }
    this.#worker = new (workerThreads().Worker)(new URL('./worker.js', import.meta.url), { workerData })
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
    return this.#isReady && !this.#isGone && this.busy < MOST_HELD
  }

  /** It need not wait until everything is loaded. */
  takeAtOnce(): void {
    this.#isReady = true
  }

  run(call: Call, weight: number): Promise<number> {
    this.#prepare()
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#worker.ref()
      this.#waiting.push({ weight, resolve, reject })
      this.#send(call)
    })
  }

  #send(request: Request): void {
    this.#worker.postMessage(request)
  }

  #prepare(): void {
    const all = preparations()
    if (this.#prepared === all.length) return
    this.#send({ prepare: all.slice(this.#prepared) })
    this.#prepared = all.length
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
      // Nothing was started: other threads take the calls.
      for (const { reject } of this.#waiting.splice(0)) reject(new NotStarted())
      this.#onChange()
      return
    }
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new BlpkError('IO', `a worker thread stopped: ${error.message}`, {}, error))
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}
