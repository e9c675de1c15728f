// An opened Bloscpack archive: its checked header, metadata and offsets, and access to its chunks.

import type { ByteSource } from '../../bytes/byte-source.js'
import { type FilePlace, placeInFile } from '../../bytes/file-place.js'
import { CHUNK_HEADER_BYTES, type ChunkHeader, parseChunkHeader } from '../../chunk/blosc1/header.js'
import { type Checksum, type ChecksumName, checksumSpec, loadChecksum } from '../../chunk/checksums.js'
import { closedError, damaged, type ErrorPlace } from '../../core/errors.js'
import { parseJson } from '../../core/json/value.js'
import { Workspace } from '../../kernels/workspace.js'
import { DEFAULT_MAX_CHUNK } from '../limits.js'
import { type BloscpackHeader, chunkBytes, HEADER_BYTES, parseHeader, plainBytes } from './header.js'
import {
  METADATA_HEADER_BYTES,
  type MetadataHeader,
  metadataSectionBytes,
  parseMetadataBody,
  parseMetadataHeader,
} from './metadata.js'
import { OFFSET_BYTES, type Offsets, parseOffsets } from './offsets.js'

const MAX_OFFSETS_PIECE = 1 << 20
/** Offsets read at once where only a few are needed: 64 KiB. */
const PAGE_OFFSETS = 8192

export interface OpenOptions {
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
}

/** A chunk that was found, but not read. */
export interface ChunkPlace {
  index: number
  /** Position in the archive, in bytes. */
  position: number
  header: ChunkHeader
  /** The header as it stands in the archive: a stream gives it only once. */
  headerBytes: Uint8Array
}

/** A Bloscpack archive that was opened for reading: front checked, chunks untouched. */
export class Archive {
  readonly source: ByteSource
  readonly header: BloscpackHeader
  readonly metadataHeader: MetadataHeader | undefined
  /** Metadata as the JSON text that stands in the archive. */
  readonly metadata: string | undefined
  /** Position of the offsets section, in bytes. */
  readonly offsetsAt: number
  /** Position of the first chunk, in bytes. */
  readonly chunksAt: number
  readonly #maxChunk: number
  #isClosed = false
  #offsets: Offsets | undefined
  readonly #pages = new Map<number, Offsets>()

  private constructor(source: ByteSource, front: Front, maxChunk: number) {
    this.source = source
    this.header = front.header
    this.metadataHeader = front.metadataHeader
    this.metadata = front.metadata
    this.offsetsAt = front.end
    this.chunksAt = front.end + OFFSET_BYTES * entriesOf(front.header)
    this.#maxChunk = maxChunk
    if (!Number.isSafeInteger(this.chunksAt))
      throw damaged('the header claims more offsets than any file can hold')
    if (source.size !== undefined && this.chunksAt + CHUNK_HEADER_BYTES > source.size) {
      throw damaged(
        `the archive ends at byte ${source.size}, before its first chunk at byte ${this.chunksAt}`,
        {
          offset: source.size,
        },
      )
    }
  }

  /**
   * Reads and checks header and metadata.
   * @throws BlpkError DAMAGED, CHECKSUM or UNSUPPORTED, with the name of the source
   */
  static async open(source: ByteSource, options: OpenOptions = {}): Promise<Archive> {
    return new Archive(source, await readFront(source), options.maxChunk ?? DEFAULT_MAX_CHUNK)
  }

  get checksum(): ChecksumName {
    return this.header.checksum
  }

  /** Chunks, if the header knows how many. */
  get nchunks(): number | undefined {
    return this.header.nchunks
  }

  /** Plain bytes, if the header knows how many. */
  get nbytes(): number | undefined {
    return plainBytes(this.header)
  }

  /**
   * Metadata as a value; undefined if there are none. Integers that a number cannot hold are bigints, and NaN and
   * infinities, which Python's json module writes, are numbers; `metadata` has the text.
   */
  parseMetadata(): unknown {
    return this.metadata === undefined ? undefined : parseJson(this.metadata)
  }

