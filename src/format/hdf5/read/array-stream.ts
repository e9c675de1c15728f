// The chunks of a dataset whose chunks are frames, for containers that hold arrays in such chunks too.

import { chunkCount, type Partition } from '../../../array/geometry.js'
import { encodeBlosc2Chunk } from '../../../chunk/blosc2/encode.js'
import { MAX_CHUNK_TYPESIZE } from '../../../chunk/blosc2/header.js'
import { damaged } from '../../../core/errors.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { ArrayChunk, ArrayChunkStream } from '../../array-chunk-stream.js'
import { optionsOf, resolveParams } from '../../chunks/cparams.js'
import { isShapeBound, makesShapeBound } from '../../chunks/shape-bound.js'
import { wholeChunk as wholeBytes } from '../../chunks/whole-chunk.js'
import { B2ND_LAYER } from '../../frame/array-layer.js'
import type { FrameHeader } from '../../frame/header.js'
import type { OffsetSpecial } from '../../frame/offsets.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { spanOf } from '../chunk-index/table.js'
import { openFrame } from '../filters/blosc2-frame.js'
import type { ChunkEntry } from '../model.js'
import { isDividedAs } from './chunk-frame.js'
import { type PipedDataset, storedChunk, wholeChunk } from './piped-task.js'
import { chunkOfValue, itemsInBlocks } from './plain-chunk.js'

/** A grid of more chunks is not gone through one by one. */
const MOST_CHUNKS = 2 ** 24

/** A dataset whose chunks are frames. */
export interface FramesToCopy {
  data: PipedDataset
  cut: Partition
  dtype: string
  /** Of the first frame. */
  header: FrameHeader
}

/** Whether a frame says that its chunk is an array. */
function hasShape({ meta }: FrameHeader): boolean {
  return meta.has(B2ND_LAYER)
}

/** Whether all chunks can become those of an array: a missing one is a single value, and blocks are whole. */
function canCopy({ data, cut, header }: FramesToCopy): boolean {
  const { fill, itemBytes, table } = data
  const isShort = table.size < chunkCount(cut)
  if (chunkCount(cut) > MOST_CHUNKS || table.size === 0) return false
  if (isShort && fill?.some((byte) => byte !== 0) && itemBytes > MAX_CHUNK_TYPESIZE) return false
  if (!hasShape(header) && makesShapeBound(header)) return false
  return header.chunksize === cut.chunkItems * itemBytes
}

/** Gives the chunks one after the other. */
class Frames {
  readonly #from: FramesToCopy
  readonly #ws = new Workspace()
  #missing: Uint8Array | OffsetSpecial | undefined

  constructor(from: FramesToCopy) {
    this.#from = from
  }

  async *chunks(): AsyncGenerator<ArrayChunk> {
    const { data, cut } = this.#from
    const { source, table } = data
    source.willReadParts?.([...table].map(([index, entry]) => spanOf(entry, index)))
    for (let index = 0; index < chunkCount(cut); index++) {
      const entry = table.get(index)
      if (entry === undefined) yield { index, content: this.#filled(), isCopy: true }
      else yield (await this.#stored(entry, index)) ?? (await this.#repacked(entry, index))
    }
  }

  /** A chunk that is not stored. */
  #filled(): Uint8Array | OffsetSpecial {
    const { data, cut } = this.#from
    const { fill, itemBytes } = data
    const isZero = fill === undefined || fill.every((byte) => byte === 0)
    this.#missing ??= isZero ? 'zeros' : chunkOfValue(fill, { cut, itemBytes })
    return this.#missing
  }

  /** The chunk in a frame; undefined if it is not divided as the others. */
  async #stored(entry: ChunkEntry, index: number): Promise<ArrayChunk | undefined> {
    const { data, cut } = this.#from
    const { stored, place, chunk } = await storedChunk(data, index, entry)
    if (chunk.mask !== 0) return undefined
    const { header, chunks } = await openFrame({ ws: this.#ws, most: chunk.chunkBytes, place }, stored)
    const [only] = chunks.entries
    if (only === undefined || !isDividedAs(cut, header, data.itemBytes, place)) return undefined
    if ('special' in only) return { index, content: only.special, isCopy: true }
    const [content, h] = await wholeBytes(only.open())
    if (h.nbytes !== cut.chunkItems * data.itemBytes)
      throw damaged('the chunk is not the one that its frame describes', place)
    return !hasShape(header) && isShapeBound(h) ? undefined : { index, content, isCopy: true }
  }

  async #repacked(entry: ChunkEntry, index: number): Promise<ArrayChunk> {
    const { data, cut, header } = this.#from
    const items = await wholeChunk(data, index, entry)
    const plain = itemsInBlocks(items, { cut, itemBytes: data.itemBytes })
    const target = { schunk: traitsOf(header, new Map()), blockshape: cut.blockshape }
    const blockSize = cut.blockItems * data.itemBytes
    const params = resolveParams({ ...optionsOf(header), blockSize }, target)
    return { index, content: await encodeBlosc2Chunk(this.#ws, params, plain), isCopy: false }
  }
}

/** All chunks of a dataset; undefined if an array cannot hold them. */
export function arrayStream(from: FramesToCopy): ArrayChunkStream | undefined {
  if (!canCopy(from)) return undefined
  const { data, cut, dtype, header } = from
  return {
    partition: cut,
    itemBytes: data.itemBytes,
    dtype,
    header,
    nchunks: chunkCount(cut),
    chunks: () => new Frames(from).chunks(),
  }
}
