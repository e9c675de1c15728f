// Gives signals and timers a chance to run during long stretches of synchronous work.

import { now } from './clock.js'

/** Maximum delay of signals and timers during synchronous work, in milliseconds. */
const LONGEST_TURN = 30

/** Lets the event loop turn now and then. */
export class EventTurns {
  #last = now()

  get isDue(): boolean {
    return now() - this.#last >= LONGEST_TURN
  }

  /** Lets the event loop turn, if it is due. */
  async rest(): Promise<void> {
    if (!this.isDue) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#last = now()
  }
}
