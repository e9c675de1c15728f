// What codecs and filters are told of the super-chunk that they work for.

/** A super-chunk as codecs and filters see it. */
export interface SChunkTraits {
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Plain size of all chunks but the last, in bytes; 0 if each has its own. */
  readonly chunkSize: number
  /** While it is written: how many chunks it is going to have, as far as that is known, else 0. */
  readonly nchunks: number
  /** Plain size, in bytes. While it is written: what it is going to be, as far as that is known, else 0. */
  readonly nbytes: number
  /** Fixed metalayers by name. */
  readonly meta: ReadonlyMap<string, Uint8Array>
  /** Metalayers of variable length by name, decompressed. */
  readonly vlmeta: ReadonlyMap<string, Uint8Array>
}

const NO_LAYERS: ReadonlyMap<string, Uint8Array> = new Map()

/** The traits of a chunk that belongs to no super-chunk: it is seen as the only chunk of one. */
export function loneChunk(typesize: number, nbytes: number): SChunkTraits {
  return { typesize, chunkSize: nbytes, nchunks: 1, nbytes, meta: NO_LAYERS, vlmeta: NO_LAYERS }
}

/**
 * Traits in a form that goes to a worker.
 * @param withLayers metalayers too, which may be large: only code of users looks at them
 */
export function portableTraits(schunk: SChunkTraits, withLayers: boolean): SChunkTraits {
  const { typesize, chunkSize, nchunks, nbytes, meta, vlmeta } = schunk
  const layers = withLayers ? { meta: new Map(meta), vlmeta: new Map(vlmeta) } : NO_LAYER_MAPS
  return { typesize, chunkSize, nchunks, nbytes, ...layers }
}

const NO_LAYER_MAPS = { meta: NO_LAYERS, vlmeta: NO_LAYERS }
