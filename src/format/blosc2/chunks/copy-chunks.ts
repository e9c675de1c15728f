import { decodeChunk } from '../../../chunk/blosc1/decode.js'
import type { ChunkHeader } from '../../../chunk/blosc1/header.js'
import { type ChunkBytes, MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { encodeChunk2 } from '../../../chunk/blosc2/encode.js'
import { withBlosc2Header } from '../../../chunk/blosc2/from-blosc1.js'
import { type Chunk2Header, EXTENDED_HEADER_BYTES, parseChunk2Header } from '../../../chunk/blosc2/header.js'
import type { Chunk2Params } from '../../../chunk/blosc2/params.js'
import { type Checksum, sameDigest } from '../../../chunk/checksums.js'
import { knownFormat } from '../../../codecs/registry.js'
import { BlpkError, damaged, located } from '../../../core/errors.js'
import { EventTurns } from '../../../core/event-turns.js'
import type { SChunkTraits } from '../../../core/schunk-traits.js'
import type { RunOptions } from '../../../engine/options.js'
import { SHUFFLE_FILTERS } from '../../../filters/shuffles.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { Archive, ChunkPlace } from '../../bloscpack/archive.js'
import { ChunkWalk } from '../../bloscpack/walk.js'
import { blockshapeIn } from '../frame/array-layer.js'
import type { FrameHeader } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import { traitsOf } from '../frame/schunk-traits.js'
import type { FrameChecksum } from './checksums.js'
import { type CompressionOptions, optionsOf, resolveParams } from './cparams.js'
import type { FrameFile } from './frame-file.js'
import { FrameSink } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'
import type { ChunkFit } from './linear-copy.js'
import { newFrameHeader } from './new-header.js'
import type { FrameResult } from './pack-frame.js'

/** What copying came to. */
export interface CopyResult extends FrameResult {
  /** Chunks that were taken as they are; the others were compressed anew. */
  copied: number
}

/** How chunks are copied. */
export interface CopyOptions extends RunOptions {
  /** Metalayers of variable length, plain. */
  vlmeta: Layers
  /** `xxh64` (default) keeps a checksum of each chunk; `none` does not. */
  checksum?: FrameChecksum
}

/** What chunks that are added later are compressed with: what the first one was. */
function likeFirst(first: ChunkHeader | undefined): CompressionOptions {
  if (first === undefined || first.memcpyed) return {}
  const codec = knownFormat(first.codecFormat)
  const filters = SHUFFLE_FILTERS[first.shuffle].map(({ id }) => id)
  return { filters, ...(codec?.ids.blosc2 !== undefined && { codec: codec.name }) }
}

class ArchiveCopy {
  readonly #archive: Archive
  readonly #checksum: Checksum
  readonly #ws: Workspace
  readonly #params: Chunk2Params

  constructor(archive: Archive, checksum: Checksum, ws: Workspace, params: Chunk2Params) {
    this.#archive = archive
    this.#checksum = checksum
    this.#ws = ws
    this.#params = params
  }

  /** The chunk, checked: its checksum does not go along. */
  async #read(chunk: ChunkPlace): Promise<Uint8Array> {
    const { cbytes } = chunk.header
    const bytes = new Uint8Array(cbytes + this.#archive.digestBytes)
    await this.#archive.readChunk(chunk, bytes)
    if (!sameDigest(this.#checksum.digest(bytes.subarray(0, cbytes)), bytes.subarray(cbytes))) {
      const place = { path: this.#archive.source.name, chunk: chunk.index, offset: chunk.position }
      throw new BlpkError('CHECKSUM', `${this.#checksum.name} mismatch`, place)
    }
    return bytes.subarray(0, cbytes)
  }

  /** @returns the chunk for the frame, and whether it was taken as it is */
  async take(chunk: ChunkPlace): Promise<[Uint8Array, boolean]> {
    const bytes = await this.#read(chunk)
    const same = withBlosc2Header(bytes, chunk.header, knownFormat(chunk.header.codecFormat))
    if (same !== undefined) return [same, true]
    const plain = new Uint8Array(chunk.header.nbytes)
    await decodeChunk(this.#ws, bytes, chunk.header, plain, { chunk: chunk.index, offset: chunk.position })
    return [await encodeChunk2(this.#ws, this.#params, plain), false]
  }
}

function checkSize(chunk: ChunkPlace, chunksize: number, last: ChunkPlace | undefined): void {
  if (last !== undefined && last.header.nbytes !== chunksize)
    throw damaged(`chunk ${last.index} is shorter than others, and not the last one`, { chunk: chunk.index })
}

/**
 * Takes the chunks of a Bloscpack archive into a frame, with the header of Blosc2. Those that Blosc2 would not
 * decode alike, or whose codec it has not got, are compressed anew.
 * @throws BlpkError DAMAGED, CHECKSUM; nothing is left in the place then
 */
export async function copyArchive(archive: Archive, sink: FrameOutput, o: CopyOptions): Promise<CopyResult> {
  const ws = new Workspace()
  const walk = new ChunkWalk(archive)
  const first = await walk.peek()
  const typesize = Math.max(1, archive.header.typesize)
  const chunksize = archive.header.chunkSize ?? first?.header.nbytes ?? 1
  const told = { typesize, chunksize, nbytes: archive.nbytes ?? 0, meta: new Map() }
  const params = resolveParams(likeFirst(first?.header), { schunk: traitsOf(told, o.vlmeta) })
  const frame = new FrameSink(ws, sink, { ...newFrameHeader(params, new Map()), chunksize }, o.checksum)
  const copy = new ArchiveCopy(archive, await archive.loadChecksum(() => ws), ws, params)
  const turns = new EventTurns()
  const total = archive.nbytes === undefined ? {} : { total: archive.nbytes }
  let [nbytes, copied, last] = [0, 0, undefined as ChunkPlace | undefined]
  try {
    await frame.begin()
    for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) {
      await turns.rest()
      o.signal?.throwIfAborted()
      const [bytes, isCopy] = await copy.take(chunk)
      // An empty archive has one empty chunk, an empty frame has none.
      if (chunk.header.nbytes === 0) continue
      checkSize(chunk, chunksize, last)
      await frame.put(chunk.index, bytes)
      nbytes += chunk.header.nbytes
      if (isCopy) copied++
      last = chunk
      o.onProgress?.({ plain: nbytes, packed: walk.position, ...total })
    }
    return { ...(await frame.finish(nbytes, o.vlmeta)), nbytes, copied }
  } catch (error) {
    await frame.abort()
    throw error
  }
}

/** A chunk of a frame in memory. */
async function storedBytes(from: FrameFile, index: number, at: number): Promise<[Uint8Array, Chunk2Header]> {
  const bytes = from.chunk(index, at)
  try {
    return await wholeChunk(bytes)
  } catch (error) {
    throw located(error)
  }
}

async function wholeChunk(bytes: ChunkBytes): Promise<[Uint8Array, Chunk2Header]> {
  const start = await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, bytes.limit))
  const h = parseChunk2Header(start, bytes.place)
  await bytes.prefetch?.(h.cbytes)
  return [await bytes.fetch(0, h.cbytes), h]
}

function fits({ nbytes, blocksize, special }: Chunk2Header, fit: ChunkFit): boolean {
  return nbytes === fit.chunksize && (blocksize === fit.blocksize || special !== 'none')
}

/** Compresses a chunk again so that it fits. @param schunk the frame that it comes from */
async function fitted(
  ws: Workspace,
  header: FrameHeader,
  schunk: SChunkTraits,
  fit: ChunkFit,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { typesize: itemBytes } = header
  const traits = { itemBytes, schunk, blockshape: blockshapeIn(schunk.meta) }
  const chunk = await OpenChunk.open(ws, new MemoryChunk(bytes), traits)
  const plain = new Uint8Array(fit.chunksize)
  if (chunk.header.nbytes > fit.chunksize) throw damaged(`a chunk has ${chunk.header.nbytes} plain bytes`)
  await chunk.all(plain.subarray(0, chunk.header.nbytes))
  const target = { schunk: { ...schunk, meta: header.meta }, blockshape: blockshapeIn(header.meta) }
  const params = resolveParams({ ...optionsOf(header), blockSize: fit.blocksize }, target)
  return encodeChunk2(ws, params, plain)
}

/**
 * Takes the chunks of a frame into another one, as they are.
 * @param header that of the frame, perhaps with other metalayers
 * @param o.fit what chunks must be like, where not all need be so
 * @throws BlpkError DAMAGED, CHECKSUM; nothing is left in the place then
 */
export async function copyFrame(
  from: FrameFile,
  header: FrameHeader,
  sink: FrameOutput,
  o: CopyOptions & { fit?: ChunkFit },
): Promise<CopyResult> {
  const { offsets } = from
  const ws = new Workspace()
  const frame = new FrameSink(ws, sink, header, o.checksum)
  const turns = new EventTurns()
  const schunk = traitsOf(from.header, o.vlmeta, offsets.length)
  let [packed, anew] = [0, 0]
  try {
    await frame.begin()
    for (const [index, offset] of offsets.entries()) {
      await turns.rest()
      o.signal?.throwIfAborted()
      if ('special' in offset) {
        const size = o.fit?.chunksize ?? Math.min(header.chunksize, header.nbytes - index * header.chunksize)
        await frame.putSpecial(index, offset.special, size)
        continue
      }
      const [bytes, h] = await storedBytes(from, index, offset.at)
      const isFitting = o.fit === undefined || fits(h, o.fit)
      if (!isFitting) anew++
      await frame.put(
        index,
        o.fit === undefined || isFitting ? bytes : await fitted(ws, header, schunk, o.fit, bytes),
      )
      packed += h.cbytes
      o.onProgress?.({ plain: (header.nbytes / offsets.length) * (index + 1), packed, total: header.nbytes })
    }
    const { nbytes } = header
    const padded = o.fit === undefined ? nbytes : offsets.length * o.fit.chunksize
    return { ...(await frame.finish(padded, o.vlmeta)), nbytes, copied: offsets.length - anew }
  } catch (error) {
    await frame.abort()
    throw error
  }
}
