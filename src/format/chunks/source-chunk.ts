// A chunk in a byte source. Of large chunks only the needed parts are read.

import type { ByteSource } from '../../bytes/byte-source.js'
import type { ChunkBytes } from '../../chunk/blosc2/chunk-bytes.js'
import { damaged, type ErrorPlace } from '../../core/errors.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import { FileSource } from '../../sources/file.js'

/** Chunks up to this size are read at once, in bytes: a second request costs more. */
const READ_WHOLE = 64 * 1024
/** The first read of a larger chunk: header and block table of most. */
const READ_FIRST = 4096

/** A chunk in a source. Of a large one, only requested parts are read. */
export class SourceChunk implements ChunkBytes {
  readonly limit: number
  readonly place: ErrorPlace
  readonly source: ByteSource
  /** Position in the source, in bytes. */
  readonly position: number
  #window = new Uint8Array()
  #windowAt = 0

  /** @param limit maximum size of the chunk in bytes, up to the next one */
  constructor(source: ByteSource, position: number, limit: number, place: ErrorPlace) {
    this.source = source
    this.position = position
    this.limit = limit
    this.place = place
  }

  /** A chunk within the bytes of this one, such as that of a frame. What was read already is not read again. */
  inside(at: number, limit: number): SourceChunk {
    this.#check(at, limit)
    const chunk = new SourceChunk(this.source, this.position + at, limit, this.place)
    const [start, end] = [
      Math.max(at, this.#windowAt),
      Math.min(at + limit, this.#windowAt + this.#window.length),
    ]
    if (start < end) {
      chunk.#window = this.#window.subarray(start - this.#windowAt, end - this.#windowAt)
      chunk.#windowAt = start - at
    }
    return chunk
  }

  get nearby(): boolean {
    return this.source instanceof FileSource
  }

  /** Number of bytes read first. */
  get headBytes(): number {
    return this.limit <= READ_WHOLE ? this.limit : READ_FIRST
  }

  /** Whether all of its bytes were read. */
  get isWhole(): boolean {
    return this.#covers(0, this.limit)
  }

  #covers(at: number, nbytes: number): boolean {
    return at >= this.#windowAt && at + nbytes <= this.#windowAt + this.#window.length
  }

  #check(at: number, nbytes: number): void {
    if (at + nbytes > this.limit) throw damaged('the chunk is truncated', this.place)
  }

  fetch(at: number, nbytes: number): MaybePromise<Uint8Array> {
    this.#check(at, nbytes)
    const take = (): Uint8Array => this.#window.subarray(at - this.#windowAt, at - this.#windowAt + nbytes)
    if (this.#covers(at, nbytes)) return take()
    const whole = this.limit <= READ_WHOLE
    const from = whole ? 0 : at
    const size = whole ? this.limit : Math.max(nbytes, at === 0 ? Math.min(READ_FIRST, this.limit) : 0)
    const reading = this.#read(from, size, at + nbytes)
    return reading === undefined ? take() : reading.then(take)
  }

  fetchInto(at: number, into: Uint8Array): MaybePromise<void> {
    this.#check(at, into.length)
    // A second read of a file costs little, and a small chunk in memory of its own a copy.
    if (this.#covers(at, into.length) || (this.limit <= READ_WHOLE && !this.nearby)) {
      const bytes = this.fetch(at, into.length)
      if (!(bytes instanceof Uint8Array)) return bytes.then((got) => into.set(got))
      into.set(bytes)
      return
    }
    const got = this.source.read(this.position + at, into)
    if (typeof got === 'number') this.#whole(got, into.length)
    else return got.then((n) => this.#whole(n, into.length))
  }

  #whole(got: number, wanted: number): void {
    if (got < wanted) throw damaged('the chunk is truncated', this.place)
  }

  /** Reads of a file are cheap, so a whole chunk need not be kept for them unless it is small. */
  async prefetch(nbytes: number): Promise<void> {
    const isLargeInFile = this.source.fd !== undefined && this.limit > READ_WHOLE
    if (isLargeInFile || this.#covers(0, nbytes)) return
    const front = this.#windowAt === 0 ? this.#window : new Uint8Array()
    const bytes = new Uint8Array(nbytes)
    bytes.set(front)
    const got = await this.source.read(this.position + front.length, bytes.subarray(front.length))
    this.#whole(front.length + got, nbytes)
    this.#window = bytes
    this.#windowAt = 0
  }

  /** @param least end of the range that is needed */
  #read(from: number, size: number, least: number): Promise<void> | undefined {
    const bytes = new Uint8Array(size)
    const keep = (got: number): void => {
      this.#whole(from + got, least)
      this.#window = bytes.subarray(0, got)
      this.#windowAt = from
    }
    const got = this.source.read(this.position + from, bytes)
    if (typeof got !== 'number') return got.then(keep)
    keep(got)
  }
}
