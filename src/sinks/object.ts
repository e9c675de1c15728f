// Writes an object to a store: it appears when it is complete, by one request or by a multipart upload.

import type { ByteSink, Expected } from '../bytes/byte-sink.js'
import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError } from '../core/errors.js'
import { ObjectSource } from '../sources/object.js'
import { type Commit, commitOnce, type Demand, type Write } from '../store/commit.js'
import type { CommitKind } from '../store/conditions.js'
import { otherVersionError } from '../store/errors.js'
import { isStrong, type PartLimits } from '../store/object-store.js'
import { copyPieces, type PartSizes, partSizes } from '../store/part-sizes.js'
import type { StoredObject } from '../store/stored-object.js'
import { Upload } from '../store/upload.js'
import { freshTraits, newWriteId } from '../store/write-ids.js'

function existsError(name: string): BlpkError {
  return new BlpkError('EXISTS', `output '${name}' exists`, { path: name }, undefined, {
    option: 'overwrite',
  })
}

/** How an object is written: as a replacement, or as a new object. */
export interface ObjectSinkOptions {
  write: Write
  condition: Demand
  /** Called before anything is written that way. */
  before?: (kind: CommitKind, object: StoredObject) => Promise<void>
}

/** A part in memory, and how full it is. */
interface PartBuffer {
  /** Counts from 1. */
  n: number
  /** Position of its first byte in the object. */
  start: number
  bytes: Uint8Array
  filled: number
}

function bytesOf({ bytes, filled }: PartBuffer): Uint8Array {
  return bytes.subarray(0, filled)
}

/**
 * An object that appears when it is complete: by one request if it is small, otherwise by a multipart upload,
 * which runs while more is written. Parts with the front of an archive are held back until the end.
 */
export class ObjectSink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #options: ObjectSinkOptions
  readonly #upload: Upload
  #sizes: PartSizes
  /** Bytes of the front, and the parts that hold them. */
  #front = 0
  readonly #held: PartBuffer[] = []
  #current: PartBuffer | undefined
  /** Parts that were started. */
  #count = 0
  #size = 0
  readonly #spare: Uint8Array[] = []
  #isOver = false

  constructor(object: StoredObject, options: ObjectSinkOptions) {
    this.#upload = new Upload(object, options.write.traits, () => this.#before('complete'))
    this.name = object.name
    this.#options = options
    this.#sizes = partSizes(this.#limits, undefined)
  }

  get #limits(): PartLimits {
    return this.#upload.object.store.limits
  }

  async #before(kind: CommitKind): Promise<void> {
    await this.#options.before?.(kind, this.#upload.object)
  }

  /** Bytes written so far. */
  get size(): number {
    return this.#size
  }

  /** @throws BlpkError EXISTS early, if the commit would fail anyway; NOT_FOUND, DENIED, … */
  async checkFree(): Promise<void> {
    if (this.#options.condition.ifNoneMatch !== undefined && (await this.#upload.object.head()) !== undefined)
      throw existsError(this.name)
  }

  expect({ front, most, copies }: Expected): void {
    if (copies === true) this.#upload.copies = true
    this.#front = front
    this.#sizes = partSizes(this.#limits, most)
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

  /** The current part, which has room. */
  async #open(): Promise<PartBuffer> {
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

  /** Holds a part back or starts its upload; waits until there is room for another one. */
  async #close(part: PartBuffer): Promise<void> {
    this.#current = undefined
    if (part.start < this.#front) this.#held.push(part)
    else await this.#send(part)
  }

  #send(part: PartBuffer): Promise<void> {
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

  /** Copies ranges within the store that are long enough to be parts. */
  async copy(source: ByteSource, start: number, stop: number): Promise<boolean> {
    if (!this.#upload.copies || !this.#mayCopy(source)) return false
    const { name, version } = source
    const lack = this.#lack()
    if (stop - start - lack < this.#limits.least) return false
    await this.#take(source, start, start + lack)
    if (this.#current !== undefined) await this.#close(this.#current)
    for (const [from, to] of copyPieces(this.#limits, start + lack, stop))
      await this.#upload.copy(++this.#count, { name, version, start: from, stop: to })
    this.#size += stop - start - lack
    return true
  }

  /**
   * Whether bytes of the source can be copied within the store. Without a condition, parts of two versions
   * could mix.
   */
  #mayCopy(source: ByteSource): source is ObjectSource {
    const { store } = this.#upload.object
    if (!(source instanceof ObjectSource) || store.limits.copied === undefined) return false
    return source.object.store.id === store.id && isStrong(source.version)
  }

  /** How many bytes the current part needs before it may be closed. */
  #lack(): number {
    return this.#current === undefined ? 0 : Math.max(0, this.#limits.least - this.#current.filled)
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

  /** Everything to commit: the bytes themselves, or the parts once all of them are uploaded. */
  async #whole(): Promise<Commit> {
    const part = this.#current
    if (!this.#upload.isBegun && this.#held.length === 0) {
      this.#upload.check()
      await this.#before('put')
      return { body: part === undefined ? new Uint8Array(0) : bytesOf(part) }
    }
    if (part !== undefined) await this.#send(part)
    for (const held of this.#held) await this.#send(held)
    return { upload: await this.#upload.finish() }
  }

  /** A store uses the same error for an existing object and for a concurrent write. */
  async #refused(): Promise<BlpkError> {
    if (this.#options.condition.ifMatch !== undefined) return otherVersionError(this.name)
    if ((await this.#upload.object.head()) !== undefined) return existsError(this.name)
    const message = `'${this.name}' is being written by another process: try again`
    return new BlpkError('CHANGED', message, { path: this.name })
  }

  /** Aborts the upload. The object is unchanged. */
  async discard(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    await this.#upload.giveUp()
  }
}

/**
 * A sink for an object.
 * @throws BlpkError EXISTS if the object exists and must not be replaced; DENIED, NETWORK
 */
export async function openObjectSink(object: StoredObject, overwrite: boolean): Promise<ByteSink> {
  const id = newWriteId()
  const condition: Demand = overwrite ? {} : { ifNoneMatch: '*' }
  const sink = new ObjectSink(object, { write: { id, traits: freshTraits(id) }, condition })
  await sink.checkFree()
  return sink
}
