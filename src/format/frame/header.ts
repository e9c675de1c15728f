// The header of a frame: parsing, checking and writing it.

import { type FilterSlot, MAX_FILTERS } from '../../chunk/blosc2/header.js'
import { SPLIT_MODES, type SplitMode } from '../../chunk/blosc2/params.js'
import { type BlpkError, damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import { knownByBytes, knownByName, storeText } from '../../core/known-files.js'
import { type Layers, readLayers, writeLayers } from './layers.js'
import { FRAME_MAGIC, looksLikeFrame } from './magic.js'
import { MsgpackReader } from './msgpack/reader.js'
import { MsgpackWriter } from './msgpack/writer.js'

/** Everything before the metalayers has a fixed position. */
export const FRAME_HEADER_MIN_BYTES = 87
export const TRAILER_MIN_BYTES = 25
/** Largest header or trailer that is read into memory, in bytes; their fields can claim more. */
export const MAX_LAYERS_BYTES = 256 * 2 ** 20
/** Number of bytes that reveal the size of a frame's header. */
export const PEEK_BYTES = 25
const HEADER_FIELDS = 14
const MAX_INT32 = 2 ** 31 - 1
const LATEST_VERSION = 3
const OFFSETS_64_BIT = 1

/** The header of a frame (README_CFRAME_FORMAT, "Header"); sizes in bytes. */
export interface FrameHeader {
  /** Size of the header, including metalayers. */
  headerBytes: number
  frameBytes: number
  version: number
  /** Chunks vary in size; otherwise all but the last have `chunksize`. */
  variableChunks: boolean
  variableBlocks: boolean
  /** The chunks are in separate files beside the frame. */
  sparse: boolean
  /** Compression of new chunks: the number of a codec, or 6 and more for `udcodec`. */
  codec: number
  udcodec: number
  codecMeta: number
  level: number
  splitMode: SplitMode
  /** Plain size of all chunks. */
  nbytes: number
  /** Compressed size of all chunks; the index starts after them. */
  cbytes: number
  typesize: number
  blocksize: number
  /** 0 if chunks vary in size, or if there are none yet. */
  chunksize: number
  threads: { compress: number; decompress: number }
  /** Without empty slots. */
  filters: readonly FilterSlot[]
  dictionary: boolean
  hasVlmeta: boolean
  meta: Layers
}

function notFrame(bytes: Uint8Array, place: ErrorPlace): BlpkError {
  const known = knownByBytes(bytes)
  // A store is a ZIP; these few bytes do not tell which kind.
  const store = known === undefined ? undefined : knownByName(place.path ?? '')
  if (store?.store !== undefined) return unsupported(storeText(store), place)
  const how = known === undefined ? 'it does not start with b2frame' : `it is ${known.what}`
  return damaged(`this is not a Blosc2 frame: ${how}`, place)
}

/** The two lengths at fixed positions. @param bytes the first 25 bytes or more */
export function peekFrame(
  bytes: Uint8Array,
  place: ErrorPlace,
): Pick<FrameHeader, 'headerBytes' | 'frameBytes'> {
  if (!looksLikeFrame(bytes)) throw notFrame(bytes, place)
  const r = new MsgpackReader(bytes, 'the frame header', place, 10)
  const headerBytes = r.integer()
  const frameBytes = r.integer()
  if (headerBytes < FRAME_HEADER_MIN_BYTES || headerBytes > MAX_LAYERS_BYTES) {
    throw damaged(`the frame claims a header of ${headerBytes} bytes`, place)
  }
  if (frameBytes < headerBytes + TRAILER_MIN_BYTES) {
    throw damaged(`the frame claims ${frameBytes} bytes, with a header of ${headerBytes}`, place)
  }
  return { headerBytes, frameBytes }
}

function readFlags(bytes: Uint8Array, r: MsgpackReader): Partial<FrameHeader> {
  const [general = 0, type = 0, codec = 0, other = 0] = bytes
  const version = general & 15
  if (version > LATEST_VERSION) throw unsupported(`the frame has format version ${version}`)
  if (((general >> 4) & 3) !== OFFSETS_64_BIT) r.wrong('the frame has offsets that are not 64-bit')
  if ((type & 15) > 1) throw unsupported(`the frame is of type ${type & 15}, which is not known`)
  return {
    version,
    variableChunks: (general & 0x40) !== 0,
    variableBlocks: (general & 0x80) !== 0,
    sparse: (type & 15) === 1,
    codec: codec & 15,
    level: codec >> 4,
    splitMode: SPLIT_MODES[other & 3] ?? 'auto',
  }
}

function readPipeline(count: number, bytes: Uint8Array): Partial<FrameHeader> {
  const filters: FilterSlot[] = []
  for (let i = 0; i < Math.min(count, MAX_FILTERS); i++) {
    const id = bytes[i] ?? 0
    if (id !== 0) filters.push({ id, meta: bytes[8 + i] ?? 0 })
  }
  return {
    filters,
    udcodec: bytes[6] ?? 0,
    codecMeta: bytes[7] ?? 0,
    dictionary: ((bytes[14] ?? 0) & 1) !== 0,
  }
}

/** Frames that were never written to have −1 here. */
function natural(r: MsgpackReader, what: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = r.integer()
  if (value < least || value > most) r.wrong(`${what} is ${value}`)
  return Math.max(value, 0)
}

function checkSizes(h: FrameHeader, r: MsgpackReader): void {
  const room = h.frameBytes - h.headerBytes - TRAILER_MIN_BYTES
  if (!h.sparse && h.cbytes > room) r.wrong(`the frame claims ${h.cbytes} bytes of chunks in ${room}`)
  if (!h.variableChunks && h.nbytes > 0 && h.chunksize === 0) r.wrong('the frame has chunks of 0 bytes')
}

/**
 * Parses and checks the header of a frame.
 * @param bytes the whole header, of the size from {@link peekFrame}
 * @throws BlpkError DAMAGED if fields are missing or contradict each other; UNSUPPORTED for a later format
 */
export function parseFrameHeader(bytes: Uint8Array, place: ErrorPlace = {}): FrameHeader {
  const lengths = peekFrame(bytes, place)
  const r = new MsgpackReader(bytes, 'the frame header', place)
  if (r.array() < HEADER_FIELDS - 1) r.wrong('fields are missing')
  r.string()
  r.integer()
  r.integer()
  const flags = readFlags(r.string(), r)
  const nbytes = natural(r, 'the plain size')
  const cbytes = natural(r, 'the compressed size')
  const typesize = natural(r, 'the typesize', 1, MAX_INT32)
  const blocksize = natural(r, 'the block size', 0, MAX_INT32)
  const chunksize = natural(r, 'the chunk size', -1, MAX_INT32)
  const threads = { compress: r.integer(), decompress: r.integer() }
  const hasVlmeta = r.boolean()
  const h = {
    ...lengths,
    ...flags,
    nbytes,
    cbytes,
    typesize,
    blocksize,
    chunksize,
    threads,
    hasVlmeta,
    ...readPipeline(...r.extension16()),
    meta: readLayers(r),
  } as FrameHeader
  // C-Blosc2 keeps the old size when the last chunk is deleted; there is then neither chunk nor index.
  if (h.nbytes === 0) h.cbytes = 0
  if (r.at !== lengths.headerBytes) r.wrong(`the header should end at byte ${lengths.headerBytes}`)
  checkSizes(h, r)
  return h
}

function pipelineBytes(h: FrameHeader): Uint8Array {
  const bytes = new Uint8Array(16)
  const first = MAX_FILTERS - h.filters.length
  h.filters.forEach(({ id, meta }, i) => {
    bytes[first + i] = id
    bytes[8 + first + i] = meta
  })
  bytes[6] = h.udcodec
  bytes[7] = h.codecMeta
  bytes[14] = h.dictionary ? 1 : 0
  return bytes
}

/** Writes a header. The caller provides `headerBytes` and `frameBytes`; see {@link frameHeaderBytes}. */
export function formatFrameHeader(h: FrameHeader): Uint8Array {
  const general =
    h.version | (OFFSETS_64_BIT << 4) | (h.variableChunks ? 0x40 : 0) | (h.variableBlocks ? 0x80 : 0)
  return new MsgpackWriter()
    .fixArray(HEADER_FIELDS)
    .fixString(new TextEncoder().encode(FRAME_MAGIC))
    .int32(h.headerBytes)
    .uint64(h.frameBytes)
    .fixString(
      Uint8Array.of(general, h.sparse ? 1 : 0, h.codec | (h.level << 4), SPLIT_MODES.indexOf(h.splitMode)),
    )
    .int64(h.nbytes)
    .int64(h.cbytes)
    .int32(h.typesize)
    .int32(h.blocksize)
    .int32(h.chunksize)
    .int16(h.threads.compress)
    .int16(h.threads.decompress)
    .boolean(h.hasVlmeta)
    .extension16(MAX_FILTERS, pipelineBytes(h))
    .raw(writeLayers(h.meta, FRAME_HEADER_MIN_BYTES, 4))
    .finish()
}

/** Size that the header will have, in bytes. */
export function frameHeaderBytes(meta: Layers): number {
  return FRAME_HEADER_MIN_BYTES + writeLayers(meta, FRAME_HEADER_MIN_BYTES, 4).length
}
