// Chunks of Blosc 1 on their way from one kind of container to another.

import type { ChunkHeader } from '../chunk/blosc1/header.js'
import type { ErrorPlace } from '../core/errors.js'

/** A chunk that was checked by whatever its container keeps to check it by. */
export interface StreamedChunk {
  header: ChunkHeader
  /** The chunk, header and all; to be used until the next is asked for. */
  bytes: Uint8Array
  place: ErrorPlace & { chunk: number }
  /** Where it ends in the container, in bytes. */
  end: number
}

/** All chunks of a container, in order. */
export interface ChunkStream {
  /** Size of an item, in bytes. */
  typesize: number
  /** Plain bytes of all chunks but the last; undefined if only the first chunk tells. */
  chunkSize: number | undefined
  /** Plain bytes, if they are known. */
  nbytes: number | undefined
  /** Once. @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED, IO */
  chunks(): AsyncIterable<StreamedChunk>
}
