import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { BlpkError } from '../errors.js'
import { Arena, Workspace } from '../kernels/workspace.js'
import { ChunkWorker, type DecodeParams, type EncodeParams } from './job.js'
import { MAX_ARENA_CHUNK, Slot } from './slot.js'
import type { Answer, Area, Task } from './worker.js'

/** Inputs of fewer chunks than this are worked on in the calling thread: workers take longer to start. */
const MIN_CHUNKS_FOR_WORKERS = 6
/** Chunks in flight for each worker: one in work, one waiting, one being read or written. */
const SLOTS_PER_WORKER = 3
/** All slots together, in bytes. */
const SLOT_BUDGET = 96 * 2 ** 20

export interface CrewOptions {
  /** Threads that compress or decompress; all cores where it is not given. */
  threads?: number | undefined
  /** Plain size of a chunk, in bytes. */
  chunkBytes: number
  /** How many chunks there are, where it is known. */
  nchunks?: number | undefined
}

interface Waiting {
  resolve(value: number): void
  reject(error: Error): void
}

/** A worker thread and the tasks that it has not answered yet. */
class Hand {
  readonly #worker: Worker
  readonly waiting: Waiting[] = []

  constructor(arena: Arena) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: arena.handle })
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.unref()
  }

  send(task: Task): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) this.#worker.ref()
      this.waiting.push({ resolve, reject })
      this.#worker.postMessage(task)
    })
  }

  #settle(answer: Answer): void {
    const first = this.waiting.shift()
    if (this.waiting.length === 0) this.#worker.unref()
    if ('value' in answer) first?.resolve(answer.value)
    else first?.reject(new BlpkError(answer.error.code, answer.error.message, answer.error.place))
  }

  #fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) {
      reject(new BlpkError('IO', `a worker thread stopped: ${error.message}`, {}, error))
    }
  }

  async dismiss(): Promise<void> {
    await this.#worker.terminate()
  }
}

function areaOf(bytes: Uint8Array): Area {
  return [bytes.byteOffset, bytes.length]
}

/** Those who do the work on chunks: worker threads, or the calling thread for small or huge ones. */
export class Crew {
  readonly arena: Arena
  readonly slots: Slot[]
  readonly #hands: Hand[]
  #own: ChunkWorker | undefined

  constructor(options: CrewOptions) {
    this.arena = new Arena()
    const threads = options.threads ?? availableParallelism()
    const fitting = Math.max(1, Math.floor(SLOT_BUDGET / (2 * Math.max(1, options.chunkBytes))))
    const few = (options.nchunks ?? Number.POSITIVE_INFINITY) < MIN_CHUNKS_FOR_WORKERS
    const alone = threads <= 1 || few || fitting < 2 || options.chunkBytes > MAX_ARENA_CHUNK
    const hands = alone ? 0 : Math.min(threads, fitting, options.nchunks ?? threads)
    this.#hands = Array.from({ length: hands }, () => new Hand(this.arena))
    const slots = alone ? 1 : Math.min(fitting, hands * SLOTS_PER_WORKER)
    this.slots = Array.from({ length: slots }, () => new Slot(this.arena))
  }

  /** Packs a chunk; see {@link ChunkWorker.encode}. */
  encode(params: EncodeParams, plain: Uint8Array, packed: Uint8Array): Promise<number> {
    const hand = this.#handFor(plain, packed)
    if (hand === undefined) return this.#self().encode(params, plain, packed)
    return hand.send({ kind: 'encode', params, plain: areaOf(plain), packed: areaOf(packed) })
  }

  /** Checks and unpacks a chunk; see {@link ChunkWorker.decode}. */
  async decode(params: DecodeParams, packed: Uint8Array, plain: Uint8Array): Promise<void> {
    const hand = this.#handFor(plain, packed)
    if (hand === undefined) await this.#self().decode(params, packed, plain)
    else await hand.send({ kind: 'decode', params, plain: areaOf(plain), packed: areaOf(packed) })
  }

  #self(): ChunkWorker {
    this.#own ??= new ChunkWorker(new Workspace(this.arena))
    return this.#own
  }

  /** Workers reach only what lies in the arena. */
  #handFor(plain: Uint8Array, packed: Uint8Array): Hand | undefined {
    const shared = plain.buffer instanceof SharedArrayBuffer && packed.buffer instanceof SharedArrayBuffer
    return shared ? this.#leastBusy() : undefined
  }

  #leastBusy(): Hand | undefined {
    let best: Hand | undefined
    for (const hand of this.#hands) {
      if (best === undefined || hand.waiting.length < best.waiting.length) best = hand
    }
    return best
  }

  /** Ends the worker threads. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.dismiss()))
  }
}
