// Opens a frame: reads and checks header, index and trailer, and finds its chunks.

import { join } from 'node:path'
import type { ByteSource } from '../../../bytes/byte-source.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { BlpkError, damaged, type ErrorPlace, unsupported } from '../../../core/errors.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { ReopenedFileSource } from '../../../sources/reopened-file.js'
import {
  CheckedChunk,
  type CheckMode,
  checkEnds,
  type Digests,
  digestsByIndex,
  type FrameChecksum,
  type FrameEnds,
} from '../../chunks/checksums.js'
import { SourceChunk } from '../../chunks/source-chunk.js'
import { CHECKSUM_LAYER, parseChecksumLayer } from '../../frame/checksums.js'
import { type FrameHeader, PEEK_BYTES, parseFrameHeader, peekFrame } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { type ChunkOffset, OFFSET_BYTES, parseOffsets } from '../../frame/offsets.js'
import { parseTrailer, TRAILER_END_BYTES, trailerBytes } from '../../frame/trailer.js'
import { readLayer } from './vlmeta.js'

/** File names have eight hexadecimal digits. */
const MAX_FILE_NUMBER = 2 ** 32 - 1
/** An index of more chunks than this must not be compressed to less than a byte per this many chunks. */
const MOST_CHUNKS = 2 ** 20
const MOST_RATIO = 64

/** File name of a chunk in a sparse frame. */
export function sparseChunkName(number: number): string {
  return `${number.toString(16).toUpperCase().padStart(8, '0')}.chunk`
}

async function readExactly(
  source: ByteSource,
  at: number,
  nbytes: number,
  what: string,
): Promise<Uint8Array> {
  const cut = (end: number): BlpkError =>
    damaged(
      `${what} is truncated: it should end at byte ${at + nbytes}, but the data end at byte ${end}`,
      { path: source.name, offset: at },
      { call: 'repair', does: 'recovers what is left' },
    )
  if (source.size !== undefined && at + nbytes > source.size) throw cut(source.size)
  const bytes = new Uint8Array(nbytes)
  const got = await source.read(at, bytes)
  if (got < nbytes) throw cut(at + got)
  return bytes
}

/** An opened frame: everything except the chunks was read and checked. */
export interface FrameFile {
  header: FrameHeader
  offsets: ChunkOffset[]
  /** Contents, still compressed. */
  vlmeta: Layers
  /** Its checksums; `stale` if another tool changed the frame since; undefined if not checked. */
  checksum: FrameChecksum | 'stale' | undefined
  /** A stored chunk. @param index its position in the index */
  chunk(index: number, at: number): ChunkBytes
}

/**
 * Decodes the index of a frame.
 * @param bytes the index chunk, or undefined
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
async function decodeIndex(
  ws: Workspace,
  h: FrameHeader,
  bytes: Uint8Array,
  place: ErrorPlace,
): Promise<ChunkOffset[]> {
  if (bytes.length === 0) {
    if (h.nbytes > 0) throw damaged('the frame has no index of its chunks', place)
    return []
  }
  return decodeOffsets(ws, bytes, place, (count) => checkCount(h, count, place))
}

/**
 * Decodes an index, whatever the header says.
 * @param check gets the number of entries before memory is allocated for them
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
export async function decodeOffsets(
  ws: Workspace,
  bytes: Uint8Array,
  place: ErrorPlace,
  check?: (count: number) => void,
): Promise<ChunkOffset[]> {
  const index = await OpenChunk.open(ws, new MemoryChunk(bytes, place), {
    itemBytes: OFFSET_BYTES,
    schunk: loneChunk(OFFSET_BYTES, 0),
  })
  const { nbytes } = index.header
  const count = nbytes / OFFSET_BYTES
  if (count > MOST_CHUNKS && count > bytes.length * MOST_RATIO)
    throw unsupported(`the index of the frame claims ${count} chunks in ${bytes.length} bytes`, place)
  check?.(count)
  const plain = new Uint8Array(nbytes)
  await index.all(plain)
  return parseOffsets(plain, place)
}

/** The number of chunks must match the sizes, before anything is allocated for it. */
function checkCount(h: FrameHeader, count: number, place: ErrorPlace): void {
  if (h.variableChunks) {
    // Each variable-size chunk has its own header.
    if (!h.sparse && count * 16 > h.cbytes)
      throw damaged(`the index of the frame claims ${count} chunks`, place)
    return
  }
  const expected = h.nbytes === 0 ? 0 : Math.ceil(h.nbytes / h.chunksize)
  if (count !== expected)
    throw damaged(`the index of the frame has ${count} entries for ${expected} chunks`, place)
}

function checkNumbers(offsets: readonly ChunkOffset[], place: ErrorPlace): void {
  const wrong = offsets.find((offset) => 'at' in offset && offset.at > MAX_FILE_NUMBER)
  if (wrong !== undefined && 'at' in wrong)
    throw damaged(`the index of the frame names a chunk file with the number ${wrong.at}`, place)
}

/**
 * The latest possible end of each chunk: the next stored one, or the end of the chunks.
 * @param end of the chunks
 */
export function chunkEnds(offsets: readonly ChunkOffset[], end: number): (start: number) => number {
  const starts = new Float64Array(offsets.length).fill(Number.POSITIVE_INFINITY)
  for (const [i, offset] of offsets.entries()) if ('at' in offset) starts[i] = offset.at
  starts.sort()
  return (start) => {
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      // Two entries may share a chunk.
      if ((starts[middle] ?? 0) <= start) low = middle + 1
      else high = middle
    }
    return Math.min(starts[low] ?? end, end)
  }
}

