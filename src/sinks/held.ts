// Sinks that cannot be patched, such as pipes: what is written is held back in a temporary file.

import type { ByteSink } from '../bytes/byte-sink.js'
import { TemporaryFile } from '../disk/temporary-file.js'

const PIECE_BYTES = 1 << 20

/** Holds everything back until the commit. */
class HeldSink implements ByteSink {
  readonly name: string
  readonly seekable = true
  readonly #sink: ByteSink
  readonly #file = new TemporaryFile(undefined, 'a temporary file')

  constructor(sink: ByteSink) {
    this.name = sink.name
    this.#sink = sink
  }

  write(bytes: Uint8Array): void {
    this.#file.append(bytes)
  }

  patch(position: number, bytes: Uint8Array): void {
    this.#file.write(position, bytes)
  }

  async commit(): Promise<void> {
    try {
      const piece = new Uint8Array(PIECE_BYTES)
      for (let at = 0; at < this.#file.size; ) {
        const n = this.#file.read(at, piece)
        await this.#sink.write(piece.subarray(0, n))
        at += n
      }
      await this.#sink.commit()
    } finally {
      this.#file.close()
    }
  }

  async discard(): Promise<void> {
    this.#file.close()
    await this.#sink.discard()
  }
}

/** The place itself where what was written can be patched, else one that writes all of it at the commit. */
export function patchable(sink: ByteSink): ByteSink {
  return sink.seekable ? sink : new HeldSink(sink)
}
