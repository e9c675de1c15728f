// Compresses chunks of Blosc 1.

import { type Codec, StreamContext } from '../../codecs/codec.js'
import { usage } from '../../core/errors.js'
import { loading } from '../../core/loading.js'
import type { MaybePromise } from '../../core/maybe-promise.js'
import type { BlockContext } from '../../filters/filter.js'
import type { Shuffle } from '../../filters/shuffles.js'
import type { Workspace } from '../../kernels/workspace.js'
import { chooseBlocksize, splitsBlocks } from './blocksize.js'
import {
  CHUNK_HEADER_BYTES,
  type ChunkHeader,
  MIN_STREAM_BYTES,
  newChunkHeader,
  streamsOfBlock,
  writeChunkHeader,
} from './header.js'
import { chunkContext, filterForBlock } from './shuffle.js'

/** How a chunk is compressed. */
export interface ChunkParams {
  codec: Codec
  /** 0 (store) to 9. */
  level: number
  shuffle: Shuffle
  /** 1 to 255, in bytes. */
  typesize: number
  /** Block size in bytes. Default: chosen by C-Blosc's rule. */
  blocksize?: number
}

/** Room that {@link encodeChunk} needs for a chunk of `nbytes` plain bytes, in bytes. */
export function maxChunkBytes(nbytes: number): number {
  return nbytes + CHUNK_HEADER_BYTES
}

interface Writer {
  ws: Workspace
  stream: StreamContext
  filtering: BlockContext
  out: Uint8Array
  /** Address of `out`, if it is in the arena. */
  outAddress: number | undefined
  position: number
}

/** Writes a compressed stream after its size. Returns false if there is no room left. */
async function putStream(w: Writer, p: ChunkParams, address: number, size: number): Promise<boolean> {
  const room = w.out.length - w.position - 4
  if (room <= 0) return false
  const capacity = Math.min(size - 1, room)
  const target = w.outAddress === undefined ? w.ws.scratch('output', size) : w.outAddress + w.position + 4
  w.stream.stream(address, size, target, capacity)
  const pending = p.codec.encode?.(w.stream) ?? 0
  let cbytes = typeof pending === 'number' ? pending : await pending
  if (cbytes === 0) {
    if (size > room) return false
    w.out.set(w.ws.view(address, size), w.position + 4)
    cbytes = size
  } else if (w.outAddress === undefined) {
    w.out.set(w.ws.view(target, cbytes), w.position + 4)
  }
  new DataView(w.out.buffer, w.out.byteOffset).setUint32(w.position, cbytes, true)
  w.position += 4 + cbytes
  return true
}

function filtered({ ws, filtering }: Writer, h: ChunkHeader, block: Uint8Array): number {
  const src = ws.bring(block)
  const filter = filterForBlock(h.shuffle, h.typesize, block.length)
  if (filter === undefined) return src
  const dst = ws.scratch('filtered', h.blocksize)
  filter.forward?.(filtering, block.length, src, dst)
  return dst
}

/**
 * Compresses all streams of a block in one kernel call. Undefined if the codec or the chunk is not in the
 * kernels.
 */
function putAtOnce(w: Writer, p: ChunkParams, address: number, streams: number, size: number) {
  const { kernel } = p.codec
  if (kernel === undefined || w.outAddress === undefined) return undefined
  const room = w.out.length - w.position
  const cbytes = w.ws.kernels.encodeStreams(
    kernel.id,
    address,
    streams,
    size,
    w.outAddress + w.position,
    room,
    kernel.level(p.level),
    kernel.scratch?.(w.ws, size, p.level) ?? w.ws.table,
    0,
  )
  w.position += cbytes
  return cbytes > 0
}

function putBlock(w: Writer, p: ChunkParams, h: ChunkHeader, block: Uint8Array): MaybePromise<boolean> {
  const address = filtered(w, h, block)
  const streams = streamsOfBlock(h, block.length)
  const size = Math.floor(block.length / streams)
  return putAtOnce(w, p, address, streams, size) ?? putStreams(w, p, address, streams, size)
}

async function putStreams(w: Writer, p: ChunkParams, address: number, streams: number, size: number) {
  for (let i = 0; i < streams; i++) {
    if (!(await putStream(w, p, address + i * size, size))) return false
  }
  return true
}

async function putBlocks(w: Writer, p: ChunkParams, h: ChunkHeader, plain: Uint8Array): Promise<boolean> {
  const table = new DataView(w.out.buffer, w.out.byteOffset + CHUNK_HEADER_BYTES)
  w.position = CHUNK_HEADER_BYTES + 4 * h.nblocks
  for (let i = 0; i < h.nblocks; i++) {
    if (w.position >= w.out.length) return false
    table.setUint32(4 * i, w.position, true)
    const start = i * h.blocksize
    const pending = putBlock(w, p, h, plain.subarray(start, start + h.blocksize))
    if (!(typeof pending === 'boolean' ? pending : await pending)) return false
  }
  return true
}

/** @throws BlpkError USAGE for a codec that Blosc 1 does not have */
function formatOf({ ids, name }: Codec): number {
  if (ids.blosc1 === undefined) throw usage(`Blosc 1 has no codec ${name}`)
  return ids.blosc1
}

/**
 * Compresses a Blosc 1 chunk (C-Blosc README_CHUNK_FORMAT) as C-Blosc 1.x would. A chunk that does not get
 * smaller is stored. Bytes in the workspace's arena are processed in place.
 * @param plain 0 to 2^31 − 17 bytes
 * @param out at least {@link maxChunkBytes} bytes; only the returned number of them are meaningful
 * @returns the size of the chunk, in bytes
 */
export async function encodeChunk(
  ws: Workspace,
  p: ChunkParams,
  plain: Uint8Array,
  out: Uint8Array,
): Promise<number> {
  const unloaded = loading([p.codec])
  if (unloaded !== undefined) await unloaded
  const blocksize = chooseBlocksize(p.codec, p.level, p.typesize, plain.length, p.blocksize)
  const h = newChunkHeader({
    shuffle: p.shuffle,
    split: splitsBlocks(p.codec, p.typesize, blocksize),
    codecFormat: formatOf(p.codec),
    typesize: p.typesize,
    nbytes: plain.length,
    blocksize,
  })
  // C-Blosc never lets a chunk exceed its plain size and the header.
  const target = out.subarray(0, maxChunkBytes(plain.length))
  const filtering = chunkContext(ws, h)
  const stream = new StreamContext(ws, filtering, { level: p.level })
  const w: Writer = { ws, stream, filtering, out: target, outAddress: ws.addressOf(target), position: 0 }
  const compressible = p.level > 0 && plain.length >= MIN_STREAM_BYTES
  if (compressible && (await putBlocks(w, p, h, plain))) {
    h.cbytes = w.position
  } else {
    h.memcpyed = true
    h.cbytes = maxChunkBytes(plain.length)
    target.set(plain, CHUNK_HEADER_BYTES)
  }
  writeChunkHeader(target, h)
  return h.cbytes
}
