// Scans bytes for chunk headers, to find the next chunk behind damage.

import { CHUNK_HEADER_BYTES } from '../../../chunk/blosc1/header.js'
import type { ChunkProbe } from './probe.js'

/** Windows grow, so that many short gaps do not cost a large one each. */
const FIRST_WINDOW = 1 << 12
const LARGEST_WINDOW = 1 << 20

/** Can these bytes be the start of a chunk header? Cheap, for it is asked at every byte. */
function looksLikeHeader(b: Uint8Array, at: number): boolean {
  const version = b[at]
  if ((version !== 1 && version !== 2) || b[at + 1] !== 1) return false
  return ((b[at + 2] ?? 0) & 8) === 0 && b[at + 3] !== 0
}

/**
 * Positions from `start` on at which a chunk header may stand that fits into the archive.
 * What is behind them was not looked at.
 * @param takesEmpty also those of empty chunks that do not end the archive
 */
export async function* plausiblePositions(
  probe: ChunkProbe,
  start: number,
  takesEmpty = false,
): AsyncGenerator<number> {
  const { size } = probe.source
  let window = FIRST_WINDOW
  for (let base = start; base + CHUNK_HEADER_BYTES <= size; ) {
    const bytes = await probe.read(base, Math.min(size - base, window + CHUNK_HEADER_BYTES - 1))
    const count = Math.min(window, bytes.length - CHUNK_HEADER_BYTES + 1)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at < count; at++) {
      if (!looksLikeHeader(bytes, at)) continue
      const cbytes = view.getUint32(at + 12, true)
      if (cbytes < CHUNK_HEADER_BYTES || cbytes > size - base - at) continue
      // An empty chunk is the only one of its archive; anywhere else it is a coincidence.
      const isEmpty = view.getUint32(at + 4, true) === 0
      if (isEmpty && !takesEmpty && base + at + cbytes + probe.digestBytes !== size) continue
      yield base + at
    }
    base += window
    window = Math.min(LARGEST_WINDOW, 2 * window)
  }
}

/** The next position from `start` on at which a chunk stands that can be believed. */
export async function nextChunk(probe: ChunkProbe, start: number): Promise<number | undefined> {
  for await (const position of plausiblePositions(probe, start)) {
    if ((await probe.at(position, true)).found !== undefined) return position
    if (probe.isExhausted) return undefined
  }
  return undefined
}
