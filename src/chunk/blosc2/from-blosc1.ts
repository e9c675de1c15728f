// Converts Blosc1 chunks to Blosc2 chunks without recompressing them.

import type { Codec } from '../../codecs/codec.js'
import { SHUFFLE_FILTERS } from '../../filters/shuffles.js'
import { CHUNK_HEADER_BYTES, type ChunkHeader, streamsOfBlock } from '../blosc1/header.js'
import {
  EXTENDED_HEADER_BYTES,
  type FilterSlot,
  newBlosc2ChunkHeader,
  writeBlosc2ChunkHeader,
} from './header.js'

/** What the longer header adds to all positions. */
const SHIFT = EXTENDED_HEADER_BYTES - CHUNK_HEADER_BYTES

function filtersOf({ shuffle, typesize }: ChunkHeader): FilterSlot[] {
  if (shuffle === 'byte' && typesize === 1) return []
  return SHUFFLE_FILTERS[shuffle].map(({ id }) => ({ id, meta: 0 }))
}

/** Blosc1 does not shuffle a block whose items are not a multiple of 8; Blosc2 shuffles as many as it can. */
function isShuffledAlike({ shuffle, typesize, blocksize, nbytes }: ChunkHeader): boolean {
  if (shuffle !== 'bit') return true
  const last = nbytes % blocksize
  return [blocksize, last].every((size) => Math.floor(size / typesize) % 8 === 0)
}

/**
 * Replaces the header of a Blosc1 chunk by a Blosc2 header; the streams stay unchanged. The format allows
 * Blosc1 chunks in frames, but C-Blosc2 reads a header of 32 bytes and takes the bytes after the first 16 for
 * flags.
 * @param codec the codec of the chunk, if known
 * @returns undefined if Blosc2 would decode the streams differently, or does not have the codec
 */
export function withBlosc2Header(
  chunk: Uint8Array,
  h: ChunkHeader,
  codec: Codec | undefined,
): Uint8Array | undefined {
  const number = codec?.ids.blosc2
  if (!h.memcpyed && (number === undefined || !isShuffledAlike(h))) return undefined
  const cbytes = h.cbytes + SHIFT
  const header = newBlosc2ChunkHeader({
    split: streamsOfBlock(h, h.blocksize) > 1,
    codecFormat: h.codecFormat,
    udcodec: number ?? 0,
    codecMeta: 0,
    typesize: h.typesize,
    nbytes: h.nbytes,
    blocksize: h.blocksize,
    filters: filtersOf(h),
  })
  const out = new Uint8Array(cbytes)
  out.set(chunk.subarray(CHUNK_HEADER_BYTES, h.cbytes), EXTENDED_HEADER_BYTES)
  writeBlosc2ChunkHeader(out, { ...header, memcpyed: h.memcpyed, cbytes })
  if (h.memcpyed) return out
  const view = new DataView(out.buffer, EXTENDED_HEADER_BYTES)
  for (let i = 0; i < h.nblocks; i++) view.setUint32(4 * i, view.getUint32(4 * i, true) + SHIFT, true)
  return out
}
