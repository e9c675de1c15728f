// Decompresses chunks of Blosc 1, whole or in part.

import { damaged, type ErrorPlace } from '../../core/errors.js'
import type { Workspace } from '../../kernels/workspace.js'
import { BlockReader, blocksBytes } from './block-reader.js'
import { CHUNK_HEADER_BYTES, type ChunkHeader } from './header.js'

/** A whole block: in place if the target lies in the arena. */
async function takeBlock(r: BlockReader, ws: Workspace, index: number, out: Uint8Array): Promise<void> {
  const address = ws.addressOf(out)
  const dst = address ?? ws.scratch('output', r.header.blocksize)
  const pending = r.take(index, dst)
  if (pending !== undefined) await pending
  if (address === undefined) out.set(ws.view(dst, out.length))
}

/**
 * Decompresses the plain bytes from `start` to `stop` of a Blosc 1 chunk: only the blocks that hold them, and of these only
 * what is needed.
 * @param chunk at least `h.cbytes` bytes, header included; blocks that are not touched need not be there
 * @param h the chunk's header, checked by `parseChunkHeader`
 * @param out as long as the range
 * @throws BlpkError DAMAGED if a length, position or stream is wrong; UNSUPPORTED for an unknown codec
 */
export async function decodeRange(
  ws: Workspace,
  chunk: Uint8Array,
  h: ChunkHeader,
  [start, stop]: readonly [number, number],
  out: Uint8Array,
  place: ErrorPlace = {},
): Promise<void> {
  if (h.memcpyed) {
    if (chunk.length < h.cbytes) throw damaged('the chunk is truncated', place)
    out.set(chunk.subarray(CHUNK_HEADER_BYTES + start, CHUNK_HEADER_BYTES + stop))
    return
  }
  const r = await BlockReader.open(ws, chunk, h, place)
  for (let at = start; at < stop; ) {
    const index = Math.floor(at / h.blocksize)
    const first = index * h.blocksize
    const nbytes = blocksBytes(h, index, index + 1)
    const end = Math.min(stop, first + nbytes)
    const into = out.subarray(at - start, end - start)
    if (into.length === nbytes) await takeBlock(r, ws, index, into)
    else into.set(ws.view(await r.part(index, at - first, end - first), into.length))
    at = end
  }
}

/** Decompresses a whole chunk; see {@link decodeRange}. */
export async function decodeChunk(
  ws: Workspace,
  chunk: Uint8Array,
  h: ChunkHeader,
  out: Uint8Array,
  place: ErrorPlace = {},
): Promise<void> {
  const address = h.memcpyed ? undefined : ws.addressOf(out)
  if (address === undefined) return decodeRange(ws, chunk, h, [0, h.nbytes], out, place)
  const r = await BlockReader.open(ws, chunk, h, place)
  for (let i = 0; i < h.nblocks; i++) {
    const pending = r.take(i, address + i * h.blocksize)
    if (pending !== undefined) await pending
  }
}
