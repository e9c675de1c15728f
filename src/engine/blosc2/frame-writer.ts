import { type ChunkBytes, MemoryChunk } from '../../format/chunk2/chunk-bytes.js'
import { encodeChunk2 } from '../../format/chunk2/encode.js'
import { parseChunk2Header } from '../../format/chunk2/header.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../format/frame/header.js'
import type { Layers } from '../../format/frame/layers.js'
import { type ChunkOffset, formatOffsets, type OffsetSpecial } from '../../format/frame/offsets.js'
import { formatTrailer } from '../../format/frame/trailer.js'
import type { Workspace } from '../../kernels/workspace.js'
import { type ChunkList, repeatedChunk } from './chunk-list.js'
import { resolveParams } from './cparams.js'

/** Everything that makes a frame. */
export interface FrameParts {
  header: FrameHeader
  chunks: ChunkList
  /** Plain contents. */
  vlmeta: Layers
  /** Chunks get files of their own beside the frame (README_SFRAME_FORMAT). */
  sparse?: boolean
}

/** A chunk that is to be written. */
export interface StoredChunk {
  bytes: ChunkBytes
  cbytes: number
  /** Of its file, in a sparse frame. */
  number: number
}

/** Where the chunks of a frame go. Positions count from the end of the header, in bytes. */
export interface Placed {
  /** One for each chunk of the list. */
  offsets: ChunkOffset[]
  /** Chunks that are to be written, in the order of their positions, back to back. */
  written: StoredChunk[]
  /** Where the chunks end; in a sparse frame their size in all. */
  end: number
}

const HEADER_ONLY: readonly string[] = ['zeros', 'nans', 'uninit']

/** Files of a sparse frame keep their numbers, so that who has it open still finds its chunks; new ones count on. */
class FileNumbers {
  readonly #taken = new Set<number>()
  #next = 0

  constructor(chunks: ChunkList) {
    for (const entry of chunks.entries) {
      if ('open' in entry && entry.number !== undefined) this.#next = Math.max(this.#next, entry.number + 1)
    }
  }

  take(entry: { number?: number }): number {
    const known = entry.number !== undefined && !this.#taken.has(entry.number)
    const number = known ? (entry.number ?? 0) : this.#next++
    this.#taken.add(number)
    return number
  }
}

/**
 * Finds the place of each chunk; those of a special value stand in the index alone.
 * @param keptUntil chunks that lie before this position in the frame's file stay there, and all others are
 * written from it on; 0 to write all of them
 */
export async function placeChunks(
  { chunks, header, sparse = false }: FrameParts,
  keptUntil = 0,
): Promise<Placed> {
  const placed: Placed = { offsets: [], written: [], end: keptUntil }
  const numbers = new FileNumbers(chunks)
  for (const entry of chunks.entries) {
    if ('special' in entry) {
      placed.offsets.push(entry)
      continue
    }
    if (entry.at !== undefined && entry.at < keptUntil) {
      placed.offsets.push({ at: entry.at })
      continue
    }
    let bytes = entry.open()
    const h = parseChunk2Header(await bytes.fetch(0, Math.min(32, bytes.limit)), bytes.place)
    let { cbytes } = h
    if (HEADER_ONLY.includes(h.special)) {
      const special = h.special as OffsetSpecial
      if (chunks.chunksize > 0) {
        placed.offsets.push({ special })
        continue
      }
      const repeated = repeatedChunk(special, h.nbytes, header.typesize, h.blocksize)
      bytes = new MemoryChunk(repeated)
      cbytes = repeated.length
    }
    const number = numbers.take(entry)
    placed.offsets.push({ at: sparse ? number : placed.end })
    placed.written.push({ bytes, cbytes, number })
    placed.end += cbytes
  }
  return placed
}

/** The stored bytes of chunks that are to be written, each to be used before the next is asked for. */
export async function* writtenChunks(written: readonly StoredChunk[]): AsyncGenerator<Uint8Array> {
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

/** Compresses the positions of the chunks. */
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
  const { chunks, vlmeta, sparse = false } = parts
  const index = await packIndex(ws, placed.offsets)
  const trailer = formatTrailer(await packLayers(ws, vlmeta))
  const headerBytes = frameHeaderBytes(parts.header.meta)
  const frameBytes = headerBytes + (sparse ? 0 : placed.end) + index.length + trailer.length
  const variableChunks = chunks.chunksize === 0 && chunks.entries.length > 0
  const header = formatFrameHeader({
    ...parts.header,
    headerBytes,
    frameBytes,
    variableChunks,
    version: variableChunks ? 3 : 2,
    sparse,
    nbytes: chunks.nbytes,
    cbytes: placed.end,
    chunksize: chunks.chunksize,
    hasVlmeta: vlmeta.size > 0,
  })
  return { header, index, trailer, frameBytes }
}

/**
 * Lays a frame out with all of its chunks back to back, or in files of their own.
 * @returns its size in bytes, its pieces in order, each to be used before the next is asked for, and the chunks
 * that go into files of their own
 */
export async function layFrame(
  ws: Workspace,
  parts: FrameParts,
): Promise<{ frameBytes: number; pieces: () => AsyncGenerator<Uint8Array>; files: readonly StoredChunk[] }> {
  const { sparse = false } = parts
  const placed = await placeChunks(parts)
  const { header, index, trailer, frameBytes } = await layEnds(ws, parts, placed)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield header
    if (!sparse) yield* writtenChunks(placed.written)
    yield index
    yield trailer
  }
  return { frameBytes, pieces, files: sparse ? placed.written : [] }
}
