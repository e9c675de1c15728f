// Joins archives into one: chunks on a border are copied as they are.

import type { ByteSink } from '../../bytes/byte-sink.js'
import { sameDigest } from '../../chunk/checksums.js'
import { type CodecName, codecByFormat } from '../../codecs/registry.js'
import { BlpkError, damaged, interrupted, located } from '../../core/errors.js'
import { compactJson } from '../../core/json/json.js'
import { ChunkReader } from '../../engine/chunk-reader.js'
import {
  type CodecOptions,
  checkCodecOptions,
  DEFAULT_LEVEL,
  DEFAULT_ROOM,
  type Room,
  type RunOptions,
} from '../../engine/options.js'
import { packChunks } from '../../engine/pack-run.js'
import { countChunks } from '../../engine/plain-chunks.js'
import { Workspace } from '../../kernels/workspace.js'
import { BytesPlainSource, type PlainSource } from '../../sources/plain.js'
import { StreamSource } from '../../sources/stream.js'
import type { Totals } from '../compressed-sink.js'
import type { JoinStep, Stretch } from '../join-steps.js'
import type { Archive } from './archive.js'
import type { EncodeParams } from './blosc1-job.js'
import { type Common, commonOf, metadataOf, stepsOf } from './join-plan.js'
import { packBy, packHow } from './pack-how.js'
import type { PackPlan } from './plan.js'
import { RangeReader } from './range.js'
import { BloscpackSink } from './sink.js'
import { placeOf } from './unpack.js'
import { ChunkWalk } from './walk.js'

/** Least size of a chunk: its header, in bytes. */
const LEAST_CHUNK = 16

/** Options of joining; those of codecs are for what must be packed again. */
export interface ConcatOptions extends CodecOptions, RunOptions {
  /** Default ten times the chunks there are. */
  maxAppChunks?: Room
  /** Metadata as JSON text, in place of those of the archives. */
  metadata?: string
}

/** What was joined. */
export interface ConcatResult {
  /** Plain bytes. */
  nbytes: number
  /** Size of the archive, in bytes. */
  cbytes: number
  nchunks: number
  /** Chunks that were copied as they are. */
  copied: number
}

/** An archive that is being joined from others. */
interface Joining {
  out: BloscpackSink
  common: Common
  params: EncodeParams
  /** Chunks written so far, how many of them copied, and plain bytes. */
  nchunks: number
  copied: number
  plain: number
  packed: number
  o: ConcatOptions
}

/** Packed again as the first chunk is packed, if nothing else is asked for. */
async function paramsFor(archives: readonly Archive[], o: ConcatOptions): Promise<EncodeParams> {
  const archive = archives.find((one) => one.nbytes !== 0) ?? archives[0]
  const chunk = await archive?.locate(0, archive.chunksAt)
  if (archive === undefined || chunk === undefined) throw damaged('the archive has no chunk')
  const { header } = chunk
  const codec = header.memcpyed ? undefined : (codecByFormat(header.codecFormat).name as CodecName)
  const typesize = typeof o.typesize === 'number' ? o.typesize : header.typesize
  return {
    codec: o.codec ?? codec ?? 'lz4',
    level: o.level ?? DEFAULT_LEVEL,
    shuffle: o.shuffle ?? header.shuffle,
    typesize,
    checksum: archive.checksum,
    ...(o.blockSize !== undefined && { blocksize: o.blockSize }),
  }
}

function advance(j: Joining, plain: number, packed: number): void {
  j.plain += plain
  j.packed += packed
  j.o.onProgress?.({ plain: j.plain, packed: j.packed, total: j.common.nbytes })
}

/** Sizes of the first chunks, from their offsets; undefined if there are none. */
async function sizesOf(archive: Archive, count: number): Promise<number[] | undefined> {
  const offsets = await archive.offsets()
  if (offsets === undefined || offsets[0] !== archive.chunksAt) return undefined
  const last = await archive.locate(count - 1, offsets[count - 1] ?? 0)
  if (last === undefined) return undefined
  const ends = [...offsets.subarray(1, count), archive.endOf(last)]
  return ends.map((end, i) => {
    const size = end - (offsets[i] ?? 0)
    if (size >= LEAST_CHUNK + archive.digestBytes) return size
    throw damaged('the offsets do not match the position of the chunk', { chunk: i, offset: offsets[i] ?? 0 })
  })
}

async function copyInPlace(j: Joining, archive: Archive, count: number): Promise<boolean> {
  // Offsets need not be read if nothing can be copied anyhow.
  if (!j.out.canCopy) return false
  const sizes = await sizesOf(archive, count)
  return sizes !== undefined && (await j.out.copy(j.nchunks, archive.source, archive.chunksAt, sizes))
}

