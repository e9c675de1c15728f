// Lends threads to runs. An idle pool is kept for a while, so that the next run need not start threads.

import { Alone } from './alone.js'
import type { JobModule } from './job.js'
import { isUndecided, mayUseThreads, teamFor, type Workload, wantedThreads } from './thread-policy.js'
import { ThreadPool } from './thread-pool.js'
import type { Threads } from './threads.js'

/** How long an idle pool is kept, in ms. */
const KEPT = 60_000
/** A pool that holds more memory than this is not kept, in bytes. */
const MAX_KEPT = 512 * 2 ** 20

interface Kept {
  pool: ThreadPool
  /** Maximum number of threads that was requested. */
  wanted: number
  timer?: NodeJS.Timeout
}

let kept: Kept | undefined

function take(wanted: number): Kept {
  if (kept?.wanted !== wanted) return { pool: new ThreadPool(), wanted }
  const found = kept
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

/** Threads for a run, until {@link Lent.end}. */
export interface Lent {
  threads: Threads
  end(): Promise<void>
}

function alone(): Lent {
  const threads = new Alone()
  return { threads, end: async () => threads.end() }
}

/**
 * Lends threads if they pay off, otherwise only the calling thread. Concurrent runs get different threads.
 * @param load undefined for the calling thread alone
 * @param module of the first jobs of the run
 */
export function lendThreads(load: Workload | undefined, module: JobModule): Lent {
  if (load === undefined || !mayUseThreads(load)) return alone()
  const wanted = wantedThreads(load)
  const team = teamFor(load, kept?.wanted === wanted)
  if (team === undefined) return alone()
  const used = take(wanted)
  used.pool.use(team, module)
  return { threads: used.pool, end: () => giveBack(used) }
}

/** Whether threads would be lent for a run. */
export function paysOff(load: Workload): boolean {
  return mayUseThreads(load) && teamFor(load, kept?.wanted === wantedThreads(load)) !== undefined
}

/** Whether only the first chunks can tell if threads pay off for a run. */
export function mustTry(load: Workload): boolean {
  return mayUseThreads(load) && isUndecided(load, kept?.wanted === wantedThreads(load))
}

/** Lends threads for the duration of an action. */
export async function withThreads<T>(
  load: Workload | undefined,
  module: JobModule,
  action: (threads: Threads) => Promise<T>,
): Promise<T> {
  const { threads, end } = lendThreads(load, module)
  try {
    return await action(threads)
  } finally {
    await end()
  }
}
