import { closeSync } from 'node:fs'
import type { ByteSink } from '../bytes/byte-sink.js'
import { attempt } from '../core/io-errors.js'
import { readFully, writeFully } from '../disk/fully.js'
import { openNameless } from '../disk/nameless.js'

const PIECE_BYTES = 1 << 20

/** Holds everything back in a nameless file until the commit, so that a pipe can be patched. */
class HeldSink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #sink: ByteSink
  readonly #fd = openNameless()
  #size = 0
  #isOpen = true

  constructor(sink: ByteSink) {
    this.name = sink.name
    this.#sink = sink
  }

  write(bytes: Uint8Array): void {
    this.patch(this.#size, bytes)
    this.#size += bytes.length
  }

  patch(position: number, bytes: Uint8Array): void {
    attempt('write', 'a temporary file', () => writeFully(this.#fd, bytes, position))
  }

  async commit(): Promise<void> {
    try {
      const piece = new Uint8Array(PIECE_BYTES)
      for (let at = 0; at < this.#size; ) {
        const n = attempt('read', 'a temporary file', () => readFully(this.#fd, piece, at))
        await this.#sink.write(piece.subarray(0, n))
        at += n
      }
      await this.#sink.commit()
    } finally {
      this.#close()
    }
  }

  async discard(): Promise<void> {
    this.#close()
    await this.#sink.discard()
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#fd)
    this.#isOpen = false
  }
}

/** The place itself where what was written can be patched, else one that writes all of it at the commit. */
export function patchable(sink: ByteSink): ByteSink {
  return sink.seekable ? sink : new HeldSink(sink)
}
