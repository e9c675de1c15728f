// Puts items of an array into the plain bytes of a chunk, whose blocks follow each other.

import {
  type BoxBytes,
  boxAt,
  copyShared,
  eachIndex,
  flatIndex,
  intersect,
  type Partition,
} from './geometry.js'

/** Puts the intersection of a box and a chunk into the chunk's plain bytes, block by block. */
export function intoChunk(
  p: Partition,
  origin: readonly number[],
  plain: Uint8Array,
  from: BoxBytes,
  itemBytes: number,
): void {
  const valid = intersect(
    boxAt(origin, p.chunkshape),
    boxAt(
      p.shape.map(() => 0),
      p.shape,
    ),
  )
  const blockBytes = p.blockItems * itemBytes
  eachIndex(
    p.blocks.map(() => 0),
    p.blocks,
    (block) => {
      const at = flatIndex(block, p.blocks) * blockBytes
      const corner = block.map((b, i) => (origin[i] ?? 0) + b * (p.blockshape[i] ?? 1))
      const bytes = plain.subarray(at, at + blockBytes)
      copyShared(from, { bytes, box: boxAt(corner, p.blockshape) }, itemBytes, valid)
    },
  )
}
