// Reads single blocks of a large chunk without the rest of the chunk.

import { blocksBytes } from '../../chunk/blosc1/block-reader.js'
import { CHUNK_HEADER_BYTES, type ChunkHeader, streamsOfBlock } from '../../chunk/blosc1/header.js'

/** More blocks than these are read with the whole chunk. */
const MOST_BLOCKS = 4

/** Fills `into` from a position in the chunk on. */
export type ReadInChunk = (position: number, into: Uint8Array) => Promise<void>

/** Where the bytes of a block end at the latest: blocks lie in any order, one after the other. */
function endOfBlock(h: ChunkHeader, starts: DataView, start: number): number {
  let end = h.cbytes
  for (let i = 0; i < h.nblocks; i++) {
    const other = starts.getUint32(4 * i, true)
    if (other > start && other < end) end = other
  }
  return end
}

/** Do all streams of a block lie between its start and the start of another one? */
function isByItself(h: ChunkHeader, block: DataView, index: number): boolean {
  let at = 0
  for (let left = streamsOfBlock(h, blocksBytes(h, index, index + 1)); left > 0; left--) {
    if (at + 4 > block.byteLength) return false
    at += 4 + block.getUint32(at, true)
  }
  return at <= block.byteLength
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Reads some blocks of a chunk, and where they start, to where they lie in it (Blosc 1: the starts follow the header).
 * @param chunk room for the whole chunk; only what is needed to decode these blocks is there then
 * @returns false if the whole chunk has to be read: for many blocks, and where one reaches beyond the next one's start
 */
export async function readBlocks(
  h: ChunkHeader,
  first: number,
  last: number,
  chunk: Uint8Array,
  read: ReadInChunk,
): Promise<boolean> {
  if (h.memcpyed) {
    const from = CHUNK_HEADER_BYTES + first * h.blocksize
    await read(from, chunk.subarray(from, from + blocksBytes(h, first, last)))
    return true
  }
  if (last - first > MOST_BLOCKS) return false
  const table = chunk.subarray(CHUNK_HEADER_BYTES, CHUNK_HEADER_BYTES + 4 * h.nblocks)
  await read(CHUNK_HEADER_BYTES, table)
  const starts = viewOf(table)
  for (let i = first; i < last; i++) {
    const start = starts.getUint32(4 * i, true)
    if (start < CHUNK_HEADER_BYTES + table.length || start >= h.cbytes) return false
    const block = chunk.subarray(start, endOfBlock(h, starts, start))
    await read(start, block)
    if (!isByItself(h, viewOf(block), i)) return false
  }
  return true
}
