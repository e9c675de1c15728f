// The header of a chunk in a Blosc2 frame, of 32 or 16 bytes: parsing, checking and writing it.

import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'

/** Size of the header that Blosc2 writes, in bytes; Blosc1 chunks inside frames have the first 16. */
export const EXTENDED_HEADER_BYTES = 32
export const SHORT_HEADER_BYTES = 16
/** Largest plain size of a chunk, in bytes: 2^31 − 1 less the header. */
export const MAX_BLOSC2_CHUNK_NBYTES = 2 ** 31 - 1 - EXTENDED_HEADER_BYTES
/** Largest typesize that a chunk can express; larger items are packed as single bytes. */
export const MAX_CHUNK_TYPESIZE = 255
export const MAX_FILTERS = 6
/** Largest block that C-Blosc2 reads, in bytes. */
export const MAX_BLOCK_BYTES = 536_866_816

/** The version that C-Blosc2 writes for all chunks but those with variable-length blocks. */
const STABLE_VERSION = 5
const LATEST_VERSION = 6
const ALPHA_VERSION = 3

const FLAG_BYTE_SHUFFLE = 0x01
const FLAG_MEMCPYED = 0x02
const FLAG_BIT_SHUFFLE = 0x04
const FLAG_DELTA = 0x08
const FLAG_NOT_SPLIT = 0x10
const FLAG_EXTENDED = FLAG_BYTE_SHUFFLE | FLAG_BIT_SHUFFLE

const BLOSC2_FLAG_DICTIONARY = 0x01
const BLOSC2_FLAG_LAZY = 0x08
const BLOSC2_FLAG_INSTRUMENTED = 0x80
const FLAG3_VARIABLE_BLOCKS = 0x01

/** Numbers of the filters that the format itself defines. */
export const FILTER_SHUFFLE = 1
const FILTER_BITSHUFFLE = 2
const FILTER_DELTA = 3

/** Codec format that refers to the `udcodec` field. */
export const CODEC_FORMAT_UD = 6

/** The value of a whole chunk without blocks. */
export type Special = 'none' | 'zeros' | 'nans' | 'value' | 'uninit'
const SPECIALS: readonly Special[] = ['none', 'zeros', 'nans', 'value', 'uninit']

/** One step of the pipeline: a filter number and its meta byte. */
export interface FilterSlot {
  id: number
  meta: number
}

/** The header of a chunk in a frame (README_CHUNK_FORMAT, "Header"), of 32 or 16 bytes. */
export interface Blosc2ChunkHeader {
  version: number
  versionlz: number
  /** It has the 32 bytes of Blosc2. */
  extended: boolean
  headerBytes: number
  /** The plain bytes follow the header as they are. */
  memcpyed: boolean
  /** Whole blocks are split into one stream per byte of the item. */
  split: boolean
  /** Number of the stream format, bits 5 to 7 of the flags. */
  codecFormat: number
  /** Number of the codec where `codecFormat` is 6. */
  udcodec: number
  codecMeta: number
  /** Typesize that the filters use, 1 to 255; 1 if items are larger. */
  typesize: number
  /** Plain size, in bytes. */
  nbytes: number
  /** Plain size of each block but the last, in bytes; 0 for variable-length blocks. */
  blocksize: number
  /** Size with this header, in bytes. */
  cbytes: number
  nblocks: number
  /** The pipeline in the order of compression, without empty slots. */
  filters: readonly FilterSlot[]
  special: Special
  dictionary: boolean
  variableBlocks: boolean
}

function readFilters(bytes: Uint8Array, version: number): FilterSlot[] {
  // Alpha releases left garbage in the sixth slot.
  const count = version === ALPHA_VERSION ? MAX_FILTERS - 1 : MAX_FILTERS
  const slots: FilterSlot[] = []
  for (let i = 0; i < count; i++) {
    const id = bytes[16 + i] ?? 0
    if (id !== 0) slots.push({ id, meta: bytes[24 + i] ?? 0 })
  }
  return slots
}

