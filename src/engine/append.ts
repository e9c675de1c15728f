import { type ChangingFile, HiddenFile, type LockOptions, openForChange } from '../disk/changing-file.js'
import { nodeDisk } from '../disk/disk.js'
import type { Editable } from '../disk/editable.js'
import type { ChangePlan } from '../disk/journal.js'
import { CLOSE_BEFORE_REPLACING } from '../disk/replace.js'
import { undone } from '../disk/undone.js'
import { BlpkError } from '../errors.js'
import { type BloscpackHeader, formatHeader, HEADER_BYTES } from '../format/bloscpack/header.js'
import { formatOffsets, OFFSET_BYTES } from '../format/bloscpack/offsets.js'
import type { PlainSource } from '../sources/plain.js'
import { appendIdsOf, checkAppendId } from './append-ids.js'
import { type MetadataChange, metadataAfter } from './append-metadata.js'
import { findTail, type Tail } from './append-tail.js'
import { Archive, entriesOf } from './archive.js'
import { metadataSection } from './bloscpack-sink.js'
import { concat } from './concat.js'
import { type GrowFor, growBeside } from './grow.js'
import { inOrder } from './in-order.js'
import type { EncodeParams } from './job.js'
import { type CodecOptions, checkCodecOptions, type RunOptions } from './options.js'
import { ChunkReader, interrupted, packCrew } from './pack.js'
import { countChunks, planChunks } from './plan.js'
import { PrefixedSource } from './prefixed.js'
import { closeSpooled, spoolWhere } from './spool.js'
import { located } from './unpack.js'

/** Options of an append. */
export interface AppendOptions extends CodecOptions, RunOptions, Omit<LockOptions, 'signal'> {
  /** Metadata as JSON text, in place of those in the archive; or what makes them of these. */
  metadata?: MetadataChange
  /** Where the room for chunks or metadata is used up: rewrite the archive with ten times the room. */
  grow?: boolean
  /** Append plain bytes to an archive of a NumPy array: whole rows of it. */
  raw?: boolean
  /** Chunks of more plain bytes than this are refused, default 2 GiB. */
  maxChunk?: number
  /**
   * Name of this append, kept in the metadata: an append whose id is in the archive already does nothing.
   * The last 1000 are remembered.
   */
  appendId?: string
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
  /** Was an append with this id in the archive already, so that nothing was done? */
  skipped: boolean
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

