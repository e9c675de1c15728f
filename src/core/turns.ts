// Serialises the changes of one object, in the order of the calls.

import { closedError } from './errors.js'
import { unlessAborted } from './signals.js'

/** Changes of one object follow each other in the order of their calls; reads do not wait. */
export class Turns {
  readonly #what: string
  #last: Promise<unknown> = Promise.resolve()
  readonly #reads = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /** @param what messages call it */
  constructor(what: string) {
    this.#what = what
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError(this.#what)
  }

  /** Runs a change after those that were called before, whatever came of them. @throws BlpkError CLOSED */
  async change<T>(action: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    const result = this.#last.then(action)
    this.#last = result.catch(() => {})
    return result
  }

  /**
   * Runs a read at once.
   * @throws BlpkError CLOSED; INTERRUPTED with the reason of the signal as its cause
   */
  async read<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#checkOpen()
    return unlessAborted(() => this.#track(action()), signal)
  }

  #track<T>(reading: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = reading.catch(() => {}).finally(() => this.#reads.delete(ended))
    this.#reads.add(ended)
    return reading
  }

  /** Runs a read when all changes are done that were called before. @throws BlpkError CLOSED */
  async readAfterChanges<T>(action: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    return this.#track(this.#last.then(action))
  }

  /** Is kept when all changes are done that were called up to then. */
  async settled(): Promise<void> {
    for (let last: unknown; last !== this.#last; ) {
      last = this.#last
      await this.#last
    }
  }

  /** Refuses what is called from now on, waits for what was called before, then runs the action, once. */
  close(action: () => unknown): Promise<void> {
    this.#closing ??= this.#end(action)
    return this.#closing
  }

  async #end(action: () => unknown): Promise<void> {
    await this.#last
    await Promise.all(this.#reads)
    await action()
  }
}