function filtersOfFlags(flags: number, typesize: number): FilterSlot[] {
  const slots: FilterSlot[] = []
  if ((flags & FLAG_DELTA) !== 0) slots.push({ id: FILTER_DELTA, meta: 0 })
  if ((flags & FLAG_BYTE_SHUFFLE) !== 0 && typesize > 1) slots.push({ id: FILTER_SHUFFLE, meta: 0 })
  if ((flags & FLAG_BIT_SHUFFLE) !== 0) slots.push({ id: FILTER_BITSHUFFLE, meta: 0 })
  return slots
}

function readSpecial(blosc2Flags: number, place: ErrorPlace): Special {
  const number = (blosc2Flags >> 4) & 7
  const special = SPECIALS[number]
  if (special === undefined)
    throw unsupported(`the chunk has special value ${number}, which is not known`, place)
  return special
}

function checkFlags(h: Blosc2ChunkHeader, blosc2Flags: number, place: ErrorPlace): void {
  if (h.version === 0) throw damaged('the chunk header has version 0', place)
  if (h.version > LATEST_VERSION) throw unsupported(`the chunk has Blosc format version ${h.version}`, place)
  if ((blosc2Flags & BLOSC2_FLAG_LAZY) !== 0)
    throw damaged('the stored chunk says that its data are stored elsewhere', place)
  if ((blosc2Flags & BLOSC2_FLAG_INSTRUMENTED) !== 0) {
    throw unsupported('the chunk holds codec measurements instead of data', place)
  }
  if (h.variableBlocks && (h.special !== 'none' || h.memcpyed)) {
    throw damaged('the chunk claims variable-length blocks, but stores no blocks', place)
  }
}

function checkSpecial(h: Blosc2ChunkHeader, place: ErrorPlace): void {
  const item = h.special === 'value' ? h.cbytes - EXTENDED_HEADER_BYTES : h.typesize
  if (h.special === 'value' && (item <= 0 || item > h.nbytes)) {
    throw damaged(`the chunk repeats a value of ${item} bytes in ${h.nbytes}`, place)
  }
  if (h.special !== 'zeros' && h.special !== 'uninit' && h.nbytes % item !== 0) {
    throw damaged(`the chunk of ${h.nbytes} bytes is not a multiple of its typesize ${item}`, place)
  }
}

function checkSizes(h: Blosc2ChunkHeader, place: ErrorPlace): void {
  if (h.typesize === 0) throw damaged('the chunk has typesize 0', place)
  if (h.nbytes > MAX_BLOSC2_CHUNK_NBYTES) throw damaged(`the chunk claims ${h.nbytes} plain bytes`, place)
  if (h.cbytes < h.headerBytes || h.cbytes >= 2 ** 31) {
    throw damaged(`the chunk claims ${h.cbytes} compressed bytes`, place)
  }
  if (h.special !== 'none') checkSpecial(h, place)
  else if (h.memcpyed) {
    if (h.cbytes !== h.nbytes + h.headerBytes)
      throw damaged(`a stored chunk of ${h.nbytes} bytes claims ${h.cbytes} compressed bytes`, place)
  } else if (h.nbytes > 0) {
    if (h.blocksize === 0 && !h.variableBlocks) throw damaged('the chunk has blocksize 0', place)
    if (h.nblocks === 0 || h.headerBytes + 4 * h.nblocks > h.cbytes) {
      throw damaged('the chunk has no room for its block table', place)
    }
  }
}

/**
 * Parses and checks the header of a chunk in a frame.
 * @param bytes 16 bytes for a Blosc1 chunk, else 32; more are ignored
 * @throws BlpkError DAMAGED if fields contradict each other; UNSUPPORTED for unknown values
 */
