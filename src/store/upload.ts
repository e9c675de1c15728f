// A multipart upload that runs while the object is still being written, a few parts at a time.

import { setTimeout } from 'node:timers/promises'
import { interruptedError } from '../core/errors.js'
import { follower } from '../net/follow.js'
import type { CopySource, PartUpload, Traits } from './object-store.js'
import { StoredObject } from './stored-object.js'

/** Number of parts that are uploaded at the same time, each in memory. */
const IN_FLIGHT = 3
/** Aborting an upload must not delay an interrupted run. */
const GIVE_UP = { retries: 2 }
const GIVE_UP_PATIENCE = 10_000
/** A cancelled part may still arrive and revive the upload, so it is aborted again after this time, in ms. */
const GIVE_UP_PAUSES: readonly number[] = [0, 200, 600]

/** What must be done before an upload is started. */
type BeforeBegin = () => Promise<void>

/** A multipart upload, which starts with its first part. Parts are uploaded while others are produced. */
export class Upload {
  readonly object: StoredObject
  /** Whether parts will be copied within the store. */
  copies = false
  readonly #traits: Traits
  readonly #stop: AbortController
  readonly #inFlight = new Set<Promise<void>>()
  readonly #beforeBegin: BeforeBegin
  #upload: Promise<PartUpload> | undefined
  #failure: unknown

  /** @param beforeBegin called once before the upload starts; its errors are reported as they are */
  constructor({ store, name, settings }: StoredObject, traits: Traits, beforeBegin: BeforeBegin) {
    this.#stop = follower(settings.signal)
    this.object = new StoredObject(store, name, { ...settings, signal: this.#stop.signal })
    this.#traits = traits
    this.#beforeBegin = beforeBegin
  }

  get isBegun(): boolean {
    return this.#upload !== undefined
  }

  /** @throws the failure of a part, or BlpkError INTERRUPTED */
  check(): void {
    if (this.#stop.signal.aborted) throw interruptedError(this.#stop.signal)
    if (this.#failure !== undefined) throw this.#failure
  }

  /**
   * Uploads part `n`, from 1, and waits until there is room for another.
   * @param done called when the bytes are free again
   */
  async part(n: number, bytes: Uint8Array, done: () => void): Promise<void> {
    await this.#start(async (upload) => {
      await this.object.part(upload, n, bytes)
      done()
    })
  }

  /** Makes part `n`, from 1, by copying within the store. */
  async copy(n: number, from: CopySource): Promise<void> {
    await this.#start((upload) => this.object.copy(upload, n, from))
  }

  #begin(): Promise<PartUpload> {
    this.#upload ??= this.#beforeBegin().then(() => this.object.begin(this.#traits, this.copies))
    return this.#upload
  }

  /** Starts work that is awaited later; the first failure is kept until then. */
  async #start(work: (upload: PartUpload) => Promise<void>): Promise<void> {
    const running = this.#begin()
      .then(work)
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#inFlight.delete(running))
    this.#inFlight.add(running)
    while (this.#inFlight.size >= IN_FLIGHT) await Promise.race(this.#inFlight)
    this.check()
  }

  /** Waits for all parts, and returns what completes the object. */
  async finish(): Promise<PartUpload> {
    await Promise.all(this.#inFlight)
    this.check()
    return this.#begin()
  }

  /** Nothing more will be sent: stops listening to signals. */
  end(): void {
    this.#stop.abort()
  }

  /**
   * Cancels what is in progress and aborts the upload. Reports why the run stops, not errors of the abort.
   */
  async giveUp(): Promise<void> {
    const isClean = this.#inFlight.size === 0 && this.#failure === undefined
    this.end()
    await Promise.all(this.#inFlight)
    const upload = await this.#upload?.catch(() => undefined)
    if (upload === undefined) return
    const pauses = isClean ? GIVE_UP_PAUSES.slice(0, 1) : GIVE_UP_PAUSES
    await Promise.race([
      this.#giveUp(upload, pauses),
      setTimeout(GIVE_UP_PATIENCE, undefined, { ref: false }),
    ])
  }

  async #giveUp(upload: PartUpload, pauses: readonly number[]): Promise<void> {
    for (const pause of pauses) {
      await setTimeout(pause)
      await this.object.abort(upload, GIVE_UP).catch(() => {})
    }
  }
}
