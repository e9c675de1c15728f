import { looksLikeFrame } from '../format/frame/header.js'
import type { ByteSource } from '../sources/byte-source.js'

/** Bytes that tell containers apart. */
export const CONTAINER_PEEK_BYTES = 16
const BLOSCPACK_MAGIC = [0x62, 0x6c, 0x70, 0x6b]

/**
 * What kind of container a source holds, by its first bytes: a Bloscpack archive, or a Blosc2 frame (which an
 * array is, too). Undefined where it is neither.
 */
export async function containerOf(source: ByteSource): Promise<'blp' | 'frame' | undefined> {
  const bytes = new Uint8Array(CONTAINER_PEEK_BYTES)
  const start = bytes.subarray(0, await source.read(0, bytes))
  if (BLOSCPACK_MAGIC.every((byte, i) => start[i] === byte)) return 'blp'
  return looksLikeFrame(start) ? 'frame' : undefined
}
