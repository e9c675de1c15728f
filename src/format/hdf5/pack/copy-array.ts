// Copies the chunks of an array in another container to a new HDF5 file of one dataset.

import { product } from '../../../array/geometry.js'
import type { NdarrayLayout } from '../../../array/npy/index.js'
import { parseBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { numberOf } from '../../../chunk/blosc2/params.js'
import { runOptionsOf } from '../../../engine/options.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { ArrayChunk, ArrayChunkStream } from '../../array-chunk-stream.js'
import { takeArrayChunks } from '../../chunks/copy-array-chunks.js'
import { repacked } from '../../chunks/repack-chunk.js'
import { isShapeBound, makesShapeBound } from '../../chunks/shape-bound.js'
import type { CopyRequest } from '../../container.js'
import type { FrameHeader } from '../../frame/header.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import type { Opened } from '../../opened.js'
import type { ConcatResult, Output } from '../../output.js'
import { blosc2Filter, isShaped } from '../write/blosc2-filter.js'
import { chunkLayers } from '../write/chunk-frame.js'
import { ChunkWriter } from './chunk-writer.js'
import { attributesOf, maxShapeOf, namesOf } from './new-dataset.js'
import { NewFile } from './new-file.js'

/** Whether frames of the filter may hold the chunks as they are. */
function fits({ header, partition, itemBytes }: ArrayChunkStream): boolean {
  const { chunkshape } = partition
  if (isShaped(chunkshape)) return true
  // Without a shape, a chunk is its items and nothing behind them.
  const isWhole = header.chunksize === product(chunkshape) * itemBytes
  return chunkshape.length === 1 && isWhole && !makesShapeBound(header)
}

/** The header of the frame of each chunk. */
function frameHeader({ header, partition, dtype }: ArrayChunkStream): FrameHeader {
  const { chunkshape, blockshape } = partition
  return { ...header, sparse: false, hasVlmeta: false, meta: chunkLayers({ chunkshape, blockshape, dtype }) }
}

function filterOf({ header, partition, itemBytes }: ArrayChunkStream) {
  return blosc2Filter({
    blocksize: partition.blockItems * itemBytes,
    itemsize: itemBytes,
    chunkShape: partition.chunkshape,
    level: Math.min(header.level, 9),
    filter: header.filters.at(-1)?.id ?? 0,
    codec: numberOf(header).number,
  })
}

/** Takes chunks into a dataset. */
class ChunkTaker {
  readonly #ws = new Workspace()
  readonly #writer: ChunkWriter
  readonly #header: FrameHeader
  readonly #from: FrameHeader

  constructor(writer: ChunkWriter, header: FrameHeader, from: FrameHeader) {
    this.#writer = writer
    this.#header = header
    this.#from = from
  }

  /** @returns whether the chunk was kept as it is */
  async take({ index, content }: ArrayChunk): Promise<boolean> {
    if (typeof content === 'string') {
      await this.#writer.special(index, content)
      return true
    }
    const isBound = this.#header.meta.size === 0 && isShapeBound(parseBlosc2ChunkHeader(content))
    await this.#writer.hand(index, isBound ? await this.#repacked(content) : content)
    return !isBound
  }

  #repacked(content: Uint8Array): Promise<Uint8Array> {
    return repacked(this.#ws, this.#header, traitsOf(this.#from, new Map()), {}, content)
  }
}

/** The chunks of an array, and its items. */
interface ArrayToCopy {
  stream: ArrayChunkStream
  layout: NdarrayLayout
}

async function writeCopy(
  from: Opened,
  { stream, layout }: ArrayToCopy,
  output: Output,
  o: CopyRequest,
): Promise<ConcatResult> {
  const { partition, nchunks } = stream
  const { shape, chunkshape: chunkShape } = partition
  const names = namesOf(output)
  const attributes = attributesOf(o.metadata ?? o.described, from, o.onNote)
  const header = frameHeader(stream)
  const file = new NewFile(await output.bytes(), names)
  try {
    const position = await file.begin({ nbytes: nchunks * header.chunksize, nchunks })
    const writer = new ChunkWriter(file.sink, position, header)
    const taker = new ChunkTaker(writer, header, stream.header)
    const copied = await takeArrayChunks(stream, runOptionsOf(o), (chunk) => taker.take(chunk))
    const { rows: chunks, nspecial } = writer
    const cbytes = await file.finish(writer.position, {
      kind: 'dataset',
      attributes,
      descr: layout.descr,
      itemsize: layout.itemsize,
      shape,
      maxShape: maxShapeOf(partition),
      storage: { kind: 'chunked', chunkShape, chunks, filters: [filterOf(stream)] },
    })
    return { nbytes: layout.nbytes, cbytes, nchunks, nspecial, copied }
  } catch (error) {
    throw await file.failed(error)
  }
}

/**
 * Copies the chunks of an array to a file of one dataset; see `Container.copy`.
 * @throws BlpkError USAGE for an impossible name, DAMAGED, CHECKSUM, IO, …; no output is left then
 */
export async function copyArray(
  from: Opened,
  output: Output,
  o: CopyRequest,
): Promise<ConcatResult | undefined> {
  const layout = from.array?.()
  const stream = layout && (await from.arrayChunks?.())
  if (layout === undefined || stream === undefined || !fits(stream)) return undefined
  return writeCopy(from, { stream, layout }, output, o)
}
