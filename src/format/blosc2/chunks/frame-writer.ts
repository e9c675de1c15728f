// Lays out a frame: the positions of its chunks, then header, index and trailer.

import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import { encodeBlosc2Chunk } from '../../../chunk/blosc2/encode.js'
import { parseBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import type { Workspace } from '../../../kernels/workspace.js'
import { type FrameChecksum, type FrameEnds, Sealer, sealTrailer, xxh64Of } from '../../chunks/checksums.js'
import type { ChunkList } from '../../chunks/chunk-list.js'
import { resolveParams } from '../../chunks/cparams.js'
import { type Placement, type PlacingFrame, placeChunk, placeSpecial } from '../../chunks/placement.js'
import { CHECKSUM_LAYER } from '../../frame/checksums.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { type ChunkOffset, formatOffsets } from '../../frame/offsets.js'
import { formatTrailer } from '../../frame/trailer.js'

/** The contents of a frame. */
export interface FrameParts {
  header: FrameHeader
  chunks: ChunkList
  /** Uncompressed contents. */
  vlmeta: Layers
  checksum: FrameChecksum
  /** Chunks get separate files beside the frame (README_SFRAME_FORMAT). */
  sparse?: boolean
}

/** A chunk to write. */
export interface StoredChunk {
  bytes: ChunkBytes
  cbytes: number
  /** Number of the chunk among all stored ones, in the order of the index. */
  order: number
  /** Number of its file, in a sparse frame. */
  number: number
}

/** Positions of the chunks of a frame, in bytes from the end of the header. */
export interface Placed {
  /** One for each chunk in the list. */
  offsets: ChunkOffset[]
  /** Of each stored chunk, in the order of the index, as far as known before writing. */
  digests: (Uint8Array | undefined)[]
  /** Chunks to write, in the order of their positions, back to back. */
  written: StoredChunk[]
  /** End of the chunks; in a sparse frame, their total size. */
  end: number
}

/** Chunks of bytes outside any super-chunk. */
const BYTES = { schunk: loneChunk(1, 0) }
const STORED = resolveParams({ codec: 'lz4', level: 0, filters: [] }, BYTES)

/**
 * Existing files of a sparse frame keep their numbers, so that readers still find their chunks; new ones
 * continue the count.
 */
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

async function placeEntry(ws: Workspace, bytes: ChunkBytes, frame: PlacingFrame): Promise<Placement> {
  const h = parseBlosc2ChunkHeader(await bytes.fetch(0, Math.min(32, bytes.limit)), bytes.place)
  return placeChunk(ws, bytes, h, frame)
}

/**
 * Assigns a position to each chunk; special values exist only in the index.
 * @param keptUntil chunks before this position in the frame's file stay there, and all others are written
 * from it on; 0 to write all of them
 */
export async function placeChunks(
  ws: Workspace,
  { chunks, header, vlmeta, sparse = false }: FrameParts,
  keptUntil = 0,
): Promise<Placed> {
  const placed: Placed = { offsets: [], digests: [], written: [], end: keptUntil }
  const numbers = new FileNumbers(chunks)
  const frame = { header, chunksize: chunks.chunksize, vlmeta }
  const { entries } = chunks
  let last: ChunkOffset | undefined
  for (const [i, entry] of entries.entries()) {
    // There may be millions, and the last one may be shorter.
    if (last !== undefined && entry === entries[i - 1] && i < entries.length - 1) {
      placed.offsets.push(last)
      continue
    }
    last = undefined
    if ('open' in entry && entry.at !== undefined && entry.at < keptUntil) {
      placed.offsets.push({ at: entry.at })
      placed.digests.push(entry.open().digest)
      continue
    }
    const placement =
      'special' in entry
        ? placeSpecial(entry.special, (await chunks.extent(i))[1], frame)
        : await placeEntry(ws, entry.open(), frame)
    if ('special' in placement) {
      placed.offsets.push(placement)
      last = placement
      continue
    }
    const { bytes, cbytes } = placement
    const number = numbers.take('open' in entry ? entry : {})
    placed.offsets.push({ at: sparse ? number : placed.end })
    placed.written.push({ bytes, cbytes, number, order: placed.digests.length })
    placed.digests.push(bytes.digest)
    placed.end += cbytes
  }
  return placed
}

/** The stored bytes of the chunks to write. Each is valid until you ask for the next one. */
export async function* writtenChunks(
  written: readonly StoredChunk[],
  sealer: Sealer | undefined,
): AsyncGenerator<Uint8Array> {
  for (const { bytes, cbytes, order } of written) {
    await bytes.prefetch?.(cbytes)
    const chunk = await bytes.fetch(0, cbytes)
    sealer?.set(order, bytes.digest ?? (await xxh64Of(chunk)))
    yield chunk
  }
}

/** Compresses variable-length metalayers. */
async function packLayers(ws: Workspace, layers: Layers): Promise<Layers> {
  const params = resolveParams({ codec: 'lz4', filters: [] }, BYTES)
  const packed: Layers = new Map()
  for (const [name, content] of layers) packed.set(name, await encodeBlosc2Chunk(ws, params, content))
  return packed
}

/** Compresses the positions of the chunks. */
export async function packIndex(ws: Workspace, offsets: readonly ChunkOffset[]): Promise<Uint8Array> {
  if (offsets.length === 0) return new Uint8Array()
  return encodeBlosc2Chunk(
    ws,
    resolveParams({ codec: 'blosclz' }, { schunk: loneChunk(8, 0) }),
    formatOffsets(offsets),
  )
}

/** The parts around the chunks of a frame. Index and trailer are final after {@link sealEnds}. */
export interface LaidEnds extends FrameEnds {
  /** Size of the whole frame, in bytes. */
  frameBytes: number
  /** Collects the digests of the chunks. */
  sealer: Sealer | undefined
  checksum: FrameChecksum
}

/** Collects the digests of the chunks; undefined if those of kept chunks are unknown. */
function sealerFor(parts: FrameParts, placed: Placed, headerBytes: number): Sealer | undefined {
  const { offsets, digests, written } = placed
  if (parts.checksum === 'none') return undefined
  const unknown = digests.filter((digest) => digest === undefined).length
  if (unknown > written.filter(({ order }) => digests[order] === undefined).length) return undefined
  const sealer = Sealer.for(offsets, headerBytes)
  digests.forEach((digest, i) => {
    if (digest !== undefined) sealer?.set(i, digest)
  })
  return sealer
}

/** The trailer with space for the digests. They cannot be compressed, so sizes are known in advance. */
export async function packTrailer(
  ws: Workspace,
  vlmeta: Layers,
  sealer: Sealer | undefined,
): Promise<Uint8Array> {
  const layers = await packLayers(ws, vlmeta)
  if (sealer !== undefined) layers.set(CHECKSUM_LAYER, await encodeBlosc2Chunk(ws, STORED, sealer.content))
  return formatTrailer(layers)
}

/** Writes the digests, which are now complete, and the fingerprint into the trailer. */
export async function sealEnds(ends: LaidEnds): Promise<void> {
  ends.sealer?.fill(ends)
  if (ends.checksum !== 'none') await sealTrailer(ends)
}

/**
 * Makes header, index and trailer of a frame (README_CFRAME_FORMAT). This is the only place where the list of
 * chunks and the metalayers become bytes, for new frames and for changes in place.
 */
export async function layEnds(ws: Workspace, parts: FrameParts, placed: Placed): Promise<LaidEnds> {
  const { chunks, vlmeta, sparse = false } = parts
  const index = await packIndex(ws, placed.offsets)
  const headerBytes = frameHeaderBytes(parts.header.meta)
  const sealer = sealerFor(parts, placed, headerBytes)
  const trailer = await packTrailer(ws, vlmeta, sealer)
  const frameBytes = headerBytes + (sparse ? 0 : placed.end) + index.length + trailer.length
  const variableChunks = chunks.chunksize === 0 && chunks.entries.length > 0
  const header = formatFrameHeader({
    ...parts.header,
    headerBytes,
    frameBytes,
    variableChunks,
    version: variableChunks || parts.header.variableBlocks ? 3 : 2,
    sparse,
    nbytes: chunks.nbytes,
    cbytes: placed.end,
    chunksize: chunks.chunksize,
    hasVlmeta: vlmeta.size > 0 || sealer !== undefined,
  })
  return { header, index, trailer, frameBytes, sealer, checksum: parts.checksum }
}

/** A file of a sparse frame: its number and its bytes. */
export interface ChunkFile {
  number: number
  chunk: Uint8Array
}

/**
 * Lays out a frame with all chunks back to back, or in separate files.
 * @returns its size in bytes and its pieces in order, each valid until you ask for the next one; for a sparse
 * frame also the files of its chunks, which must be used before the pieces
 */
export async function layFrame(
  ws: Workspace,
  parts: FrameParts,
): Promise<{
  frameBytes: number
  pieces: () => AsyncGenerator<Uint8Array>
  files: () => AsyncGenerator<ChunkFile>
}> {
  const { sparse = false } = parts
  const placed = await placeChunks(ws, parts)
  const ends = await layEnds(ws, parts, placed)
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield ends.header
    if (!sparse) yield* writtenChunks(placed.written, ends.sealer)
    await sealEnds(ends)
    yield ends.index
    yield ends.trailer
  }
  async function* files(): AsyncGenerator<ChunkFile> {
    if (!sparse) return
    let i = 0
    for await (const chunk of writtenChunks(placed.written, ends.sealer))
      yield { number: placed.written[i++]?.number ?? 0, chunk }
  }
  return { frameBytes: ends.frameBytes, pieces, files }
}
