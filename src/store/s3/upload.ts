import { setTimeout } from 'node:timers/promises'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { follower } from '../../net/follow.js'
import { interruptedError } from '../../net/retry.js'
import type { PlaceSettings } from '../settings.js'
import type { Integrity } from './client.js'
import { parseLocation } from './location.js'
import { type CopySource, S3Object } from './object.js'
import type { Traits } from './traits.js'

/** Parts that are uploaded at the same time, each in memory. */
const IN_FLIGHT = 3
/** Giving an upload up must not keep an interrupted run waiting. */
const GIVE_UP = { retries: 2 }
const GIVE_UP_PATIENCE = 10_000
/** A part that was cut off may still arrive in the store and bring the upload back, so it is given up again; in ms. */
const GIVE_UP_PAUSES: readonly number[] = [0, 200, 600]

/** An upload in parts, which begins with the first of them. Parts go while others are made, a few at a time. */
export class Upload {
  readonly object: S3Object
  /** How the store checks the parts; `md5` where some are copied. */
  integrity: Integrity = 'crc32'
  readonly #traits: Traits
  readonly #stop: AbortController
  readonly #inFlight = new Set<Promise<void>>()
  readonly #done: CompletedPart[] = []
  #id: Promise<string> | undefined
  #failure: unknown

  readonly #beforeBegin: () => Promise<void>

  /** @param beforeBegin called once before the upload is begun; what it throws is what went wrong */
  constructor(
    name: string,
    settings: PlaceSettings,
    traits: Traits,
    beforeBegin: () => Promise<void> = async () => {},
  ) {
    this.#stop = follower(settings.signal)
    this.object = new S3Object(parseLocation(name), { ...settings, signal: this.#stop.signal })
    this.#traits = traits
    this.#beforeBegin = beforeBegin
  }

  get isBegun(): boolean {
    return this.#id !== undefined
  }

  /** @throws what went wrong with a part, or BlpkError INTERRUPTED */
  check(): void {
    if (this.#stop.signal.aborted) throw interruptedError(this.#stop.signal)
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Sends part `n`, from 1, and waits until there is room for another. @param done the bytes are free again */
  async part(n: number, bytes: Uint8Array, done: () => void): Promise<void> {
    await this.#start(async (id) => {
      this.#done.push(await this.object.uploadPart(id, n, bytes, this.integrity))
      done()
    })
  }

  /** Makes part `n`, from 1, within the store. */
  async copy(n: number, from: CopySource): Promise<void> {
    await this.#start(async (id) => {
      this.#done.push(await this.object.copyPart(id, n, from))
    })
  }

  #begin(): Promise<string> {
    this.#id ??= this.#beforeBegin().then(() => this.object.create(this.#traits, this.integrity))
    return this.#id
  }

  /** Starts work that is waited for later; the first failure is kept until then. */
  async #start(work: (id: string) => Promise<void>): Promise<void> {
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

  /** Waits for all parts, and gives them in their order. */
  async finish(): Promise<{ uploadId: string; parts: CompletedPart[] }> {
    await Promise.all(this.#inFlight)
    this.check()
    const parts = this.#done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0))
    return { uploadId: await this.#begin(), parts }
  }

  /** Nothing more is going to be sent: listens to no signal any longer. */
  end(): void {
    this.#stop.abort()
  }

  /** Ends what is under way and gives the upload up. What stops the run is said, not what stops this. */
  async giveUp(): Promise<void> {
    const isClean = this.#inFlight.size === 0 && this.#failure === undefined
    this.end()
    await Promise.all(this.#inFlight)
    const id = await this.#id?.catch(() => undefined)
    if (id === undefined) return
    const pauses = isClean ? GIVE_UP_PAUSES.slice(0, 1) : GIVE_UP_PAUSES
    await Promise.race([this.#giveUp(id, pauses), setTimeout(GIVE_UP_PATIENCE, undefined, { ref: false })])
  }

  async #giveUp(id: string, pauses: readonly number[]): Promise<void> {
    for (const pause of pauses) {
      await setTimeout(pause)
      await this.object.abort(id, GIVE_UP).catch(() => {})
    }
  }
}
