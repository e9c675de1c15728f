// Writes a frame while its chunks arrive, one after the other.

import type { ByteSource } from '../../../bytes/byte-source.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import { MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { parseBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import type { ChunkOffset, OffsetSpecial } from '../frame/offsets.js'
import { type FrameChecksum, Sealer, sealTrailer, xxh64Of } from './checksums.js'
import { type FrameOutput, type FrameTarget, targetOf } from './frame-target.js'
import { packIndex, packTrailer } from './frame-writer.js'
import { type Placement, type PlacingFrame, placeChunk, placeSpecial } from './placement.js'

/** What a frame came to. */
export interface FrameTotals {
  /** Size of the frame, in bytes; of a sparse one that of all files. */
  cbytes: number
  nchunks: number
  /** Chunks that stand in the index alone. */
  nspecial: number
}

/** A stored chunk that is taken without reading it. */
export interface CopiedChunk {
  /** Its size, in bytes. */
  cbytes: number
  /** Its xxh64, where it is known. */
  digest?: Uint8Array
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

  /**
   * @param most plain bytes and chunks that come, where they are known
   * @param copies will {@link copy} be called?
   */
  async begin(most?: { nbytes: number; nchunks: number }, copies = false): Promise<void> {
    await this.#target.begin({ headerBytes: this.#header.headerBytes, most, copies })
  }

  /** May the place take bytes of another one without moving them here? */
  get canCopy(): boolean {
    return this.#target.canCopy
  }

  /**
   * Takes chunks that lie back to back in another place, if this one can do that without moving them here.
   * @param index of the first of them in the frame
   * @param start where they start in the source, in bytes
   * @returns false where they must be put one by one
   */
  async copy(
    index: number,
    source: ByteSource,
    start: number,
    chunks: readonly CopiedChunk[],
  ): Promise<boolean> {
    const nbytes = chunks.reduce((sum, { cbytes }) => sum + cbytes, 0)
    if (!(await this.#target.copy(source, start, start + nbytes))) return false
    chunks.forEach(({ cbytes, digest }, k) => {
      this.#offsets[index + k] = { at: this.#cbytes }
      if (digest !== undefined) this.#digests[index + k] = digest
      this.#cbytes += cbytes
    })
    return true
  }

  /**
   * Writes a chunk; chunks may come in any order.
   * @param index where it stands in the frame
   */
  async put(index: number, chunk: Uint8Array): Promise<void> {
    const bytes = await this.#place(index, chunk)
    if (bytes !== undefined) await this.#target.put(index, bytes)
  }

  /** The same where somebody else may write it. @returns where that is to be done, if it was not done here */
  async hand(index: number, chunk: Uint8Array): Promise<FilePlace | undefined> {
    const bytes = await this.#place(index, chunk)
    if (bytes === chunk) return this.#target.hand(index, chunk)
    if (bytes !== undefined) await this.#target.put(index, bytes)
    return undefined
  }

  get #frame(): PlacingFrame {
    const { variableChunks, chunksize } = this.#header
    return { header: this.#header, chunksize: variableChunks ? 0 : chunksize }
  }

  /** Notes where the chunk goes. @returns the bytes to be written there; none where the index stands for it */
  async #place(index: number, chunk: Uint8Array): Promise<Uint8Array | undefined> {
    const h = parseBlosc2ChunkHeader(chunk)
    if (h.special === 'none') return this.#note(index, chunk)
    return this.#placed(index, await placeChunk(this.#ws, new MemoryChunk(chunk), h, this.#frame))
  }

  async #placed(index: number, placement: Placement): Promise<Uint8Array | undefined> {
    if ('special' in placement) {
      this.#offsets[index] = placement
      return undefined
    }
    return this.#note(index, await placement.bytes.fetch(0, placement.cbytes))
  }

  async #note(index: number, chunk: Uint8Array): Promise<Uint8Array> {
    this.#offsets[index] = { at: this.#target.sparse ? index : this.#cbytes }
    if (this.#checksum !== 'none') this.#digests[index] = await xxh64Of(chunk)
    this.#cbytes += chunk.length
    return chunk
  }

  /** Writes a chunk that is nothing but one special value. @param nbytes its plain size, in bytes */
  async putSpecial(index: number, special: OffsetSpecial, nbytes: number): Promise<void> {
    const bytes = await this.#placed(index, placeSpecial(special, nbytes, this.#frame))
    if (bytes !== undefined) await this.#target.put(index, bytes)
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
