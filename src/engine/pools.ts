// A pool of threads that is kept for a while and lent, and when threads are worth it.

import { availableParallelism } from 'node:os'
import type { JobModule } from './job.js'
import { MAX_ARENA_CHUNK, type Slot } from './slot.js'
import { ThreadPool } from './thread-pool.js'

/** How long a pool without work is kept, in ms: the next slice of an array then has no threads to start. */
const KEPT = 60_000
/** Work that takes less in one thread is done there, in ms: where threads must be started, and where they wait. */
const WORTH_STARTING = 80
const WORTH_ASKING = 2
/** Slots of a run together, in bytes, where there are at least two a thread. */
const SLOT_BUDGET = 128 * 2 ** 20
/** A pool that holds more is not kept, in bytes. */
const MAX_KEPT = 512 * 2 ** 20

interface Kept {
  pool: ThreadPool
  threads: number
  timer?: NodeJS.Timeout
}

let kept: Kept | undefined

/** What is to be done, to tell whether threads are worth their while. */
export interface Workload {
  /** All cores by default. */
  threads?: number | undefined
  /** Pieces that can be worked on at the same time. */
  pieces: number
  /** Plain bytes in all. */
  nbytes: number
  /** How many of them one thread does in a second, in MB. */
  speed: number
  /** What the largest piece takes in the arena, in bytes. */
  slotBytes: number
}

/** How many threads to use; 0 where the calling thread does it sooner. */
export function threadsFor({ threads, pieces, nbytes, speed, slotBytes }: Workload): number {
  const most = Math.min(threads ?? availableParallelism(), pieces)
  if (most < 2 || slotBytes > MAX_ARENA_CHUNK) return 0
  const alone = nbytes / 1000 / speed
  const least = kept?.threads === wantedThreads(threads) ? WORTH_ASKING : WORTH_STARTING
  return alone < least ? 0 : wantedThreads(threads)
}

function wantedThreads(threads: number | undefined): number {
  return threads ?? availableParallelism()
}

function take(threads: number, module: JobModule): Kept {
  const found = kept
  if (found === undefined || found.threads !== threads)
    return { pool: new ThreadPool({ threads, chunkBytes: 1, work: 'compress', modules: [module] }), threads }
  clearTimeout(found.timer)
  kept = undefined
  return found
}

async function giveBack(used: Kept): Promise<void> {
  if (kept !== undefined || used.pool.arena.handle.memory.buffer.byteLength > MAX_KEPT) {
    await used.pool.end()
    return
  }
  kept = used
  used.timer = setTimeout(() => {
    if (kept === used) kept = undefined
    void used.pool.end()
  }, KEPT)
  used.timer.unref()
}

/**
 * Lends a pool for a run, which is kept for a while afterwards. What runs at the same time gets another one.
 * @param how.module of the jobs that the run begins with
 * @param how.slotBytes what a piece takes in the arena, in bytes: large ones get fewer slots
 */
export async function withPool<T>(
  { threads, slotBytes, module }: { threads: number; slotBytes: number; module: JobModule },
  action: (pool: ThreadPool, slots: readonly Slot[]) => Promise<T>,
): Promise<T> {
  const used = take(threads, module)
  const { pool } = used
  const fitting = Math.max(2, Math.floor(SLOT_BUDGET / Math.max(1, slotBytes)))
  try {
    return await action(pool, pool.slots.slice(0, Math.min(pool.slots.length, fitting)))
  } finally {
    await giveBack(used)
  }
}
