// Scans bytes for chunk headers, to find the next chunk after damage.

import { CHUNK_HEADER_BYTES } from '../../../chunk/blosc1/header.js'
import { firstChunk, plausiblePositions } from '../../damage/scan.js'
import type { ChunkProbe } from './probe.js'

function looksLikeHeader(b: Uint8Array, at: number): boolean {
  const version = b[at]
  if ((version !== 1 && version !== 2) || b[at + 1] !== 1) return false
  return ((b[at + 2] ?? 0) & 8) === 0 && b[at + 3] !== 0
}

/**
 * Positions from `start` on at which a chunk header may stand that fits into the archive.
 * @param takesEmpty also those of empty chunks that do not end the archive
 */
export function plausibleChunks(
  probe: ChunkProbe,
  start: number,
  takesEmpty = false,
): AsyncGenerator<number> {
  const fits = (bytes: Uint8Array, view: DataView, at: number, room: number): boolean => {
    if (!looksLikeHeader(bytes, at)) return false
    const cbytes = view.getUint32(at + 12, true)
    if (cbytes < CHUNK_HEADER_BYTES || cbytes > room) return false
    // An empty chunk is the only one of its archive; anywhere else it is a coincidence.
    return takesEmpty || view.getUint32(at + 4, true) > 0 || cbytes + probe.digestBytes === room
  }
  return plausiblePositions(probe, fits, start, probe.source.size)
}

/** The next position from `start` on at which a chunk stands that can be believed. */
export function nextChunk(probe: ChunkProbe, start: number): Promise<number | undefined> {
  const proves = async (position: number): Promise<boolean> =>
    (await probe.at(position, true)).found !== undefined
  return firstChunk(plausibleChunks(probe, start), probe.budget, proves)
}
