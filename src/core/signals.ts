// Abort signals: callbacks and promises that end early when a signal is aborted.

import { interruptedError } from './errors.js'

/** The functions to call when a signal is aborted. */
class Hub {
  readonly #signal: AbortSignal
  readonly #stops = new Set<() => void>()
  readonly #stop = (): void => {
    for (const stop of [...this.#stops]) stop()
  }

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  add(stop: () => void): void {
    if (this.#stops.size === 0) this.#signal.addEventListener('abort', this.#stop)
    this.#stops.add(stop)
  }

  remove(stop: () => void): void {
    this.#stops.delete(stop)
    if (this.#stops.size === 0) this.#signal.removeEventListener('abort', this.#stop)
  }
}

const hubs = new WeakMap<AbortSignal, Hub>()

/**
 * Calls a function when a signal is aborted. All waits for one signal share one listener, because Node warns
 * of a leak above ten.
 * @returns a function that cancels the wait
 */
export function onAbort(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (signal === undefined) return () => {}
  let hub = hubs.get(signal)
  if (hub === undefined) {
    hub = new Hub(signal)
    hubs.set(signal, hub)
  }
  const known = hub
  // Each wait counts separately, even if two use the same function.
  const own = (): void => stop()
  known.add(own)
  return () => known.remove(own)
}

/**
 * Resolves as the promise does, unless the signal is aborted first. The work then continues, but its result
 * is dropped.
 * @throws BlpkError INTERRUPTED with the reason of the signal as its cause
 */
export async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work()
  if (signal.aborted) throw interruptedError(signal)
  const result = work()
  let done = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    done = onAbort(signal, () => reject(interruptedError(signal)))
  })
  try {
    return await Promise.race([result, aborted])
  } finally {
    done()
    // Abandoned work must not cause an unhandled rejection when it fails.
    result.catch(() => {})
  }
}
