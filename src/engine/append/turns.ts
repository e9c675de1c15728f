import { BlpkError } from '../../errors.js'
import { pauseFor } from '../../net/retry.js'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2000

/** Waits between tries that were lost to others, at random and longer each time, up to a time-out. */
export class Turns {
  readonly #name: string
  readonly #timeout: number
  readonly #signal: AbortSignal | undefined
  #end: number | undefined
  #lost = 0

  /** @param seconds how long to try again after the first loss; 0 for not at all */
  constructor(name: string, seconds: number, signal: AbortSignal | undefined) {
    this.#name = name
    this.#timeout = seconds
    this.#signal = signal
  }

  /** @throws BlpkError LOCKED where the time is over, INTERRUPTED */
  async next(): Promise<void> {
    const now = performance.now()
    this.#end ??= now + this.#timeout * 1000
    this.#lost++
    if (now >= this.#end) throw this.#late()
    const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#lost)
    await pauseFor(Math.min(Math.random() * most, this.#end - now), this.#signal)
  }

  #late(): BlpkError {
    const times = this.#lost === 1 ? 'once' : `${this.#lost} times in ${this.#timeout} s`
    const message = `others changed '${this.#name}' first, ${times} (see --lock-timeout)`
    return new BlpkError('LOCKED', message, { path: this.#name })
  }
}
