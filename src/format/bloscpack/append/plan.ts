// Plans an append to an archive: if there is room, what it overwrites, and what the journal must save.

import type { ChangePlan, Editable } from '../../../bytes/editable.js'
import { BlpkError } from '../../../core/errors.js'
import { countChunks } from '../../../engine/plain-chunks.js'
import type { PlainSource } from '../../../sources/plain.js'
import { roomForIds } from '../../append-ids.js'
import { metadataAfter } from '../../array-metadata.js'
import { type Archive, entriesOf } from '../archive.js'
import type { GrowFor } from '../grow.js'
import { type BloscpackHeader, formatHeader, HEADER_BYTES } from '../header.js'
import { OFFSET_BYTES } from '../offsets.js'
import { metadataSection } from '../sink.js'
import type { ArchiveAppendOptions } from './options.js'
import { findTail, type Tail } from './tail.js'

function noRoom(archive: Archive, what: string): BlpkError {
  return new BlpkError('NO_ROOM', `no room left for ${what} in '${archive.source.name}'`, {}, undefined, {
    option: 'grow',
    to: 'rewrite the archive with more room',
  })
}

/** Did an append fail only because there was no room for it? */
export function isNoRoom(error: unknown): boolean {
  return error instanceof BlpkError && error.code === 'NO_ROOM'
}

/** The metadata section as it will be, in the room that it has; undefined if it stays. */
async function newMetadata(archive: Archive, json: string | undefined): Promise<Uint8Array | undefined> {
  const { metadataHeader } = archive
  if (json === undefined) return undefined
  if (metadataHeader === undefined) throw noRoom(archive, 'metadata')
  try {
    return await metadataSection(json, metadataHeader.checksum, metadataHeader.maxSize)
  } catch (error) {
    throw isNoRoom(error) ? noRoom(archive, `metadata of ${Buffer.byteLength(json)} bytes`) : error
  }
}

/** What an append is going to write. */
export interface Goal {
  tail: Tail
  metadata: Uint8Array | undefined
  /** The header afterwards. */
  header: BloscpackHeader
  /** Chunks that are written. */
  nchunks: number
  /** Plain bytes that are packed: the tail and what is added. */
  size: number
}

function headerAfter(archive: Archive, tail: Tail, size: number, nchunks: number): BloscpackHeader {
  const { header } = archive
  const all = tail.kept + nchunks
  return {
    ...header,
    chunkSize: tail.chunkSize,
    lastChunk: size - (nchunks - 1) * tail.chunkSize,
    nchunks: all,
    maxAppChunks: entriesOf(header) - (header.offsets ? all : 0),
  }
}

/** Looks whether there is room for everything. Nothing is written, and nothing read of the source. */
export async function planAppend(
  archive: Archive,
  source: PlainSource,
  added: number,
  o: ArchiveAppendOptions,
): Promise<Goal> {
  const tail = await findTail(archive)
  const size = tail.plain.length + added
  const nchunks = added === 0 ? 0 : countChunks(size, tail.chunkSize)
  if (archive.header.offsets && tail.kept + nchunks > entriesOf(archive.header)) {
    throw noRoom(archive, 'more chunks')
  }
  const metadata = await newMetadata(archive, metadataAfter(archive, source, added, o))
  const header = added === 0 ? archive.header : headerAfter(archive, tail, size, nchunks)
  return { tail, metadata, header, nchunks, size }
}

/** What must be saved before it is overwritten, and how to tell the archive from others. */
export async function changePlan(file: Editable, archive: Archive, goal: Goal): Promise<ChangePlan> {
  const { tail, metadata, nchunks } = goal
  const before = new Uint8Array(HEADER_BYTES)
  await archive.readExactly(0, before, {})
  const ranges: [number, number][] = [[0, HEADER_BYTES]]
  if (metadata !== undefined) ranges.push([HEADER_BYTES, metadata.length])
  if (nchunks > 0) {
    if (archive.header.offsets) {
      const entries = nchunks + (goal.header.maxAppChunks > 0 ? 1 : 0)
      ranges.push([archive.offsetsAt + tail.kept * OFFSET_BYTES, entries * OFFSET_BYTES])
    }
    // What lies after the last chunk belongs to nothing, but is kept as it was.
    ranges.push([tail.position, file.size - tail.position])
  }
  const kept = { start: archive.chunksAt, stop: nchunks > 0 ? tail.position : tail.end }
  return { ranges, before, after: nchunks > 0 ? formatHeader(goal.header) : before, kept }
}

/**
 * Is the id of an append all that finds no room? Users cannot plan for ids, so room for them is made unasked; for
 * more chunks, or metadata of the user, the archive is only rewritten with `grow`.
 */
export async function onlyIdLacksRoom(
  archive: Archive,
  source: PlainSource,
  added: number,
  { appendId, ...o }: ArchiveAppendOptions,
): Promise<boolean> {
  if (appendId === undefined) return false
  try {
    await planAppend(archive, source, added, o)
    return true
  } catch (error) {
    if (isNoRoom(error)) return false
    throw error
  }
}

/** What an archive must have room for. */
export function growthFor(
  archive: Archive,
  source: PlainSource,
  added: number,
  o: ArchiveAppendOptions,
): GrowFor {
  const metadata = metadataAfter(archive, source, added, o)
  return { added, metadata, idBytes: roomForIds(o.appendId), maxChunk: o.maxChunk }
}
