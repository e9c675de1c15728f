// Reads streams and iterables of bytes, in order.

import type { ByteSource } from '../bytes/byte-source.js'
import { BlpkError } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'

/** Anything that yields bytes: a Node stream, a generator, an array of buffers. */
export type ByteIterable = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/** A source that yields its bytes once, in order: a pipe, a generator. Bytes in between may be skipped. */
export class StreamSource implements ByteSource {
  readonly name: string
  readonly size: number | undefined
  readonly seekable = false
  readonly #iterator: Iterator<Uint8Array> | AsyncIterator<Uint8Array>
  #piece: Uint8Array = new Uint8Array(0)
  #position = 0

  constructor(from: ByteIterable, name = 'stream', size?: number) {
    this.name = name
    this.size = size
    this.#iterator =
      Symbol.asyncIterator in from
        ? from[Symbol.asyncIterator]()
        : (from as Iterable<Uint8Array>)[Symbol.iterator]()
  }

  async read(position: number, into: Uint8Array): Promise<number> {
    if (position < this.#position) {
      throw new BlpkError('UNSUPPORTED', `'${this.name}' can only be read from start to end`)
    }
    await this.#take(position - this.#position, () => {})
    let done = 0
    await this.#take(into.length, (piece) => {
      into.set(piece, done)
      done += piece.length
    })
    return done
  }

  /** Returns up to `count` bytes, in pieces. */
  async #take(count: number, use: (piece: Uint8Array) => void): Promise<void> {
    let left = count
    while (left > 0) {
      if (this.#piece.length === 0 && !(await this.#next())) return
      const piece = this.#piece.subarray(0, left)
      use(piece)
      this.#piece = this.#piece.subarray(piece.length)
      this.#position += piece.length
      left -= piece.length
    }
  }

  async #next(): Promise<boolean> {
    try {
      const { done, value } = await this.#iterator.next()
      if (done === true) return false
      this.#piece = new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      return true
    } catch (error) {
      throw ioError(error, 'read', this.name)
    }
  }

  /** Releases what it holds open. */
  async close(): Promise<void> {
    await this.#iterator.return?.()
  }

  /** Closes it at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
