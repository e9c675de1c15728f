// Reads an object from a store by ranges, at the version that was current when it was opened.

import { BlpkError } from '../core/errors.js'
import { follower } from '../net/follow.js'
import { filling, interruptedError, type NetSettings, retrying, TransientError } from '../net/retry.js'
import { Watchdog } from '../net/watchdog.js'
import { missingError, otherVersionError } from '../store/errors.js'
import { type Answer, isStrong, type Traits } from '../store/object-store.js'
import type { StoredObject } from '../store/stored-object.js'
import { moreThanAnnounced } from './http-answer.js'
import { FIRST_BYTES, type RangedPlace, RangedSource } from './ranged.js'

/** The body of a response, and how much of it is wanted. */
interface Body {
  bytes: Answer['body']
  /** Whether there is more than wanted. */
  isLonger: boolean
  name: string
}

/**
 * Reads the body of a response into `into`.
 * @returns the number of bytes, and the error that interrupted it
 * @throws BlpkError IO if there are more bytes than announced
 */
async function take(body: Body, into: Uint8Array, watchdog: Watchdog): Promise<[number, unknown]> {
  let done = 0
  try {
    for await (const piece of body.bytes) {
      watchdog.touch()
      const part = piece.subarray(0, into.length - done)
      if (part.length < piece.length && !body.isLonger) throw moreThanAnnounced(body.name)
      into.set(part, done)
      done += part.length
      if (done === into.length && body.isLonger) break
    }
    return [done, undefined]
  } catch (error) {
    const reason = watchdog.reason(error)
    if (reason instanceof BlpkError && !(reason instanceof TransientError)) throw reason
    return [done, reason]
  }
}

/** Facts from the first response, which later ones must match. */
type Pinned = Pick<Answer, 'size' | 'version' | 'modified' | 'traits'>

/** Whether it is another version. A weak ETag alone does not tell. */
function isChanged(first: Pinned, now: Pinned): boolean {
  if (now.size !== first.size || now.version !== first.version) return true
  return !isStrong(first.version) && now.modified !== first.modified
}

/** The bytes of an object at one version. */
class PinnedObject implements RangedPlace {
  readonly name: string
  readonly #object: StoredObject
  readonly #settings: NetSettings
  readonly #closing: AbortController
  #pinned: Pinned | undefined
  front = new Uint8Array(0)

  constructor(object: StoredObject) {
    this.name = object.name
    this.#object = object
    this.#closing = follower(object.settings.signal)
    this.#settings = { ...object.settings, signal: this.#closing.signal }
  }

  get size(): number {
    return this.#pinned?.size ?? 0
  }

  get version(): string {
    return this.#pinned?.version ?? ''
  }

  get traits(): Traits {
    return this.#pinned?.traits ?? { metadata: {} }
  }

  /** Reads the front, and pins the version. */
  async open(): Promise<this> {
    await retrying(this.#settings, async () => {
      const front = new Uint8Array(FIRST_BYTES)
      const [n, error] = await this.#try(0, front)
      if (n < Math.min(front.length, this.size)) throw error
      this.front = front.subarray(0, n)
    })
    return this
  }

  async fetch(start: number, into: Uint8Array): Promise<void> {
    await filling(this.#settings, into, (done) => this.#try(start + done, into.subarray(done)))
  }

  /** Sends one request. @returns the number of bytes, and the error to report if they are too few */
  async #try(start: number, into: Uint8Array): Promise<[number, unknown]> {
    const watchdog = new Watchdog(this.name, this.#settings)
    try {
      const { name } = this
      const stop = start + into.length
      const version = isStrong(this.version) ? this.#pinned?.version : undefined
      const answer = await this.#object.get({ start, stop, version }, watchdog.signal)
      if (answer === undefined) throw missingError(name, 'read')
      this.#check(answer)
      const nbytes = answer.nbytes ?? Math.max(0, Math.min(stop, answer.size) - start)
      const body = { bytes: answer.body, isLonger: nbytes > into.length, name }
      const [n, error] = await take(body, into.subarray(0, nbytes), watchdog)
      return [n, this.#failure(error ?? new TransientError(`'${name}' ended too early`))]
    } catch (error) {
      throw this.#failure(watchdog.reason(error))
    } finally {
      watchdog.end()
    }
  }

  #failure(error: unknown): unknown {
    if (this.#closing.signal.aborted) return interruptedError(this.#closing.signal)
    const failure = this.#object.failure(error, 'read')
    const isGone = this.#pinned !== undefined && (failure as Partial<BlpkError>).code === 'NOT_FOUND'
    return isGone ? otherVersionError(this.name) : failure
  }

  /** Pins the version of the first response. @throws BlpkError CHANGED for another version */
  #check(answer: Answer): void {
    const { size, version, modified, traits } = answer
    this.#pinned ??= { size, version, modified, traits }
    if (!isChanged(this.#pinned, answer)) return
    answer.cancel?.()
    throw otherVersionError(this.name)
  }

  close(): void {
    this.#closing.abort()
  }
}

/** An object in a store, read at the version it had when it was opened. */
export class ObjectSource extends RangedSource {
  readonly object: StoredObject
  readonly version: string
  /** The other facts that the store gave about it. */
  readonly traits: Traits

  constructor(object: StoredObject, place: PinnedObject) {
    super(place)
    this.object = object
    this.version = place.version
    this.traits = place.traits
  }
}

/**
 * Opens an object for reading, at a single version.
 * @throws BlpkError NOT_FOUND, DENIED, CHANGED, NETWORK, INTERRUPTED
 */
export async function openObject(object: StoredObject): Promise<ObjectSource> {
  return new ObjectSource(object, await new PinnedObject(object).open())
}
