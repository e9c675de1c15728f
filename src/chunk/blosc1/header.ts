// The 16-byte header of a Blosc 1 chunk: parsing, checking and writing it.

import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import type { Shuffle } from '../../filters/shuffles.js'

/** Size of a Blosc 1 chunk header, in bytes. */
export const CHUNK_HEADER_BYTES = 16
/** Largest plain size of a chunk, in bytes: 2^31 − 1 less the header (C-Blosc's BLOSC_MAX_BUFFERSIZE). */
export const MAX_CHUNK_NBYTES = 2 ** 31 - 1 - CHUNK_HEADER_BYTES
/** Smaller inputs (in bytes) are stored uncompressed. Split streams have at least this length. */
export const MIN_STREAM_BYTES = 128
/** Blocks are split into at most this many streams. */
export const MAX_STREAMS = 16

const FORMAT_VERSION = 2
const FLAG_BYTE_SHUFFLE = 0x01
const FLAG_MEMCPYED = 0x02
const FLAG_BIT_SHUFFLE = 0x04
const FLAG_RESERVED = 0x08
const FLAG_NOT_SPLIT = 0x10

/** The 16-byte header of a Blosc 1 chunk (C-Blosc README_CHUNK_FORMAT, "The header section"). */
export interface ChunkHeader {
  version: number
  versionlz: number
  shuffle: Shuffle
  /** The plain bytes follow the header uncompressed. */
  memcpyed: boolean
  /** Whole blocks are split into one stream per byte of the item. */
  split: boolean
  /** Number of the codec's format, bits 5 to 7 of the flags. */
  codecFormat: number
  typesize: number
  /** Plain size, in bytes. */
  nbytes: number
  blocksize: number
  /** Size with this header, in bytes. */
  cbytes: number
  nblocks: number
}

function readShuffle(flags: number): Shuffle {
  if ((flags & FLAG_BYTE_SHUFFLE) !== 0) return 'byte'
  return (flags & FLAG_BIT_SHUFFLE) !== 0 ? 'bit' : 'none'
}

function checkVersion(version: number, flags: number, place: ErrorPlace): void {
  if (version === 0) throw damaged('the chunk header has version 0', place)
  if (version > FORMAT_VERSION) throw unsupported(`the chunk has Blosc format version ${version}`, place)
  if ((flags & FLAG_RESERVED) !== 0) throw damaged('the chunk header sets a reserved flag', place)
}

function checkSizes(h: ChunkHeader, place: ErrorPlace): void {
  if (h.typesize === 0) throw damaged('the chunk has typesize 0', place)
  if (h.nbytes > MAX_CHUNK_NBYTES) throw damaged(`the chunk claims ${h.nbytes} plain bytes`, place)
  if (h.cbytes < CHUNK_HEADER_BYTES) throw damaged(`the chunk claims ${h.cbytes} compressed bytes`, place)
  if (h.cbytes > h.nbytes + h.nbytes / 4 + 2 ** 20) {
    throw damaged(`the chunk claims ${h.cbytes} compressed bytes for ${h.nbytes} plain ones`, place)
  }
  if (h.memcpyed) {
    if (h.cbytes !== h.nbytes + CHUNK_HEADER_BYTES) {
      throw damaged(`a stored chunk of ${h.nbytes} bytes claims ${h.cbytes} compressed bytes`, place)
    }
  } else if (h.nbytes > 0) {
    if (h.blocksize === 0 || h.blocksize > h.nbytes)
      throw damaged(`the chunk has blocksize ${h.blocksize}`, place)
    if (CHUNK_HEADER_BYTES + 4 * h.nblocks > h.cbytes)
      throw damaged('the chunk has no room for its block table', place)
  }
}

/**
 * Parses and checks a chunk header.
 * @param bytes at least 16 bytes
 * @throws BlpkError DAMAGED if fields contradict each other; UNSUPPORTED for a later format
 */
export function parseChunkHeader(bytes: Uint8Array, place: ErrorPlace = {}): ChunkHeader {
  if (bytes.length < CHUNK_HEADER_BYTES) throw damaged('the chunk header is truncated', place)
  const view = new DataView(bytes.buffer, bytes.byteOffset, CHUNK_HEADER_BYTES)
  const flags = view.getUint8(2)
  const nbytes = view.getUint32(4, true)
  const blocksize = view.getUint32(8, true)
  const header: ChunkHeader = {
    version: view.getUint8(0),
    versionlz: view.getUint8(1),
    shuffle: readShuffle(flags),
    memcpyed: (flags & FLAG_MEMCPYED) !== 0,
    split: (flags & FLAG_NOT_SPLIT) === 0,
    codecFormat: flags >> 5,
    typesize: view.getUint8(3),
    nbytes,
    blocksize,
    cbytes: view.getUint32(12, true),
    nblocks: blocksize === 0 ? 0 : Math.ceil(nbytes / blocksize),
  }
  checkVersion(header.version, flags, place)
  checkSizes(header, place)
  return header
}

/** Writes a chunk header into the first 16 bytes of `out`, as C-Blosc 1.x would. */
export function writeChunkHeader(out: Uint8Array, h: ChunkHeader): void {
  const view = new DataView(out.buffer, out.byteOffset, CHUNK_HEADER_BYTES)
  const shuffle = h.shuffle === 'byte' ? FLAG_BYTE_SHUFFLE : h.shuffle === 'bit' ? FLAG_BIT_SHUFFLE : 0
  view.setUint8(0, h.version)
  view.setUint8(1, h.versionlz)
  view.setUint8(
    2,
    shuffle | (h.memcpyed ? FLAG_MEMCPYED : 0) | (h.split ? 0 : FLAG_NOT_SPLIT) | (h.codecFormat << 5),
  )
  view.setUint8(3, h.typesize)
  view.setUint32(4, h.nbytes, true)
  view.setUint32(8, h.blocksize, true)
  view.setUint32(12, h.cbytes, true)
}

/**
 * The header that C-Blosc 1.x writes first: format version 2, codec version 1, compressed size still unset.
 */
export function newChunkHeader(
  fields: Pick<ChunkHeader, 'shuffle' | 'split' | 'codecFormat' | 'typesize' | 'nbytes' | 'blocksize'>,
): ChunkHeader {
  return {
    ...fields,
    version: FORMAT_VERSION,
    versionlz: 1,
    memcpyed: false,
    cbytes: 0,
    nblocks: Math.ceil(fields.nbytes / fields.blocksize),
  }
}

/** Number of streams in a block. `size` is the block's own size, which is smaller for the last one. */
export function streamsOfBlock(h: ChunkHeader, size: number): number {
  const splittable = h.typesize <= MAX_STREAMS && Math.floor(h.blocksize / h.typesize) >= MIN_STREAM_BYTES
  return h.split && splittable && size === h.blocksize ? h.typesize : 1
}
