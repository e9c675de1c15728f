// How plain bytes are split into chunks.

import { MAX_CHUNK_NBYTES } from '../chunk/blosc1/header.js'
import { changedError } from '../core/errors.js'
import type { PlainSource } from '../sources/plain.js'

/** Number of chunks for `size` bytes: an empty input makes one empty chunk. */
export function countChunks(size: number, chunkSize: number): number {
  return Math.max(1, Math.ceil(size / chunkSize))
}

/** The largest multiple of the typesize up to the requested size, but at least one item. */
export function wholeItems(chunkSize: number, typesize: number): number {
  return Math.max(typesize, Math.min(chunkSize, MAX_CHUNK_NBYTES) - (chunkSize % typesize))
}

/** A pipe may hold more than its header says. @throws BlpkError IO if there is more after the end */
export async function checkEnd(source: PlainSource): Promise<void> {
  if (source.isPiece !== true && (await source.read(new Uint8Array(1))) > 0)
    throw changedError(source.name, 'longer')
}
