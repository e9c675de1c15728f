// Packs an array into a frame.

import { chunkCount, type Partition, partition } from '../../../array/geometry.js'
import { type NdarrayLayout, numpyOrder } from '../../../array/npy/index.js'
import { choosePartitions } from '../../../array/partitions.js'
import { usage } from '../../../core/errors.js'
import type { RunOptions } from '../../../engine/options.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { PlainSource } from '../../../sources/plain.js'
import { type ArrayInput, arrayChunks } from '../../chunks/array-chunks.js'
import type { FrameChecksum } from '../../chunks/checksums.js'
import { type CompressionOptions, resolveParams } from '../../chunks/cparams.js'
import { newFrameHeader } from '../../chunks/new-header.js'
import { packInto } from '../../chunks/pack-into.js'
import { checkForPeers } from '../../chunks/peer-limits.js'
import { chunksIn, packStretches } from '../../chunks/stretches.js'
import { B2ND_LAYER, b2ndDtype, formatB2nd } from '../../frame/array-layer.js'
import type { Layers } from '../../frame/layers.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import { FrameSink } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'
import type { FrameResult } from './pack-frame.js'

/** How plain bytes are packed into an array. */
export interface ArrayPacking extends CompressionOptions, RunOptions {
  /** Shapes of chunks and blocks, in items. Default: chosen by a rule similar to python-blosc2's. */
  chunks?: readonly number[]
  blocks?: readonly number[]
  /** Additional fixed metalayers. */
  meta?: Layers
  /** Variable-length metalayers, uncompressed. */
  vlmeta?: Layers
  /** `xxh64` (default) stores a checksum of each chunk; `none` does not. */
  checksum?: FrameChecksum
  /** Called once it is known how the array is divided. */
  onPlan?: (partition: Partition) => void
}

/**
 * Packs an array into a frame with an array metalayer (README_B2ND_METALAYER). Input in Fortran order is
 * converted to C order. A stretch of whole rows of chunks is held in memory. If that is too large and the
 * input is not a file, it is copied to a temporary file.
 * @param layout the array in the source
 * @throws BlpkError USAGE for invalid options; no output is left then
 */
export async function packArray(
  source: PlainSource,
  layout: NdarrayLayout,
  sink: FrameOutput,
  o: ArrayPacking = {},
): Promise<FrameResult> {
  let frame: FrameSink | undefined
  try {
    const { shape, itemsize: itemBytes } = layout
    if (itemBytes < 1)
      throw usage(`items of the dtype ${b2ndDtype(layout)} have 0 bytes: there is nothing to pack`)
    const cut = partition(choosePartitions(shape, itemBytes, o.chunks, o.blocks))
    const layer = formatB2nd({ ...cut, dtype: b2ndDtype(layout) })
    const meta = new Map([[B2ND_LAYER, layer], ...(o.meta ?? [])])
    checkForPeers(o, itemBytes)
    const chunksize = Math.max(cut.chunkItems, 1) * itemBytes
    const nchunks = chunkCount(cut)
    const { vlmeta = new Map() } = o
    const schunk = traitsOf({ typesize: itemBytes, chunksize, nbytes: nchunks * chunksize, meta }, vlmeta)
    const blockSize = Math.max(cut.blockItems, 1) * itemBytes
    const params = resolveParams({ ...o, blockSize }, { schunk, blockshape: cut.blockshape })
    const ws = new Workspace()
    frame = new FrameSink(ws, sink, { ...newFrameHeader(params, meta), chunksize }, o.checksum)
    o.onPlan?.(cut)
    await frame.begin({ nbytes: nchunks * chunksize, nchunks })
    const input: ArrayInput = { partition: cut, itemBytes, order: numpyOrder(layout) }
    const target = frame
    const nbytes = await packStretches(source, input, (axis, read) =>
      packInto(target, params, chunksIn(arrayChunks(input, axis, read), chunksize, nchunks), o),
    )
    return { ...(await frame.finish(nbytes, vlmeta)), nbytes: layout.nbytes }
  } catch (error) {
    await (frame === undefined ? sink.discard() : frame.abort())
    throw error
  }
}
