// Reads blocks of metadata from a source, through a cache of pages: blocks are small, and lie side by side.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { damaged } from '../../../core/errors.js'
import { Cursor, type FieldSizes } from './cursor.js'

/** Bytes that are read together: from a file, and from a place where each read is a request. */
const PAGE_BYTES = { near: 16 * 1024, far: 64 * 1024 }
/** Pages that are kept, in bytes. */
const MOST_KEPT = 32 * 2 ** 20
/** A block of more bytes is none that any program wrote. */
const MOST_IN_BLOCK = 2 ** 29

/** The metadata of a file. */
export class FileBytes {
  readonly source: ByteSource
  readonly sizes: FieldSizes
  readonly #isNear: boolean
  readonly #page: number
  /** In the order of their last use. */
  readonly #pages = new Map<number, Promise<Uint8Array>>()

  /** @param isNear whether a read costs little. Default: it does of files */
  constructor(source: ByteSource, sizes: FieldSizes, isNear = source.fd !== undefined) {
    this.source = source
    this.sizes = sizes
    this.#isNear = isNear
    this.#page = isNear ? PAGE_BYTES.near : PAGE_BYTES.far
  }

  /** The same bytes, whose fields have other sizes. */
  withSizes(sizes: FieldSizes): FileBytes {
    return new FileBytes(this.source, sizes, this.#isNear)
  }

  /**
   * A block of metadata.
   * @param position in the source, in bytes
   * @throws BlpkError DAMAGED if it is not within the source or far too large, IO
   */
  async block(position: number, nbytes: number): Promise<Cursor> {
    if (nbytes > MOST_IN_BLOCK)
      throw damaged(`a block of metadata claims ${nbytes} bytes`, { offset: position })
    const bytes = await this.some(position, nbytes)
    if (bytes.length < nbytes)
      throw damaged('a block of metadata reaches beyond the end of the file', { offset: position })
    return new Cursor(bytes, this.sizes, position)
  }

  /** The same, but fewer bytes at the end of the source. */
  async some(position: number, nbytes: number): Promise<Uint8Array> {
    const { size } = this.source
    if (!Number.isSafeInteger(position + nbytes) || position < 0 || (size !== undefined && position > size))
      throw damaged('an address lies beyond the end of the file', { offset: position })
    const length = size === undefined ? nbytes : Math.min(nbytes, size - position)
    const [first, last] = [
      Math.floor(position / this.#page),
      Math.floor((position + length - 1) / this.#page),
    ]
    if (last > first + 1) return this.#read(position, length)
    const start = position - first * this.#page
    const page = await this.#pageAt(first)
    if (last <= first) return page.subarray(start, start + length)
    const rest = await this.#pageAt(last)
    const bytes = new Uint8Array(Math.max(0, Math.min(length, page.length - start + rest.length)))
    bytes.set(page.subarray(start))
    bytes.set(rest.subarray(0, bytes.length - (page.length - start)), page.length - start)
    return bytes
  }

  async #read(position: number, nbytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(nbytes)
    return bytes.subarray(0, await this.source.read(position, bytes))
  }

  #pageAt(page: number): Promise<Uint8Array> {
    const known = this.#pages.get(page)
    const found = known ?? this.#read(page * this.#page, this.#page)
    this.#pages.delete(page)
    this.#pages.set(page, found)
    if (known === undefined) {
      // A read that failed is tried again.
      found.catch(() => this.#pages.delete(page))
      for (const oldest of this.#pages.keys()) {
        if (this.#pages.size * this.#page <= MOST_KEPT) break
        this.#pages.delete(oldest)
      }
    }
    return found
  }
}