export function parseBlosc2ChunkHeader(bytes: Uint8Array, place: ErrorPlace = {}): Blosc2ChunkHeader {
  if (bytes.length < SHORT_HEADER_BYTES) throw damaged('the chunk header is truncated', place)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const flags = view.getUint8(2)
  const extended = (flags & FLAG_EXTENDED) === FLAG_EXTENDED
  if (extended && bytes.length < EXTENDED_HEADER_BYTES) throw damaged('the chunk header is truncated', place)
  const version = view.getUint8(0)
  const typesize = view.getUint8(3)
  const nbytes = view.getUint32(4, true)
  const third = view.getUint32(8, true)
  const blosc2Flags = extended ? view.getUint8(31) : 0
  const variableBlocks = extended && (view.getUint8(30) & FLAG3_VARIABLE_BLOCKS) !== 0
  const blocksize = variableBlocks ? 0 : Math.min(third, nbytes)
  const h: Blosc2ChunkHeader = {
    version,
    versionlz: view.getUint8(1),
    extended,
    headerBytes: extended ? EXTENDED_HEADER_BYTES : SHORT_HEADER_BYTES,
    memcpyed: (flags & FLAG_MEMCPYED) !== 0,
    split: (flags & FLAG_NOT_SPLIT) === 0,
    codecFormat: flags >> 5,
    udcodec: extended ? view.getUint8(22) : 0,
    codecMeta: extended ? view.getUint8(23) : 0,
    typesize,
    nbytes,
    blocksize,
    cbytes: view.getUint32(12, true),
    nblocks: variableBlocks ? third : blocksize === 0 ? 0 : Math.ceil(nbytes / blocksize),
    filters: extended ? readFilters(bytes, version) : filtersOfFlags(flags, typesize),
    special: readSpecial(blosc2Flags, place),
    dictionary: (blosc2Flags & BLOSC2_FLAG_DICTIONARY) !== 0,
    variableBlocks,
  }
  if (extended && (view.getUint8(30) & ~FLAG3_VARIABLE_BLOCKS) !== 0) {
    throw unsupported('the chunk sets unknown flags', place)
  }
  checkFlags(h, blosc2Flags, place)
  checkSizes(h, place)
  return h
}

/** The fields that the writer of a chunk chooses. */
export type NewBlosc2Chunk = Pick<
  Blosc2ChunkHeader,
  'split' | 'codecFormat' | 'udcodec' | 'codecMeta' | 'typesize' | 'nbytes' | 'blocksize' | 'filters'
>

/** A 32-byte header as C-Blosc2 writes it, with the compressed size still unset. */
export function newBlosc2ChunkHeader(fields: NewBlosc2Chunk): Blosc2ChunkHeader {
  return {
    ...fields,
    version: STABLE_VERSION,
    versionlz: 1,
    extended: true,
    headerBytes: EXTENDED_HEADER_BYTES,
    memcpyed: false,
    cbytes: EXTENDED_HEADER_BYTES,
    nblocks: fields.blocksize === 0 ? 0 : Math.ceil(fields.nbytes / fields.blocksize),
    special: 'none',
    dictionary: false,
    variableBlocks: false,
  }
}

function flagsOf(h: Blosc2ChunkHeader): number {
  if (h.memcpyed) return FLAG_EXTENDED | FLAG_MEMCPYED
  const delta = h.filters.some(({ id }) => id === FILTER_DELTA) ? FLAG_DELTA : 0
  return FLAG_EXTENDED | delta | (h.split ? 0 : FLAG_NOT_SPLIT) | (h.codecFormat << 5)
}

/** Writes a 32-byte header. Filters take the last slots, as in C-Blosc2's default pipeline. */
export function writeBlosc2ChunkHeader(out: Uint8Array, h: Blosc2ChunkHeader): void {
  const view = new DataView(out.buffer, out.byteOffset, EXTENDED_HEADER_BYTES)
  out.fill(0, 0, EXTENDED_HEADER_BYTES)
  view.setUint8(0, h.version)
  view.setUint8(1, h.versionlz)
  view.setUint8(2, flagsOf(h))
  view.setUint8(3, h.typesize)
  view.setUint32(4, h.nbytes, true)
  view.setUint32(8, h.blocksize, true)
  view.setUint32(12, h.cbytes, true)
  const first = MAX_FILTERS - h.filters.length
  h.filters.forEach(({ id, meta }, i) => {
    view.setUint8(16 + first + i, id)
    view.setUint8(24 + first + i, meta)
  })
  view.setUint8(22, h.udcodec)
  view.setUint8(23, h.codecMeta)
  view.setUint8(31, (SPECIALS.indexOf(h.special) << 4) | (h.dictionary ? BLOSC2_FLAG_DICTIONARY : 0))
}

/** How many streams a whole block is made of. */
export function streamsOf(h: Blosc2ChunkHeader, size: number): number {
  return h.split && !h.variableBlocks && size === h.blocksize ? h.typesize : 1
}
