// Finds out from the first frames of a dataset whether the blocks of its chunks can be read where they lie.

import type { ByteSource } from '../../../bytes/byte-source.js'
import { BlpkError } from '../../../core/errors.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import type { FrameHeader } from '../../frame/header.js'
import { BLOSC2_FILTER } from '../filters/numbers.js'
import type { ChunkEntry, ChunkTable, DatasetSpec } from '../model.js'
import { blockShapeOf, frameHeaderOf, isStored } from './chunk-frame.js'
import type { ItemArray } from './items.js'

/** A dataset whose chunks may be frames. */
interface FramesMaybe {
  source: ByteSource
  spec: DatasetSpec
  items: ItemArray
  chunkShape: readonly number[]
  table: ChunkTable
}

/** Frames that are looked into for one with a stored chunk: what others hold is a special value. */
const MOST_LOOKS = 16

/** What the header of a frame says of the chunks of a dataset. */
export interface FirstFrame {
  header: FrameHeader
  blockshape: readonly number[]
}

async function frameAt(
  { source, items, chunkShape }: FramesMaybe,
  { address, cbytes }: ChunkEntry,
): Promise<FirstFrame | 'special' | undefined> {
  const frame = new SourceChunk(source, address, cbytes, { offset: address })
  try {
    const header = await frameHeaderOf(frame)
    const blockshape = blockShapeOf(header, chunkShape, items.itemsize, frame.place)
    if (blockshape !== undefined && !isStored(header)) return 'special'
    return blockshape && { header, blockshape }
  } catch (error) {
    // The chunk is reported when it is read.
    if (error instanceof BlpkError && error.code !== 'IO') return undefined
    throw error
  }
}

/** The first frame with a stored chunk, if chunks are frames whose blocks can be read where they lie. */
export async function firstFrame(d: FramesMaybe): Promise<FirstFrame | undefined> {
  const [only, second] = d.spec.filters
  if (only?.id !== BLOSC2_FILTER || second !== undefined || d.items.inner.length > 0) return undefined
  let looks = 0
  for (const entry of d.table.values()) {
    // It is reported when it is read.
    if (entry.damage !== undefined) continue
    const found = await frameAt(d, entry)
    if (found !== 'special') return found
    if (++looks === MOST_LOOKS) break
  }
  return undefined
}
