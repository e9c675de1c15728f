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

interface Placed {
  offsets: ChunkOffset[]
  /** Stored chunks in order, with their sizes. */
  stored: { bytes: ChunkBytes; cbytes: number }[]
  cbytes: number
}

const HEADER_ONLY: readonly string[] = ['zeros', 'nans', 'uninit']

/** Finds the place of each chunk; those of a special value stand in the index alone. */
async function place(chunks: ChunkList): Promise<Placed> {
  const placed: Placed = { offsets: [], stored: [], cbytes: 0 }
  for (const entry of chunks.entries) {
    if ('special' in entry) {
      placed.offsets.push(entry)
      continue
    }
    const bytes = entry.open()
    const h = parseChunk2Header(await bytes.fetch(0, Math.min(32, bytes.limit)), bytes.place)
    if (HEADER_ONLY.includes(h.special) && chunks.chunksize > 0) {
      placed.offsets.push({ special: h.special as OffsetSpecial })
      continue
    }
    placed.offsets.push({ at: placed.cbytes })
    placed.stored.push({ bytes, cbytes: h.cbytes })
    placed.cbytes += h.cbytes
  }
  return placed
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

/**
 * Lays a frame out (README_CFRAME_FORMAT).
 * @returns its size in bytes, and its pieces in order, each to be used before the next is asked for
 */
export async function layFrame(
  ws: Workspace,
  parts: FrameParts,
): Promise<{ frameBytes: number; pieces: () => AsyncGenerator<Uint8Array> }> {
  const { chunks, vlmeta } = parts
  const placed = await place(chunks)
  const index = await packIndex(ws, placed.offsets)
  const trailer = formatTrailer(await packLayers(ws, vlmeta))
  const headerBytes = frameHeaderBytes(parts.header.meta)
  const frameBytes = headerBytes + placed.cbytes + index.length + trailer.length
  const variableChunks = chunks.chunksize === 0 && chunks.entries.length > 0
  const header = formatFrameHeader({
    ...parts.header,
    headerBytes,
    frameBytes,
    variableChunks,
    version: variableChunks ? 3 : 2,
    sparse: false,
    nbytes: chunks.nbytes,
    cbytes: placed.cbytes,
    chunksize: chunks.chunksize,
    hasVlmeta: vlmeta.size > 0,
  })
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield header
    for (const { bytes, cbytes } of placed.stored) {
      await bytes.prefetch?.(cbytes)
      yield await bytes.fetch(0, cbytes)
    }
    yield index
    yield trailer
  }
  return { frameBytes, pieces }
}
