import { BlpkError, damaged, unsupported } from '../errors.js'
import { formatHeader, HEADER_BYTES } from '../format/bloscpack/header.js'
import { formatOffsets, OFFSET_BYTES } from '../format/bloscpack/offsets.js'
import { type Editable, EditableFile } from '../sinks/editable-file.js'
import type { PlainSource } from '../sources/plain.js'
import { metadataAfter } from './append-metadata.js'
import { Archive, type ChunkPlace, entriesOf } from './archive.js'
import { metadataSection } from './bloscpack-sink.js'
import { growFile } from './grow.js'
import { inOrder } from './in-order.js'
import type { EncodeParams } from './job.js'
import { type CodecOptions, checkCodecOptions, DEFAULT_CHUNK_SIZE, type RunOptions } from './options.js'
import { ChunkReader, interrupted, packCrew } from './pack.js'
import { planChunks, wholeItems } from './plan.js'
import { PrefixedSource } from './prefixed.js'
import { RangeReader } from './range.js'
import { spool } from './spool.js'
import { Undo } from './undo.js'
import { located } from './unpack.js'
import { ChunkWalk, findChunk } from './walk.js'

/** Options of an append. */
export interface AppendOptions extends CodecOptions, RunOptions {
  /** Metadata as JSON text, in place of those in the archive. */
  metadata?: string
  /** Where the room for chunks or metadata is used up: rewrite the archive with ten times the room. */
  grow?: boolean
  /** Append plain bytes to an archive of a NumPy array: whole rows of it. */
  raw?: boolean
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
}

/** What was appended. */
export interface AppendResult {
  /** Plain bytes appended. */
  nbytes: number
  /** Plain bytes of the archive now. */
  totalBytes: number
  /** Chunks of the archive now. */
  nchunks: number
  /** Chunks that can still be appended. */
  room: number
  /** Was the archive rewritten with more room? */
  grown: boolean
}

/** Where an append begins: what is kept, and the plain bytes that are packed again. */
interface Tail {
  /** Chunks that stay as they are. */
  kept: number
  /** Plain bytes of the last chunk, if it is not full. */
  plain: Uint8Array
  /** Where the first new chunk goes, in bytes. */
  position: number
  /** Where the last chunk ends, in bytes. */
  end: number
  chunkSize: number
}

async function lastChunk(archive: Archive, nchunks: number): Promise<ChunkPlace> {
  if (archive.header.offsets) return findChunk(archive, nchunks - 1)
  const walk = new ChunkWalk(archive)
  let last: ChunkPlace | undefined
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) last = chunk
  if (last === undefined) throw damaged('the archive has no chunk')
  return last
}

async function plainTail(archive: Archive, nbytes: number): Promise<Uint8Array> {
  const total = archive.nbytes ?? 0
  const tail = new Uint8Array(nbytes)
  let at = 0
  for await (const piece of new RangeReader(archive).pieces({ start: total - nbytes, stop: total })) {
    tail.set(piece, at)
    at += piece.length
  }
  return tail
}

/** A single chunk binds nobody to its size, and Bloscpack cuts the chunk size down to small inputs. */
function chunkSizeFor(archive: Archive, nchunks: number): number {
  const { chunkSize = 0, typesize } = archive.header
  return nchunks === 1
    ? Math.max(chunkSize, wholeItems(DEFAULT_CHUNK_SIZE, Math.max(1, typesize)))
    : chunkSize
}

async function findTail(archive: Archive): Promise<Tail> {
  const { nchunks, lastChunk: lastBytes } = archive.header
  if (nchunks === undefined || lastBytes === undefined || archive.nbytes === undefined) {
    throw unsupported(
      'the archive was written to a pipe and does not know its size; pack it again to append to it',
    )
  }
  const chunk = await lastChunk(archive, nchunks)
  const chunkSize = chunkSizeFor(archive, nchunks)
  if (lastBytes === chunkSize) {
    const end = archive.endOf(chunk)
    return { kept: nchunks, plain: new Uint8Array(0), position: end, end, chunkSize }
  }
  const plain = await plainTail(archive, lastBytes)
  return { kept: nchunks - 1, plain, position: chunk.position, end: archive.endOf(chunk), chunkSize }
}

function noRoom(archive: Archive, what: string): BlpkError {
  return new BlpkError(
    'NO_ROOM',
    `no room left for ${what} in '${archive.source.name}' (use --grow to make room)`,
  )
}

/** Writes new chunks behind the kept ones and notes where they went. */
class ChunkAppender {
  readonly positions: number[] = []
  position: number
  readonly #file: Editable

  constructor(file: Editable, position: number) {
    this.#file = file
    this.position = position
  }

  put(chunkAndDigest: Uint8Array): void {
    this.positions.push(this.position)
    this.#file.write(this.position, chunkAndDigest)
    this.position += chunkAndDigest.length
  }
}

async function packInto(
  appender: ChunkAppender,
  reader: ChunkReader,
  chunkSize: number,
  size: number,
  params: EncodeParams,
  o: AppendOptions,
): Promise<void> {
  const crew = packCrew(params, chunkSize, size, o)
  const room = Math.min(chunkSize, size)
  let plain = 0
  let packed = 0
  try {
    await inOrder({
      slots: crew.slots,
      signal: o.signal,
      next: (slot) => reader.next(slot.plain(room)),
      work: (slot, n) => crew.encode(params, slot.plain(room).subarray(0, n), slot.packedFor(room)),
      done: async (slot, n, cbytes) => {
        appender.put(slot.packedFor(room).subarray(0, cbytes))
        plain += n
        packed += cbytes
        o.onProgress?.({ plain, packed, total: size })
        return undefined
      },
    })
    await reader.checkEnd()
  } finally {
    await crew.dismiss()
  }
}