  /** Positions of all chunks; undefined if the archive has none. The first unused entry is checked too. */
  async offsets(): Promise<Offsets | undefined> {
    const { nchunks } = this.header
    if (!this.header.offsets || nchunks === undefined) return undefined
    if (this.#offsets === undefined) {
      const used = await this.#readOffsets(nchunks + Math.min(1, this.header.maxAppChunks))
      if (used.length > nchunks && used[nchunks] !== -1) {
        throw damaged(`there are more offsets than the header's ${nchunks} chunks`, { offset: 16 })
      }
      this.#offsets = used.subarray(0, nchunks)
    }
    return this.#offsets
  }

  /**
   * Positions of chunk `index` and of the one after it, if there is one: of a large archive only a few
   * offsets are read. Undefined if the archive has none.
   */
  async offsetsAround(index: number): Promise<[number, number | undefined] | undefined> {
    const { nchunks } = this.header
    if (!this.header.offsets || nchunks === undefined || index >= nchunks) return undefined
    if (this.#offsets === undefined && nchunks > PAGE_OFFSETS) {
      const start = await this.#pagedOffset(index)
      return [start, index + 1 < nchunks ? await this.#pagedOffset(index + 1) : undefined]
    }
    const offsets = await this.offsets()
    const start = offsets?.[index]
    return start === undefined ? undefined : [start, offsets?.[index + 1]]
  }

  async #pagedOffset(index: number): Promise<number> {
    const first = Math.floor(index / PAGE_OFFSETS) * PAGE_OFFSETS
    let page = this.#pages.get(first)
    if (page === undefined) {
      const count = Math.min(PAGE_OFFSETS, (this.header.nchunks ?? 0) - first)
      const bytes = new Uint8Array(count * OFFSET_BYTES)
      await this.readExactly(this.offsetsAt + first * OFFSET_BYTES, bytes, {})
      page = parseOffsets(bytes, first)
      // Neighbours may lie on two pages; more need not be kept.
      if (this.#pages.size > 1) this.#pages.clear()
      this.#pages.set(first, page)
    }
    return page[index - first] ?? -1
  }

  /** In pieces that were read before the next one is made room for: a pipe may claim any number of them. */
  async #readOffsets(count: number): Promise<Offsets> {
    const pieces: Offsets[] = []
    for (let i = 0; i < count; i += MAX_OFFSETS_PIECE) {
      const bytes = new Uint8Array(Math.min(MAX_OFFSETS_PIECE, count - i) * OFFSET_BYTES)
      await this.readExactly(this.offsetsAt + i * OFFSET_BYTES, bytes, {})
      pieces.push(parseOffsets(bytes, i))
    }
    const [only] = pieces
    if (pieces.length === 1 && only !== undefined) return only
    const offsets = new Float64Array(count)
    pieces.forEach((piece, i) => {
      offsets.set(piece, i * MAX_OFFSETS_PIECE)
    })
    return offsets
  }

  /** Fills `into` from `position`. @throws BlpkError DAMAGED if the archive ends before */
  async readExactly(position: number, into: Uint8Array, place: ErrorPlace): Promise<void> {
    this.#checkOpen()
    const n = await this.source.read(position, into)
    if (n < into.length)
      throw damaged(`the archive ends at byte ${position + n}`, { ...place, offset: position })
  }

  /**
   * Reads the header of the chunk at a position and checks it against what the archive says of it.
   * @returns undefined at the end of an archive that does not know its number of chunks
   */
  async locate(index: number, position: number): Promise<ChunkPlace | undefined> {
    this.#checkOpen()
    const place = { chunk: index, offset: position }
    const bytes = new Uint8Array(CHUNK_HEADER_BYTES)
    const n = await this.source.read(position, bytes)
    if (n === 0 && this.nchunks === undefined && index > 0) return undefined
    if (n < bytes.length) throw damaged(`the archive ends at byte ${position + n}`, place)
    const header = parseChunkHeader(bytes, place)
    this.#checkChunk(index, header, place)
    return { index, position, header, headerBytes: bytes }
  }

