// Writes a frame while its chunks arrive, in order.

import type { ByteSource } from '../../../bytes/byte-source.js'
import type { FilePlace } from '../../../bytes/file-place.js'
import { MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { parseBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { type FrameChecksum, Sealer, sealTrailer, xxh64Of } from '../../chunks/checksums.js'
import { type Placement, type PlacingFrame, placeChunk, placeSpecial } from '../../chunks/placement.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import type { ChunkOffset, OffsetSpecial } from '../../frame/offsets.js'
import { type FrameOutput, type FrameTarget, targetOf } from './frame-target.js'
import { packIndex, packTrailer } from './frame-writer.js'

/** Totals of a written frame. */
export interface FrameTotals {
  /** Size of the frame, in bytes; for a sparse one, of all files. */
  cbytes: number
  nchunks: number
  /** Chunks that exist only in the index. */
  nspecial: number
}

/** A stored chunk that is copied without reading it. */
export interface CopiedChunk {
  /** Its size, in bytes. */
  cbytes: number
  /** Its xxh64, if known. */
  digest?: Uint8Array
}

/**
 * Writes a frame to a place while its chunks arrive (README_CFRAME_FORMAT): header, chunks, index, trailer.
 * The sizes in the header are set at the end.
 */
export class FrameSink {
  readonly #ws: Workspace
  readonly #target: FrameTarget
  readonly #header: FrameHeader
  readonly #offsets: ChunkOffset[] = []
  readonly #digests: Uint8Array[] = []
  readonly #checksum: FrameChecksum
  #cbytes = 0

  /**
   * @param header with everything that does not depend on the chunks and the place, such as chunksize and
   * metalayers
   */
  constructor(ws: Workspace, output: FrameOutput, header: FrameHeader, checksum: FrameChecksum = 'xxh64') {
    this.#checksum = checksum
    this.#ws = ws
    this.#target = targetOf(output)
    const { sparse } = this.#target
    this.#header = { ...header, sparse, headerBytes: frameHeaderBytes(header.meta) }
  }

  /**
   * @param most maximum of plain bytes and chunks, if known
   * @param copies whether {@link copy} will be called
   */
  async begin(most?: { nbytes: number; nchunks: number }, copies = false): Promise<void> {
    await this.#target.begin({ headerBytes: this.#header.headerBytes, most, copies })
  }

  /** Whether the place may copy bytes of another one itself. */
  get canCopy(): boolean {
    return this.#target.canCopy
  }

  /**
   * Copies chunks that are adjacent in another place, if this one can copy them itself.
   * @param index of the first chunk in the frame
   * @param start position in the source, in bytes
   * @returns false if the chunks must be written one by one
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

  /** Writes a chunk. Chunks may arrive in any order. @param index of the chunk in the frame */
  async put(index: number, chunk: Uint8Array): Promise<void> {
    const bytes = await this.#place(index, chunk)
    if (bytes !== undefined) await this.#target.put(index, bytes)
  }

  /** The same, if another thread may write it. @returns where to write it, if that was not done here */
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

  /**
   * Records the position of the chunk.
   * @returns the bytes to write there; undefined if the index represents it
   */
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

  /** Writes a chunk of a single special value. @param nbytes plain size, in bytes */
  async putSpecial(index: number, special: OffsetSpecial, nbytes: number): Promise<void> {
    const bytes = await this.#placed(index, placeSpecial(special, nbytes, this.#frame))
    if (bytes !== undefined) await this.#target.put(index, bytes)
  }

  /**
   * Completes the frame and makes it visible.
   * @param nbytes plain size of all chunks, in bytes
   * @param vlmeta uncompressed contents
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

  /** Discards what was written. */
  async abort(): Promise<void> {
    await this.#target.discard()
  }
}
