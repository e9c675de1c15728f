// Pieces of an input that are packed into archives by different runs, and joined later.

import { DEFAULT_CHECKSUM, DEFAULT_CHUNK_SIZE, type PackOptions } from '../../engine/options.js'
import type { PlainSource } from '../../sources/plain.js'
import type { PartOf } from '../pack-options.js'
import { cutAtChunks } from '../part.js'
import { planChunks } from './plan.js'

/** A piece of an input, and the options that it must be packed with for the pieces to fit together. */
export interface Part {
  source: PlainSource
  options: PackOptions
}

/**
 * Cuts a piece out of an input, at a border of chunks and, in an array, of rows; the last piece gets the rest.
 * The item size is found out from the start of the whole, so that it is the same for all pieces.
 * @throws BlpkError USAGE if the input is a pipe, or an array that cannot be cut
 */
export async function partOf(source: PlainSource, part: PartOf, o: PackOptions): Promise<Part> {
  const { params } = await planChunks(source, o, o.checksum ?? DEFAULT_CHECKSUM)
  const { typesize } = params
  const cut = cutAtChunks(source, part, typesize, o.chunkSize ?? DEFAULT_CHUNK_SIZE)
  return { source: cut.source, options: { ...o, typesize, chunkSize: cut.chunkSize } }
}
