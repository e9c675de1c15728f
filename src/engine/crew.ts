import { availableParallelism } from 'node:os'
import type { Codec } from '../codecs/codec.js'
import { Arena, Workspace } from '../kernels/workspace.js'
import type { FilePlace } from '../sources/file-place.js'
import { type FilePlaces, Hand } from './hand.js'
import { ChunkWorker, type DecodeParams, type EncodeParams } from './job.js'
import { Roster } from './roster.js'
import { MAX_ARENA_CHUNK, Slot } from './slot.js'

/** A worker thread starts in about this time, in ms; what takes less is done sooner without. */
const WORKER_START = 40
/** Chunks in flight for each worker: one in work, others waiting for it or for their turn to be written. */
const SLOTS_PER_THREAD = 4
/** All slots together, in bytes. */
const SLOT_BUDGET = 96 * 2 ** 20

export interface CrewOptions {
  /** Threads that compress or decompress; all cores where it is not given. */
  threads?: number | undefined
  /** Plain size of a chunk, in bytes. */
  chunkBytes: number
  /** How many chunks there are, where it is known. */
  nchunks?: number | undefined
  /** What most of the chunks are packed with; undefined where they are only stored or checked. */
  codec?: Codec | undefined
  work: 'compress' | 'decompress'
}

/** How many threads the work is worth. */
function usefulThreads(o: CrewOptions): number {
  const threads = Math.max(1, o.threads ?? availableParallelism())
  const fitting = Math.max(1, Math.floor(SLOT_BUDGET / (2 * Math.max(1, o.chunkBytes))))
  if (threads === 1 || fitting < 2 || o.chunkBytes > MAX_ARENA_CHUNK) return 1
  if (o.nchunks === undefined) return Math.min(threads, fitting)
  const speed = o.codec?.speed[o.work] ?? 4000
  const milliseconds = (o.nchunks * o.chunkBytes) / 1000 / speed
  if (milliseconds < 2 * WORKER_START) return 1
  return Math.min(threads, fitting, o.nchunks)
}

/** Those who do the work on chunks: worker threads, or the calling thread. */
export class Crew {
  readonly arena = new Arena()
  readonly slots: Slot[]
  readonly #hands: Hand[] = []
  readonly #roster = new Roster(this.#hands)
  #lane: Lane | undefined

  constructor(options: CrewOptions) {
    const threads = usefulThreads(options)
    const hands = threads === 1 ? 0 : threads + (options.codec?.waits === true ? 1 : 0)
    for (let i = 0; i < hands; i++) this.#hands.push(new Hand(this.arena))
    const slots = threads === 1 ? 1 : threads * SLOTS_PER_THREAD
    this.slots = Array.from({ length: slots }, () => new Slot(this.arena))
  }

  /** Do workers work on these bytes? Then they can also read and write them from and to files. */
  reaches(plain: Uint8Array, packed: Uint8Array): boolean {
    return this.#hands.length > 0 && isShared(plain) && isShared(packed)
  }

  /**
   * Packs a chunk; see {@link ChunkWorker.encode}.
   * @param from where the worker reads the plain bytes first; only if {@link reaches}
   */
  encode(params: EncodeParams, plain: Uint8Array, packed: Uint8Array, from?: FilePlace): Promise<number> {
    if (this.reaches(plain, packed))
      return this.#roster.add((hand) => hand.encode(params, plain, packed, from))
    return this.#ownLane.run((worker) => worker.encode(params, plain, packed))
  }

  /** Writes bytes of the arena to a file; only if {@link reaches}. */
  async write(to: FilePlace, bytes: Uint8Array): Promise<void> {
    await this.#roster.write((hand) => hand.write(to, bytes))
  }

  /**
   * Checks and unpacks a chunk; see {@link ChunkWorker.decode}.
   * @param files where the worker reads and writes; only if {@link reaches}
   */
  async decode(
    params: DecodeParams,
    packed: Uint8Array,
    plain: Uint8Array,
    files: FilePlaces = {},
  ): Promise<void> {
    if (!this.reaches(plain, packed))
      return this.#ownLane.run((worker) => worker.decode(params, packed, plain))
    const { from, to } = files
    await this.#roster.add((hand) => hand.decode(params, plain, packed, { from }))
    if (to !== undefined) await this.write(to, plain)
  }

  get #ownLane(): Lane {
    this.#lane ??= new Lane(this.arena)
    return this.#lane
  }

  /** Ends the worker threads. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.dismiss()))
  }
}

function isShared(bytes: Uint8Array): boolean {
  return bytes.buffer instanceof SharedArrayBuffer
}

/** Work in the calling thread, one chunk after the other, with scratch of its own. */
class Lane {
  readonly #arena: Arena
  #worker: ChunkWorker | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor(arena: Arena) {
    this.#arena = arena
  }

  run<T>(action: (worker: ChunkWorker) => Promise<T>): Promise<T> {
    this.#worker ??= new ChunkWorker(new Workspace(this.#arena))
    const worker = this.#worker
    const result = this.#last.then(() => action(worker))
    this.#last = result.catch(() => {})
    return result
  }
}
