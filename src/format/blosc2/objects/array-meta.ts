// Reads the metalayer that describes the array of a super-chunk.

import { chunkCount, type Partition } from '../../../array/geometry.js'
import { damaged, usage } from '../../../core/errors.js'
import { B2ND_LAYER, type B2ndMeta, CATERVA_LAYER, parseB2nd } from '../../frame/array-layer.js'
import type { SChunk } from './schunk.js'

/** Shape, partitions and dtype of the array in a frame. @throws BlpkError USAGE if it holds none; DAMAGED, UNSUPPORTED */
export function readMeta(schunk: SChunk): B2ndMeta {
  const own = schunk.meta.get(B2ND_LAYER)
  if (own !== undefined) return parseB2nd(own, false)
  const caterva = schunk.meta.get(CATERVA_LAYER)
  if (caterva !== undefined) return parseB2nd(caterva, true)
  throw usage('the frame holds no array (it has no metalayer b2nd); open it with SChunk.open')
}

/** The metalayer that describes the array, by either name. */
export function layerOf({ meta }: SChunk): Uint8Array | undefined {
  return meta.get(B2ND_LAYER) ?? meta.get(CATERVA_LAYER)
}

/** Whether a frame holds an array. */
export function holdsArray({ meta }: SChunk): boolean {
  return meta.has(B2ND_LAYER) || meta.has(CATERVA_LAYER)
}

/** The chunks of the frame must be those that the shape requires. */
export function checkChunks(schunk: SChunk, p: Partition): void {
  const count = chunkCount(p)
  if (schunk.nchunks !== count)
    throw damaged(`the array should have ${count} chunks, but the frame has ${schunk.nchunks}`)
  const size = p.chunkItems * schunk.typesize
  if (count > 0 && schunk.nbytes !== count * size)
    throw damaged(
      `the array should have ${count} chunks of ${size} bytes, but the frame has ${schunk.nbytes} bytes`,
    )
}
