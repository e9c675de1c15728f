// Decides if threads are worth it, and how many.

import { availableParallelism } from 'node:os'
import { fitsArena } from './slot.js'

/** Work that takes less in one thread is done there, in ms: where threads must be started, and where they wait. */
const WORTH_STARTING = 80
const WORTH_ASKING = 2
/** Chunks in flight for each thread: one in work, others waiting for it or for their turn to be written. */
const SLOTS_PER_THREAD = 6
/** Slots of a run together, in bytes, if there are more than two. */
const SLOT_BUDGET = 128 * 2 ** 20
/** The calling thread is not kept from its events for longer than about this, in ms. */
const LONGEST_OWN_JOB = 50
/** A packed chunk is written about as fast as this many MB of plain bytes in a second. */
const WRITE_SPEED = 2500

/** About how fast a thread goes over what is only stored, checked or repeated, in MB/s. */
export const COPY_SPEED = 4000

/** What is to be done. */
export interface Workload {
  /** All cores by default. */
  threads?: number | undefined
  callerWorks?: boolean | undefined
  /** Jobs that can be done at the same time; Infinity if nobody knows how many there will be. */
  jobs: number
  /** Plain bytes in all. */
  nbytes: number
  /** How many of them one thread does in a second, in MB. */
  speed: number
  /** What the largest job takes in the arena, in bytes. */
  slot: { plain: number; packed: number }
  /** Plain bytes of a job, where they are not those in its slot. */
  jobBytes?: number
  /** Are packed bytes written? They take less time than the work on their chunk. */
  packs?: boolean
}

/** Who does it. */
export interface Team {
  workers: number
  /** Does the calling thread do jobs too? */
  own: boolean
  slots: number
  /** How long a write takes, where a job takes 1. */
  writeWeight: number
}

export function wantedThreads({ threads }: Pick<Workload, 'threads'>): number {
  return threads ?? availableParallelism()
}

/**
 * @param areWaiting are there threads already that have nothing to do?
 * @returns undefined where the calling thread alone does it sooner
 */
export function teamFor(load: Workload, areWaiting: boolean): Team | undefined {
  const { jobs, nbytes, speed, slot, packs, callerWorks, jobBytes = slot.plain } = load
  const fitting = Math.max(2, Math.floor(SLOT_BUDGET / Math.max(1, slot.plain + slot.packed)))
  const threads = Math.min(wantedThreads(load), jobs, fitting)
  if (threads < 2 || !fitsArena(slot.plain) || !fitsArena(slot.packed)) return undefined
  if (nbytes / 1000 / speed < (areWaiting ? WORTH_ASKING : WORTH_STARTING)) return undefined
  const own = callerWorks === true && jobBytes / 1000 / speed <= LONGEST_OWN_JOB
  return {
    workers: own ? threads - 1 : threads,
    own,
    slots: Math.min(threads * SLOTS_PER_THREAD, fitting),
    writeWeight: packs === true ? Math.min(1, speed / WRITE_SPEED) : 1,
  }
}
