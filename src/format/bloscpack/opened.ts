// An archive that is open, as the verbs read from it.

import { type NdarrayLayout, ndarrayIn } from '../../array/npy/index.js'
import { damaged } from '../../core/errors.js'
import type { RunOptions } from '../../engine/options.js'
import type { PlainSink } from '../../sinks/plain.js'
import type { ChunkStream } from '../chunk-stream.js'
import type { ChunkSpan, Opened, OpenOptions, OpenPlace, PieceOptions } from '../opened.js'
import type { SpanReader } from '../span-reader.js'
import { Archive } from './archive.js'
import { streamOf } from './chunk-stream.js'
import { RangeReader } from './range.js'
import { allPieces, fillRange, rangePieces } from './range-threads.js'
import { ArchiveSpans } from './spans.js'
import { BLOSCPACK, BLP } from './traits.js'
import { type UnpackResult, unpack } from './unpack.js'

/** An archive, with the array that its metadata describe. */
export class OpenedArchive implements Opened {
  readonly container = BLOSCPACK
  readonly format = BLP
  readonly archive: Archive
  readonly spans: SpanReader
  #ranges: RangeReader | undefined

  constructor(archive: Archive) {
    this.archive = archive
    this.spans = new ArchiveSpans(archive)
  }

  /** One for all ranges: it knows which chunks were checked. */
  get #reader(): RangeReader {
    this.#ranges ??= new RangeReader(this.archive)
    return this.#ranges
  }

  get name(): string {
    return this.archive.source.name
  }

  get nbytes(): number | undefined {
    return this.archive.nbytes
  }

  get nchunks(): number | undefined {
    return this.archive.nchunks
  }

  get typesize(): number {
    return Math.max(1, this.archive.header.typesize)
  }

  get metadata(): string | undefined {
    return this.archive.metadata
  }

  /** Bloscpack's own append leaves the shape as it was, so that it no longer fits the data. */
  array(): NdarrayLayout | undefined {
    const layout = ndarrayIn(this.metadata)
    const { nbytes } = this
    if (layout === undefined || nbytes === undefined || nbytes === layout.nbytes) return layout
    throw damaged(
      `the metadata describes an array of ${layout.nbytes} bytes, but the archive holds ${nbytes}`,
      {},
      { option: 'raw', to: 'get them as they are' },
    )
  }

  pieces(start: number, stop: number | undefined, options: PieceOptions): AsyncIterable<Uint8Array> {
    const { archive, nbytes } = this
    const isWhole = start === 0 && (stop === undefined || stop === nbytes)
    if (isWhole) return allPieces(archive, options)
    const range = { start, stop: stop ?? nbytes ?? Number.NaN }
    return rangePieces(archive, range, options, this.#reader)
  }

  fill(start: number, out: Uint8Array, options: PieceOptions): Promise<void> {
    const range = { start, stop: start + out.length }
    return fillRange(this.archive, range, out, options, this.#reader)
  }

  unpack(sink: PlainSink, options: RunOptions): Promise<UnpackResult> {
    return unpack(this.archive, sink, options)
  }

  chunkAt(position: number): ChunkSpan {
    const { chunkSize = Number.MAX_SAFE_INTEGER } = this.archive.header
    const index = Math.floor(position / chunkSize)
    return { index, stop: (index + 1) * chunkSize }
  }

  chunks(): ChunkStream {
    return streamOf(this.archive)
  }

  close(): Promise<void> {
    return this.archive.close()
  }
}

/** @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED */
export async function openArchiveAt(
  { source }: OpenPlace,
  { maxChunk }: OpenOptions,
): Promise<OpenedArchive> {
  return new OpenedArchive(await Archive.open(source, maxChunk === undefined ? {} : { maxChunk }))
}
