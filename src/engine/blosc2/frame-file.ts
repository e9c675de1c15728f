import { join } from 'node:path'
import { damaged, type ErrorPlace, unsupported } from '../../errors.js'
import { type ChunkBytes, MemoryChunk } from '../../format/chunk2/chunk-bytes.js'
import { OpenChunk } from '../../format/chunk2/decode.js'
import { type FrameHeader, PEEK_BYTES, parseFrameHeader, peekFrame } from '../../format/frame/header.js'
import type { Layers } from '../../format/frame/layers.js'
import { type ChunkOffset, OFFSET_BYTES, parseOffsets } from '../../format/frame/offsets.js'
import { parseTrailer, TRAILER_END_BYTES, trailerBytes } from '../../format/frame/trailer.js'
import type { Workspace } from '../../kernels/workspace.js'
import { BriefFileSource } from '../../sources/brief-file.js'
import type { ByteSource } from '../../sources/byte-source.js'
import { SourceChunk } from './source-chunk.js'

/** Name of the frame inside the directory of a sparse one (README_SFRAME_FORMAT). */
export const SPARSE_FRAME_NAME = 'chunks.b2frame'
/** Names of files have eight hexadecimal digits. */
const MAX_FILE_NUMBER = 2 ** 32 - 1

/** Name of the file of a chunk in a sparse frame. */
export function sparseChunkName(number: number): string {
  return `${number.toString(16).toUpperCase().padStart(8, '0')}.chunk`
}

async function readExactly(
  source: ByteSource,
  at: number,
  nbytes: number,
  what: string,
): Promise<Uint8Array> {
  if (source.size !== undefined && at + nbytes > source.size)
    throw damaged(`${what} is cut short`, { path: source.name, offset: at })
  const bytes = new Uint8Array(nbytes)
  if ((await source.read(at, bytes)) < nbytes)
    throw damaged(`${what} is cut short`, { path: source.name, offset: at })
  return bytes
}

/** A frame that was opened: everything but the chunks was read and checked. */
export interface FrameFile {
  header: FrameHeader
  offsets: ChunkOffset[]
  /** Contents still compressed. */
  vlmeta: Layers
  /** A chunk that is stored. @param index where it stands in the index */
  chunk(index: number, at: number): ChunkBytes
}

async function readIndex(
  source: ByteSource,
  ws: Workspace,
  h: FrameHeader,
  start: number,
  end: number,
): Promise<ChunkOffset[]> {
  const place = { path: source.name, offset: start }
  if (start === end) {
    if (h.nbytes > 0) throw damaged('the frame has no index of its chunks', place)
    return []
  }
  if (end < start) throw damaged('the index of the frame starts behind its end', place)
  const chunk = new MemoryChunk(
    await readExactly(source, start, end - start, 'the index of the frame'),
    place,
  )
  const index = await OpenChunk.open(ws, chunk, { itemBytes: OFFSET_BYTES })
  const { nbytes } = index.header
  checkCount(h, nbytes / OFFSET_BYTES, place)
  const plain = new Uint8Array(nbytes)
  await index.all(plain)
  return parseOffsets(plain, { path: source.name })
}

/** The number of chunks must be what the sizes say, before anything is allocated for it. */
function checkCount(h: FrameHeader, count: number, place: ErrorPlace): void {
  if (h.variableChunks) {
    // Each chunk of a size of its own has a header of its own.
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
    throw damaged(`the index of the frame names a file of number ${wrong.at}`, place)
}

/** How far each chunk can reach: to the next one that is stored, or to the end of the chunks. */
function chunkEnds(offsets: readonly ChunkOffset[], end: number): Map<number, number> {
  const starts = offsets.flatMap((offset) => ('at' in offset ? [offset.at] : [])).sort((a, b) => a - b)
  const ends = new Map<number, number>()
  starts.forEach((start, i) => {
    const next = starts[i + 1]
    // Two entries may share a chunk.
    if (next === undefined || next > start) ends.set(start, next ?? end)
  })
  return ends
}

function contiguous(
  source: ByteSource,
  at: number,
  h: FrameHeader,
  offsets: ChunkOffset[],
): FrameFile['chunk'] {
  const ends = chunkEnds(offsets, h.cbytes)
  return (chunk, start) => {
    const end = ends.get(start) ?? 0
    const place = { path: source.name, chunk, offset: at + h.headerBytes + start }
    if (end - start < 16) throw damaged('the chunk lies outside the frame', place)
    return new SourceChunk(source, at + h.headerBytes + start, end - start, place)
  }
}

function inDirectory(directory: string): FrameFile['chunk'] {
  return (chunk, number) => {
    const path = join(directory, sparseChunkName(number))
    const source = new BriefFileSource(path)
    return new SourceChunk(source, 0, source.size, { path, chunk })
  }
}

/**
 * Opens a frame (README_CFRAME_FORMAT, README_SFRAME_FORMAT).
 * @param at where the frame starts in the source, in bytes: more than 0 where it is inside another file
 * @param directory where the chunks of a sparse frame are
 * @throws BlpkError DAMAGED, UNSUPPORTED
 */
export async function openFrame(
  source: ByteSource,
  ws: Workspace,
  at = 0,
  directory?: string,
): Promise<FrameFile> {
  const place = { path: source.name }
  const lengths = peekFrame(await readExactly(source, at, PEEK_BYTES, 'the frame header'), place)
  const header = parseFrameHeader(
    await readExactly(source, at, lengths.headerBytes, 'the frame header'),
    place,
  )
  const { headerBytes, frameBytes } = header
  const end = await readExactly(source, at + frameBytes - TRAILER_END_BYTES, TRAILER_END_BYTES, 'the frame')
  const size = trailerBytes(end, frameBytes - headerBytes, place)
  const trailer = await readExactly(source, at + frameBytes - size, size, 'the frame trailer')
  if (header.sparse && directory === undefined) {
    throw unsupported('the frame keeps its chunks in files of their own; open its directory instead', place)
  }
  const indexAt = headerBytes + (header.sparse ? 0 : header.cbytes)
  const offsets = await readIndex(source, ws, header, at + indexAt, at + frameBytes - size)
  if (header.sparse) checkNumbers(offsets, place)
  return {
    header,
    offsets,
    vlmeta: parseTrailer(trailer, place),
    chunk:
      header.sparse && directory !== undefined
        ? inDirectory(directory)
        : contiguous(source, at, header, offsets),
  }
}