  async put(chunkAndDigest: Uint8Array): Promise<void> {
    this.positions.push(this.position)
    await this.#file.write(this.position, chunkAndDigest)
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
        await appender.put(slot.packedFor(room).subarray(0, cbytes))
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

/** What an append is going to write. */
interface Goal {
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
async function planAppend(
  archive: Archive,
  source: PlainSource,
  added: number,
  o: AppendOptions,
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
async function changePlan(file: Editable, archive: Archive, goal: Goal): Promise<ChangePlan> {
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
    // What lies behind the last chunk belongs to nothing, but is kept as it was.
    ranges.push([tail.position, file.size - tail.position])
  }
  const kept = { start: archive.chunksAt, stop: nchunks > 0 ? tail.position : tail.end }
  return { ranges, before, after: nchunks > 0 ? formatHeader(goal.header) : before, kept }
}

/** Writes the chunks, and flushes them. @returns where they are */
async function writeChunks(
  file: Editable,
  goal: Goal,
  source: PlainSource,
  params: EncodeParams,
  o: AppendOptions,
): Promise<number[]> {
  const { tail, size } = goal
  const appender = new ChunkAppender(file, tail.position)
  const reader = new ChunkReader(new PrefixedSource(tail.plain, source), tail.chunkSize)
  await packInto(appender, reader, tail.chunkSize, size, params, o)
  if (appender.position < file.size) await file.truncate(appender.position)
  await file.sync()
  return appender.positions
}

/** Writes the front that makes the chunks count, and flushes it. */
async function writeFront(
  file: Editable,
  archive: Archive,
  goal: Goal,
  positions: readonly number[],
): Promise<void> {
  if (goal.metadata !== undefined) await file.write(HEADER_BYTES, goal.metadata)
  if (positions.length > 0) {
    if (archive.header.offsets) {
      // The entry behind must be −1 for readers, whatever stood in the room.
      const entries = goal.header.maxAppChunks > 0 ? [...positions, -1] : positions
      await file.write(archive.offsetsAt + goal.tail.kept * OFFSET_BYTES, formatOffsets(entries))
    }
    await file.write(0, formatHeader(goal.header))
  }
  await file.sync()
}

function typesizeFor(archive: Archive, o: AppendOptions): number | 'auto' {
  return o.typesize ?? Math.max(1, archive.header.typesize)
}

/** Appends to an archive where there is room. @throws BlpkError NO_ROOM before anything is read or written */
export async function appendWithRoom(
  file: Editable,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: AppendOptions,
): Promise<Omit<AppendResult, 'grown'>> {
  const goal = await planAppend(archive, source, added, o)
  if (goal.nchunks > 0 || goal.metadata !== undefined) {
    const { params } = await planChunks(source, { ...o, typesize: typesizeFor(archive, o) }, archive.checksum)
    try {
      await file.begin(await changePlan(file, archive, goal))
      const positions = goal.nchunks > 0 ? await writeChunks(file, goal, source, params, o) : []
      await writeFront(file, archive, goal, positions)
      await file.commit()
    } catch (error) {
      throw await undone(file, error)
    }
  }
  return resultOf(archive, added, goal.header)
}

function resultOf(archive: Archive, added: number, header: BloscpackHeader): Omit<AppendResult, 'grown'> {
  return {
    nbytes: added,
    totalBytes: (archive.nbytes ?? 0) + added,
    nchunks: header.nchunks ?? 0,
    room: header.maxAppChunks,
    skipped: false,
  }
}

/** What an archive must have room for. */
export function growthFor(archive: Archive, source: PlainSource, added: number, o: AppendOptions): GrowFor {
  return { added, metadata: metadataAfter(archive, source, added, o), maxChunk: o.maxChunk }
}

/** Appends to a copy with more room, which then takes the place of the archive. */
async function appendGrowing(
  file: ChangingFile,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: AppendOptions,
): Promise<AppendResult> {
  const { disk = nodeDisk } = o
  const sink = await growBeside(file, growthFor(archive, source, added, o), disk)
  try {
    const hidden = new HiddenFile(disk, sink.fd, file.name)
    const result = await appendWithRoom(hidden, await Archive.open(hidden, o), source, added, o)
    if (CLOSE_BEFORE_REPLACING) file.close()
    await sink.commit()
    return { ...result, grown: true }
  } catch (error) {
    sink.discard()
    throw error
  }
}

/**
 * Appends to an archive that is open for changes.
 * @param growing appends to it where there is no room, and makes some
 */
export async function appendOnce<E extends Editable>(
  file: E,
  source: PlainSource,
  o: AppendOptions,
  growing: (
    file: E,
    archive: Archive,
    source: PlainSource,
    added: number,
    o: AppendOptions,
  ) => Promise<AppendResult>,
): Promise<AppendResult> {
  const archive = await Archive.open(file, o)
  const added = source.size ?? 0
  if (o.appendId !== undefined && appendIdsOf(archive.metadata).includes(o.appendId)) {
    return { ...resultOf(archive, 0, archive.header), grown: false, skipped: true }
  }
  try {
    return { ...(await appendWithRoom(file, archive, source, added, o)), grown: false }
  } catch (error) {
    if (o.grow !== true || !(error instanceof BlpkError) || error.code !== 'NO_ROOM') throw error
    // Nothing of the source was read yet: room is looked for before the first write.
    return growing(file, archive, source, added, o)
  }
}

/** @throws BlpkError USAGE */
export function checkAppendOptions(o: AppendOptions): void {
  checkCodecOptions(o)
  if (o.appendId !== undefined) checkAppendId(o.appendId)
}

/**
 * Appends one or more sources to an archive in a file, all of them or nothing: the last chunk is filled up, new
 * ones follow, and header, offsets and metadata are changed in place (Bloscpack README, "Appending"). The call
 * waits for other writers. What is overwritten is in a journal beside the archive until everything was flushed:
 * a process or machine that stops in between leaves the archive as it was, for whoever opens it next. A source
 * of unknown size is brought into a temporary file first.
 * @throws BlpkError NO_ROOM where offsets or metadata do not fit, USAGE where the data do not go together, LOCKED
 * where others write for longer than the timeout, DAMAGED or CHECKSUM where the archive is not sound; the
 * archive is then as it was
 */
export async function appendToFile(
  path: string,
  source: PlainSource | readonly PlainSource[],
  options: AppendOptions = {},
): Promise<AppendResult> {
  checkAppendOptions(options)
  const sources: readonly PlainSource[] = 'read' in source ? [source] : source
  const known = await spoolWhere(sources, ({ size }) => size !== undefined, path)
  try {
    const all = concat(known)
    const file = await openForChange(path, options)
    try {
      return await appendOnce(file, all, options, appendGrowing)
    } finally {
      file.close()
    }
  } catch (error) {
    throw located(interrupted(error, options.signal))
  } finally {
    await closeSpooled(known, sources)
  }
}
