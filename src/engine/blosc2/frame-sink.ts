import { parseChunk2Header, SHORT_HEADER_BYTES, type Special } from '../../format/chunk2/header.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../format/frame/header.js'
import type { Layers } from '../../format/frame/layers.js'
import type { ChunkOffset, OffsetSpecial } from '../../format/frame/offsets.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { FilePlace } from '../../sources/file-place.js'
import { type FrameChecksum, Sealer, sealTrailer, xxh64Of } from './checksums.js'
import { type FrameOutput, type FrameTarget, targetOf } from './frame-target.js'
import { packIndex, packTrailer } from './frame-writer.js'

/** Special values that the index alone can say. */
const IN_INDEX: readonly Special[] = ['zeros', 'nans', 'uninit']

/** What a frame came to. */
export interface FrameTotals {
  /** Size of the frame, in bytes; of a sparse one that of all files. */
  cbytes: number
  nchunks: number
  /** Chunks that stand in the index alone. */
  nspecial: number
}

/**
 * Writes a frame to a place while its chunks come (README_CFRAME_FORMAT): header, chunks, index, trailer. The
 * sizes in the header are known at the end.
 */
export class FrameSink {
  readonly #ws: Workspace
  readonly #target: FrameTarget
  readonly #header: FrameHeader
  readonly #offsets: ChunkOffset[] = []
  readonly #digests: Uint8Array[] = []
  readonly #checksum: FrameChecksum
  #cbytes = 0

  /** @param header with chunksize, metalayers and everything else that does not depend on the chunks and the place */
  constructor(ws: Workspace, output: FrameOutput, header: FrameHeader, checksum: FrameChecksum = 'xxh64') {
    this.#checksum = checksum
    this.#ws = ws
    this.#target = targetOf(output)
    const { sparse } = this.#target
    this.#header = { ...header, sparse, headerBytes: frameHeaderBytes(header.meta) }
  }

  /** @param most plain bytes and chunks that come, where they are known */
  async begin(most?: { nbytes: number; nchunks: number }): Promise<void> {
    await this.#target.begin({ headerBytes: this.#header.headerBytes, most })
  }

  /**
   * Writes a chunk; chunks may come in any order.
   * @param index where it stands in the frame
   */
  async put(index: number, chunk: Uint8Array): Promise<void> {
    if (await this.#note(index, chunk)) await this.#target.put(index, chunk)
  }

  /** The same where somebody else may write it. @returns where that is to be done, if it was not done here */
  async hand(index: number, chunk: Uint8Array): Promise<FilePlace | undefined> {
    return (await this.#note(index, chunk)) ? this.#target.hand(index, chunk) : undefined
  }

  /** @returns are there bytes to write? */
  async #note(index: number, chunk: Uint8Array): Promise<boolean> {
    const { special, headerBytes } = parseChunk2Header(chunk)
    // Where chunks have sizes of their own, the index cannot say how large one is.
    const isSpecial = headerBytes > SHORT_HEADER_BYTES && IN_INDEX.includes(special)
    if (isSpecial && !this.#header.variableChunks) {
      this.putSpecial(index, special as OffsetSpecial)
      return false
    }
    this.#offsets[index] = { at: this.#target.sparse ? index : this.#cbytes }
    if (this.#checksum !== 'none') this.#digests[index] = await xxh64Of(chunk)
    this.#cbytes += chunk.length
    return true
  }

  /** Notes a chunk that is nothing but one special value. */
  putSpecial(index: number, special: OffsetSpecial): void {
    this.#offsets[index] = { special }
  }

  /**
   * Completes the frame and makes it visible.
   * @param nbytes plain size of all chunks, in bytes
   * @param vlmeta plain contents
   */
  async finish(nbytes: number, vlmeta: Layers): Promise<FrameTotals> {
    const index = await packIndex(this.#ws, this.#offsets)
    const { headerBytes } = this.#header
    const sealer = this.#sealer()
    const trailer = await packTrailer(this.#ws, vlmeta, sealer)
    const inFiles = this.#target.sparse ? this.#cbytes : 0
    const frameBytes = headerBytes + this.#cbytes - inFiles + index.length + trailer.length
    const hasVlmeta = vlmeta.size > 0 || sealer !== undefined
    const sizes = { frameBytes, nbytes, cbytes: this.#cbytes, hasVlmeta }
    const header = formatFrameHeader({ ...this.#header, ...sizes })
    sealer?.fill({ header, index, trailer })
    if (this.#checksum !== 'none') await sealTrailer({ header, index, trailer })
    await this.#target.finish({ header, index, trailer })
    const nspecial = this.#offsets.filter((offset) => 'special' in offset).length
    return { cbytes: frameBytes + inFiles, nchunks: this.#offsets.length, nspecial }
  }

  #sealer(): Sealer | undefined {
    if (this.#checksum === 'none') return undefined
    const sealer = Sealer.for(this.#offsets, this.#header.headerBytes)
    let order = 0
    for (const digest of this.#digests) if (digest !== undefined) sealer?.set(order++, digest)
    return sealer
  }

  /** Leaves nothing behind. */
  async abort(): Promise<void> {
    await this.#target.discard()
  }
}
