import type { Readable } from 'node:stream'
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { BlpkError } from '../core/errors.js'
import { follower } from '../net/follow.js'
import { filling, interruptedError, retrying, TransientError } from '../net/retry.js'
import { Watchdog } from '../net/watchdog.js'
import { changedError, s3Code, s3Error, statusOf } from '../store/s3/errors.js'
import { type Location, parseLocation } from '../store/s3/location.js'
import { isStrong, S3Object } from '../store/s3/object.js'
import type { PlaceSettings } from '../store/settings.js'
import { moreThanAnnounced } from './http-answer.js'
import { FIRST_BYTES, type RangedPlace, RangedSource } from './ranged.js'
import { checkS3Answer, type Pinned } from './s3-answer.js'

/** The body of an answer, and how much of it is wanted. */
interface Body {
  bytes: AsyncIterable<Uint8Array>
  /** Is there more than is wanted? */
  isLonger: boolean
  name: string
}

/**
 * Takes the body of an answer into `into`.
 * @returns how many bytes came, and what broke it off
 * @throws BlpkError IO where more come than were announced
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

/** The bytes of an object at one ETag. */
class S3Place implements RangedPlace {
  readonly name: string
  readonly object: S3Object
  pinned: Pinned | undefined
  front = new Uint8Array(0)
  /** What the first answer told besides the bytes. */
  first: Partial<GetObjectCommandOutput> = {}
  readonly #settings: PlaceSettings
  readonly #closing: AbortController

  constructor(object: S3Object) {
    this.name = object.name
    this.object = object
    this.#closing = follower(object.settings.signal)
    this.#settings = { ...object.settings, signal: this.#closing.signal }
  }

  get size(): number {
    return this.pinned?.size ?? 0
  }

  get etag(): string | undefined {
    return this.pinned?.etag
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

  /** One request. @returns how many bytes came, and the error that counts if they are too few */
  async #try(start: number, into: Uint8Array): Promise<[number, unknown]> {
    const watchdog = new Watchdog(this.name, this.#settings)
    try {
      const { signal } = watchdog
      const get = (etag?: string) => this.object.get(start, start + into.length, etag, signal)
      const { etag } = this
      const isAnyTaken = etag === undefined || !isStrong(etag)
      const answer = await (isAnyTaken ? get() : this.object.matching(etag, get))
      const nbytes = this.#check(answer, start, start + into.length)
      const bytes = (answer.Body ?? []) as AsyncIterable<Uint8Array>
      const body = { bytes, isLonger: nbytes > into.length, name: this.name }
      const [n, error] = await take(body, into.subarray(0, nbytes), watchdog)
      return [n, this.#failure(error ?? new TransientError(`'${this.name}' ended too early`))]
    } catch (error) {
      if (s3Code(error) === 'InvalidRange' && this.etag === undefined && (await this.#isEmpty()))
        return [0, undefined]
      throw this.#failure(watchdog.reason(error))
    } finally {
      watchdog.end()
    }
  }

  /** No range of an empty object can be had; of any other the front can. */
  async #isEmpty(): Promise<boolean> {
    const head = await this.object.head()
    return head?.size === 0
  }

  #failure(error: unknown): unknown {
    if (this.#closing.signal.aborted) return interruptedError(this.#closing.signal)
    const isGone = statusOf(error) === 404 && this.etag !== undefined
    return isGone || s3Code(error) === 'InvalidRange'
      ? changedError(this.name)
      : s3Error(error, 'read', this.name)
  }

  /** The store is not trusted to have kept to the range and version. @returns how many bytes the body has */
  #check(answer: GetObjectCommandOutput, start: number, stop: number): number {
    const { Body, ...told } = answer
    try {
      const { nbytes, ...pinned } = checkS3Answer(answer, [start, stop], this.name, this.pinned)
      if (this.pinned === undefined) this.first = told
      this.pinned ??= pinned
      return nbytes
    } catch (error) {
      // Nobody is going to read it, and it would keep its connection.
      ;(Body as Readable | undefined)?.destroy()
      throw error
    }
  }

  close(): void {
    this.#closing.abort()
  }
}

/** An object of a store, read at the version that it had when it was opened. */
export class S3Source extends RangedSource {
  readonly location: Location
  /** The version that is read; undefined for an object without bytes. */
  readonly etag: string | undefined
  /** What the store told of it besides the bytes. */
  readonly told: Partial<GetObjectCommandOutput>

  constructor(place: S3Place) {
    super(place)
    this.told = place.first
    this.location = place.object.location
    this.etag = place.etag
  }
}

/**
 * Opens an object for reading, all of one version.
 * @throws BlpkError NOT_FOUND, DENIED, CHANGED, NETWORK, INTERRUPTED
 */
export async function openS3(name: string, settings: PlaceSettings = {}): Promise<S3Source> {
  return new S3Source(await new S3Place(new S3Object(parseLocation(name), settings)).open())
}
