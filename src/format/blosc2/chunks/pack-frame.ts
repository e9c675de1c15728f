// Packs plain bytes into a frame.

import type { FilePlace } from '../../../bytes/file-place.js'
import { MAX_BLOSC2_CHUNK_NBYTES } from '../../../chunk/blosc2/header.js'
import { guessTypesize, SAMPLE_BYTES } from '../../../chunk/typesize-sample.js'
import { usage } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { PlainSource } from '../../../sources/plain.js'
import type { FrameChecksum } from '../../chunks/checksums.js'
import { type CompressionOptions, resolveParams } from '../../chunks/cparams.js'
import { newFrameHeader } from '../../chunks/new-header.js'
import { packHow } from '../../chunks/pack-how.js'
import { checkForPeers } from '../../chunks/peer-limits.js'
import type { ChunkPlan, CompressedSink, Totals } from '../../compressed-sink.js'
import type { FrameHeader } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { pack } from '../../pack.js'
import { FrameSink, type FrameTotals } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'

/**
 * Default plain size of a chunk, in bytes. The default of python-blosc2 depends on caches, this one does not.
 */
const DEFAULT_CHUNKSIZE = 4 * 2 ** 20

/** Options of packing plain bytes into a frame. */
export interface FramePacking extends CompressionOptions, RunOptions {
  /** Typesize in bytes, or `auto` to estimate it from a sample. Default: from the source, else `auto`. */
  typesize?: number | 'auto'
  /** Plain size of a chunk, in bytes, rounded down to whole items. Default: 4 MiB. */
  chunkSize?: number
  /** Additional fixed metalayers. */
  meta?: Layers
  /** Variable-length metalayers, uncompressed. */
  vlmeta?: Layers
  /** `xxh64` (default) stores a checksum of each chunk; `none` does not. */
  checksum?: FrameChecksum
  /** Called once it is known how chunks are packed. */
  onPlan?: (plan: { typesize: number; sampled: boolean; chunksize: number }) => void
}

/** Result of packing. */
export interface FrameResult extends FrameTotals {
  /** Plain size, in bytes. */
  nbytes: number
}

/**
 * The typesize of a source, in bytes, and whether it was estimated from a sample: then items are whole.
 * @param wanted the requested typesize
 */
export async function typesizeOf(
  source: PlainSource,
  wanted: number | 'auto' | undefined,
): Promise<[number, boolean]> {
  if (typeof wanted === 'number') return [wanted, false]
  if (source.typesize !== undefined && source.typesize > 0 && wanted !== 'auto')
    return [source.typesize, false]
  const guess = await guessTypesize(await source.sample(SAMPLE_BYTES), 'byte')
  return [(source.size ?? 0) % guess === 0 ? guess : 1, true]
}

/**
 * Plain size of a chunk, in bytes: the requested one, rounded down to whole items.
 * @throws BlpkError USAGE
 */
export function chunksizeOf(asked: number | undefined, typesize: number): number {
  const size = asked ?? DEFAULT_CHUNKSIZE
  if (!Number.isSafeInteger(size) || size < 1)
    throw usage(`the chunk size is ${size}; it must be 1 byte or more`)
  const most = Math.min(size, MAX_BLOSC2_CHUNK_NBYTES)
  return Math.max(most - (most % typesize), typesize)
}

/** What is decided before the first chunk of a frame is packed. */
export interface FramePlan extends ChunkPlan {
  header: FrameHeader
  checksum: FrameChecksum | undefined
  vlmeta: Layers
}

/** Writes plain bytes into a frame, chunk by chunk (README_CFRAME_FORMAT). */
export class Blosc2Sink implements CompressedSink<FramePacking, FramePlan> {
  readonly #output: FrameOutput
  #frame: FrameSink | undefined
  #plan: FramePlan | undefined
  #totals: FrameTotals | undefined

  constructor(output: FrameOutput) {
    this.#output = output
  }

  async plan(source: PlainSource, o: FramePacking): Promise<FramePlan> {
    const [typesize, sampled] = await typesizeOf(source, o.typesize)
    if (!Number.isSafeInteger(typesize) || typesize < 1 || typesize >= 2 ** 31)
      throw usage(`the typesize is ${typesize}; it must be 1 byte or more`)
    const chunksize = chunksizeOf(o.chunkSize, typesize)
    checkForPeers(o, typesize)
    const { size } = source
    const { meta = new Map(), vlmeta = new Map() } = o
    const schunk = traitsOf({ typesize, chunksize, nbytes: size ?? 0, meta }, vlmeta)
    const params = resolveParams(o, { schunk })
    const header = { ...newFrameHeader(params, meta), chunksize }
    o.onPlan?.({ typesize, sampled, chunksize })
    const run = packHow(params, Math.min(chunksize, size ?? chunksize))
    return { run, chunkSize: chunksize, size, withoutEmptyChunk: true, header, checksum: o.checksum, vlmeta }
  }

  async begin(plan: FramePlan): Promise<void> {
    const { header, checksum, size, chunkSize } = plan
    this.#plan = plan
    this.#frame = new FrameSink(new Workspace(), this.#output, header, checksum)
    const most = size === undefined ? undefined : { nbytes: size, nchunks: Math.ceil(size / chunkSize) }
    await this.#frame.begin(most)
  }

  async put(i: number, chunk: Uint8Array): Promise<void> {
    await this.#begun.put(i, chunk)
  }

  place(i: number, chunk: Uint8Array): Promise<FilePlace | undefined> {
    return this.#begun.hand(i, chunk)
  }

  get #begun(): FrameSink {
    if (this.#frame === undefined) throw usage('the frame was not started')
    return this.#frame
  }

  async finish({ nchunks, lastChunk }: Totals): Promise<number> {
    const { chunkSize = 0, vlmeta = new Map() } = this.#plan ?? {}
    const nbytes = nchunks === 0 ? 0 : (nchunks - 1) * chunkSize + lastChunk
    this.#totals = await this.#begun.finish(nbytes, vlmeta)
    return this.#totals.cbytes
  }

  /** The result, once the frame is finished. */
  get totals(): FrameTotals {
    if (this.#totals === undefined) throw usage('the frame is not finished')
    return this.#totals
  }

  async abort(): Promise<void> {
    await (this.#frame === undefined ? this.#output.discard() : this.#frame.abort())
  }
}

/**
 * Packs plain bytes into a frame, chunk by chunk; memory does not grow with the number of chunks.
 * @throws BlpkError USAGE for invalid options; no output is left then
 */
export async function packFrame(
  source: PlainSource,
  output: FrameOutput,
  o: FramePacking = {},
): Promise<FrameResult> {
  const sink = new Blosc2Sink(output)
  const { nbytes } = await pack(source, sink, o)
  return { nbytes, ...sink.totals }
}
