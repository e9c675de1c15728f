import { Worker } from 'node:worker_threads'
import { BlpkError } from '../errors.js'
import type { Arena } from '../kernels/workspace.js'
import type { FilePlace } from '../sources/file-place.js'
import type { DecodeParams, EncodeParams } from './job.js'
import type { Answer, Area, Task } from './task.js'

interface Waiting {
  resolve(value: number): void
  reject(error: Error): void
}

/** Where a packed chunk is read from and its plain bytes are written to, where the worker does that itself. */
export interface FilePlaces {
  from?: FilePlace | undefined
  to?: FilePlace | undefined
}

/** Where bytes of the arena lie in it. */
export function areaOf(bytes: Uint8Array): Area {
  return [bytes.byteOffset, bytes.length]
}

/** A worker thread and the tasks that it has not answered yet. It answers in the order of the tasks. */
export class Hand {
  readonly #worker: Worker
  readonly #waiting: Waiting[] = []

  constructor(arena: Arena) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: arena.handle })
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.unref()
  }

  /** Tasks under way. */
  get busy(): number {
    return this.#waiting.length
  }

  encode(params: EncodeParams, plain: Uint8Array, packed: Uint8Array, from?: FilePlace): Promise<number> {
    return this.send({ kind: 'encode', params, plain: areaOf(plain), packed: areaOf(packed), from })
  }

  decode(params: DecodeParams, plain: Uint8Array, packed: Uint8Array, files: FilePlaces): Promise<number> {
    return this.send({ kind: 'decode', params, plain: areaOf(plain), packed: areaOf(packed), ...files })
  }

  write(to: FilePlace, bytes: Uint8Array): Promise<number> {
    return this.send({ kind: 'write', bytes: areaOf(bytes), to })
  }

  /** Gives the worker a task. @returns what it answers */
  send(task: Task): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#worker.ref()
      this.#waiting.push({ resolve, reject })
      this.#worker.postMessage(task)
    })
  }

  #settle(answer: Answer): void {
    const first = this.#waiting.shift()
    if (this.#waiting.length === 0) this.#worker.unref()
    if ('value' in answer) first?.resolve(answer.value)
    else first?.reject(new BlpkError(answer.error.code, answer.error.message, answer.error.place))
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new BlpkError('IO', `a worker thread stopped: ${error.message}`, {}, error))
    }
  }

  async dismiss(): Promise<void> {
    await this.#worker.terminate()
  }
}
