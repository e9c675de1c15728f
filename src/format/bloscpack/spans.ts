// Spans of the plain bytes of a Bloscpack archive: each chunk is read once, many in a row in threads.

import type { ByteSpan } from '../../bytes/byte-source.js'
import type { RunOptions } from '../../engine/options.js'
import type { PlacedBytes, SpanReader } from '../span-reader.js'
import type { Archive } from './archive.js'
import { RangeReader } from './range.js'
import { isWorthThreads, rangePieces } from './range-threads.js'
import { chunkFinder, findChunk } from './walk.js'

/** Short spans that are announced and read together. */
const TOGETHER = 64

export class ArchiveSpans implements SpanReader {
  readonly #archive: Archive
  readonly #reader: RangeReader

  constructor(archive: Archive) {
    this.#archive = archive
    this.#reader = new RangeReader(archive)
  }

  async gapAt(position: number): Promise<number> {
    const { header, source } = this.#archive
    const { chunkSize = 0 } = header
    // A stream gives the header of a chunk only once.
    if (!source.seekable) return chunkSize
    return (await findChunk(this.#archive, Math.floor(position / Math.max(1, chunkSize)))).header.blocksize
  }

  async *read(spans: Iterable<ByteSpan>, options: RunOptions): AsyncGenerator<PlacedBytes> {
    const find = chunkFinder(this.#archive)
    let short: ByteSpan[] = []
    for (const span of spans) {
      const [start, stop] = span
      const isLong = isWorthThreads(this.#archive, { start, stop })
      if (!isLong) short.push(span)
      if (!isLong && short.length < TOGETHER) continue
      yield* this.#reader.spans(short, find, options)
      short = []
      if (isLong) yield* this.#inThreads(span, options)
    }
    yield* this.#reader.spans(short, find, options)
  }

  async *#inThreads([start, stop]: ByteSpan, options: RunOptions): AsyncGenerator<PlacedBytes> {
    let position = start
    for await (const bytes of rangePieces(this.#archive, { start, stop }, options)) {
      yield { position, bytes }
      position += bytes.length
    }
  }
}
