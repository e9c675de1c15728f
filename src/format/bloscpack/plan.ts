// Decides all parameters of an archive before its first chunk is packed.

import { MAX_CHUNK_NBYTES } from '../../chunk/blosc1/header.js'
import { type ChecksumName, checksumSpec } from '../../chunk/checksums.js'
import { guessTypesize, SAMPLE_BYTES } from '../../chunk/typesize-sample.js'
import type { CodecName } from '../../codecs/registry.js'
import { usage } from '../../core/errors.js'
import { compactJson } from '../../core/json/json.js'
import {
  type CodecOptions,
  checkPackOptions,
  DEFAULT_CHECKSUM,
  DEFAULT_CHUNK_SIZE,
  DEFAULT_CODEC,
  DEFAULT_LEVEL,
  DEFAULT_ROOM,
  MAX_TYPESIZE,
  type PackOptions,
  type Room,
} from '../../engine/options.js'
import { countChunks, wholeItems } from '../../engine/plain-chunks.js'
import type { Shuffle } from '../../filters/shuffles.js'
import type { PlainSource } from '../../sources/plain.js'
import type { ChunkPlan } from '../compressed-sink.js'
import type { EncodeParams } from './blosc1-job.js'
import { packBy } from './pack-how.js'

/** Everything that is decided before the first chunk is packed. */
export interface PackPlan extends ChunkPlan {
  params: EncodeParams
  /** Chunks in all, if the source knows its size. */
  nchunks: number | undefined
  offsets: boolean
  room: Room
  metadata: string | undefined
}

async function findTypesize(
  source: PlainSource,
  o: CodecOptions,
  shuffle: Shuffle,
): Promise<[number, boolean]> {
  if (typeof o.typesize === 'number') return [o.typesize, false]
  if (source.typesize !== undefined && o.typesize !== 'auto') {
    // Items over 255 bytes cannot be said in the format; their bytes are then packed as they are.
    return [source.typesize > MAX_TYPESIZE || source.typesize < 1 ? 1 : source.typesize, false]
  }
  if (shuffle === 'none') return [1, false]
  return [await guessTypesize(await source.sample(SAMPLE_BYTES), shuffle), true]
}

/** Decides how chunks of a source are to be compressed. */
export async function planChunks(
  source: PlainSource,
  o: CodecOptions,
  checksum: ChecksumName,
): Promise<{ params: EncodeParams; sampled: boolean }> {
  const wanted = o.shuffle ?? 'byte'
  const [typesize, sampled] = await findTypesize(source, o, wanted)
  const params: EncodeParams = {
    codec: o.codec ?? DEFAULT_CODEC,
    level: o.level ?? DEFAULT_LEVEL,
    shuffle: wanted === 'byte' && typesize === 1 ? 'none' : wanted,
    typesize,
    // Names are taken in any case.
    checksum: checksumSpec(checksum).name,
    ...(o.blockSize !== undefined && { blocksize: o.blockSize }),
  }
  return { params, sampled }
}

/**
 * Decides how a source is to be packed.
 * @throws BlpkError USAGE for options that make no sense
 */
export async function planPack(source: PlainSource, o: PackOptions): Promise<PackPlan> {
  checkPackOptions(o)
  const { params, sampled } = await planChunks(source, o, o.checksum ?? DEFAULT_CHECKSUM)
  const chunkSize = wholeItems(Math.min(o.chunkSize ?? DEFAULT_CHUNK_SIZE, MAX_CHUNK_NBYTES), params.typesize)
  const metadata = o.metadata === undefined ? source.metadata : compactJson(o.metadata)
  if (source.size !== undefined && !Number.isSafeInteger(source.size))
    throw usage(`'${source.name}' is too large`)
  o.onPlan?.({ ...params, codec: params.codec as CodecName, sampled, chunkSize })
  return {
    params,
    run: packBy(params, Math.min(chunkSize, source.size ?? chunkSize)),
    chunkSize,
    size: source.size,
    nchunks: source.size === undefined ? undefined : countChunks(source.size, chunkSize),
    offsets: o.offsets ?? true,
    room: o.maxAppChunks ?? DEFAULT_ROOM,
    metadata,
  }
}
