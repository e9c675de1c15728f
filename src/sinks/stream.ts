// Writes to streams, in order.

import type { ByteSink } from '../bytes/byte-sink.js'
import { BlpkError } from '../core/errors.js'
import { ioError } from '../core/io-errors.js'
import { MOST_AT_ONCE } from '../disk/fully.js'

/**
 * The part of a Node stream that is used. Node's own type would require Node's types in every program that
 * uses this one.
 */
export interface ByteWritable {
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** A Node stream, such as standard output into a pipe: written once, in order. */
export class StreamSink implements ByteSink {
  readonly name: string
  readonly seekable = false
  readonly #stream: ByteWritable
  #failure: Error | undefined

  constructor(stream: ByteWritable, name = 'stream') {
    this.#stream = stream
    this.name = name
    stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at === 0 || at < bytes.length; at += MOST_AT_ONCE)
      await this.#writePiece(bytes.subarray(at, at + MOST_AT_ONCE))
  }

  #writePiece(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(ioError(this.#failure, 'write', this.name))
        return
      }
      this.#stream.write(bytes, (error) => {
        if (error) reject(ioError(error, 'write', this.name))
        else resolve()
      })
    })
  }

  patch(): never {
    throw new BlpkError('UNSUPPORTED', `'${this.name}' cannot be patched`)
  }

  commit(): void {}

  discard(): void {}
}
