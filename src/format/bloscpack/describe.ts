// What `info` says of an archive, for JSON.

import { ndarrayIn } from '../../array/npy/index.js'
import type { ChunkHeader } from '../../chunk/blosc1/header.js'
import { knownFormat } from '../../codecs/registry.js'
import { JsonText } from '../../core/json/json.js'
import { jsonRatio } from '../../core/sizes.js'
import type { Shuffle } from '../../filters/shuffles.js'
import { dtypeText, type Head, ifSound } from '../facts.js'
import type { Archive, ChunkPlace } from './archive.js'
import { FORMAT_VERSION } from './header.js'

/** A chunk, as `--chunks` shows it and JSON has it. */
export interface ChunkInfo {
  index: number
  offset: number
  nbytes: number
  cbytes: number
  ratio: number | null
  /** Name of the codec; `lz4` stands for LZ4 HC too, whose chunks look the same. */
  codec: string
  shuffle: Shuffle
  split: boolean
  /** The plain bytes are stored as they are. */
  stored: boolean
  typesize: number
  blocksize: number
}

/** An archive, as `info` shows it and JSON has it; null if the archive does not tell. */
export interface ArchiveInfo extends Head {
  format: string
  nchunks: number | null
  chunkSize: number | null
  lastChunk: number | null
  typesize: number
  checksum: string
  offsets: boolean
  maxAppChunks: number
  firstChunk: ChunkInfo | null
  metadata: JsonText | null
  metadataSection: { codec: string; level: number; size: number; storedSize: number; maxSize: number } | null
  chunks?: ChunkInfo[]
}

/** What was found out beyond the front of the archive. */
export interface ArchiveDetails {
  first: ChunkPlace | undefined
  nchunks: number | undefined
  nbytes: number | undefined
  cbytes: number | undefined
  chunks: ChunkInfo[] | undefined
}

function codecName(header: ChunkHeader): string {
  return knownFormat(header.codecFormat)?.name ?? `unknown (${header.codecFormat})`
}

/** The facts of a chunk. */
export function describeChunk({ index, position, header }: ChunkPlace): ChunkInfo {
  const { nbytes, cbytes, shuffle, split, typesize, blocksize, memcpyed } = header
  return {
    index,
    offset: position,
    nbytes,
    cbytes,
    ratio: jsonRatio(nbytes, cbytes),
    codec: codecName(header),
    shuffle,
    split,
    stored: memcpyed,
    typesize,
    blocksize,
  }
}

function describeMetadata(archive: Archive): ArchiveInfo['metadataSection'] {
  const h = archive.metadataHeader
  if (h === undefined) return null
  return { codec: h.codec, level: h.level, size: h.size, storedSize: h.storedSize, maxSize: h.maxSize }
}

/** @param sizes plain size and size of the archive, in bytes, if they are known */
export async function headOfArchive(
  file: string,
  { metadata }: Archive,
  sizes: { nbytes: number | undefined; cbytes: number | undefined },
): Promise<Head & { format: string }> {
  const array = await ifSound(() => ndarrayIn(metadata))
  const { nbytes = null, cbytes = null } = sizes
  return {
    file,
    format: `Bloscpack ${FORMAT_VERSION}`,
    shape: array?.shape ?? null,
    dtype: array === undefined ? null : dtypeText(array),
    nbytes,
    cbytes,
    ratio: nbytes === null || cbytes === null ? null : jsonRatio(nbytes, cbytes),
  }
}

/** The facts of an archive. */
export async function describeArchive(
  file: string,
  archive: Archive,
  found: ArchiveDetails,
): Promise<ArchiveInfo> {
  const { header } = archive
  const { nchunks = null } = found
  return {
    ...(await headOfArchive(file, archive, found)),
    nchunks,
    chunkSize: header.chunkSize ?? null,
    lastChunk: header.lastChunk ?? null,
    typesize: header.typesize,
    checksum: header.checksum,
    offsets: header.offsets,
    maxAppChunks: header.maxAppChunks,
    firstChunk: found.first === undefined ? null : describeChunk(found.first),
    metadata: archive.metadata === undefined ? null : new JsonText(archive.metadata),
    metadataSection: describeMetadata(archive),
    ...(found.chunks !== undefined && { chunks: found.chunks }),
  }
}
