// Does work in the calling thread first, and tells when the rest should go to threads.

import { paysOff } from './pools.js'
import type { Workload } from './thread-policy.js'

/** Time between two looks at the pace, in ms: about as long as it takes to hand work to threads and back. */
const LAP = 1
/** To describe a job to another thread, and to wake both, takes the processors about this long, in ms. */
const HAND_OVER = 0.15

/**
 * The pace of a workload in the calling thread. The usual speed of a codec is a poor guide to small reads: blocks that pack a
 * hundredfold are decoded several times as fast as others.
 */
export class Trial {
  readonly #load: Workload
  readonly #start = performance.now()
  #lastLook = this.#start
  #nbytes = 0
  #jobs = 0

  constructor(load: Workload) {
    this.#load = load
  }

  /** @param nbytes plain bytes of a finished job */
  add(nbytes: number): void {
    this.#nbytes += nbytes
    this.#jobs++
  }

  /** Whether threads would do the rest sooner. */
  get wantsThreads(): boolean {
    const now = performance.now()
    if (now - this.#lastLook < LAP) return false
    this.#lastLook = now
    return now - this.#start >= HAND_OVER * this.#jobs && paysOff(this.#restAt(now))
  }

  /** The work that is left. */
  get rest(): Workload {
    return this.#restAt(this.#lastLook)
  }

  /** A slow start may be an accident, so no work counts as slower than usual. */
  #restAt(now: number): Workload {
    const { nbytes, jobs, speed } = this.#load
    const measured = this.#nbytes / 1000 / Math.max(now - this.#start, 0.001)
    return {
      ...this.#load,
      nbytes: Math.max(0, nbytes - this.#nbytes),
      jobs: Math.max(0, jobs - this.#jobs),
      speed: Math.max(speed, measured),
    }
  }
}

/** The trial of a workload of many small jobs; a single large one would keep the threads waiting. */
export function trialOf(load: Workload): Trial | undefined {
  return load.nbytes / load.jobs / 1000 / load.speed <= LAP ? new Trial(load) : undefined
}
