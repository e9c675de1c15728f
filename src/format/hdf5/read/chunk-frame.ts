// The frame that a chunk with filter 32026 is, and whether its blocks can be read where they lie.

import type { ArrayShape } from '../../../array/geometry.js'
import type { ErrorPlace } from '../../../core/errors.js'
import type { SourceChunk } from '../../chunks/source-chunk.js'
import { B2ND_LAYER, parseB2nd } from '../../frame/array-layer.js'
import { type FrameHeader, PEEK_BYTES, parseFrameHeader, peekFrame } from '../../frame/header.js'

/** Reads the header of a frame. @throws BlpkError DAMAGED, UNSUPPORTED, IO */
export async function frameHeaderOf(frame: SourceChunk): Promise<FrameHeader> {
  const front = await frame.fetch(0, Math.min(PEEK_BYTES, frame.limit))
  const { headerBytes } = peekFrame(front, frame.place)
  return parseFrameHeader(await frame.fetch(0, headerBytes), frame.place)
}

/** Whether the frame holds one chunk and nothing else. If it is stored, it lies right behind the header. */
function isOneChunk({ variableChunks, variableBlocks, sparse, nbytes, chunksize }: FrameHeader): boolean {
  return !variableChunks && !variableBlocks && !sparse && nbytes > 0 && nbytes === chunksize
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** The shape in `b2nd`, if the frame is an array of one chunk of the wanted shape. */
function arrayShape(
  h: FrameHeader,
  chunkShape: readonly number[],
  place: ErrorPlace,
): ArrayShape | undefined {
  const layer = h.meta.get(B2ND_LAYER)
  if (layer === undefined) return undefined
  const meta = parseB2nd(layer, false, place)
  return sameShape(meta.shape, chunkShape) && sameShape(meta.chunkshape, chunkShape) ? meta : undefined
}

/**
 * The block shape of the only chunk in a frame; undefined if there are more chunks, or others than the dataset's.
 * @param chunkShape of the dataset, in items
 * @param itemBytes size of an item, in bytes
 */
export function blockShapeOf(
  h: FrameHeader,
  chunkShape: readonly number[],
  itemBytes: number,
  place: ErrorPlace,
): readonly number[] | undefined {
  // Filters go by the items of the frame.
  if (!isOneChunk(h) || h.typesize !== itemBytes) return undefined
  const array = arrayShape(h, chunkShape, place)
  if (array !== undefined) return array.blockshape
  const [items] = chunkShape
  const isLinear = chunkShape.length === 1 && !h.meta.has(B2ND_LAYER) && h.nbytes === (items ?? 0) * itemBytes
  if (!isLinear || h.blocksize === 0 || h.blocksize % itemBytes !== 0) return undefined
  return [Math.min(h.blocksize / itemBytes, items ?? 0)]
}

/** Whether the only chunk in a frame is divided into blocks as those of the dataset are. */
export function isDividedAs(
  { chunkshape, blockshape }: ArrayShape,
  h: FrameHeader,
  itemBytes: number,
  place: ErrorPlace,
): boolean {
  const found = blockShapeOf(h, chunkshape, itemBytes, place)
  return found !== undefined && sameShape(found, blockshape)
}

/** Whether its blocks can be read where they lie: its chunk is stored, and no special value. */
export function isStored({ cbytes }: FrameHeader): boolean {
  return cbytes > 0
}
