// Chunks of arrays, as Blosc2 compresses them, on their way from one kind of container to another.

import type { Partition } from '../array/geometry.js'
import type { FrameHeader } from './frame/header.js'
import type { OffsetSpecial } from './frame/offsets.js'

/** A chunk that was checked by whatever its container keeps to check it by. */
export interface ArrayChunk {
  /** Its position in the grid, in C order. */
  index: number
  /**
   * A complete chunk of Blosc2, header and all, its blocks padded to the shape of all blocks; or the special value
   * that all its items have. To be used until the next is asked for.
   */
  content: Uint8Array | OffsetSpecial
  /** Whether the container stores it like this; otherwise it was compressed again to be like the others. */
  isCopy: boolean
}

/** All chunks of an array. */
export interface ArrayChunkStream {
  partition: Partition
  /** Of the items, in bytes; also the typesize of `header`. */
  itemBytes: number
  /** NumPy's type string, or the `repr` of a description. */
  dtype: string
  /** A frame that holds such chunks: how they are compressed. Its sizes but `chunksize`, and its metalayers, are not those of the array. */
  header: FrameHeader
  nchunks: number
  /** In order, each once. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
  chunks(): AsyncIterable<ArrayChunk>
}
