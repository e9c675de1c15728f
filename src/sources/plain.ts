// `PlainSource`, the interface for reading plain bytes in order, and its implementation over a byte source.

import type { ByteSource } from '../bytes/byte-source.js'
import type { FilePlace } from '../bytes/file-place.js'
import type { MaybePromise } from '../core/maybe-promise.js'

/** Plain bytes to pack, in order, and their description. */
export interface PlainSource {
  readonly name: string
  /** In bytes; undefined if the end is not known in advance. */
  readonly size: number | undefined
  /** Typesize in bytes, if the source knows it. */
  readonly typesize: number | undefined
  /** Metadata as JSON text, if the source has any. */
  readonly metadata: string | undefined
  /** The first bytes, at most `nbytes`, without consuming them. */
  sample(nbytes: number): MaybePromise<Uint8Array>
  /** Fills `into` with the next bytes. Returns fewer than requested only at the end. */
  read(into: Uint8Array): MaybePromise<number>
  /** Releases what it holds open. */
  close(): MaybePromise<void>
  /** Whether there are bytes after the end that do not belong to the source. */
  readonly isPiece?: boolean
  /** Position in a file that other threads may read, if there is one. */
  readonly place?: FilePlace | undefined
}

/** Description of the bytes of a {@link PlainSource}. */
export interface PlainTraits {
  /** In bytes, if different from that of the place. */
  size?: number
  typesize?: number
  metadata?: string
}

/** The bytes of a place from a position on; a few of them were read in advance. */
export class BytesPlainSource implements PlainSource {
  readonly name: string
  readonly size: number | undefined
  readonly typesize: number | undefined
  readonly metadata: string | undefined
  readonly place: FilePlace | undefined
  readonly isPiece: boolean = false
  readonly #source: ByteSource
  readonly #start: number
  #ahead: Uint8Array
  #position: number
  #isAnnounced = false

  /**
   * @param start position of the first plain byte in the source
   * @param ahead bytes from `start` on that were already read
   */
  constructor(
    source: ByteSource,
    traits: PlainTraits = {},
    start = 0,
    ahead: Uint8Array = new Uint8Array(0),
  ) {
    this.name = source.name
    this.size = traits.size ?? (source.size === undefined ? undefined : source.size - start)
    this.typesize = traits.typesize
    this.metadata = traits.metadata
    this.place = source.fd === undefined ? undefined : { fd: source.fd, position: start, name: source.name }
    this.#source = source
    this.#start = start
    this.#ahead = ahead
    this.#position = start + ahead.length
  }

  /** Whether pieces can be cut from it. */
  get seekable(): boolean {
    return this.#source.seekable
  }

  /**
   * The bytes from `start` to `stop` as a separate source over the same place.
   * @param metadata metadata of the piece
   */
  slice(start: number, stop: number, metadata: string | undefined): BytesPlainSource {
    const { typesize } = this
    const traits = {
      size: stop - start,
      ...(typesize !== undefined && { typesize }),
      ...(metadata !== undefined && { metadata }),
    }
    const piece = new BytesPlainSource(this.#source, traits, this.#start + start)
    return Object.assign(piece, { isPiece: stop !== this.size })
  }

  /** The same bytes as an array. Nothing has been read from them yet. @param metadata describes the array */
  describedAs(typesize: number, metadata: string): BytesPlainSource {
    const traits = { typesize, metadata, ...(this.size !== undefined && { size: this.size }) }
    return new BytesPlainSource(this.#source, traits, this.#start, this.#ahead)
  }

  async sample(nbytes: number): Promise<Uint8Array> {
    if (this.#ahead.length < nbytes) {
      const ahead = new Uint8Array(nbytes)
      ahead.set(this.#ahead)
      const n = await this.#source.read(this.#position, ahead.subarray(this.#ahead.length))
      this.#position += n
      this.#ahead = ahead.subarray(0, this.#ahead.length + n)
    }
    return this.#ahead.subarray(0, nbytes)
  }

  read(into: Uint8Array): MaybePromise<number> {
    if (!this.#isAnnounced) this.#announce()
    const piece = this.#ahead.subarray(0, into.length)
    into.set(piece)
    this.#ahead = this.#ahead.subarray(piece.length)
    const rest = into.subarray(piece.length)
    const n = rest.length === 0 ? 0 : this.#source.read(this.#position, rest)
    return typeof n === 'number'
      ? this.#advance(piece.length, n)
      : n.then((m) => this.#advance(piece.length, m))
  }

  /** Data that will certainly be read are prefetched, if the place prefetches at all. */
  #announce(): void {
    this.#isAnnounced = true
    if (this.size !== undefined) this.#source.willRead?.(this.#position, this.#start + this.size)
  }

  #advance(fromAhead: number, fromSource: number): number {
    this.#position += fromSource
    return fromAhead + fromSource
  }

  /** Releases what it holds open. */
  close(): MaybePromise<void> {
    return this.#source.close()
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
