import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { BlpkError } from '../errors.js'
import { follower } from '../net/follow.js'
import { filling, interruptedError, retrying, TransientError } from '../net/retry.js'
import { Watchdog } from '../net/watchdog.js'
import type { PlaceSettings } from '../places.js'
import { changedError, s3Code, s3Error, statusOf } from '../s3/errors.js'
import { type Location, parseLocation } from '../s3/location.js'
import { S3Object } from '../s3/object.js'
import { parseContentRange } from './http-answer.js'
import { FIRST_BYTES, type RangedPlace, RangedSource } from './ranged.js'

/** Takes the body of an answer into `into`. @returns how many bytes came, and what broke it off */
async function take(
  body: AsyncIterable<Uint8Array>,
  into: Uint8Array,
  watchdog: Watchdog,
): Promise<[number, unknown]> {
  let done = 0
  try {
    for await (const piece of body) {
      watchdog.touch()
      const part = piece.subarray(0, into.length - done)
      into.set(part, done)
      done += part.length
      if (done === into.length) break
    }
    return [done, undefined]
  } catch (error) {
    return [done, watchdog.reason(error)]
  }
}

/** The bytes of an object at one ETag. */
class S3Place implements RangedPlace {
  readonly name: string
  readonly object: S3Object
  size = 0
  etag: string | undefined
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
      const answer = await (this.etag === undefined ? get() : this.object.matching(this.etag, get))
      this.#check(answer, start)
      const body = (answer.Body ?? []) as AsyncIterable<Uint8Array>
      const [n, error] = await take(body, into, watchdog)
      return [n, this.#failure(error ?? new TransientError(`'${this.name}' ended too early`))]
    } catch (error) {
      // No range of an empty object can be had.
      if (s3Code(error) === 'InvalidRange' && this.etag === undefined) return [0, undefined]
      throw this.#failure(watchdog.reason(error))
    } finally {
      watchdog.end()
    }
  }

  #failure(error: unknown): unknown {
    if (this.#closing.signal.aborted) return interruptedError()
    const isGone = statusOf(error) === 404 && this.etag !== undefined
    return isGone || s3Code(error) === 'InvalidRange'
      ? changedError(this.name)
      : s3Error(error, 'read', this.name)
  }

  /** The store is not trusted to have kept to the range and version. */
  #check(answer: GetObjectCommandOutput, start: number): void {
    const range = parseContentRange(answer.ContentRange ?? null)
    const isFirst = this.etag === undefined
    // Some stores send a small object whole.
    const size = range?.size ?? (start === 0 && isFirst ? answer.ContentLength : undefined)
    if (size === undefined || (range?.start ?? 0) !== start || answer.ETag === undefined) {
      throw new BlpkError('IO', `the store answers with another range of '${this.name}' than was asked for`)
    }
    if (isFirst) {
      this.size = size
      this.etag = answer.ETag
      const { Body: _, ...first } = answer
      this.first = first
    } else if (size !== this.size || answer.ETag !== this.etag) throw changedError(this.name)
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
