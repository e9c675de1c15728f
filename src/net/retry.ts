// When a failed request is retried, how long that waits, and what the final error says.

import type { Advice } from '../core/advice.js'
import { BlpkError, type ErrorCode, type ErrorPlace, interruptedError, reworded } from '../core/errors.js'
import { onAbort } from '../core/signals.js'

/** Patience of requests. */
export interface NetSettings {
  /** Abort a request after this many milliseconds without progress. Default: 30 s. */
  timeout?: number
  /** Number of retries. Default: 5. */
  retries?: number
  /** Aborts everything in progress. */
  signal?: AbortSignal | undefined
}

export const DEFAULT_TIMEOUT = 30_000
const DEFAULT_RETRIES = 5
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 20_000
/**
 * Bytes that a response must bring to count as progress; this many responses with less may break off per
 * range.
 */
const REAL_PROGRESS = 64 * 1024
const MAX_BREAKS = 20

/** A failure that may be temporary: busy servers, dropped connections. */
export class TransientError extends BlpkError {
  /** Requested waiting time of the server, in milliseconds. */
  readonly pause: number | undefined

  constructor(
    message: string,
    place: ErrorPlace = {},
    pause?: number,
    code: ErrorCode = 'NETWORK',
    advice?: Advice,
  ) {
    super(code, message, place, undefined, advice)
    this.pause = pause
  }
}

export { interruptedError }

/** Waits, but no longer than until the signal. @throws BlpkError INTERRUPTED */
export async function pauseFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      done()
      resolve()
    }, ms)
    const done = onAbort(signal, () => {
      clearTimeout(timer)
      done()
      reject(interruptedError(signal))
    })
  })
}

/**
 * Counts attempts, and waits between them: longer each time, at random, so that clients do not retry
 * together.
 */
export class Retries {
  readonly #settings: NetSettings
  #failed = 0

  constructor(settings: NetSettings) {
    this.#settings = settings
  }

  /** Restarts the count, after some progress. */
  reset(): void {
    this.#failed = 0
  }

  /** Waits before the next attempt. @throws the error itself if it is permanent, or occurred too often */
  async after(error: unknown): Promise<void> {
    const { retries = DEFAULT_RETRIES, signal } = this.#settings
    if (signal?.aborted === true) throw interruptedError(signal)
    if (!(error instanceof TransientError)) throw error
    if (this.#failed >= retries) throw given(error, this.#failed)
    const backOff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failed) * (0.5 + Math.random())
    this.#failed++
    await pauseFor(Math.min(LONGEST_PAUSE, Math.max(backOff, error.pause ?? 0)), signal)
  }
}

/**
 * Fills `into` piece by piece, and requests what is missing again. The count of attempts restarts after
 * progress, but a server that sends a few bytes and breaks off each time is given up.
 * @param more fetches into the rest: returns the number of bytes, and the error to report if they are too few
 */
export async function filling(
  settings: NetSettings,
  into: Uint8Array,
  more: (done: number) => Promise<[nbytes: number, error: unknown]>,
): Promise<void> {
  const retries = new Retries(settings)
  for (let done = 0, breaks = 0; done < into.length; ) {
    try {
      const [n, error] = await more(done)
      done += n
      if (n > 0) retries.reset()
      if (n < REAL_PROGRESS && done < into.length && ++breaks >= MAX_BREAKS) throw brokenOff(error, breaks)
      if (done < into.length) throw error
    } catch (error) {
      await retries.after(error)
    }
  }
}

function brokenOff(error: unknown, breaks: number): unknown {
  if (!(error instanceof TransientError)) return error
  const hint = `the response broke off ${breaks} times after less than ${REAL_PROGRESS / 1024} KiB`
  return reworded(error, `${error.message} (${hint})`)
}

function given(error: TransientError, failed: number): BlpkError {
  const { code, message, place, advice } = error
  if (failed === 0) return new BlpkError(code, message, place, undefined, advice)
  const tried = `${message}, tried ${failed + 1} times`
  return new BlpkError(code, tried, place, undefined, advice ?? { option: 'retries' })
}

/** Runs work until it succeeds or fails for good. */
export async function retrying<T>(settings: NetSettings, work: () => Promise<T>): Promise<T> {
  const retries = new Retries(settings)
  for (;;) {
    try {
      return await work()
    } catch (error) {
      await retries.after(error)
    }
  }
}
