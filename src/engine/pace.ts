// Decides by the first chunks whether a run in the calling thread should get threads.

import { now } from '../core/clock.js'
import { WORTH_STARTING } from './thread-policy.js'

/** The first chunk takes up to about this much longer, because kernels are compiled while they run, in ms. */
const WARM_UP = 25

/** Measures laps. What other processes took of the core does not count, since they would take it from threads too. */
export class Laps {
  #start = now()
  #cpu = process.cpuUsage()

  /** @returns the time since the last call or the start, in ms */
  lap(): number {
    const time = now()
    const { user, system } = process.cpuUsage(this.#cpu)
    const ms = Math.min(time - this.#start, (user + system) / 1000)
    this.#start = time
    this.#cpu = process.cpuUsage()
    return ms
  }
}

/** How fast the calling thread gets through the chunks of a run. */
export class Pace {
  readonly #nchunks: number
  #done = 0
  /** Durations of the last chunk and of the one before, in ms. */
  #last = Number.POSITIVE_INFINITY
  #before = Number.POSITIVE_INFINITY

  constructor(nchunks: number) {
    this.#nchunks = nchunks
  }

  /** @param ms how long a chunk took, with reading and writing */
  add(ms: number): void {
    this.#before = this.#last
    this.#last = this.#done === 0 ? ms - WARM_UP : ms
    this.#done++
  }

  /** Whether the rest would take so long that starting threads pays off. One slow chunk may be an accident. */
  get wantsThreads(): boolean {
    if (this.#done === 0) return false
    return (this.#nchunks - this.#done) * Math.min(this.#last, this.#before) >= WORTH_STARTING
  }
}
