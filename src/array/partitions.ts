// Chooses the shapes of chunks and blocks for an array.

import { usage } from '../core/errors.js'
import { type ArrayShape, MAX_DIMENSIONS, product, roundUp } from './geometry.js'

/** Blocks of this size fit the usual second-level caches; a chunk has a dozen or more of them. */
const BLOCK_BYTES = 256 * 1024
const CHUNK_BYTES = 4 * 2 ** 20
/** An axis without items is meant to grow. */
const GROWING = 2 ** 30
const MAX_CHUNK_BYTES = 2 ** 31 - 1 - 32

/** The extent for an axis, at most `room`: a divisor of the axis, unless all are much smaller. */
function fitAxis(extent: number, room: number): number {
  if (extent <= room) return extent
  for (let part = room; part > room / 2; part--) if (extent % part === 0) return part
  return room
}

/** Fills the last axes first, so that items that are adjacent in memory stay together. */
function cut(items: number, shape: readonly number[], least: readonly number[]): number[] {
  const parts = [...least]
  let room = items
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const unit = least[axis] ?? 1
    const others = product(least.slice(0, axis))
    const part = Math.max(unit, fitAxis(shape[axis] ?? 1, Math.max(1, Math.floor(room / others))))
    parts[axis] = part
    room = Math.max(1, Math.floor(room / part))
  }
  return parts
}

function checkParts(what: string, parts: readonly number[], shape: readonly number[]): void {
  if (parts.length !== shape.length)
    throw usage(
      `the ${what} shape has ${parts.length} dimension${parts.length === 1 ? '' : 's'}, the array ${shape.length}`,
    )
  for (const [i, part] of parts.entries()) {
    if (!Number.isSafeInteger(part) || part < 0 || part >= 2 ** 31 || (part === 0 && shape[i] !== 0))
      throw usage(`the ${what} shape has an extent of ${part}`)
  }
}

/**
 * The shapes of chunks and blocks: the requested ones, otherwise blocks that fit a cache and chunks of whole
 * blocks.
 * @param itemBytes size of an item, in bytes
 * @throws BlpkError USAGE for shapes that do not fit together
 */
export function choosePartitions(
  shape: readonly number[],
  itemBytes: number,
  chunks?: readonly number[],
  blocks?: readonly number[],
): ArrayShape {
  if (shape.length > MAX_DIMENSIONS) throw usage(`an array has at most ${MAX_DIMENSIONS} dimensions`)
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0))
    throw usage(`the shape ${shape.join(' × ')} is not valid`)
  if (chunks !== undefined) checkParts('chunk', chunks, shape)
  if (blocks !== undefined) checkParts('block', blocks, shape)
  const grown = shape.map((extent) => (extent === 0 ? GROWING : extent))
  const ones = shape.map(() => 1)
  const blockshape =
    blocks ??
    cut(Math.max(1, Math.floor(BLOCK_BYTES / itemBytes)), chunks ?? grown, ones).map((b, i) =>
      Math.min(b, chunks?.[i] ?? b),
    )
  const chunkshape =
    chunks ??
    cut(Math.max(1, Math.floor(CHUNK_BYTES / itemBytes)), grown, blockshape).map((part, i) =>
      Math.max(blockshape[i] ?? 1, Math.min(roundUp(part, blockshape[i] ?? 1), grown[i] ?? 1)),
    )
  chunkshape.forEach((chunk, i) => {
    if ((blockshape[i] ?? 0) > chunk)
      throw usage(`blocks of ${blockshape[i]} are larger than chunks of ${chunk}`)
  })
  const padded = product(chunkshape.map((chunk, i) => roundUp(chunk, blockshape[i] ?? 1))) * itemBytes
  if (padded > MAX_CHUNK_BYTES)
    throw usage(`chunks of ${padded} bytes are too large; the limit is ${MAX_CHUNK_BYTES}`)
  return { shape, chunkshape, blockshape }
}
