// What codecs and filters are told of the super-chunk in a frame.

import type { SChunkTraits } from '../../../core/schunk-traits.js'
import type { Layers } from './layers.js'

/** The fields of a frame's header that say so. */
interface Told {
  typesize: number
  /** 0 if chunks have sizes of their own. */
  chunksize: number
  /** Plain size of all chunks, in bytes; 0 if it is not known yet. */
  nbytes: number
  meta: Layers
}

/**
 * The traits of the super-chunk in a frame.
 * @param vlmeta plain contents
 * @param nchunks by default as many as the sizes ask for
 */
export function traitsOf(h: Told, vlmeta: Layers, nchunks?: number): SChunkTraits {
  const { typesize, chunksize, nbytes, meta } = h
  const counted = chunksize > 0 ? Math.ceil(nbytes / chunksize) : 0
  return { typesize, chunkSize: chunksize, nchunks: nchunks ?? counted, nbytes, meta, vlmeta }
}