  #checkChunk(index: number, h: ChunkHeader, place: ErrorPlace): void {
    const expected = chunkBytes(this.header, index)
    if (expected !== undefined && h.nbytes !== expected) {
      throw damaged(`the chunk has ${h.nbytes} plain bytes, but the header says ${expected}`, place)
    }
    const { chunkSize } = this.header
    if (chunkSize !== undefined && h.nbytes > chunkSize) {
      throw damaged(`the chunk has ${h.nbytes} plain bytes, more than the chunk size ${chunkSize}`, place)
    }
    if (h.nbytes > this.#maxChunk) {
      throw damaged(`the chunk has ${h.nbytes} plain bytes, more than allowed`, place, { option: 'maxChunk' })
    }
    const end = place.offset === undefined ? 0 : place.offset + h.cbytes + this.digestBytes
    if (this.source.size !== undefined && end > this.source.size) {
      throw damaged(`the archive ends at byte ${this.source.size}, within this chunk`, place)
    }
  }

  get digestBytes(): number {
    return checksumSpec(this.header.checksum).size
  }

  /** Where the chunk ends, its digest included: a position in bytes. */
  endOf(chunk: ChunkPlace): number {
    return chunk.position + chunk.header.cbytes + this.digestBytes
  }

  /** Reads a chunk and its digest. */
  async readChunk(chunk: ChunkPlace, into: Uint8Array): Promise<void> {
    into.set(chunk.headerBytes)
    const rest = into.subarray(CHUNK_HEADER_BYTES)
    await this.readExactly(chunk.position + CHUNK_HEADER_BYTES, rest, {
      chunk: chunk.index,
      offset: chunk.position,
    })
  }

  /** Where a chunk lies in a file that other threads may read, if it does. */
  placeOf(chunk: ChunkPlace): FilePlace | undefined {
    this.#checkOpen()
    return placeInFile(this.source, chunk.position, this.endOf(chunk) - chunk.position)
  }

  /** The checksum of the archive, ready for use. */
  loadChecksum(ws: () => Workspace): Promise<Checksum> {
    return loadChecksum(this.header.checksum, ws)
  }

  /** Closes the source. What is called afterwards throws BlpkError CLOSED. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.source.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedError(`'${this.source.name}'`)
  }
}

/** Entries of the offsets section, used and unused. */
export function entriesOf(h: BloscpackHeader): number {
  return h.offsets && h.nchunks !== undefined ? h.nchunks + h.maxAppChunks : 0
}

interface Front {
  header: BloscpackHeader
  metadataHeader: MetadataHeader | undefined
  metadata: string | undefined
  /** Position after the metadata, in bytes. */
  end: number
}

async function readUpTo(source: ByteSource, position: number, nbytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(nbytes)
  return bytes.subarray(0, await source.read(position, bytes))
}

async function readFront(source: ByteSource): Promise<Front> {
  const header = parseHeader(await readUpTo(source, 0, HEADER_BYTES))
  if (!header.metadata) return { header, metadataHeader: undefined, metadata: undefined, end: HEADER_BYTES }
  const metadataHeader = parseMetadataHeader(await readUpTo(source, HEADER_BYTES, METADATA_HEADER_BYTES))
  const end = HEADER_BYTES + metadataSectionBytes(metadataHeader)
  if (source.size !== undefined && end > source.size) {
    throw damaged(`the archive ends at byte ${source.size}, within its metadata`, { offset: source.size })
  }
  const bodyAt = HEADER_BYTES + METADATA_HEADER_BYTES
  // The room after the stored bytes may be of any size, and a pipe does not tell whether it is there.
  const stored = await readUpTo(source, bodyAt, metadataHeader.storedSize)
  const { size } = checksumSpec(metadataHeader.checksum)
  const digest = await readUpTo(source, end - size, size)
  const checksum = await loadChecksum(metadataHeader.checksum, () => new Workspace())
  return {
    header,
    metadataHeader,
    metadata: parseMetadataBody(metadataHeader, stored, digest, checksum),
    end,
  }
}
