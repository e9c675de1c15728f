// Writes the recovered chunks of an archive as a sound archive.

import { statSync } from 'node:fs'
import type { ByteSink } from '../../../bytes/byte-sink.js'
import { BlpkError } from '../../../core/errors.js'
import { attempt } from '../../../core/io-errors.js'
import { type PlaceName, placeName } from '../../../core/place-name.js'
import { resolvedPath } from '../../../disk/links.js'
import { lookClosely } from '../../../disk/look.js'
import { DEFAULT_ROOM, type RunOptions, roomFor } from '../../../engine/options.js'
import { openPathSink } from '../../../sinks/path.js'
import { checkReplaceableFile } from '../../../sinks/replaceable.js'
import { FileSource } from '../../../sources/file.js'
import type { RecoveryReport } from '../../recovery.js'
import { formatHeader, HEADER_BYTES } from '../header.js'
import { formatOffsets, OFFSET_BYTES, unusedOffsets } from '../offsets.js'
import { metadataSection } from '../sink.js'
import { planRecovery, type RecoverOptions, type Recovery } from './recover.js'
import { ZeroChunks } from './zeros.js'

const COPY_BYTES = 4 * 2 ** 20
const ROOM_PIECE = 1 << 16

/** Copies bytes of the archive as they are. */
async function copy(r: Recovery, start: number, stop: number, sink: ByteSink): Promise<void> {
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
async function metadataBytes(r: Recovery): Promise<Uint8Array> {
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
async function* packedSizes(r: Recovery, zeros: ZeroChunks): AsyncGenerator<number> {
  for (const piece of r.pieces) {
    if (piece.chunk !== undefined) {
      yield piece.chunk.end - piece.chunk.position
    } else {
      const { length } = await zeros.chunk(piece.zeros.nbytes)
      for (let i = 0; i < piece.zeros.count; i++) yield length
    }
  }
}

function lastPlainSize(r: Recovery): number {
  const last = r.pieces.at(-1)
  return last?.chunk?.header.nbytes ?? last?.zeros?.nbytes ?? 0
}

/**
 * Writes what was recovered as a sound archive: good chunks byte for byte, header and offsets made anew.
 * The sink is committed, or discarded when anything fails.
 */
export async function writeRecovered(r: Recovery, sink: ByteSink, o: RunOptions = {}): Promise<void> {
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

async function writeFront(r: Recovery, sink: ByteSink, zeros: ZeroChunks): Promise<void> {
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

async function writeChunks(r: Recovery, sink: ByteSink, zeros: ZeroChunks, o: RunOptions): Promise<void> {
  let plain = 0
  for (const { chunk, zeros: gone } of r.pieces) {
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

export interface RepairOptions extends RecoverOptions {
  /** Replace an existing output file. */
  overwrite?: boolean
}

/** @throws BlpkError SAME_FILE where the output is the damaged file itself */
function refuseSameFile(input: string, output: string): void {
  const there = lookClosely(output)
  if (there === undefined) return
  const own = attempt('open', input, () => statSync(input, { bigint: true }))
  if (there.ino === own.ino && there.dev === own.dev) {
    const message = `a repair never writes to the damaged file: name another output than '${resolvedPath(output)}'`
    throw new BlpkError('SAME_FILE', message, { path: output })
  }
}

/**
 * Repairs an archive file into another file: good chunks are kept byte for byte, header and offsets are made anew,
 * lost chunks are left out or replaced by zeros. The damaged file is only read.
 * @returns what was kept and what is lost; the output is written in either case
 * @throws BlpkError DAMAGED where no chunk can be recovered, UNSUPPORTED where one has an unknown codec, SAME_FILE, EXISTS, NOT_FOUND, IO; no output is left then
 */
export async function repairFile(
  from: PlaceName,
  to: PlaceName,
  options: RepairOptions = {},
): Promise<RecoveryReport> {
  const [input, output] = [placeName(from), placeName(to)]
  refuseSameFile(input, output)
  const source = new FileSource(input)
  try {
    const recovery = await planRecovery(source, options)
    const like = attempt('open', input, () => statSync(input))
    if (options.overwrite === true) await checkReplaceableFile(output, 'archive')
    const sink = await openPathSink(output, { overwrite: options.overwrite === true, like })
    await writeRecovered(recovery, sink, options)
    return recovery.report
  } finally {
    source.close()
  }
}
