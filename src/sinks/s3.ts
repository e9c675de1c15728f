import { setTimeout } from 'node:timers/promises'
import type { CompletedPart } from '@aws-sdk/client-s3'
import { BlpkError } from '../errors.js'
import { interruptedError } from '../net/retry.js'
import type { SinkSettings } from '../places.js'
import type { Integrity } from '../s3/client.js'
import { type Commit, commitOnce, newWriteId, writeMetadata } from '../s3/commit.js'
import { parseLocation } from '../s3/location.js'
import { type Condition, S3Object } from '../s3/object.js'
import type { ByteSource } from '../sources/byte-source.js'
import { S3Source } from '../sources/s3.js'
import type { ByteSink, Expected } from './byte-sink.js'
import { LEAST_PART, type PartSizes, partSizes } from './part-sizes.js'

/** Parts that are uploaded at the same time, each in memory. */
const IN_FLIGHT = 3
/** A part copied within the store, at most, in bytes. */
const COPY_BYTES = 2 ** 30
/** Giving an upload up must not keep an interrupted run waiting. */
const GIVE_UP = { retries: 2 }
const GIVE_UP_PATIENCE = 10_000
/** A part that was cut off may still arrive in the store and bring the upload back, so it is given up again; in ms. */
const GIVE_UP_PAUSES: readonly number[] = [0, 200, 600]

function existsError(name: string): BlpkError {
  return new BlpkError('EXISTS', `output '${name}' exists (use --force to overwrite)`, { path: name })
}

/** A part in memory, and how much of it is filled. */
interface Part {
  bytes: Uint8Array
  filled: number
}

function bytesOf({ bytes, filled }: Part): Uint8Array {
  return bytes.subarray(0, filled)
}

/**
 * An object that appears when it is whole: by one request where it is small, else as an upload in parts
 * that goes on while more is written. The parts with the front of an archive are held back to the end.
 */
