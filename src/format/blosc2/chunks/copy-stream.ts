// Copies Blosc 1 chunks to a frame, with Blosc2 headers.

import { decodeChunk } from '../../../chunk/blosc1/decode.js'
import type { ChunkHeader } from '../../../chunk/blosc1/header.js'
import { encodeBlosc2Chunk } from '../../../chunk/blosc2/encode.js'
import { withBlosc2Header } from '../../../chunk/blosc2/from-blosc1.js'
import type { Blosc2ChunkParams } from '../../../chunk/blosc2/params.js'
import { knownFormat } from '../../../codecs/registry.js'
import { damaged } from '../../../core/errors.js'
import { EventTurns } from '../../../core/event-turns.js'
import { SHUFFLE_FILTERS } from '../../../filters/shuffles.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { ChunkStream, StreamedChunk } from '../../chunk-stream.js'
import { type CompressionOptions, resolveParams } from '../../chunks/cparams.js'
import { newFrameHeader } from '../../chunks/new-header.js'
import { traitsOf } from '../../frame/schunk-traits.js'
import type { CopyOptions, CopyResult } from './copy-chunks.js'
import { FrameSink } from './frame-sink.js'
import type { FrameOutput } from './frame-target.js'

/** The compression of chunks that are added later: that of the first chunk. */
function likeFirst(first: ChunkHeader | undefined): CompressionOptions {
  if (first === undefined || first.memcpyed) return {}
  const codec = knownFormat(first.codecFormat)
  const filters = SHUFFLE_FILTERS[first.shuffle].map(({ id }) => id)
  return { filters, ...(codec?.ids.blosc2 !== undefined && { codec: codec.name }) }
}

/** @returns the chunk for the frame, and whether it was copied unchanged */
async function take(
  ws: Workspace,
  params: Blosc2ChunkParams,
  { bytes, header, place }: StreamedChunk,
): Promise<[Uint8Array, boolean]> {
  const same = withBlosc2Header(bytes, header, knownFormat(header.codecFormat))
  if (same !== undefined) return [same, true]
  const plain = new Uint8Array(header.nbytes)
  await decodeChunk(ws, bytes, header, plain, place)
  return [await encodeBlosc2Chunk(ws, params, plain), false]
}

function checkSize({ place }: StreamedChunk, chunkSize: number, last: StreamedChunk | undefined): void {
  if (last !== undefined && last.header.nbytes !== chunkSize)
    throw damaged(`chunk ${last.place.chunk} is shorter than others, but is not the last one`, {
      chunk: place.chunk,
    })
}

async function* withFirst(
  first: IteratorResult<StreamedChunk>,
  rest: AsyncIterator<StreamedChunk>,
): AsyncGenerator<StreamedChunk> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value
}

/**
 * Copies the chunks of another container to a frame. Chunks that Blosc2 would decode differently, or whose
 * codec it does not have, are recompressed.
 * @throws BlpkError DAMAGED, CHECKSUM; no output is left then
 */
export async function copyStream(
  stream: ChunkStream,
  open: () => Promise<FrameOutput>,
  o: CopyOptions,
): Promise<CopyResult> {
  const ws = new Workspace()
  const chunks = stream.chunks()[Symbol.asyncIterator]()
  const first = await chunks.next()
  const like = first.done === true ? undefined : first.value.header
  const chunkSize = stream.chunkSize ?? like?.nbytes ?? 1
  const { typesize, nbytes: size = 0 } = stream
  const told = { typesize, chunksize: chunkSize, nbytes: size, meta: new Map() }
  const params = resolveParams(likeFirst(like), { schunk: traitsOf(told, o.vlmeta) })
  const header = { ...newFrameHeader(params, new Map()), chunksize: chunkSize }
  const frame = new FrameSink(ws, await open(), header, o.checksum)
  const turns = new EventTurns()
  const total = stream.nbytes === undefined ? {} : { total: stream.nbytes }
  let [nbytes, copied, last] = [0, 0, undefined as StreamedChunk | undefined]
  try {
    await frame.begin()
    for await (const chunk of withFirst(first, chunks)) {
      await turns.rest()
      o.signal?.throwIfAborted()
      const [bytes, isCopy] = await take(ws, params, chunk)
      // An empty archive has one empty chunk, an empty frame has none.
      if (chunk.header.nbytes === 0) continue
      checkSize(chunk, chunkSize, last)
      await frame.put(chunk.place.chunk, bytes)
      nbytes += chunk.header.nbytes
      if (isCopy) copied++
      last = chunk
      o.onProgress?.({ plain: nbytes, packed: chunk.end, ...total })
    }
    return { ...(await frame.finish(nbytes, o.vlmeta)), nbytes, copied }
  } catch (error) {
    await frame.abort()
    throw error
  }
}
