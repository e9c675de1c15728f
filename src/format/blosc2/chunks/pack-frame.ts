// Packing plain bytes into a frame.

import { MAX_CHUNK2_NBYTES } from '../../../chunk/blosc2/header.js'
import { guessTypesize, SAMPLE_BYTES } from '../../../chunk/typesize-sample.js'
import { usage } from '../../../core/errors.js'
import { ChunkReader } from '../../../engine/chunk-reader.js'
import type { RunOptions } from '../../../engine/options.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { Layers } from '../frame/layers.js'
import { traitsOf } from '../frame/schunk-traits.js'
import type { FrameChecksum } from './checksums.js'
import { type CompressionOptions, resolveParams } from './cparams.js'
import { FrameSink, type FrameTotals } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'
import { newFrameHeader } from './new-header.js'
import { type PlainChunks, packInto } from './pack-into.js'
import { checkForPeers } from './peer-limits.js'

/** Plain size of a chunk, in bytes, where it is not given: that of python-blosc2 depends on caches, ours does not. */
const DEFAULT_CHUNKSIZE = 4 * 2 ** 20

/** How plain bytes are packed into a frame. */
export interface FramePacking extends CompressionOptions, RunOptions {
  /** Size of an item, in bytes; that of the source, or found out by a sample (`auto`), by default. */
  typesize?: number | 'auto'
  /** Plain size of a chunk, in bytes, rounded down to whole items. Default: 4 MiB. */
  chunkSize?: number
  /** More fixed metalayers. */
  meta?: Layers
  /** Metalayers of variable length, plain. */
  vlmeta?: Layers
  /** `xxh64` (default) keeps a checksum of each chunk; `none` does not. */
  checksum?: FrameChecksum
  /** Told once it is known how chunks are packed. */
  onPlan?: (plan: { typesize: number; sampled: boolean; chunksize: number }) => void
}

/** What packing came to. */
export interface FrameResult extends FrameTotals {
  /** Plain size, in bytes. */
  nbytes: number
}

/** Items that a sample suggests must also come out even. */
async function typesizeOf(
  source: PlainSource,
  wanted: number | 'auto' | undefined,
): Promise<[number, boolean]> {
  if (typeof wanted === 'number') return [wanted, false]
  if (source.typesize !== undefined && source.typesize > 0 && wanted !== 'auto')
    return [source.typesize, false]
  const guess = await guessTypesize(await source.sample(SAMPLE_BYTES), 'byte')
  return [(source.size ?? 0) % guess === 0 ? guess : 1, true]
}

function chunksizeOf(asked: number | undefined, typesize: number): number {
  const size = asked ?? DEFAULT_CHUNKSIZE
  if (!Number.isSafeInteger(size) || size < 1)
    throw usage(`the chunk size is ${size}; it must be 1 byte or more`)
  const most = Math.min(size, MAX_CHUNK2_NBYTES)
  return Math.max(most - (most % typesize), typesize)
}

function frameChunks(source: PlainSource, chunksize: number): PlainChunks {
  const { size } = source
  const reader = new ChunkReader(source, chunksize)
  return {
    chunkBytes: Math.min(chunksize, size ?? chunksize),
    total: size,
    fill: async (room, _index, mayPass) => {
      const chunk = await reader.next(room, mayPass)
      // A frame of no bytes has no chunks.
      if (chunk !== undefined && chunk.nbytes > 0) return chunk
      await reader.checkEnd()
      return undefined
    },
  }
}

/**
 * Packs plain bytes into a frame (README_CFRAME_FORMAT), chunk by chunk: memory does not depend on their number.
 * @throws BlpkError USAGE for options that make no sense; nothing is left in the place then
 */
export async function packFrame(
  source: PlainSource,
  sink: FrameOutput,
  o: FramePacking = {},
): Promise<FrameResult> {
  let frame: FrameSink | undefined
  try {
    const [typesize, sampled] = await typesizeOf(source, o.typesize)
    if (!Number.isSafeInteger(typesize) || typesize < 1 || typesize >= 2 ** 31)
      throw usage(`the typesize is ${typesize}; it must be 1 byte or more`)
    const chunksize = chunksizeOf(o.chunkSize, typesize)
    checkForPeers(o, typesize)
    const { size } = source
    const { meta = new Map(), vlmeta = new Map() } = o
    const schunk = traitsOf({ typesize, chunksize, nbytes: size ?? 0, meta }, vlmeta)
    const params = resolveParams(o, { schunk })
    const ws = new Workspace()
    frame = new FrameSink(ws, sink, { ...newFrameHeader(params, meta), chunksize }, o.checksum)
    o.onPlan?.({ typesize, sampled, chunksize })
    await frame.begin(size === undefined ? undefined : { nbytes: size, nchunks: Math.ceil(size / chunksize) })
    const nbytes = await packInto(frame, params, frameChunks(source, chunksize), o)
    return { nbytes, ...(await frame.finish(nbytes, vlmeta)) }
  } catch (error) {
    await (frame === undefined ? sink.discard() : frame.abort())
    throw error
  }
}
