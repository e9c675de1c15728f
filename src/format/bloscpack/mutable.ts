// Which parts of a Bloscpack archive a change may alter.

import type { FindMutable, Mutable, MutableParts, Range, ReadSome } from '../../bytes/mutable-parts.js'
import { CHUNK_HEADER_BYTES } from '../../chunk/blosc1/header.js'
import { checksumSpec } from '../../chunk/checksums.js'
import { type BloscpackHeader, HEADER_BYTES, parseHeader } from './header.js'
import { METADATA_HEADER_BYTES, metadataSectionBytes, parseMetadataHeader } from './metadata.js'
import { OFFSET_BYTES, parseOffsets } from './offsets.js'
import { BLOSCPACK } from './traits.js'

/** Unused offsets that are copied; only the first one of them is ever looked at to read chunks. */
const MAX_UNUSED = 8192

/** How many bytes a chunk takes by its own header; what is wrong with it is said when it is read. */
async function chunkSizeAt(read: ReadSome, position: number): Promise<number | undefined> {
  const bytes = await read(position, CHUNK_HEADER_BYTES)
  if (bytes.length < CHUNK_HEADER_BYTES) return undefined
  return Math.max(CHUNK_HEADER_BYTES, new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true))
}

async function walkTo(
  read: ReadSome,
  chunksAt: number,
  nchunks: number,
  digest: number,
): Promise<number | undefined> {
  let at = chunksAt
  for (let i = 1; i < nchunks; i++) {
    const size = await chunkSizeAt(read, at)
    if (size === undefined) return undefined
    at += size + digest
  }
  return at
}

interface Layout {
  header: BloscpackHeader
  /** Chunks of the archive. */
  nchunks: number
  offsetsAt: number
}

/** Position of the last chunk; undefined if the archive is not sound. */
async function lastPosition(
  read: ReadSome,
  { header, nchunks, offsetsAt }: Layout,
): Promise<number | undefined> {
  const digest = checksumSpec(header.checksum).size
  if (!header.offsets) return walkTo(read, offsetsAt, nchunks, digest)
  const entry = await read(offsetsAt + (nchunks - 1) * OFFSET_BYTES, OFFSET_BYTES)
  return entry.length < OFFSET_BYTES ? undefined : parseOffsets(entry, nchunks - 1)[0]
}

async function lastChunk(read: ReadSome, layout: Layout, frontOnly: boolean): Promise<Range | undefined> {
  const { header, nchunks } = layout
  if (frontOnly && nchunks > 1) return undefined
  // A full chunk stays as it is, but a single one may become larger than its chunk size.
  if (header.lastChunk === header.chunkSize && nchunks > 1) return undefined
  const position = await lastPosition(read, layout)
  if (position === undefined || position < HEADER_BYTES) return undefined
  if (frontOnly) return [position, CHUNK_HEADER_BYTES]
  const size = await chunkSizeAt(read, position)
  return size === undefined ? undefined : [position, size + checksumSpec(header.checksum).size]
}

async function metadataRanges(read: ReadSome): Promise<{ ranges: Range[]; end: number }> {
  const h = parseMetadataHeader(await read(HEADER_BYTES, METADATA_HEADER_BYTES))
  const end = HEADER_BYTES + metadataSectionBytes(h)
  const { size } = checksumSpec(h.checksum)
  return {
    ranges: [
      [HEADER_BYTES, METADATA_HEADER_BYTES + h.storedSize],
      [end - size, size],
    ],
    end,
  }
}

/** Bloscpack archives: an append fills the last chunk up, and writes metadata, offsets and header again. */
export const MUTABLE: MutableParts = {
  headBytes: HEADER_BYTES,

  async parts(read, frontOnly): Promise<Mutable> {
    const front: Range[] = [[0, HEADER_BYTES]]
    const header = parseHeader(await read(0, HEADER_BYTES))
    const { nchunks } = header
    let offsetsAt = HEADER_BYTES
    if (header.metadata) {
      const { ranges, end } = await metadataRanges(read)
      front.push(...ranges)
      offsetsAt = end
    }
    // Archives of unknown length cannot be appended to.
    if (nchunks === undefined) return { front, last: undefined }
    if (header.offsets) {
      const unused = Math.min(header.maxAppChunks, frontOnly ? 1 : MAX_UNUSED)
      front.push([offsetsAt + (nchunks - 1) * OFFSET_BYTES, (1 + unused) * OFFSET_BYTES])
    }
    return { front, last: await lastChunk(read, { header, nchunks, offsetsAt }, frontOnly) }
  },

  async frontOf(read) {
    const header = parseHeader(await read(0, HEADER_BYTES))
    const { nchunks, maxAppChunks, offsets } = header
    if (nchunks === 0) return { header: HEADER_BYTES, chunks: undefined }
    const offsetsAt = header.metadata ? (await metadataRanges(read)).end : HEADER_BYTES
    const entries = offsets ? (nchunks ?? 0) + maxAppChunks : 0
    return { header: HEADER_BYTES, chunks: offsetsAt + entries * OFFSET_BYTES }
  },
}

/** For functions that work on archives alone. */
export const findMutable: FindMutable = (front) => (BLOSCPACK.recognise(front) ? MUTABLE : undefined)
