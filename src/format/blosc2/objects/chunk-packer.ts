// Compressing the chunks of a super-chunk.

import type { BlockHook } from '../../../chunk/blosc2/decode.js'
import { encodeBlosc2Chunk } from '../../../chunk/blosc2/encode.js'
import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import { unsupported } from '../../../core/errors.js'
import type { SChunkTraits } from '../../../core/schunk-traits.js'
import { type PackRun, packChunks } from '../../../engine/pack-run.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import { atPlace, type Entry, memoryEntry } from '../chunks/chunk-list.js'
import {
  type CompressionOptions,
  filtersAsked,
  headerFields,
  optionsOf,
  resolveParams,
} from '../chunks/cparams.js'
import { packHow } from '../chunks/pack-how.js'
import type { FrameHeader } from '../frame/header.js'

/** Chunks to be packed as a super-chunk packs them. */
export type ChunkRun = Pick<PackRun, 'nchunks' | 'chunkBytes' | 'fill' | 'take'>

/** Bytes cut into chunks, to be packed. */
export function pieces(values: Uint8Array, size: number): Omit<ChunkRun, 'take'> {
  return {
    nchunks: Math.ceil(values.length / size),
    chunkBytes: Math.min(size, values.length),
    fill: (room, i) => {
      const plain = values.subarray(i * size, (i + 1) * size)
      room.set(plain)
      return plain.length === 0 ? undefined : plain.length
    },
  }
}

/** The super-chunk that is packed, as it is at the time. */
export interface PackTarget extends SChunkTraits {
  readonly blockshape: readonly number[] | undefined
}

/** Compresses the chunks of a super-chunk, as its header says and its prefilter wants. */
export class ChunkPacker {
  readonly #header: FrameHeader
  readonly #threads: number | undefined
  /** What codecs and filters are told. */
  readonly #target: PackTarget
  /** How chunks are compressed; undefined for as the header says. */
  params: Blosc2ChunkParams | undefined
  /** Gives what is compressed in place of each block. */
  prefilter: BlockHook | undefined
  /** Where new chunks are kept: in memory, or elsewhere. */
  keep: (chunk: Uint8Array) => Entry = memoryEntry

  constructor(header: FrameHeader, target: PackTarget, threads?: number) {
    this.#header = header
    this.#target = target
    this.#threads = threads
  }

  /** How chunks are compressed from now on; the header stays. @throws BlpkError USAGE */
  use(options: CompressionOptions): Blosc2ChunkParams {
    this.params = resolveParams(options, { schunk: this.#target })
    return this.params
  }

  /** Changes how chunks are compressed from now on, and what the header says of it. @throws BlpkError USAGE */
  change(options: CompressionOptions): void {
    const { shuffle: _, ...rest } = options
    const filters = filtersAsked(options)
    const asked = { ...optionsOf(this.#header), ...rest, ...(filters !== undefined && { filters }) }
    Object.assign(this.#header, headerFields(this.use(asked)))
  }

  #packing(): Blosc2ChunkParams {
    if (this.#header.variableBlocks)
      throw unsupported('chunks with blocks of variable length can be read, but not written')
    const params = this.params ?? this.use(optionsOf(this.#header))
    // An array that was empty gets its blocks with its first items.
    return { ...params, blockshape: this.#target.blockshape }
  }

  /** Compresses chunks in order. @param startOf where each is in the plain bytes */
  async all(run: ChunkRun, startOf: (i: number) => number): Promise<void> {
    const hook = this.prefilter
    const prefilterOf = hook && ((i: number) => atPlace(hook, startOf(i)))
    const how = packHow(this.#packing(), run.chunkBytes, prefilterOf)
    await packChunks({ ...run, ...how, threads: this.#threads })
  }

  /** @param at where the chunk starts in the plain bytes; without it, the prefilter does not see it */
  async one(plain: Uint8Array, at?: number): Promise<Entry> {
    const prefilter = at === undefined ? undefined : atPlace(this.prefilter, at)
    const params = { ...this.#packing(), prefilter }
    return withWorkspace(async (ws) => this.keep(await encodeBlosc2Chunk(ws, params, plain)))
  }
}
