// The description of a super-chunk that codecs and filters get.

/** A super-chunk as codecs and filters see it. */
export interface SChunkTraits {
  /** Size of an item, in bytes. */
  readonly typesize: number
  /** Plain size of all chunks but the last, in bytes; 0 if chunks vary in size. */
  readonly chunkSize: number
  /** Number of chunks; while writing, the expected number if known, otherwise 0. */
  readonly nchunks: number
  /** Plain size in bytes; while writing, the expected size if known, otherwise 0. */
  readonly nbytes: number
  /** Fixed metalayers by name. */
  readonly meta: ReadonlyMap<string, Uint8Array>
  /** Variable-length metalayers by name, decompressed. */
  readonly vlmeta: ReadonlyMap<string, Uint8Array>
}

const NO_LAYERS: ReadonlyMap<string, Uint8Array> = new Map()

/** The traits of a chunk without a super-chunk: it counts as the only chunk of one. */
export function loneChunk(typesize: number, nbytes: number): SChunkTraits {
  return { typesize, chunkSize: nbytes, nchunks: 1, nbytes, meta: NO_LAYERS, vlmeta: NO_LAYERS }
}

/**
 * Traits in a form that can be sent to a worker.
 * @param withLayers include metalayers, which may be large: only user code needs them
 */
export function portableTraits(schunk: SChunkTraits, withLayers: boolean): SChunkTraits {
  const { typesize, chunkSize, nchunks, nbytes, meta, vlmeta } = schunk
  const layers = withLayers ? { meta: new Map(meta), vlmeta: new Map(vlmeta) } : NO_LAYER_MAPS
  return { typesize, chunkSize, nchunks, nbytes, ...layers }
}

const NO_LAYER_MAPS = { meta: NO_LAYERS, vlmeta: NO_LAYERS }
