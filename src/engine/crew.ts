import { availableParallelism } from 'node:os'
import type { FilePlace } from '../bytes/file-place.js'
import type { Codec } from '../codecs/codec.js'
import { scarcity } from '../core/io-errors.js'
import { ChunkWorker, type DecodeParams, type EncodeParams } from '../format/bloscpack/chunk-job.js'
import { threadsThatFit } from '../kernels/address-space.js'
import { Arena, Workspace } from '../kernels/workspace.js'
import { type Hand, OwnHand, ThreadHand } from './hand.js'
import { Roster } from './roster.js'
import { MAX_ARENA_CHUNK, Slot } from './slot.js'
import { areaOf, type Task } from './task.js'

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

/** Where a packed chunk is read from and its plain bytes are written to, where no other thread does that. */
export interface FilePlaces {
  from?: FilePlace | undefined
  to?: FilePlace | undefined
}

export interface CrewOptions {
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
  /** Where the slots lie; in an arena of its own by default. */
  arena?: Arena
}

/** Who is to work: worker threads, with the calling one or without; or the calling thread alone. */
interface Size {
  hands: number
  own: boolean
}

/** How many at once the chunks allow. */
function mostAtOnce({ threads = availableParallelism(), chunkBytes, nchunks }: CrewOptions): number {
  if (chunkBytes > MAX_ARENA_CHUNK) return 1
  const fitting = Math.floor(SLOT_BUDGET / (2 * Math.max(1, chunkBytes)))
  return Math.max(1, Math.min(threads, fitting, nchunks ?? Number.POSITIVE_INFINITY))
}

/** How long one thread takes for a chunk, in ms. */
function timeForChunk({ chunkBytes, codec, work }: CrewOptions): number {
  return chunkBytes / 1000 / (codec?.speed[work] ?? 4000)
}

/** How long a write takes, where the work on its chunk takes 1; what is unpacked takes as long to write. */
function writeWeight({ codec, work }: CrewOptions): number {
  return work === 'compress' ? Math.min(1, (codec?.speed.compress ?? WRITE_SPEED) / WRITE_SPEED) : 1
}

function sizeOf(o: CrewOptions): Size {
  const threads = mostAtOnce(o)
  if (threads === 1) return { hands: 0, own: false }
  const each = timeForChunk(o)
  const alone = each * (o.nchunks ?? Number.POSITIVE_INFINITY)
  if (alone < 2 * WORKER_START) return { hands: 0, own: false }
  const own = o.callerWorks === true && each <= LONGEST_OWN_TASK
  return { hands: own ? threads - 1 : threads, own }
}

/** Those who do the work on chunks: worker threads, or the calling thread. */
export class Crew {
  readonly arena: Arena
  readonly slots: Slot[]
  readonly #hands: Hand[] = []
  readonly #roster = new Roster(this.#hands, () => new OwnHand(this.arena))
  readonly #lane: Lane

  constructor(options: CrewOptions) {
    this.arena = options.arena ?? new Arena()
    const { hands, own } = sizeOf(options)
    const most = hands === 0 ? 0 : Math.min(hands, threadsThatFit())
    for (let i = 0; i < most && this.#startThread(options, own); i++);
    // Where the system gives no threads, the calling one does their tasks.
    if (own || (hands > 0 && this.#hands.length === 0)) this.#hands.push(new OwnHand(this.arena))
    this.#lane = new Lane(this.arena)
    const slots = this.#hands.length > 0 ? mostAtOnce(options) * SLOTS_PER_THREAD : 1
    this.slots = Array.from({ length: slots }, () => new Slot(this.arena))
  }

  /** @returns false where the system gives no more threads */
  #startThread(options: CrewOptions, own: boolean): boolean {
    try {
      // Until it runs, the calling thread does everything, if that works too.
      const onChange = (): void => this.#roster.dispatch()
      this.#hands.push(new ThreadHand(this.arena, writeWeight(options), { waits: own, onChange }))
      return true
    } catch (error) {
      if (scarcity(error) === undefined) throw error
      return false
    }
  }

  /** Does the calling thread do everything? */
  get isAlone(): boolean {
    return this.#hands.length === 0
  }

  /** Do the hands work on these bytes? Then they can also read and write them from and to files. */
  reaches(plain: Uint8Array, packed: Uint8Array): boolean {
    return this.#hands.length > 0 && isShared(plain) && isShared(packed)
  }

  /**
   * Packs a chunk; see {@link ChunkWorker.encode}.
   * @param from where the worker reads the plain bytes first; only if {@link reaches}
   */
  encode(params: EncodeParams, plain: Uint8Array, packed: Uint8Array, from?: FilePlace): Promise<number> {
    if (this.reaches(plain, packed))
      return this.#roster.add({ kind: 'encode', params, plain: areaOf(plain), packed: areaOf(packed), from })
    return this.#lane.run((worker) => worker.encode(params, plain, packed))
  }

  /** Writes bytes of the arena to a file; only if {@link reaches}. */
  async write(to: FilePlace, bytes: Uint8Array): Promise<void> {
    await this.#roster.add({ kind: 'write', bytes: areaOf(bytes), to })
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
    if (!this.reaches(plain, packed)) return this.#lane.run((worker) => worker.decode(params, packed, plain))
    const { from, to } = files
    await this.#roster.add({ kind: 'decode', params, plain: areaOf(plain), packed: areaOf(packed), from })
    if (to !== undefined) await this.write(to, plain)
  }

  /** Gives a task to a worker; only where there are some. @returns what it answers */
  assign(task: Task): Promise<number> {
    return this.#roster.add(task)
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
