import type { MaybePromise } from '../../codecs/codec.js'
import { parseChunk2Header, type Special } from '../../format/chunk2/header.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../format/frame/header.js'
import type { Layers } from '../../format/frame/layers.js'
import type { ChunkOffset, OffsetSpecial } from '../../format/frame/offsets.js'
import { formatTrailer } from '../../format/frame/trailer.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { ByteSink } from '../../sinks/byte-sink.js'
import type { FilePlace } from '../../sources/file-place.js'
import { packIndex, packLayers } from './frame-writer.js'

/** Values that the index alone can say. */
const IN_INDEX: readonly Special[] = ['zeros', 'nans', 'uninit']

/** A frame whose chunks are written as they come, so that it need not be in memory (README_CFRAME_FORMAT). */
export class FrameStream {
  readonly #ws: Workspace
  readonly #sink: ByteSink
  readonly #header: FrameHeader
  readonly #offsets: ChunkOffset[] = []
  #cbytes = 0

  /** @param header all but the sizes, which are known at the end; chunks have one size */
  constructor(ws: Workspace, sink: ByteSink, header: FrameHeader) {
    this.#ws = ws
    this.#sink = sink
    this.#header = {
      ...header,
      headerBytes: frameHeaderBytes(header.meta),
      version: 2,
      variableChunks: false,
    }
  }

  /** @param most no more than so many bytes come */
  async begin(most: number): Promise<void> {
    const { headerBytes } = this.#header
    this.#sink.expect?.({ front: headerBytes, most })
    await this.#sink.write(new Uint8Array(headerBytes))
  }

  /** Takes the next chunk. @returns where it is to be written, where somebody else can do that */
  put(chunk: Uint8Array): MaybePromise<FilePlace | undefined> {
    const { special } = parseChunk2Header(chunk)
    if (IN_INDEX.includes(special)) {
      this.#offsets.push({ special: special as OffsetSpecial })
      return undefined
    }
    this.#offsets.push({ at: this.#cbytes })
    this.#cbytes += chunk.length
    const place = this.#sink.reserve?.(chunk.length)
    if (place !== undefined) return place
    return this.#sink.write(chunk)?.then(() => undefined)
  }

  /** Completes the frame and makes it visible. @param nbytes plain size of all chunks @returns its size, in bytes */
  async finish(nbytes: number, vlmeta: Layers): Promise<number> {
    const index = await packIndex(this.#ws, this.#offsets)
    const trailer = formatTrailer(await packLayers(this.#ws, vlmeta))
    const frameBytes = this.#header.headerBytes + this.#cbytes + index.length + trailer.length
    await this.#sink.write(index)
    await this.#sink.write(trailer)
    const sizes = { frameBytes, nbytes, cbytes: this.#cbytes, hasVlmeta: vlmeta.size > 0 }
    await this.#sink.patch(0, formatFrameHeader({ ...this.#header, ...sizes }))
    await this.#sink.commit()
    return frameBytes
  }
}
