// Recognises the kind of a container by its first bytes.

import { looksLikeFrame } from './blosc2/frame/magic.js'
import { BLOSCPACK_MAGIC } from './bloscpack/magic.js'

/** As many bytes as tell one kind of container from the others. */
export const CONTAINER_PEEK_BYTES = 11

/**
 * A Bloscpack archive, or a Blosc2 frame (which an array is, too), by its first bytes; undefined where it is neither.
 * @param start the first {@link CONTAINER_PEEK_BYTES} or more, fewer of a shorter file
 */
export function containerOf(start: Uint8Array): 'bloscpack' | 'frame' | undefined {
  if (BLOSCPACK_MAGIC.every((byte, i) => start[i] === byte)) return 'bloscpack'
  return looksLikeFrame(start) ? 'frame' : undefined
}
