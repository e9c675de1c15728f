// Sinks that cannot be patched, such as pipes: the output is held in a temporary file.

import type { ByteSink } from '../bytes/byte-sink.js'
import { TemporarySink } from './temporary.js'

/** Holds all output until the commit. */
class HeldSink extends TemporarySink {
  readonly #sink: ByteSink

  constructor(sink: ByteSink) {
    super(sink.name)
    this.#sink = sink
  }

  override async commit(): Promise<void> {
    try {
      for await (const piece of this.pieces()) await this.#sink.write(piece)
      await this.#sink.commit()
    } finally {
      super.discard()
    }
  }

  override async discard(): Promise<void> {
    super.discard()
    await this.#sink.discard()
  }
}

/** The place itself if it can be patched; otherwise a sink that writes everything at the commit. */
export function patchable(sink: ByteSink): ByteSink {
  return sink.seekable ? sink : new HeldSink(sink)
}
