// An archive with more room for chunks and metadata.

import { damaged } from '../../core/errors.js'
import { type PlaceName, placeName } from '../../core/place-name.js'
import { type LockOptions, openForChange } from '../../disk/changing-file.js'
import { DEFAULT_ROOM, roomFor } from '../../engine/options.js'
import { Archive } from './archive.js'
import { formatHeader, HEADER_BYTES } from './header.js'
import { metadataRoom } from './metadata.js'
import { findMutable } from './mutable.js'
import { formatOffsets, OFFSET_BYTES, unusedOffsets } from './offsets.js'
import { metadataSection } from './sink.js'
import { ChunkWalk, findChunk } from './walk.js'

/** The format counts it in 32 bits. */
const MAX_METADATA_ROOM = 2 ** 32 - 1

/** Positions of all chunks, and where the last one ends. @throws BlpkError DAMAGED */
async function positionsOf(archive: Archive): Promise<{ positions: number[]; end: number }> {
  const positions = [...((await archive.offsets()) ?? [])]
  if (positions.length > 0) {
    // Each chunk may be a request away, so only the last one is looked at.
    const wrong = positions.findIndex((at, i) =>
      i === 0 ? at !== archive.chunksAt : at <= (positions[i - 1] ?? 0),
    )
    if (wrong !== -1) throw damaged('the offsets do not match the position of the chunk', { chunk: wrong })
    return { positions, end: archive.endOf(await findChunk(archive, positions.length - 1)) }
  }
  const walk = new ChunkWalk(archive)
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next())
    positions.push(chunk.position)
  return { positions, end: walk.position }
}

/** What is about to be appended, and must find room. */
export interface GrowFor {
  /** Plain bytes. */
  added: number
  /** New metadata as JSON text. */
  metadata: string | undefined
  /** Bytes of metadata that ids of later appends may take, default 0. */
  idBytes?: number
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number | undefined
}

/** The metadata as they are, in ten times the room that they or the new ones take, and room for ids of appends. */
async function roomyMetadata(
  archive: Archive,
  { metadata: next, idBytes = 0 }: GrowFor,
): Promise<Uint8Array> {
  const { metadata = next === undefined ? undefined : 'null' } = archive
  if (metadata === undefined) return new Uint8Array(0)
  const largest = Math.max(Buffer.byteLength(metadata), Buffer.byteLength(next ?? ''))
  const room = Math.min(metadataRoom(largest) + idBytes, MAX_METADATA_ROOM)
  return metadataSection(metadata, archive.metadataHeader?.checksum ?? archive.checksum, room)
}

/** The front of an archive with more room. */
export interface GrownFront {
  /** Header, metadata and offsets, one after the other. */
  pieces: Uint8Array[]
  /** Where the last chunk ends in the archive as it is, in bytes. */
  end: number
}

/**
 * Makes the front of an archive again, with ten times the room for chunks and metadata. The chunks follow as they
 * are. @throws BlpkError DAMAGED
 */
export async function grownFront(archive: Archive, goal: GrowFor): Promise<GrownFront> {
  const { positions, end } = await positionsOf(archive)
  const nchunks = positions.length
  const coming = Math.ceil(goal.added / Math.max(1, archive.header.chunkSize ?? 1))
  const room = Math.max(roomFor(DEFAULT_ROOM, nchunks), 2 * coming)
  const metadata = await roomyMetadata(archive, goal)
  const chunksAt = HEADER_BYTES + metadata.length + (nchunks + room) * OFFSET_BYTES
  const shift = chunksAt - archive.chunksAt
  const header = formatHeader({
    ...archive.header,
    offsets: true,
    metadata: metadata.length > 0,
    nchunks,
    maxAppChunks: room,
  })
  const offsets = formatOffsets(positions.map((position) => position + shift))
  return { pieces: [header, metadata, offsets, unusedOffsets(room)], end }
}

/**
 * Rewrites an archive in a file with ten times the room for chunks and metadata. Chunks are copied as
 * they are; the file is replaced when the new one is whole.
 * @throws BlpkError LOCKED if others write to it for too long, IO, NO_SPACE; the archive is then as it was
 */
export async function growFile(place: PlaceName, goal: GrowFor, options: LockOptions = {}): Promise<void> {
  const file = await openForChange(placeName(place), findMutable, options)
  try {
    const { maxChunk } = goal
    const archive = await Archive.open(file, maxChunk === undefined ? {} : { maxChunk })
    const { pieces, end } = await grownFront(archive, goal)
    const grown = await file.withFront(pieces, archive.chunksAt, end)
    await grown.publish()
  } finally {
    file.close()
  }
}
