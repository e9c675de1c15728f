// A `.npy` file that parts can be read from. Over the network only the bytes of the parts are fetched.

import type { ByteSource, ByteSpan } from '../bytes/byte-source.js'
import { changedError } from '../core/errors.js'
import type { RunOptions } from '../engine/options.js'
import { readNpy } from '../sources/npy.js'
import type { Selectable } from './select.js'
import type { PlacedBytes, SpanReader } from './span-reader.js'

/** Bytes that are read at a time. */
const PIECE_BYTES = 2 ** 20
/** Spans with less between them cost as much as one: the size of a page. */
const GAP_BYTES = 4096
/** Spans that are announced together. */
const ANNOUNCED = 256

class NpySpans implements SpanReader {
  readonly #source: ByteSource
  /** Position of the first plain byte. */
  readonly #first: number

  constructor(source: ByteSource, first: number) {
    this.#source = source
    this.#first = first
  }

  gapAt(): number {
    return GAP_BYTES
  }

  async *read(spans: Iterable<ByteSpan>, { signal }: RunOptions): AsyncGenerator<PlacedBytes> {
    let batch: ByteSpan[] = []
    for (const span of spans) {
      batch.push(span)
      if (batch.length < ANNOUNCED) continue
      yield* this.#batch(batch, signal)
      batch = []
    }
    yield* this.#batch(batch, signal)
  }

  async *#batch(spans: readonly ByteSpan[], signal: AbortSignal | undefined): AsyncGenerator<PlacedBytes> {
    this.#source.willReadParts?.(
      spans.map(([start, stop]): ByteSpan => [this.#first + start, this.#first + stop]),
    )
    const longest = spans.reduce((most, [start, stop]) => Math.max(most, stop - start), 0)
    const room = new Uint8Array(Math.min(longest, PIECE_BYTES))
    for (const [start, stop] of spans) {
      for (let position = start; position < stop; position += room.length) {
        signal?.throwIfAborted()
        const bytes = room.subarray(0, stop - position)
        const got = await this.#source.read(this.#first + position, bytes)
        if (got < bytes.length) throw changedError(this.#source.name, 'shorter')
        yield { position, bytes }
      }
    }
  }
}

/**
 * Reads the header of a `.npy` file.
 * @param source that can be read at any position
 * @throws BlpkError USAGE if it is none, or longer or shorter than its array; UNSUPPORTED for Python objects, DAMAGED
 */
export async function openNpyFile(source: ByteSource): Promise<Selectable> {
  const { header } = await readNpy(source)
  const { descr, shape, order, itemsize, nbytes, headerBytes } = header
  const spans = new NpySpans(source, headerBytes)
  return {
    format: { holds: 'bytes' },
    nbytes,
    typesize: itemsize,
    array: () => ({ descr, shape, order, itemsize, nbytes }),
    spans,
    async *pieces(start, stop = nbytes, options): AsyncGenerator<Uint8Array> {
      for await (const { bytes } of spans.read([[start, stop]], options)) yield bytes
    },
  }
}
