// The filter of Blosc2 in a pipeline, as its plug-in for HDF5 sets it up (revision 1).

import { BLOSC2_FILTER } from '../filters/numbers.js'
import type { FilterSpec } from '../model.js'

const REVISION = 1
const MAX_TYPESIZE = 255
/** Only of these ranks are chunks b2nd arrays. */
const RANKS = { least: 2, most: 8 }

/** How chunks are packed. The frames say so too, and only they count for readers. */
export interface Blosc2Filter {
  /** In bytes; 0 if it varies. */
  readonly blocksize: number
  /** In bytes. */
  readonly itemsize: number
  readonly chunkShape: readonly number[]
  readonly level: number
  /** Numbers of the last filter (0 for none) and of the codec. */
  readonly filter: number
  readonly codec: number
}

/** Whether the frames of chunks have shapes: b2nd metalayers. */
export function isShaped(chunkShape: readonly number[]): boolean {
  return chunkShape.length >= RANKS.least && chunkShape.length <= RANKS.most
}

export function blosc2Filter(how: Blosc2Filter): FilterSpec {
  const { blocksize, itemsize, chunkShape, level, filter, codec } = how
  const chunkBytes = chunkShape.reduce((size, extent) => size * extent, itemsize)
  const typesize = itemsize > MAX_TYPESIZE ? 1 : itemsize
  const shape = isShaped(chunkShape) ? [chunkShape.length, ...chunkShape] : []
  const values = [REVISION, blocksize, typesize, chunkBytes, level, filter, codec, ...shape]
  return { id: BLOSC2_FILTER, name: 'blosc2', optional: true, values }
}
