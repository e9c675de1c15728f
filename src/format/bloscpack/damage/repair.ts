// Writes what is left of a damaged archive as a sound one.

import type { ByteSink } from '../../../bytes/byte-sink.js'
import { BlpkError } from '../../../core/errors.js'
import { DEFAULT_ROOM, type RunOptions, roomFor } from '../../../engine/options.js'
import { formatHeader, HEADER_BYTES } from '../header.js'
import { formatOffsets, OFFSET_BYTES, unusedOffsets } from '../offsets.js'
import { metadataSection } from '../sink.js'
import type { ArchiveRecovery } from './recover.js'
import { ZeroChunks } from './zeros.js'

const COPY_BYTES = 4 * 2 ** 20
const ROOM_PIECE = 1 << 16

/** Copies bytes of the archive as they are. */
async function copy(r: ArchiveRecovery, start: number, stop: number, sink: ByteSink): Promise<void> {
  const piece = new Uint8Array(Math.min(COPY_BYTES, stop - start))
  for (let at = start; at < stop; at += piece.length) {
    const part = piece.subarray(0, Math.min(piece.length, stop - at))
    if ((await r.source.read(at, part)) < part.length) {
      throw new BlpkError('IO', `'${r.source.name}' was changed while it was read`, { path: r.source.name })
    }
    await sink.write(part)
  }
}

/** The metadata section byte for byte where it is sound and still fits. */
async function metadataBytes(r: ArchiveRecovery): Promise<Uint8Array> {
  const { metadata, survey } = r
  if (metadata.json === undefined) return new Uint8Array(0)
  const { intact, json, end } = survey.metadata ?? { intact: false }
  if (intact && json === metadata.json && end !== undefined) {
    const section = new Uint8Array(end - HEADER_BYTES)
    await r.source.read(HEADER_BYTES, section)
    return section
  }
  return metadataSection(metadata.json, survey.header.checksum)
}

/** Sizes of all chunks with their digests, in order. */
async function* packedSizes(r: ArchiveRecovery, zeros: ZeroChunks): AsyncGenerator<number> {
  for (const one of r.recovered) {
    if (one.chunk !== undefined) {
      yield one.chunk.end - one.chunk.position
    } else {
      const { length } = await zeros.chunk(one.zeros.nbytes)
      for (let i = 0; i < one.zeros.count; i++) yield length
    }
  }
}

function lastPlainSize(r: ArchiveRecovery): number {
  const last = r.recovered.at(-1)
  return last?.chunk?.header.nbytes ?? last?.zeros?.nbytes ?? 0
}

/**
 * Writes what was recovered as a sound archive: good chunks byte for byte, header and offsets made again.
 * The sink is committed, or discarded when anything fails.
 */
export async function writeRecovered(r: ArchiveRecovery, sink: ByteSink, o: RunOptions = {}): Promise<void> {
  try {
    const zeros = new ZeroChunks(r.survey.header.typesize, r.survey.header.checksum)
    await writeFront(r, sink, zeros)
    await writeChunks(r, sink, zeros, o)
    await sink.commit()
  } catch (error) {
    await sink.discard()
    throw error
  }
}

async function writeFront(r: ArchiveRecovery, sink: ByteSink, zeros: ZeroChunks): Promise<void> {
  const { header, wantsOffsets } = r.survey
  const metadata = await metadataBytes(r)
  const sizes: number[] = []
  for await (const size of packedSizes(r, zeros)) sizes.push(size)
  const kept = header.offsets ? header.maxAppChunks : roomFor(DEFAULT_ROOM, sizes.length)
  const room = wantsOffsets ? kept : 0
  const entries = wantsOffsets ? sizes.length + room : 0
  await sink.write(
    formatHeader({
      ...header,
      offsets: wantsOffsets,
      metadata: metadata.length > 0,
      lastChunk: lastPlainSize(r),
      nchunks: sizes.length,
      maxAppChunks: room,
    }),
  )
  await sink.write(metadata)
  if (wantsOffsets)
    await writeOffsets(sizes, HEADER_BYTES + metadata.length + entries * OFFSET_BYTES, room, sink)
}

async function writeOffsets(
  sizes: readonly number[],
  chunksAt: number,
  room: number,
  sink: ByteSink,
): Promise<void> {
  let position = chunksAt
  const offsets = sizes.map((size) => {
    position += size
    return position - size
  })
  await sink.write(formatOffsets(offsets))
  for (let left = room; left > 0; left -= ROOM_PIECE)
    await sink.write(unusedOffsets(Math.min(left, ROOM_PIECE)))
}

async function writeChunks(
  r: ArchiveRecovery,
  sink: ByteSink,
  zeros: ZeroChunks,
  o: RunOptions,
): Promise<void> {
  let plain = 0
  for (const { chunk, zeros: gone } of r.recovered) {
    o.signal?.throwIfAborted()
    if (chunk === undefined) {
      for (let i = 0; i < gone.count; i++) await sink.write(await zeros.chunk(gone.nbytes))
      plain += gone.count * gone.nbytes
      continue
    }
    await copy(r, chunk.position, chunk.end, sink)
    plain += chunk.header.nbytes
    o.onProgress?.({ plain, packed: chunk.end, total: r.report.nbytes })
  }
}
