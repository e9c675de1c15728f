import {
  type Chunk2Header,
  MAX_CHUNK_TYPESIZE,
  newChunk2Header,
  writeChunk2Header,
} from '../../format/chunk2/header.js'
import { fillPattern, specialPattern } from '../../format/chunk2/special.js'
import type { OffsetSpecial } from '../../format/frame/offsets.js'

function specialHeader(nbytes: number, typesize: number, blocksize: number): Chunk2Header {
  return newChunk2Header({
    split: true,
    codecFormat: 0,
    udcodec: 0,
    codecMeta: 0,
    typesize: typesize > MAX_CHUNK_TYPESIZE ? 1 : typesize,
    nbytes,
    blocksize: blocksize > 0 ? Math.min(blocksize, nbytes) : nbytes,
    filters: [],
  })
}

/** The 32 bytes that a special chunk would be if it were stored. */
export function specialChunk(
  special: OffsetSpecial,
  nbytes: number,
  typesize: number,
  blocksize: number,
): Uint8Array {
  const h = specialHeader(nbytes, typesize, blocksize)
  const bytes = new Uint8Array(h.headerBytes)
  writeChunk2Header(bytes, { ...h, special, memcpyed: false })
  return bytes
}

/** The same as a repeated item: C-Blosc2 reads no other special chunks where the index cannot stand for them. */
export function repeatedChunk(
  special: OffsetSpecial,
  nbytes: number,
  typesize: number,
  blocksize: number,
): Uint8Array {
  const h = specialHeader(nbytes, typesize, blocksize)
  const cbytes = h.headerBytes + typesize
  const bytes = new Uint8Array(cbytes)
  writeChunk2Header(bytes, { ...h, special: 'value', memcpyed: false, cbytes })
  fillPattern(bytes.subarray(h.headerBytes), specialPattern(special, typesize, undefined))
  return bytes
}
