// Ends a request that makes no progress.

import { onAbort } from '../core/signals.js'
import { DEFAULT_TIMEOUT, interruptedError, type NetSettings, TransientError } from './retry.js'

/** Aborts a request that makes no progress, or that is no longer wanted. */
export class Watchdog {
  readonly #controller = new AbortController()
  readonly #timeout: number
  readonly #outer: AbortSignal | undefined
  readonly #name: string
  #timer: ReturnType<typeof setTimeout>
  #late = false
  readonly #unheard: () => void

  constructor(name: string, settings: NetSettings) {
    this.#name = name
    this.#timeout = settings.timeout ?? DEFAULT_TIMEOUT
    this.#outer = settings.signal
    const stop = (): void => this.#controller.abort()
    this.#unheard = onAbort(this.#outer, stop)
    if (this.#outer?.aborted === true) stop()
    this.#timer = this.#wait()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  #wait(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#late = true
      this.#controller.abort()
    }, this.#timeout)
  }

  /** Reports progress. */
  touch(): void {
    clearTimeout(this.#timer)
    this.#timer = this.#wait()
  }

  /** Reports the end of the request. */
  end(): void {
    clearTimeout(this.#timer)
    this.#unheard()
  }

  /** The actual reason of the abort, if the watchdog caused it. */
  reason(error: unknown): unknown {
    if (this.#outer?.aborted === true) return interruptedError(this.#outer)
    if (!this.#late) return error
    const seconds = this.#timeout / 1000
    const message = `'${this.#name}' did not respond for ${seconds} s`
    return new TransientError(message, { path: this.#name }, undefined, 'NETWORK', { option: 'timeout' })
  }
}
