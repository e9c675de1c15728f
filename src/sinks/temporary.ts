// A sink that writes to a temporary file, which can be patched and read back.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { TemporaryFile } from '../disk/temporary-file.js'

const PIECE_BYTES = 1 << 20

export class TemporarySink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #file: TemporaryFile

  /**
   * @param name the name in messages
   * @param beside a path in the directory to use. Default: the directory for temporary files
   * @throws BlpkError IO, NO_SPACE
   */
  constructor(name: string, beside?: string) {
    this.name = name
    this.#file = new TemporaryFile(beside, 'a temporary file')
  }

  /** In bytes, so far. */
  get size(): number {
    return this.#file.size
  }

  write(bytes: Uint8Array): void {
    this.#file.append(bytes)
  }

  patch(position: number, bytes: Uint8Array): void {
    this.#file.write(position, bytes)
  }

  /**
   * Yields everything that was written. A piece is valid until you ask for the next one.
   * @throws BlpkError IO
   */
  async *pieces(): AsyncGenerator<Uint8Array> {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, this.size))
    for (let at = 0; at < this.size; ) {
      const n = this.#file.read(at, piece)
      yield piece.subarray(0, n)
      at += n
    }
  }

  /** The file is kept until `discard`. */
  commit(): MaybePromise<void> {}

  /** Removes the file. */
  discard(): MaybePromise<void> {
    this.#file.close()
  }
}