/** Copies chunks through this machine: each is checked on the way. */
async function copyChunks(j: Joining, archive: Archive, count: number): Promise<void> {
  const ws = new Workspace()
  const checksum = await archive.loadChecksum(() => ws)
  const walk = new ChunkWalk(archive)
  const { source } = archive
  if (source.size !== undefined) source.willRead?.(archive.chunksAt, source.size)
  let room = new Uint8Array(0)
  for (let i = 0; i < count; i++) {
    j.o.signal?.throwIfAborted()
    const chunk = await walk.next()
    if (chunk === undefined) throw damaged(`the archive has no chunk ${i}`, { chunk: i })
    const { cbytes, nbytes } = chunk.header
    const size = cbytes + archive.digestBytes
    if (room.length < size) room = new Uint8Array(Math.ceil(size * 1.1))
    const bytes = room.subarray(0, size)
    await archive.readChunk(chunk, bytes)
    if (!sameDigest(checksum.digest(bytes.subarray(0, cbytes)), bytes.subarray(cbytes)))
      throw new BlpkError('CHECKSUM', `${checksum.name} mismatch`, placeOf(archive, chunk))
    await j.out.put(j.nchunks + i, bytes)
    advance(j, nbytes, size)
  }
}

async function copyStep(
  j: Joining,
  { part: archive, count }: JoinStep<Archive> & { kind: 'copy' },
): Promise<void> {
  try {
    if (!(await copyInPlace(j, archive, count))) await copyChunks(j, archive, count)
  } catch (error) {
    throw named(error, archive)
  }
  j.nchunks += count
  j.copied += count
}

/** Says which of several archives an error is about. */
function named(error: unknown, archive: Archive): unknown {
  const it = located(error)
  if (!(it instanceof BlpkError) || it.place.path !== undefined) return it
  return new BlpkError(it.code, it.message, { ...it.place, path: archive.source.name }, it)
}

async function* plainOf(stretches: readonly Stretch<Archive>[]): AsyncGenerator<Uint8Array> {
  for (const { part: archive, start, stop } of stretches) {
    try {
      yield* new RangeReader(archive).pieces({ start, stop })
    } catch (error) {
      throw named(error, archive)
    }
  }
}

function sourceOf(stretches: readonly Stretch<Archive>[]): PlainSource {
  const size = stretches.reduce((sum, { start, stop }) => sum + stop - start, 0)
  return new BytesPlainSource(new StreamSource(plainOf(stretches), 'the archives', size))
}

async function packStep(j: Joining, { stretches }: JoinStep<Archive> & { kind: 'pack' }): Promise<void> {
  const { chunkSize } = j.common
  const source = sourceOf(stretches)
  const reader = new ChunkReader(source, chunkSize)
  await packChunks({
    ...packHow(j.params, chunkSize, source.size, j.o),
    fill: (room) => reader.next(room),
    take: async (bytes, _index, nbytes) => {
      await j.out.put(j.nchunks++, bytes)
      advance(j, nbytes, bytes.length)
      return undefined
    },
  })
}

function totalsOf({ nbytes, chunkSize }: Common): Totals {
  const nchunks = countChunks(nbytes, chunkSize)
  return { nchunks, lastChunk: nbytes - (nchunks - 1) * chunkSize }
}

function planOf(
  archives: readonly Archive[],
  common: Common,
  params: EncodeParams,
  o: ConcatOptions,
): PackPlan {
  return {
    // The header tells the item size of the data, whatever the chunks were packed with.
    params: { ...params, typesize: common.typesize },
    run: packBy(params, common.chunkSize),
    chunkSize: common.chunkSize,
    size: common.nbytes,
    nchunks: totalsOf(common).nchunks,
    offsets: true,
    room: o.maxAppChunks ?? DEFAULT_ROOM,
    metadata: o.metadata === undefined ? metadataOf(archives) : compactJson(o.metadata),
  }
}

/**
 * Joins archives of the same typesize, chunk size and checksum into one, in the order given. Chunks on a
 * border are copied as they are; the sink is committed, or discarded when anything fails.
 * @throws BlpkError USAGE if they do not go together, DAMAGED, CHECKSUM, …
 */
export async function concatArchives(
  archives: readonly Archive[],
  sink: ByteSink,
  o: ConcatOptions = {},
): Promise<ConcatResult> {
  const out = new BloscpackSink(sink, { copies: true })
  try {
    checkCodecOptions(o)
    const common = commonOf(archives)
    const params = await paramsFor(archives, o)
    const j: Joining = { out, common, params, nchunks: 0, copied: 0, plain: 0, packed: 0, o }
    await out.begin(planOf(archives, common, params, o), totalsOf(common))
    for (const step of stepsOf(archives, common.chunkSize)) {
      o.signal?.throwIfAborted()
      await (step.kind === 'copy' ? copyStep(j, step) : packStep(j, step))
    }
    const cbytes = await out.finish(totalsOf(common))
    return { nbytes: common.nbytes, cbytes, nchunks: j.nchunks, copied: j.copied }
  } catch (error) {
    await out.abort()
    throw interrupted(error, o.signal)
  }
}
