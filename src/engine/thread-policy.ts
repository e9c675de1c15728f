// Decides whether threads pay off, and how many.

import { availableParallelism } from 'node:os'
import { fitsArena } from './slot.js'

/**
 * Work shorter than this stays in the calling thread, in ms: if threads must be started, and if they are
 * waiting.
 */
export const WORTH_STARTING = 80
const WORTH_ASKING = 2
/**
 * Chunks in flight per thread: one in progress, others waiting for the thread or for being written. Plain bytes are
 * written from the slot, and fewer slots stay in the cache.
 */
const SLOTS_PER_THREAD = { pack: 6, unpack: 4 }
/** A run's slots take about this many bytes, but each thread has one, and there is one more to be written. */
const SLOTS_BYTES = 40 * 2 ** 20
/** Maximum total size of a run's slots in bytes, if there are more than two. */
const SLOT_BUDGET = 128 * 2 ** 20
/** The calling thread does not block its events for longer than about this, in ms. */
const LONGEST_OWN_JOB = 50
/** Approximate speed of writing packed chunks, in MB/s of plain bytes. */
const WRITE_SPEED = 2500

/** Whoever takes longer at the usual speed of the codec gets threads at once, in ms: most data pack half as fast to twice. */
const SURELY_WORTH_STARTING = 2 * WORTH_STARTING

/** Approximate speed of a thread for chunks that are only stored, checked or repeated, in MB/s. */
export const COPY_SPEED = 4000

/** The work of a run. */
export interface Workload {
  /** Default: one per core. */
  threads?: number | undefined
  callerWorks?: boolean | undefined
  /** Jobs that can be done at the same time; Infinity if unknown. */
  jobs: number
  /** Plain bytes in total. */
  nbytes: number
  /** Speed of one thread, in MB/s. */
  speed: number
  /** Space of the largest job in the arena, in bytes. */
  slot: { plain: number; packed: number }
  /** Plain bytes of a job, if different from those in its slot. */
  jobBytes?: number
  /** Whether packed bytes are written. That takes less time than processing the chunk. */
  packs?: boolean
}

/** The threads for a run. */
export interface Team {
  workers: number
  /** Whether the calling thread does jobs too. */
  own: boolean
  slots: number
  /** Relative duration of a write; a job takes 1. */
  writeWeight: number
}

export function wantedThreads({ threads }: Pick<Workload, 'threads'>): number {
  return threads ?? availableParallelism()
}

/** @returns false if the calling thread alone is faster whatever the number of cores, which takes time to ask for */
export function mayUseThreads({ jobs, nbytes, speed }: Workload): boolean {
  return jobs >= 2 && nbytes / 1000 / speed >= WORTH_ASKING
}

/**
 * @param areWaiting whether idle threads already exist
 * @returns undefined if the calling thread alone is faster
 */
export function teamFor(load: Workload, areWaiting: boolean): Team | undefined {
  const { jobs, nbytes, speed, slot, packs, callerWorks, jobBytes = slot.plain } = load
  const slotBytes = Math.max(1, slot.plain + slot.packed)
  const fitting = Math.max(2, Math.floor(SLOT_BUDGET / slotBytes))
  const threads = Math.min(wantedThreads(load), jobs, fitting)
  if (threads < 2 || !fitsArena(slot.plain) || !fitsArena(slot.packed)) return undefined
  if (nbytes / 1000 / speed < (areWaiting ? WORTH_ASKING : WORTH_STARTING)) return undefined
  const own = callerWorks === true && jobBytes / 1000 / speed <= LONGEST_OWN_JOB
  return {
    workers: own ? threads - 1 : threads,
    own,
    slots: Math.min(
      threads * SLOTS_PER_THREAD[packs === true ? 'pack' : 'unpack'],
      Math.max(threads + 1, Math.floor(SLOTS_BYTES / slotBytes)),
      fitting,
    ),
    writeWeight: packs === true ? Math.min(1, speed / WRITE_SPEED) : 1,
  }
}

/**
 * Whether the first chunks must tell if starting threads pays off: data that pack a hundredfold are packed several times as
 * fast as others, and a high level slows a codec down.
 */
export function isUndecided(load: Workload, areWaiting: boolean): boolean {
  if (areWaiting || load.nbytes / 1000 / load.speed >= SURELY_WORTH_STARTING) return false
  return teamFor(load, true)?.own === true
}
