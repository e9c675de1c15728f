// A sink that keeps what is written in a temporary file, to be patched there and read back.

import type { ByteSink } from '../bytes/byte-sink.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { TemporaryFile } from '../disk/temporary-file.js'

const PIECE_BYTES = 1 << 20

export class TemporarySink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #file: TemporaryFile

  /**
   * @param name what messages call it
   * @param beside path in whose directory the file lies; by default in that for temporary files
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

  /** All that was written; each piece may be used until the next one is asked for. @throws BlpkError IO */
  async *pieces(): AsyncGenerator<Uint8Array> {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, this.size))
    for (let at = 0; at < this.size; ) {
      const n = this.#file.read(at, piece)
      yield piece.subarray(0, n)
      at += n
    }
  }

  /** The file stays until `discard`. */
  commit(): MaybePromise<void> {}

  /** Removes the file. */
  discard(): MaybePromise<void> {
    this.#file.close()
  }
}
