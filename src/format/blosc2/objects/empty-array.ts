// Creates the super-chunk of an array that has no chunks yet.

import { chunkCount, partition } from '../../../array/geometry.js'
import { dtypeRepr, parseMetadataDtype } from '../../../array/npy/index.js'
import { choosePartitions } from '../../../array/partitions.js'
import { checkLossy } from '../../chunks/lossy.js'
import { B2ND_LAYER, formatB2nd } from '../../frame/array-layer.js'
import type { NDArrayOptions } from './ndarray-options.js'
import { SChunk } from './schunk.js'

/**
 * Creates the super-chunk of an array, still without chunks.
 * @returns it, and the number of items per chunk, including padding
 * @throws BlpkError USAGE; DAMAGED, UNSUPPORTED for the dtype
 */
export async function emptyArray(
  shape: readonly number[],
  dtype: string,
  options: NDArrayOptions,
): Promise<{ schunk: SChunk; items: number }> {
  const { descr, itemsize } = parseMetadataDtype(dtype)
  const cut = partition(choosePartitions(shape, itemsize, options.chunks, options.blocks))
  const { chunkshape, blockshape } = cut
  const layer = formatB2nd({
    shape,
    chunkshape,
    blockshape,
    dtype: typeof descr === 'string' ? descr : dtypeRepr(descr),
  })
  checkLossy(options, dtype)
  const schunk = await SChunk.create({
    ...options,
    force: true,
    typesize: itemsize,
    chunkSize: Math.max(cut.chunkItems, 1) * itemsize,
    blockSize: Math.max(cut.blockItems, 1) * itemsize,
    meta: [[B2ND_LAYER, layer], ...(options.meta ?? [])],
  })
  return { schunk, items: chunkCount(cut) * cut.chunkItems }
}
