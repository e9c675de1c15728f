// Decides whether the chunks of a frame can be copied to a one-dimensional array unchanged.

import { EXTENDED_HEADER_BYTES, parseBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import type { ChunkFit } from '../../chunks/repack-chunk.js'
import { formatB2nd } from '../../frame/array-layer.js'
import type { FrameFile } from './frame-file.js'

/** A one-dimensional array with the chunks of a frame. */
export interface LinearArray extends ChunkFit {
  /** Content of the metalayer `b2nd`. */
  layer: Uint8Array
}

async function firstBlocksize({ header, offsets, chunk }: FrameFile): Promise<number> {
  for (const [index, offset] of offsets.entries()) {
    if (!('at' in offset)) continue
    const bytes = chunk(index, offset.at)
    const start = await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, bytes.limit))
    return parseBlosc2ChunkHeader(start, bytes.place).blocksize
  }
  return header.blocksize > 0 ? header.blocksize : header.chunksize
}

/**
 * The one-dimensional array that a frame without shape becomes by adding a metalayer. Chunks must have one
 * size, and consist of whole blocks of whole items.
 * @param dtype for the metalayer; its items must match those of the frame
 * @returns undefined if the chunks cannot be kept
 */
export async function linearArray(file: FrameFile, dtype: string): Promise<LinearArray | undefined> {
  const { chunksize, nbytes, typesize, variableChunks, variableBlocks } = file.header
  if (variableChunks || variableBlocks || file.offsets.length === 0) return undefined
  const blocksize = await firstBlocksize(file)
  const isWhole = (part: number, of: number): boolean => part > 0 && of % part === 0
  if (!isWhole(blocksize, chunksize) || !isWhole(typesize, blocksize) || !isWhole(typesize, nbytes))
    return undefined
  const layer = formatB2nd({
    shape: [nbytes / typesize],
    chunkshape: [chunksize / typesize],
    blockshape: [blocksize / typesize],
    dtype,
  })
  return { chunksize, blocksize, layer }
}
