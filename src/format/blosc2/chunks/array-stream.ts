// The chunks of an array in a frame, for containers that hold arrays in such chunks too.

import { type ArrayShape, chunkCount, partition } from '../../../array/geometry.js'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { located } from '../../../core/errors.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { ArrayChunk, ArrayChunkStream } from '../../array-chunk-stream.js'
import { wholeChunk } from '../../chunks/whole-chunk.js'
import { type FrameFile, openFrame } from './frame-file.js'

/** The frame of an array, and what is in it. */
export interface ArrayInFrame extends ArrayShape {
  source: ByteSource
  /** Of a sparse frame. */
  directory: string | undefined
  dtype: string
}

async function* chunksOf(file: FrameFile): AsyncGenerator<ArrayChunk> {
  for (const [index, offset] of file.offsets.entries()) {
    if ('special' in offset) {
      yield { index, content: offset.special, isCopy: true }
      continue
    }
    try {
      const [content] = await wholeChunk(file.chunk(index, offset.at))
      yield { index, content, isCopy: true }
    } catch (error) {
      throw located(error)
    }
  }
}

/**
 * All chunks of an array.
 * @returns undefined if they are not all of one size, or blocks are not
 * @throws BlpkError DAMAGED, CHECKSUM, IO
 */
export async function arrayStream(array: ArrayInFrame): Promise<ArrayChunkStream | undefined> {
  const { source, directory, dtype, shape, chunkshape, blockshape } = array
  const file = await openFrame(source, new Workspace(), { directory })
  const { header, offsets } = file
  const cut = partition({ shape, chunkshape, blockshape })
  const isRegular = !header.variableChunks && !header.variableBlocks && offsets.length === chunkCount(cut)
  if (!isRegular || header.chunksize !== cut.chunkItems * header.typesize) return undefined
  return {
    partition: cut,
    itemBytes: header.typesize,
    dtype,
    header,
    nchunks: offsets.length,
    chunks: () => chunksOf(file),
  }
}
