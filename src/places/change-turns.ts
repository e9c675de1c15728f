// Changes of versioned places: a writer that loses the race starts over with the new version.

import type { VersionedEditable } from '../bytes/editable.js'
import { now } from '../core/clock.js'
import { BlpkError } from '../core/errors.js'
import { DEFAULT_LOCK_TIMEOUT } from '../disk/changing-file.js'
import { pauseFor } from '../net/retry.js'

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2000

/** Waits between lost attempts, at random and longer each time, up to a timeout. */
class Turns {
  readonly #name: string
  readonly #timeout: number
  readonly #signal: AbortSignal | undefined
  #end: number | undefined
  #lost = 0

  /** @param seconds how long to retry after the first loss; 0 for not at all */
  constructor(name: string, seconds: number, signal: AbortSignal | undefined) {
    this.#name = name
    this.#timeout = seconds
    this.#signal = signal
  }

  /** @throws BlpkError LOCKED after the timeout; INTERRUPTED */
  async next(): Promise<void> {
    const time = now()
    this.#end ??= time + this.#timeout * 1000
    this.#lost++
    if (time >= this.#end) throw this.#late()
    const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#lost)
    await pauseFor(Math.min(Math.random() * most, this.#end - time), this.#signal)
  }

  #late(): BlpkError {
    const times = this.#lost === 1 ? 'once' : `${this.#lost} times in ${this.#timeout} s`
    const message = `other writers changed '${this.#name}' first, ${times}`
    return new BlpkError('LOCKED', message, { path: this.#name }, undefined, { option: 'lockTimeout' })
  }
}

/** How a change waits for its turn. */
export interface TurnOptions {
  /** How long to start over after the first loss, in seconds. Default: 60. */
  lockTimeout?: number
  signal?: AbortSignal | undefined
  /** Id of the change in the archive, if it has one. */
  appendId?: string
}

/** Whether a change failed only because another writer was faster. Then nothing was written. */
async function isLost(error: unknown, object: VersionedEditable, o: TurnOptions): Promise<boolean> {
  if (!(error instanceof BlpkError)) return false
  if (error.code === 'CHANGED') return error.place.path === object.name
  // With an id, the new version tells whether the change was made.
  if (error.code === 'UNKNOWN') return o.appendId !== undefined
  // A store may return parts of two versions during a replacement.
  return ['DAMAGED', 'CHECKSUM'].includes(error.code) && !(await object.isCurrent())
}

/** @returns undefined if another writer was faster */
async function tryChange<T>(
  object: VersionedEditable,
  change: (object: VersionedEditable) => Promise<T>,
  o: TurnOptions,
): Promise<{ result: T } | undefined> {
  try {
    return { result: await change(object) }
  } catch (error) {
    if (await isLost(error, object, o)) return undefined
    throw error
  } finally {
    await object.close()
  }
}

/**
 * Changes a versioned archive. If other writers are faster, the change starts over with their version.
 * @param open opens the current version
 * @param change may be called several times
 * @throws BlpkError LOCKED if others were faster for longer than the timeout; INTERRUPTED
 */
export async function inTurns<T>(
  name: string,
  open: () => Promise<VersionedEditable>,
  change: (object: VersionedEditable) => Promise<T>,
  o: TurnOptions,
): Promise<T> {
  const turns = new Turns(name, o.lockTimeout ?? DEFAULT_LOCK_TIMEOUT, o.signal)
  for (;;) {
    const done = await tryChange(await open(), change, o)
    if (done !== undefined) return done.result
    await turns.next()
  }
}