export class S3Sink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #object: S3Object
  readonly #condition: Condition
  readonly #stop = new AbortController()
  readonly #writeId = newWriteId()
  #integrity: Integrity = 'crc32'
  #sizes: PartSizes = partSizes(undefined)
  /** Bytes of the front, and the first parts, which have them. */
  #front = 0
  #held: Part[] = []
  #heldBytes = 0
  #current: Part | undefined
  /** Parts that were begun. */
  #count = 0
  #size = 0
  #uploadId: Promise<string> | undefined
  readonly #inFlight = new Set<Promise<void>>()
  readonly #done: CompletedPart[] = []
  readonly #spare: Uint8Array[] = []
  #failure: unknown
  #isOver = false

  constructor(name: string, settings: SinkSettings) {
    const { signal } = settings
    this.#object = new S3Object(parseLocation(name), { ...settings, signal: this.#stop.signal })
    this.name = this.#object.name
    this.#condition = settings.overwrite === true ? {} : { ifNoneMatch: '*' }
    if (signal?.aborted === true) this.#stop.abort()
    signal?.addEventListener('abort', () => this.#stop.abort(), { once: true })
  }

  /** @throws BlpkError EXISTS early, where the commit would be refused anyhow; NOT_FOUND, DENIED, … */
  async checkFree(): Promise<void> {
    if (this.#condition.ifNoneMatch !== undefined && (await this.#object.head()) !== undefined)
      throw existsError(this.name)
  }

  expect({ front, most, copies }: Expected): void {
    if (copies === true) this.#integrity = 'md5'
    this.#front = front
    this.#sizes = partSizes(most)
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#check()
    for (let done = 0; done < bytes.length; ) {
      const part = await this.#open()
      const piece = bytes.subarray(done, done + part.bytes.length - part.filled)
      part.bytes.set(piece, part.filled)
      part.filled += piece.length
      this.#size += piece.length
      done += piece.length
    }
  }

  #check(): void {
    if (this.#stop.signal.aborted && !this.#isOver) throw interruptedError()
    if (this.#failure !== undefined) throw this.#failure
  }

  /** The part that is being filled: there is room in it. */
  async #open(): Promise<Part> {
    if (this.#current !== undefined && this.#current.filled === this.#current.bytes.length)
      await this.#close(this.#current)
    if (this.#current === undefined) {
      const size = this.#sizes(this.#count)
      const spare = this.#spare.pop()
      this.#current = { bytes: spare?.length === size ? spare : new Uint8Array(size), filled: 0 }
      this.#count++
    }
    return this.#current
  }

  /** Puts a part aside, or on its way; waits until there is room for another. */
  async #close(part: Part): Promise<void> {
    this.#current = undefined
    if (this.#heldBytes < this.#front) {
      this.#held.push(part)
      this.#heldBytes += part.filled
      return
    }
    this.#send(this.#count, part)
    while (this.#inFlight.size >= IN_FLIGHT) await Promise.race(this.#inFlight)
    this.#check()
  }

  #upload(): Promise<string> {
    this.#uploadId ??= this.#object.create(writeMetadata(this.#writeId), this.#integrity)
    return this.#uploadId
  }

  #send(n: number, part: Part): void {
    this.#start(async () => {
      const id = await this.#upload()
      this.#done.push(await this.#object.uploadPart(id, n, bytesOf(part), this.#integrity))
      this.#spare.push(part.bytes)
    })
  }

  /** Starts work that is waited for later; the first failure is kept until then. */
  #start(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => {
        this.#failure ??= error
      })
      .finally(() => this.#inFlight.delete(running))
    this.#inFlight.add(running)
  }

  patch(position: number, bytes: Uint8Array): void {
    let at = 0
    for (const part of [...this.#held, this.#current]) {
      if (part === undefined) break
      const from = Math.max(position, at)
      const to = Math.min(position + bytes.length, at + part.filled)
      if (from < to) part.bytes.set(bytes.subarray(from - position, to - position), from - at)
      at += part.filled
      if (at >= position + bytes.length) return
    }
    throw new BlpkError('UNSUPPORTED', `'${this.name}' can be patched in its first bytes only`)
  }

  /** Copies within the store what is long enough to be parts of its own. */
  async copy(source: ByteSource, start: number, stop: number): Promise<boolean> {
    if (!(source instanceof S3Source) || source.etag === undefined || this.#integrity !== 'md5') return false
    const lack = this.#lack()
    if (stop - start - lack < LEAST_PART) return false
    await this.#take(source, start, start + lack)
    if (this.#current !== undefined) await this.#close(this.#current)
    const first = start + lack
    const count = Math.ceil((stop - first) / COPY_BYTES)
    for (let i = 0; i < count; i++) {
      const from = first + Math.floor(((stop - first) * i) / count)
      const to = first + Math.floor(((stop - first) * (i + 1)) / count)
      this.#copyPart(++this.#count, source, source.etag, from, to)
      while (this.#inFlight.size >= IN_FLIGHT) await Promise.race(this.#inFlight)
      this.#check()
    }
    this.#size += stop - first
    return true
  }

  /** How many bytes the part that is being filled lacks before it may be closed. */
  #lack(): number {
    return this.#current === undefined ? 0 : Math.max(0, LEAST_PART - this.#current.filled)
  }

  #copyPart(n: number, source: S3Source, etag: string, start: number, stop: number): void {
    this.#start(async () => {
      const id = await this.#upload()
      this.#done.push(await this.#object.copyPart(id, n, { location: source.location, etag, start, stop }))
    })
  }

  async #take(source: ByteSource, start: number, stop: number): Promise<void> {
    if (start === stop) return
    const bytes = new Uint8Array(stop - start)
    if ((await source.read(start, bytes)) < bytes.length)
      throw new BlpkError('DAMAGED', `'${source.name}' ended too early`, { path: source.name })
    await this.write(bytes)
  }

  async commit(): Promise<void> {
    try {
      const outcome = await commitOnce(this.#object, await this.#whole(), this.#writeId, this.#condition)
      if (outcome === 'condition failed') throw await this.#refused()
      this.#isOver = true
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  /** All that is to be committed: the bytes themselves, or the parts once all of them are there. */
  async #whole(): Promise<Commit> {
    if (this.#uploadId === undefined && this.#held.length + this.#done.length + this.#inFlight.size === 0) {
      this.#check()
      return { body: this.#current === undefined ? new Uint8Array(0) : bytesOf(this.#current) }
    }
    if (this.#current !== undefined) this.#send(this.#count, this.#current)
    for (const [i, part] of this.#held.entries()) {
      this.#send(i + 1, part)
      while (this.#inFlight.size >= IN_FLIGHT) await Promise.race(this.#inFlight)
    }
    await Promise.all(this.#inFlight)
    this.#check()
    const parts = this.#done.sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0))
    return { uploadId: await this.#upload(), parts }
  }

  /** A store refuses with the same code what is there already and what somebody writes just now. */
  async #refused(): Promise<BlpkError> {
    if ((await this.#object.head()) !== undefined) return existsError(this.name)
    const message = `'${this.name}' is being written by somebody else: try again`
    return new BlpkError('CHANGED', message, { path: this.name })
  }

  /** Gives the upload up; the object is as it was. What stops the run is said, not what stops this. */
  async discard(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const isClean = this.#inFlight.size === 0 && this.#failure === undefined
    const pauses = isClean ? GIVE_UP_PAUSES.slice(0, 1) : GIVE_UP_PAUSES
    this.#stop.abort()
    await Promise.all(this.#inFlight)
    const id = await this.#uploadId?.catch(() => undefined)
    if (id !== undefined)
      await Promise.race([this.#giveUp(id, pauses), setTimeout(GIVE_UP_PATIENCE, undefined, { ref: false })])
  }

  async #giveUp(id: string, pauses: readonly number[]): Promise<void> {
    for (const pause of pauses) {
      await setTimeout(pause)
      await this.#object.abort(id, GIVE_UP).catch(() => {})
    }
  }
}

/**
 * A sink for an object.
 * @throws BlpkError EXISTS where it is there and must not be replaced; USAGE, DENIED, NETWORK
 */
export async function openS3Sink(name: string, settings: SinkSettings = {}): Promise<ByteSink> {
  const sink = new S3Sink(name, settings)
  await sink.checkFree()
  return sink
}
