// Chunks of zeros, NaNs or uninitialized values as stored bytes.

import { wholeItems } from '../../chunk/blosc2/blocksize.js'
import {
  type Blosc2ChunkHeader,
  MAX_CHUNK_TYPESIZE,
  newBlosc2ChunkHeader,
  writeBlosc2ChunkHeader,
} from '../../chunk/blosc2/header.js'
import { fillPattern, specialPattern } from '../../chunk/blosc2/special.js'
import type { OffsetSpecial } from '../frame/offsets.js'

/** Plain block size of a chunk of zeros with blocks, in bytes. */
const ZEROS_BLOCK = 2 ** 20
/** A stream of zeros is stored as the length 0. */
const STREAM_HEAD = 4

/** The value of a special chunk. */
export interface SpecialSize {
  /** Plain size of the chunk, in bytes. */
  nbytes: number
  /** Typesize of the frame, in bytes. */
  typesize: number
  /** Block size in bytes; 0 for one block. */
  blocksize: number
}

function specialHeader({ nbytes, typesize, blocksize }: SpecialSize): Blosc2ChunkHeader {
  return newBlosc2ChunkHeader({
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

/**
 * Whether the index of a frame can represent such a chunk. C-Blosc2 reads no special chunk there that ends
 * within an item.
 */
export function fitsIndex({ nbytes, typesize }: Pick<SpecialSize, 'nbytes' | 'typesize'>): boolean {
  return nbytes % typesize === 0
}

/** The 32 bytes of a special chunk in stored form. */
export function specialChunk(special: OffsetSpecial, size: SpecialSize): Uint8Array {
  const h = specialHeader(size)
  const bytes = new Uint8Array(h.headerBytes)
  writeBlosc2ChunkHeader(bytes, { ...h, special, memcpyed: false })
  return bytes
}

/** A chunk whose streams are all runs of zeros. */
function zeroStreams(size: SpecialSize): Uint8Array {
  const h = { ...specialHeader({ ...size, blocksize: ZEROS_BLOCK }), split: false }
  const table = h.headerBytes
  const first = table + 4 * h.nblocks
  const cbytes = first + STREAM_HEAD * h.nblocks
  const bytes = new Uint8Array(cbytes)
  writeBlosc2ChunkHeader(bytes, { ...h, cbytes })
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < h.nblocks; i++) view.setUint32(table + 4 * i, first + STREAM_HEAD * i, true)
  return bytes
}

/** A chunk that repeats a value of `typesize` bytes, at most 255. */
export function repeatedValue(value: Uint8Array, size: SpecialSize): Uint8Array {
  const { nbytes, typesize, blocksize } = size
  const whole = wholeItems(blocksize > 0 ? Math.min(blocksize, nbytes) : nbytes, typesize)
  const h = specialHeader({ ...size, blocksize: whole })
  const cbytes = h.headerBytes + typesize
  const bytes = new Uint8Array(cbytes)
  writeBlosc2ChunkHeader(bytes, { ...h, special: 'value', memcpyed: false, cbytes })
  fillPattern(bytes.subarray(h.headerBytes), value)
  return bytes
}

/** One item, repeated. */
function repeatedItem(special: OffsetSpecial, size: SpecialSize): Uint8Array {
  return repeatedValue(specialPattern(special, size.typesize, undefined), size)
}

/**
 * A special chunk as stored bytes, if the index cannot represent it. Of the stored special chunks C-Blosc2
 * reads only repeated whole items, in older releases of up to 255 bytes.
 */
export function storedSpecial(special: OffsetSpecial, size: SpecialSize): Uint8Array {
  const isRepeatable = size.typesize <= MAX_CHUNK_TYPESIZE && fitsIndex(size)
  return isRepeatable || special === 'nans' ? repeatedItem(special, size) : zeroStreams(size)
}
