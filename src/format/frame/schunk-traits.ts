// The description of the super-chunk in a frame for codecs and filters.

import type { SChunkTraits } from '../../core/schunk-traits.js'
import type { Layers } from './layers.js'

/** The header fields for it. */
interface Told {
  typesize: number
  /** 0 if chunks vary in size. */
  chunksize: number
  /** Plain size of all chunks, in bytes; 0 if not known yet. */
  nbytes: number
  meta: Layers
}

/**
 * The traits of the super-chunk in a frame.
 * @param vlmeta uncompressed contents
 * @param nchunks default: computed from the sizes
 */
export function traitsOf(h: Told, vlmeta: Layers, nchunks?: number): SChunkTraits {
  const { typesize, chunksize, nbytes, meta } = h
  const counted = chunksize > 0 ? Math.ceil(nbytes / chunksize) : 0
  return { typesize, chunkSize: chunksize, nchunks: nchunks ?? counted, nbytes, meta, vlmeta }
}
