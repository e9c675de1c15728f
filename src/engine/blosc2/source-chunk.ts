import { damaged, type ErrorPlace } from '../../errors.js'
import type { ChunkBytes } from '../../format/chunk2/chunk-bytes.js'
import type { ByteSource } from '../../sources/byte-source.js'

/** Chunks up to this size are read in one go, in bytes: asking twice costs more. */
const READ_WHOLE = 64 * 1024
/** What is read first of larger chunks: header and block table of most. */
const READ_FIRST = 4096

/** A chunk at a position of a source; of a large one, only what is asked for is read. */
export class SourceChunk implements ChunkBytes {
  readonly limit: number
  readonly place: ErrorPlace
  readonly #source: ByteSource
  readonly #position: number
  #window = new Uint8Array()
  #windowAt = 0

  /** @param limit most bytes that the chunk can have, up to the next one */
  constructor(source: ByteSource, position: number, limit: number, place: ErrorPlace) {
    this.#source = source
    this.#position = position
    this.limit = limit
    this.place = place
  }

  async fetch(at: number, nbytes: number): Promise<Uint8Array> {
    if (at + nbytes > this.limit) throw damaged('the chunk is cut short', this.place)
    const inside = at >= this.#windowAt && at + nbytes <= this.#windowAt + this.#window.length
    if (!inside) await this.#read(at, nbytes)
    return this.#window.subarray(at - this.#windowAt, at - this.#windowAt + nbytes)
  }

  async prefetch(nbytes: number): Promise<void> {
    if (this.#windowAt !== 0 || this.#window.length < nbytes) await this.#read(0, nbytes)
  }

  async #read(at: number, nbytes: number): Promise<void> {
    const whole = this.limit <= READ_WHOLE
    const from = whole ? 0 : at
    const size = whole ? this.limit : Math.max(nbytes, at === 0 ? Math.min(READ_FIRST, this.limit) : 0)
    const bytes = new Uint8Array(size)
    const got = await this.#source.read(this.#position + from, bytes)
    if (got < at - from + nbytes) throw damaged('the chunk is cut short', this.place)
    this.#window = bytes.subarray(0, got)
    this.#windowAt = from
  }
}
