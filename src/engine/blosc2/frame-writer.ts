import type { ChunkBytes } from '../../format/chunk2/chunk-bytes.js'
import { encodeChunk2 } from '../../format/chunk2/encode.js'
import { parseChunk2Header } from '../../format/chunk2/header.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../format/frame/header.js'
import type { Layers } from '../../format/frame/layers.js'
import { type ChunkOffset, formatOffsets, type OffsetSpecial } from '../../format/frame/offsets.js'
import { formatTrailer } from '../../format/frame/trailer.js'
import type { Workspace } from '../../kernels/workspace.js'
import type { ChunkList } from './chunk-list.js'
import { resolveParams } from './cparams.js'

/** Everything that makes a frame. */
export interface FrameParts {
  header: FrameHeader
  chunks: ChunkList
  /** Plain contents. */
  vlmeta: Layers
}

/** Where the chunks of a frame go. Positions count from the end of the header, in bytes. */
export interface Placed {
  /** One for each chunk of the list. */
  offsets: ChunkOffset[]
  /** Chunks that are to be written, in the order of their positions, back to back. */
  written: { bytes: ChunkBytes; cbytes: number }[]
  /** Where the index goes. */
  end: number
}

const HEADER_ONLY: readonly string[] = ['zeros', 'nans', 'uninit']

/**
 * Finds the place of each chunk; those of a special value stand in the index alone.
 * @param keptUntil chunks that lie before this position in the frame's file stay there, and all others are
 * written from it on; 0 to write all of them
 */
export async function placeChunks(chunks: ChunkList, keptUntil = 0): Promise<Placed> {
  const placed: Placed = { offsets: [], written: [], end: keptUntil }
  for (const entry of chunks.entries) {
    if ('special' in entry) {
      placed.offsets.push(entry)
      continue
    }
    if (entry.at !== undefined && entry.at < keptUntil) {
      placed.offsets.push({ at: entry.at })
      continue
    }
    const bytes = entry.open()
    const h = parseChunk2Header(await bytes.fetch(0, Math.min(32, bytes.limit)), bytes.place)
    if (HEADER_ONLY.includes(h.special) && chunks.chunksize > 0) {
      placed.offsets.push({ special: h.special as OffsetSpecial })
      continue
    }
    placed.offsets.push({ at: placed.end })
    placed.written.push({ bytes, cbytes: h.cbytes })
    placed.end += h.cbytes
  }
  return placed
}

/** The chunks that are to be written, each to be used before the next is asked for. */
export async function* writtenChunks({ written }: Placed): AsyncGenerator<Uint8Array> {
  for (const { bytes, cbytes } of written) {
    await bytes.prefetch?.(cbytes)
    yield await bytes.fetch(0, cbytes)
  }
}

/** Compresses variable-length metalayers. */
export async function packLayers(ws: Workspace, layers: Layers): Promise<Layers> {
  const params = resolveParams({ codec: 'lz4', filters: [] }, 1)
  const packed: Layers = new Map()
  for (const [name, content] of layers) packed.set(name, await encodeChunk2(ws, params, content))
  return packed
}

/** The index chunk; no bytes where there are no chunks. */
export async function packIndex(ws: Workspace, offsets: readonly ChunkOffset[]): Promise<Uint8Array> {
  if (offsets.length === 0) return new Uint8Array()
  return encodeChunk2(ws, resolveParams({ codec: 'blosclz' }, 8), formatOffsets(offsets))
}

/** What stands around the chunks of a frame. */
export interface FrameEnds {
  header: Uint8Array
  index: Uint8Array
  trailer: Uint8Array
  /** Size of the whole frame, in bytes. */
  frameBytes: number
}

/**
 * Makes header, index and trailer of a frame (README_CFRAME_FORMAT): the only place where the list of chunks and
 * the metalayers become bytes, for new frames and for changes in place alike.
 */
export async function layEnds(ws: Workspace, parts: FrameParts, placed: Placed): Promise<FrameEnds> {
  const { chunks, vlmeta } = parts
  const index = await packIndex(ws, placed.offsets)
  const trailer = formatTrailer(await packLayers(ws, vlmeta))
  const headerBytes = frameHeaderBytes(parts.header.meta)
  const frameBytes = headerBytes + placed.end + index.length + trailer.length
  const variableChunks = chunks.chunksize === 0 && chunks.entries.length > 0
  const header = formatFrameHeader({
    ...parts.header,
    headerBytes,
    frameBytes,
    variableChunks,
    version: variableChunks || parts.header.variableBlocks ? 3 : 2,
    sparse: false,
    nbytes: chunks.nbytes,
    cbytes: placed.end,
    chunksize: chunks.chunksize,
    hasVlmeta: vlmeta.size > 0,
  })
  return { header, index, trailer, frameBytes }
}

/**
 * Lays a frame out with all of its chunks back to back.
 * @returns its size in bytes, and its pieces in order, each to be used before the next is asked for
 */
export async function layFrame(
  ws: Workspace,
  parts: FrameParts,
): Promise<{ frameBytes: number; pieces: () => AsyncGenerator<Uint8Array> }> {
  const placed = await placeChunks(parts.chunks)
  const { header, index, trailer, frameBytes } = await layEnds(ws, parts, placed)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield header
    yield* writtenChunks(placed)
    yield index
    yield trailer
  }
  return { frameBytes, pieces }
}