/** The metadata section as it will be, in the room that it has; undefined where it stays. */
async function newMetadata(archive: Archive, json: string | undefined): Promise<Uint8Array | undefined> {
  const { metadataHeader } = archive
  if (json === undefined) return undefined
  if (metadataHeader === undefined) {
    throw noRoom(archive, 'metadata')
  }
  return metadataSection(json, metadataHeader.checksum, metadataHeader.maxSize)
}

/** An archive that is being changed. */
interface Change {
  file: Editable
  archive: Archive
  undo: Undo
  metadata: Uint8Array | undefined
}

/** Puts the new metadata in place, if there are any. */
async function changeMetadata({ file, undo, metadata }: Change): Promise<void> {
  if (metadata === undefined) return
  await undo.save(HEADER_BYTES, metadata.length)
  file.write(HEADER_BYTES, metadata)
}

/** Writes the chunks, flushes them, then the front that makes them count. */
async function changeChunks(c: Change, tail: Tail, source: PlainSource, size: number, o: AppendOptions) {
  const { file, archive, undo } = c
  const { header } = archive
  const { params } = await planChunks(source, { ...o, typesize: typesizeFor(archive, o) }, archive.checksum)
  const appender = new ChunkAppender(file, tail.position)
  const reader = new ChunkReader(new PrefixedSource(tail.plain, source), tail.chunkSize)
  // Bytes behind the last chunk belong to nothing and may be of any size.
  await undo.save(tail.position, tail.end - tail.position)
  await packInto(appender, reader, tail.chunkSize, size, params, o)
  file.truncate(appender.position)
  file.sync()
  await changeMetadata(c)
  const nchunks = tail.kept + appender.positions.length
  const offsetsAt = archive.offsetsAt + tail.kept * OFFSET_BYTES
  const maxAppChunks = entriesOf(header) - (header.offsets ? nchunks : 0)
  if (header.offsets) {
    // The entry behind must be −1 for readers, whatever stood in the room.
    const entries = maxAppChunks > 0 ? [...appender.positions, -1] : appender.positions
    await undo.save(offsetsAt, entries.length * OFFSET_BYTES)
    file.write(offsetsAt, formatOffsets(entries))
  }
  await undo.save(0, HEADER_BYTES)
  const changed = { ...header, chunkSize: tail.chunkSize, lastChunk: reader.lastChunk, nchunks, maxAppChunks }
  file.write(0, formatHeader(changed))
  return changed
}

function typesizeFor(archive: Archive, o: AppendOptions): number | 'auto' {
  return o.typesize ?? Math.max(1, archive.header.typesize)
}

async function appendTo(
  file: Editable,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: AppendOptions,
): Promise<Omit<AppendResult, 'grown'>> {
  const tail = await findTail(archive)
  const size = tail.plain.length + added
  if (archive.header.offsets && tail.kept + Math.ceil(size / tail.chunkSize) > entriesOf(archive.header)) {
    throw noRoom(archive, 'more chunks')
  }
  const json = metadataAfter(archive, source, added, o)
  const change: Change = { file, archive, undo: new Undo(file), metadata: await newMetadata(archive, json) }
  let header = archive.header
  try {
    if (added > 0) header = await changeChunks(change, tail, source, size, o)
    else await changeMetadata(change)
    file.sync()
  } catch (error) {
    change.undo.rollBack()
    throw error
  }
  return {
    nbytes: added,
    totalBytes: (archive.nbytes ?? 0) + added,
    nchunks: header.nchunks ?? 0,
    room: header.maxAppChunks,
  }
}

async function appendOnce(path: string, source: PlainSource, added: number, o: AppendOptions) {
  const file = new EditableFile(path)
  try {
    const archive = await Archive.open(file, o)
    return await appendTo(file, archive, source, added, o)
  } finally {
    file.close()
  }
}

async function appendGrowing(
  path: string,
  source: PlainSource,
  added: number,
  o: AppendOptions,
): Promise<AppendResult> {
  try {
    return { ...(await appendOnce(path, source, added, o)), grown: false }
  } catch (error) {
    if (o.grow !== true || !(error instanceof BlpkError) || error.code !== 'NO_ROOM') throw error
    // Nothing of the source was read yet: room is looked for before the first write.
    await growFile(path, { added, metadata: o.metadata, maxChunk: o.maxChunk })
    return { ...(await appendOnce(path, source, added, o)), grown: true }
  }
}

/**
 * Appends a source to an archive in a file: the last chunk is filled up, new ones follow, and header,
 * offsets and metadata are changed in place (Bloscpack README, "Appending"). A source of unknown size is
 * brought into a temporary file first.
 * @throws BlpkError NO_ROOM where offsets or metadata do not fit, USAGE where the data do not go together,
 * DAMAGED or CHECKSUM where the archive is not sound; the archive is then as it was
 */
export async function appendToFile(
  path: string,
  source: PlainSource,
  options: AppendOptions = {},
): Promise<AppendResult> {
  checkCodecOptions(options)
  const known = source.size === undefined ? await spool(source, path) : source
  try {
    return await appendGrowing(path, known, known.size ?? 0, options)
  } catch (error) {
    throw located(interrupted(error, options.signal))
  } finally {
    if (known !== source) await known.close()
  }
}
