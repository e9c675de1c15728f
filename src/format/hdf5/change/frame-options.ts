// How the chunks of a dataset are packed, for chunks that are added to it: as its first frame is, or as its
// filter says.

import { product } from '../../../array/geometry.js'
import type { AppendRequest } from '../../change.js'
import { compressionOf } from '../../chunks/compression.js'
import { optionsOf } from '../../chunks/cparams.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { B2ND_LAYER, parseB2nd } from '../../frame/array-layer.js'
import type { FrameHeader } from '../../frame/header.js'
import type { PackOptions } from '../../pack-options.js'
import { frameHeaderOf } from '../read/chunk-frame.js'
import type { GrowingDataset } from './growing-dataset.js'

/** Places of client data values of the filter. */
const [LEVEL, FILTER, CODEC] = [4, 5, 6]
const SHUFFLE = 1

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** The shape of blocks, if the frame has chunks of the shape of the dataset's. */
function blocksOf({ chunkShape, spec }: GrowingDataset, h: FrameHeader): { blocks?: readonly number[] } {
  const layer = h.meta.get(B2ND_LAYER)
  if (layer !== undefined) {
    const { chunkshape, blockshape } = parseB2nd(layer, false, {})
    return sameShape(chunkshape, chunkShape) ? { blocks: blockshape } : {}
  }
  const items = Math.floor(h.blocksize / spec.type.itemsize)
  const isLinear = chunkShape.length === 1 && h.nbytes === product(chunkShape) * spec.type.itemsize
  return isLinear && items > 0 ? { blocks: [Math.min(items, chunkShape[0] ?? 1)] } : {}
}

async function optionsOfFirst(d: GrowingDataset): Promise<PackOptions | undefined> {
  const [first] = d.values.table.values()
  if (first === undefined) return undefined
  const { address, cbytes } = first
  const h = await frameHeaderOf(new SourceChunk(d.file.bytes.source, address, cbytes, { offset: address }))
  const { blockSize: _, ...options } = optionsOf(h)
  return { ...options, ...blocksOf(d, h) }
}

/** What the client data values say. Without any, the filter shuffles. */
function optionsOfFilter({ spec: { filters } }: GrowingDataset): PackOptions {
  const values = filters[0]?.values ?? []
  const [level, filter = SHUFFLE, codec] = [values[LEVEL], values[FILTER], values[CODEC]]
  return {
    ...(level !== undefined && { level: Math.min(level, 9) }),
    filters: filter === 0 ? [] : [{ filter }],
    ...(codec !== undefined && { codec }),
  }
}

/**
 * The options for new chunks, of the shape that the dataset's have.
 * @param o what the user says instead
 * @throws BlpkError DAMAGED, UNSUPPORTED, IO
 */
export async function frameOptions(d: GrowingDataset, o: AppendRequest): Promise<PackOptions> {
  const found = (await optionsOfFirst(d)) ?? optionsOfFilter(d)
  const { blockSize: _, ...given } = compressionOf(o)
  return { ...found, ...given, chunks: d.chunkShape }
}
