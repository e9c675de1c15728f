// Gives signals and timers a chance to run during long stretches of synchronous work.

/** Signals and timers wait no longer than this while nothing else makes the event loop turn, in milliseconds. */
const LONGEST_TURN = 30

/** Lets the event loop turn now and then. */
export class EventTurns {
  #last = performance.now()

  get isDue(): boolean {
    return performance.now() - this.#last >= LONGEST_TURN
  }

  /** Gives the event loop its turn, if that is due. */
  async rest(): Promise<void> {
    if (!this.isDue) return
    await new Promise((resolve) => setImmediate(resolve))
    this.#last = performance.now()
  }
}
