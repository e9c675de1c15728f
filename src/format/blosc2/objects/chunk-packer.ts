// Compresses the chunks of a super-chunk.

import type { BlockHook } from '../../../chunk/blosc2/decode.js'
import { encodeBlosc2Chunk } from '../../../chunk/blosc2/encode.js'
import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import { unsupported } from '../../../core/errors.js'
import type { SChunkTraits } from '../../../core/schunk-traits.js'
import { type PackRun, packChunks } from '../../../engine/pack-run.js'
import { withWorkspace } from '../../../kernels/borrow.js'
import { type Entry, memoryEntry } from '../../chunks/chunk-list.js'
import {
  type CompressionOptions,
  filtersAsked,
  headerFields,
  optionsOf,
  resolveParams,
} from '../../chunks/cparams.js'
import { atPlace } from '../../chunks/found-chunk.js'
import { packHow } from '../../chunks/pack-how.js'
import type { FrameHeader } from '../../frame/header.js'

/** Chunks to be packed as the super-chunk requires. */
export type ChunkRun = Pick<PackRun, 'nchunks' | 'chunkBytes' | 'fill' | 'take'>

/** Bytes split into chunks, to be packed. */
export function pieces(values: Uint8Array, size: number): Omit<ChunkRun, 'take'> {
  return {
    nchunks: Math.ceil(values.length / size),
    chunkBytes: Math.min(size, values.length),
    fill: (room, i, mayPass) => {
      const plain = values.subarray(i * size, (i + 1) * size)
      if (plain.length === 0) return undefined
      if (mayPass && values.buffer instanceof SharedArrayBuffer) return { nbytes: plain.length, plain }
      room.set(plain)
      return plain.length
    },
  }
}

/** The super-chunk, in its current state. */
export interface PackTarget extends SChunkTraits {
  readonly blockshape: readonly number[] | undefined
}

/** Compresses the chunks of a super-chunk, according to its header and prefilter. */
export class ChunkPacker {
  readonly #header: FrameHeader
  readonly #threads: number | undefined
  /** Description for codecs and filters. */
  readonly #target: PackTarget
  /** Compression parameters; undefined to use those of the header. */
  params: Blosc2ChunkParams | undefined
  /** Replaces each block before compression. */
  prefilter: BlockHook | undefined
  /** Where new chunks are stored: in memory, or elsewhere. */
  keep: (chunk: Uint8Array) => Entry = memoryEntry

  constructor(header: FrameHeader, target: PackTarget, threads?: number) {
    this.#header = header
    this.#target = target
    this.#threads = threads
  }

  /** Sets how chunks are compressed from now on, without changing the header. @throws BlpkError USAGE */
  use(options: CompressionOptions): Blosc2ChunkParams {
    this.params = resolveParams(options, { schunk: this.#target })
    return this.params
  }

  /** Sets how chunks are compressed from now on, and updates the header. @throws BlpkError USAGE */
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

  /** Compresses chunks in order. @param startOf position of each in the plain bytes */
  async all(run: ChunkRun, startOf: (i: number) => number): Promise<void> {
    const hook = this.prefilter
    const prefilterOf = hook && ((i: number) => atPlace(hook, startOf(i)))
    const how = packHow(this.#packing(), run.chunkBytes, prefilterOf)
    await packChunks({ ...run, ...how, threads: this.#threads })
  }

  /** @param at position of the chunk in the plain bytes; without it, the prefilter is skipped */
  async one(plain: Uint8Array, at?: number): Promise<Entry> {
    const prefilter = at === undefined ? undefined : atPlace(this.prefilter, at)
    const params = { ...this.#packing(), prefilter }
    return withWorkspace(async (ws) => this.keep(await encodeBlosc2Chunk(ws, params, plain)))
  }
}
