// How an array is divided and compressed as a dataset.

import { chunkCount, type Partition, partition, product } from '../../../array/geometry.js'
import type { NdarrayLayout } from '../../../array/npy/index.js'
import { choosePartitions } from '../../../array/partitions.js'
import { type Blosc2ChunkParams, numbersOf } from '../../../chunk/blosc2/params.js'
import { usage } from '../../../core/errors.js'
import { compressionOf } from '../../chunks/compression.js'
import { resolveParams } from '../../chunks/cparams.js'
import { newFrameHeader } from '../../chunks/new-header.js'
import { checkForPeers } from '../../chunks/peer-limits.js'
import { b2ndDtype } from '../../frame/array-layer.js'
import type { FrameHeader } from '../../frame/header.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import type { PackOptions } from '../../pack-options.js'
import type { FilterSpec } from '../model.js'
import { blosc2Filter, isShaped } from '../write/blosc2-filter.js'
import { chunkLayers } from '../write/chunk-frame.js'

/** How a dataset is packed. */
export interface DatasetPlan {
  cut: Partition
  params: Blosc2ChunkParams
  /** Of the frame of each chunk. */
  header: FrameHeader
  nchunks: number
  /** Plain size of a chunk, padding included, in bytes. */
  chunkBytes: number
  filter: FilterSpec
}

/** Chunks without a shape of their own are in C order: as blocks, they are one. */
function cutOf({ shape, itemsize }: NdarrayLayout, { chunks, blocks }: PackOptions): Partition {
  const chosen = choosePartitions(shape, itemsize, chunks, blocks)
  const chunkshape = chosen.chunkshape.map((extent) => Math.max(extent, 1))
  const blockshape = isShaped(shape) ? chosen.blockshape.map((extent) => Math.max(extent, 1)) : chunkshape
  return partition({ shape, chunkshape, blockshape })
}

/** The size of blocks, in bytes. */
function blockBytes(layout: NdarrayLayout, o: PackOptions, cut: Partition): number {
  if (isShaped(layout.shape)) return cut.blockItems * layout.itemsize
  const { blockshape } = choosePartitions(layout.shape, layout.itemsize, o.chunks, o.blocks)
  return Math.max(product(blockshape), 1) * layout.itemsize
}

/**
 * Decides how an array of one axis or more becomes a dataset.
 * @throws BlpkError USAGE for options that do not go together
 */
export function planDataset(layout: NdarrayLayout, o: PackOptions): DatasetPlan {
  const { itemsize } = layout
  if (itemsize < 1) throw usage('items of 0 bytes cannot be stored in HDF5')
  const how = compressionOf(o)
  checkForPeers(how, itemsize)
  const cut = cutOf(layout, o)
  const chunkBytes = cut.chunkItems * itemsize
  const nchunks = chunkCount(cut)
  const { chunkshape, blockshape } = cut
  const meta = chunkLayers({ chunkshape, blockshape, dtype: b2ndDtype(layout) })
  const schunk = traitsOf({ typesize: itemsize, chunksize: chunkBytes, nbytes: chunkBytes, meta }, new Map())
  const blockSize = blockBytes(layout, o, cut)
  const shaped = isShaped(layout.shape) ? { blockshape } : {}
  const params = resolveParams({ ...how, blockSize }, { schunk, ...shaped })
  const header = { ...newFrameHeader(params, meta), chunksize: chunkBytes }
  const { level, filters, codec } = params
  const filter = blosc2Filter({
    blocksize: blockSize,
    itemsize,
    chunkShape: chunkshape,
    level,
    filter: filters.at(-1)?.id ?? 0,
    codec: codec.ids.blosc2 ?? numbersOf(codec).codec,
  })
  return { cut, params, header, nchunks, chunkBytes, filter }
}