/**
 * Opens consecutive chunks.
 * @param first earliest possible start, in bytes
 * @param endOf of {@link chunkEnds}
 */
export function contiguous(
  source: ByteSource,
  first: number,
  endOf: (start: number) => number,
): FrameFile['chunk'] {
  return (chunk, start) => {
    const end = endOf(start)
    const place = { path: source.name, chunk, offset: first + start }
    if (end - start < 16) throw damaged('the chunk lies outside the frame', place)
    return new SourceChunk(source, first + start, end - start, place)
  }
}

/** @throws BlpkError DAMAGED for a missing file; IO */
function openChunkFile(directory: string, name: string, chunk: number): ReopenedFileSource {
  try {
    return new ReopenedFileSource(directory, name)
  } catch (error) {
    if (!(error instanceof BlpkError) || !['NOT_FOUND', 'DAMAGED'].includes(error.code)) throw error
    const message = error.code === 'DAMAGED' ? error.message : `the file '${name}' of the chunk is missing`
    throw new BlpkError('DAMAGED', message, { path: join(directory, name), chunk }, error)
  }
}

/** Opens the chunks of a sparse frame. */
export function inDirectory(directory: string): FrameFile['chunk'] {
  return (chunk, number) => {
    const source = openChunkFile(directory, sparseChunkName(number), chunk)
    return new SourceChunk(source, 0, source.size, { path: source.name, chunk })
  }
}

/** How a frame is opened. */
export interface FrameOptions {
  /** Position of the frame in the source, in bytes: more than 0 if it is inside another file. */
  at?: number
  /** The directory of the chunks of a sparse frame. */
  directory?: string | undefined
  check?: CheckMode
}

/** Reads header, index and trailer of a frame as stored. */
async function readEnds(source: ByteSource, at: number): Promise<FrameEnds & { parsed: FrameHeader }> {
  const place = { path: source.name }
  const lengths = peekFrame(await readExactly(source, at, PEEK_BYTES, 'the frame header'), place)
  const header = await readExactly(source, at, lengths.headerBytes, 'the frame header')
  const parsed = parseFrameHeader(header, place)
  const { headerBytes, frameBytes } = parsed
  const end = await readExactly(source, at + frameBytes - TRAILER_END_BYTES, TRAILER_END_BYTES, 'the frame')
  const size = trailerBytes(end, frameBytes - headerBytes, place)
  const trailer = await readExactly(source, at + frameBytes - size, size, 'the frame trailer')
  const indexAt = headerBytes + (parsed.sparse ? 0 : parsed.cbytes)
  const indexBytes = frameBytes - size - indexAt
  if (indexBytes < 0) throw damaged('the index of the frame starts past its end', place)
  const index = await readExactly(source, at + indexAt, indexBytes, 'the index of the frame')
  return { parsed, header, index, trailer }
}

/** The checksums of a frame, with digests if they are up to date. */
interface Checksums {
  checksum: FrameFile['checksum']
  digests?: Digests
}

/** @throws BlpkError CHECKSUM if header, index or trailer do not match */
async function readDigests(
  ws: Workspace,
  ends: FrameEnds,
  layer: Uint8Array | undefined,
  count: number,
): Promise<Checksums> {
  const state = await checkEnds(ends)
  if (state === 'wrong') {
    const message = 'the header, index or trailer of the frame does not match its checksum (xxh64)'
    throw new BlpkError('CHECKSUM', message, {}, undefined, { call: 'verify', does: 'says what is wrong' })
  }
  if (state === 'none') return { checksum: layer === undefined ? 'none' : 'stale' }
  if (layer === undefined) return { checksum: 'xxh64' }
  const parsed = parseChecksumLayer(await readLayer(ws, CHECKSUM_LAYER, layer))
  const known = parsed.runs.reduce((sum, run) => sum + run.count, 0)
  if (known !== count) throw damaged(`the checksums of the frame cover ${known} chunks, but it has ${count}`)
  return { checksum: 'xxh64', digests: digestsByIndex(parsed) }
}

/** Chunks with a digest are checked when they are read. */
function checked(open: FrameFile['chunk'], digests: Digests, check: CheckMode): FrameFile['chunk'] {
  return (index, at) => {
    const digest = digests(index)
    const chunk = open(index, at)
    return digest === undefined ? chunk : new CheckedChunk(chunk, digest, check === 'always')
  }
}

/**
 * Opens a frame (README_CFRAME_FORMAT, README_SFRAME_FORMAT).
 * @throws BlpkError DAMAGED, CHECKSUM, UNSUPPORTED
 */
export async function openFrame(
  source: ByteSource,
  ws: Workspace,
  { at = 0, directory, check = 'whole' }: FrameOptions = {},
): Promise<FrameFile> {
  const place = { path: source.name }
  const ends = await readEnds(source, at)
  const { parsed: header } = ends
  if (header.sparse && directory === undefined) {
    throw unsupported('the frame keeps its chunks in separate files; open its directory instead', place)
  }
  const vlmeta = parseTrailer(ends.trailer, place)
  const layer = vlmeta.get(CHECKSUM_LAYER)
  vlmeta.delete(CHECKSUM_LAYER)
  const offsets = await decodeIndex(ws, header, ends.index, place)
  if (header.sparse) checkNumbers(offsets, place)
  const { digests, checksum }: Checksums =
    check === 'never' ? { checksum: undefined } : await readDigests(ws, ends, layer, offsets.length)
  const chunk =
    header.sparse && directory !== undefined
      ? inDirectory(directory)
      : contiguous(source, at + header.headerBytes, chunkEnds(offsets, header.cbytes))
  const open = digests === undefined ? chunk : checked(chunk, digests, check)
  return { header, offsets, vlmeta, checksum, chunk: open }
}
