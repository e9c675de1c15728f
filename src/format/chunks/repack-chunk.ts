// Recompresses a chunk that another frame cannot hold as it is.

import { MemoryChunk } from '../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../chunk/blosc2/decode.js'
import { encodeBlosc2Chunk } from '../../chunk/blosc2/encode.js'
import { allocate } from '../../core/allocate.js'
import { damaged } from '../../core/errors.js'
import type { SChunkTraits } from '../../core/schunk-traits.js'
import type { Workspace } from '../../kernels/workspace.js'
import { blockshapeIn } from '../frame/array-layer.js'
import type { FrameHeader } from '../frame/header.js'
import { optionsOf, resolveParams } from './cparams.js'

/** Required size of copied chunks and blocks, in bytes; others are recompressed, padded with zeros. */
export interface ChunkFit {
  chunksize: number
  blocksize: number
}

/**
 * Recompresses a chunk so that it fits.
 * @param header of the frame that it becomes part of
 * @param schunk the frame that it comes from
 * @throws BlpkError DAMAGED, UNSUPPORTED for a codec that can only be read
 */
export async function repacked(
  ws: Workspace,
  header: FrameHeader,
  schunk: SChunkTraits,
  fit: Partial<ChunkFit>,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { typesize: itemBytes } = header
  const traits = { itemBytes, schunk, blockshape: blockshapeIn(schunk.meta) }
  const chunk = await OpenChunk.open(ws, new MemoryChunk(bytes), traits)
  const { nbytes } = chunk.header
  const { chunksize = nbytes, blocksize } = fit
  if (nbytes > chunksize) throw damaged(`a chunk has ${nbytes} plain bytes`)
  const plain = allocate(chunksize)
  await chunk.all(plain.subarray(0, nbytes))
  const target = { schunk: { ...schunk, meta: header.meta }, blockshape: blockshapeIn(header.meta) }
  const params = resolveParams(
    { ...optionsOf(header), ...(blocksize !== undefined && { blockSize: blocksize }) },
    target,
  )
  return encodeBlosc2Chunk(ws, params, plain)
}
