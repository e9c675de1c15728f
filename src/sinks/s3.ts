import type { ByteSink, Expected } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError } from '../core/errors.js'
import { S3Source } from '../sources/s3.js'
import { type Commit, commitOnce, type Write } from '../store/s3/commit.js'
import type { CommitKind } from '../store/s3/conditions.js'
import { changedError } from '../store/s3/errors.js'
import { type Condition, isStrong, type S3Object } from '../store/s3/object.js'
import { freshTraits } from '../store/s3/traits.js'
import { Upload } from '../store/s3/upload.js'
import { newWriteId } from '../store/s3/write-ids.js'
import type { PlaceSettings, SinkSettings } from '../store/settings.js'
import { copyPieces, LEAST_PART, type PartSizes, partSizes } from './part-sizes.js'

function existsError(name: string): BlpkError {
  return new BlpkError('EXISTS', `output '${name}' exists`, { path: name }, undefined, {
    option: 'overwrite',
  })
}

/** How an S3 sink writes: its object takes the place of another, or of none. */
export interface S3SinkOptions {
  write: Write
  condition: Condition
  /** Called before anything is written that way. */
  before?: (kind: CommitKind, object: S3Object) => Promise<void>
}

/** A part in memory, and how much of it is filled. */
interface Part {
  /** From 1. */
  n: number
  /** Position of its first byte in the object. */
  start: number
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
  readonly #options: S3SinkOptions
  readonly #upload: Upload
  #sizes: PartSizes = partSizes(undefined)
  /** Bytes of the front, and the parts with some of them. */
  #front = 0
  readonly #held: Part[] = []
  #current: Part | undefined
  /** Parts that were begun. */
  #count = 0
  #size = 0
  readonly #spare: Uint8Array[] = []
  #isOver = false

  constructor(name: string, settings: PlaceSettings, options: S3SinkOptions) {
    this.#upload = new Upload(name, settings, options.write.traits, () => this.#before('complete'))
    this.name = this.#upload.object.name
    this.#options = options
  }

  async #before(kind: CommitKind): Promise<void> {
    await this.#options.before?.(kind, this.#upload.object)
  }

  /** Bytes that were written. */
  get size(): number {
    return this.#size
  }

  /** @throws BlpkError EXISTS early, where the commit would be refused anyhow; NOT_FOUND, DENIED, … */
  async checkFree(): Promise<void> {
    if (this.#options.condition.ifNoneMatch !== undefined && (await this.#upload.object.head()) !== undefined)
      throw existsError(this.name)
  }

  expect({ front, most, copies }: Expected): void {
    if (copies === true) this.#upload.integrity = 'md5'
    this.#front = front
    this.#sizes = partSizes(most)
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOver) this.#upload.check()
    for (let done = 0; done < bytes.length; ) {
      const part = await this.#open()
      const piece = bytes.subarray(done, done + part.bytes.length - part.filled)
      part.bytes.set(piece, part.filled)
      part.filled += piece.length
      this.#size += piece.length
      done += piece.length
    }
  }

  /** The part that is being filled: there is room in it. */
  async #open(): Promise<Part> {
    if (this.#current !== undefined && this.#current.filled === this.#current.bytes.length)
      await this.#close(this.#current)
    if (this.#current === undefined) {
      const size = this.#sizes(this.#count)
      const spare = this.#spare.pop()
      const bytes = spare?.length === size ? spare : new Uint8Array(size)
      this.#current = { n: ++this.#count, start: this.#size, bytes, filled: 0 }
    }
    return this.#current
  }

  /** Puts a part aside, or on its way; waits until there is room for another. */
  async #close(part: Part): Promise<void> {
    this.#current = undefined
    if (part.start < this.#front) this.#held.push(part)
    else await this.#send(part)
  }

  #send(part: Part): Promise<void> {
    return this.#upload.part(part.n, bytesOf(part), () => this.#spare.push(part.bytes))
  }

  patch(position: number, bytes: Uint8Array): void {
    let left = bytes.length
    for (const part of [...this.#held, this.#current]) {
      if (part === undefined) break
      const from = Math.max(position, part.start)
      const to = Math.min(position + bytes.length, part.start + part.filled)
      if (from >= to) continue
      part.bytes.set(bytes.subarray(from - position, to - position), from - part.start)
      left -= to - from
    }
    if (left > 0) throw new BlpkError('UNSUPPORTED', `'${this.name}' can be patched in its first bytes only`)
  }

  /** Copies within the store what is long enough to be parts of its own. */
  async copy(source: ByteSource, start: number, stop: number): Promise<boolean> {
    const { integrity } = this.#upload
    if (!(source instanceof S3Source) || source.etag === undefined || integrity !== 'md5') return false
    const { location, etag } = source
    // Without a condition, parts of two versions could be copied.
    if (!isStrong(etag)) return false
    const lack = this.#lack()
    if (stop - start - lack < LEAST_PART) return false
    await this.#take(source, start, start + lack)
    if (this.#current !== undefined) await this.#close(this.#current)
    for (const [from, to] of copyPieces(start + lack, stop))
      await this.#upload.copy(++this.#count, { location, etag, start: from, stop: to })
    this.#size += stop - start - lack
    return true
  }

  /** How many bytes the part that is being filled lacks before it may be closed. */
  #lack(): number {
    return this.#current === undefined ? 0 : Math.max(0, LEAST_PART - this.#current.filled)
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
      const { write, condition } = this.#options
      const outcome = await commitOnce(this.#upload.object, await this.#whole(), write, condition)
      if (outcome === 'condition failed') throw await this.#refused()
      this.#isOver = true
      this.#upload.end()
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  /** All that is to be committed: the bytes themselves, or the parts once all of them are there. */
  async #whole(): Promise<Commit> {
    const part = this.#current
    if (!this.#upload.isBegun && this.#held.length === 0) {
      this.#upload.check()
      await this.#before('put')
      return { body: part === undefined ? new Uint8Array(0) : bytesOf(part) }
    }
    if (part !== undefined) await this.#send(part)
    for (const held of this.#held) await this.#send(held)
    return this.#upload.finish()
  }

  /** A store refuses with the same code what is there already and what somebody writes just now. */
  async #refused(): Promise<BlpkError> {
    if (this.#options.condition.ifMatch !== undefined) return changedError(this.name)
    if ((await this.#upload.object.head()) !== undefined) return existsError(this.name)
    const message = `'${this.name}' is being written by somebody else: try again`
    return new BlpkError('CHANGED', message, { path: this.name })
  }

  /** Gives the upload up; the object is as it was. */
  async discard(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#upload.giveUp()
  }
}

/**
 * A sink for an object.
 * @throws BlpkError EXISTS where it is there and must not be replaced; USAGE, DENIED, NETWORK
 */
export async function openS3Sink(name: string, settings: SinkSettings = {}): Promise<ByteSink> {
  const id = newWriteId()
  const condition: Condition = settings.overwrite === true ? {} : { ifNoneMatch: '*' }
  const sink = new S3Sink(name, settings, { write: { id, traits: freshTraits(id) }, condition })
  await sink.checkFree()
  return sink
}
