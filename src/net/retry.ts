// When a request that failed is tried again, how long that waits, and what is said in the end.

import type { Advice } from '../core/advice.js'
import { BlpkError, type ErrorCode, type ErrorPlace, interruptedError, reworded } from '../core/errors.js'
import { onAbort } from '../core/signals.js'

/** How patient requests are. */
export interface NetSettings {
  /** A request without any progress for so many milliseconds is given up; default 30 s. */
  timeout?: number
  /** How often a request is tried again, default 5. */
  retries?: number
  /** Ends everything that is under way. */
  signal?: AbortSignal | undefined
}

export const DEFAULT_TIMEOUT = 30_000
const DEFAULT_RETRIES = 5
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 20_000
/** Bytes that an answer must bring to count as one that got on; of others so many may break off, for one range. */
const REAL_PROGRESS = 64 * 1024
const MAX_BREAKS = 20

/** A failure that may pass by itself: busy servers, dropped connections. */
export class TransientError extends BlpkError {
  /** How long the server asks to wait, in milliseconds. */
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

/** Counts tries, and waits between them: longer each time, by chance, so that many clients do not come at once. */
export class Retries {
  readonly #settings: NetSettings
  #failed = 0

  constructor(settings: NetSettings) {
    this.#settings = settings
  }

  /** Starts to count again, after some progress. */
  reset(): void {
    this.#failed = 0
  }

  /**
   * Waits before the next try.
   * @throws the error itself where it does not pass by waiting, or came too often
   */
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
 * Fills `into` with what comes piece by piece, and asks again for what is missing. Tries start to count again after
 * progress, but a server that sends a few bytes and breaks off each time is given up.
 * @param more fetches into the rest: how many bytes came, and the error that counts if they are too few
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
  const hint = `the answer broke off ${breaks} times after less than ${REAL_PROGRESS / 1024} KiB`
  return reworded(error, `${error.message} (${hint})`)
}

function given(error: TransientError, failed: number): BlpkError {
  const { code, message, place, advice } = error
  if (failed === 0) return new BlpkError(code, message, place, undefined, advice)
  const tried = `${message}, tried ${failed + 1} times`
  return new BlpkError(code, tried, place, undefined, advice ?? { option: 'retries' })
}

/** Runs work until it succeeds, or fails for good. */
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
