// Serialises the changes of an object, in the order of the calls.

import { closedError } from './errors.js'
import { unlessAborted } from './signals.js'

/** Changes of one object run in the order of their calls. Reads do not wait. */
export class Turns {
  readonly #what: string
  #last: Promise<unknown> = Promise.resolve()
  readonly #reads = new Set<Promise<unknown>>()
  #closing: Promise<void> | undefined

  /** @param what name of the object in messages */
  constructor(what: string) {
    this.#what = what
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError(this.#what)
  }

  /** Runs a change after all earlier ones, whatever their outcome. @throws BlpkError CLOSED */
  async change<T>(action: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    const result = this.#last.then(action)
    this.#last = result.catch(() => {})
    return result
  }

  /**
   * Runs a read immediately.
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

  /** Runs a read after all earlier changes. @throws BlpkError CLOSED */
  async readAfterChanges<T>(action: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    return this.#track(this.#last.then(action))
  }

  /** Resolves when all changes called so far are done. */
  async settled(): Promise<void> {
    for (let last: unknown; last !== this.#last; ) {
      last = this.#last
      await this.#last
    }
  }

  /** Refuses new calls, waits for earlier ones, then runs the action, once. */
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
