// Writes an append: the new chunks first, then the front that makes them count.

import type { Editable } from '../../../bytes/editable.js'
import { rollBackAfter } from '../../../bytes/roll-back.js'
import { ChunkReader } from '../../../engine/chunk-reader.js'
import { packChunks } from '../../../engine/pack-run.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { Archive } from '../archive.js'
import type { EncodeParams } from '../blosc1-job.js'
import { type BloscpackHeader, formatHeader, HEADER_BYTES } from '../header.js'
import { formatOffsets, OFFSET_BYTES } from '../offsets.js'
import { packHow } from '../pack-how.js'
import { planChunks } from '../plan.js'
import { PrefixedSource } from '../prefixed.js'
import type { ArchiveAppendOptions, ArchiveAppendResult } from './options.js'
import { changePlan, type Goal, planAppend } from './plan.js'

/** Writes new chunks after the kept ones and notes where they went. */
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
  o: ArchiveAppendOptions,
): Promise<void> {
  let [plain, packed] = [0, 0]
  await packChunks({
    ...packHow(params, chunkSize, size, o),
    fill: (room) => reader.next(room),
    take: async (bytes, _index, nbytes) => {
      await appender.put(bytes)
      plain += nbytes
      packed += bytes.length
      o.onProgress?.({ plain, packed, total: size })
      return undefined
    },
  })
  await reader.checkEnd()
}

/** Writes the chunks, and flushes them. @returns where they are */
async function writeChunks(
  file: Editable,
  goal: Goal,
  source: PlainSource,
  params: EncodeParams,
  o: ArchiveAppendOptions,
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
      // The entry after must be −1 for readers, whatever stood in the room.
      const entries = goal.header.maxAppChunks > 0 ? [...positions, -1] : positions
      await file.write(archive.offsetsAt + goal.tail.kept * OFFSET_BYTES, formatOffsets(entries))
    }
    await file.write(0, formatHeader(goal.header))
  }
  await file.sync()
}

function typesizeFor(archive: Archive, o: ArchiveAppendOptions): number | 'auto' {
  return o.typesize ?? Math.max(1, archive.header.typesize)
}

/** Appends to an archive if there is room. @throws BlpkError NO_ROOM before anything is read or written */
export async function appendWithRoom(
  file: Editable,
  archive: Archive,
  source: PlainSource,
  added: number,
  o: ArchiveAppendOptions,
): Promise<Omit<ArchiveAppendResult, 'grown'>> {
  const goal = await planAppend(archive, source, added, o)
  if (goal.nchunks > 0 || goal.metadata !== undefined) {
    const { params } = await planChunks(source, { ...o, typesize: typesizeFor(archive, o) }, archive.checksum)
    try {
      await file.begin(await changePlan(file, archive, goal))
      const positions = goal.nchunks > 0 ? await writeChunks(file, goal, source, params, o) : []
      await writeFront(file, archive, goal, positions)
      await file.commit()
    } catch (error) {
      throw await rollBackAfter(file, error)
    }
  }
  return resultOf(archive, added, goal.header)
}

/** What an archive holds after an append. @param header of the archive then */
export function resultOf(
  archive: Archive,
  added: number,
  header: BloscpackHeader,
): Omit<ArchiveAppendResult, 'grown'> {
  return {
    nbytes: added,
    totalBytes: (archive.nbytes ?? 0) + added,
    nchunks: header.nchunks ?? 0,
    room: header.maxAppChunks,
    skipped: false,
  }
}
