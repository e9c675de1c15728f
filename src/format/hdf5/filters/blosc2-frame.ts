// Opens a Blosc2 frame that lies in memory: its header and the index of its chunks (README_CFRAME_FORMAT).

import { MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../../chunk/blosc2/decode.js'
import { damaged, unsupported } from '../../../core/errors.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import { ChunkList, type Entry, memoryEntry } from '../../chunks/chunk-list.js'
import { type FrameHeader, parseFrameHeader, peekFrame } from '../../frame/header.js'
import { type ChunkOffset, OFFSET_BYTES, parseOffsets } from '../../frame/offsets.js'
import type { Stage } from './stage.js'

/** What opening a frame needs of a stage. */
type Opening = Pick<Stage, 'ws' | 'most' | 'place'>

/** Size of the smallest chunk, in bytes. */
const LEAST_CHUNK = 16

export interface OpenFrame {
  readonly header: FrameHeader
  readonly chunks: ChunkList
}

function checkHeader(h: FrameHeader, input: Uint8Array, { most, place }: Opening): void {
  if (h.frameBytes > input.length) throw damaged('the frame in the chunk is truncated', place)
  if (h.sparse) throw unsupported('the chunk is a frame that keeps its own chunks in other files', place)
  // Arrays are padded, so this says nothing of their size yet.
  if (h.meta.size === 0 && h.nbytes > most)
    throw damaged(`the frame in the chunk claims ${h.nbytes} bytes, more than the ${most} it may have`, place)
}

/** How many chunks the index must have; undefined if only the index knows. */
function expectedChunks(h: FrameHeader): number | undefined {
  if (h.variableChunks) return undefined
  return h.nbytes === 0 ? 0 : Math.ceil(h.nbytes / h.chunksize)
}

async function readOffsets(
  { ws, most, place }: Opening,
  input: Uint8Array,
  h: FrameHeader,
): Promise<ChunkOffset[]> {
  if (h.nbytes === 0) return []
  const bytes = input.subarray(h.headerBytes + h.cbytes, h.frameBytes)
  const schunk = loneChunk(OFFSET_BYTES, 0)
  const index = await OpenChunk.open(ws, new MemoryChunk(bytes, place), { itemBytes: OFFSET_BYTES, schunk })
  const { nbytes } = index.header
  const count = nbytes / OFFSET_BYTES
  const expected = expectedChunks(h)
  // Chunks have at least one byte, and those of various sizes a header.
  const isRight = expected === undefined ? count * LEAST_CHUNK <= h.cbytes : count === expected
  if (!isRight || count > Math.max(most, input.length))
    throw damaged(`the index of the frame in the chunk has ${count} entries`, place)
  const plain = new Uint8Array(nbytes)
  await index.all(plain)
  return parseOffsets(plain, place)
}

/** @throws BlpkError DAMAGED, UNSUPPORTED */
export async function openFrame(stage: Opening, input: Uint8Array): Promise<OpenFrame> {
  const { place } = stage
  const { headerBytes } = peekFrame(input, place)
  if (headerBytes > input.length) throw damaged('the frame in the chunk is truncated', place)
  const header = parseFrameHeader(input.subarray(0, headerBytes), place)
  checkHeader(header, input, stage)
  const end = header.headerBytes + header.cbytes
  const entries = (await readOffsets(stage, input, header)).map((offset): Entry => {
    if ('special' in offset) return offset
    const start = header.headerBytes + offset.at
    if (start + LEAST_CHUNK > end) throw damaged('a part of the frame in the chunk lies outside it', place)
    return memoryEntry(input.subarray(start, end), place)
  })
  const chunksize = header.variableChunks ? 0 : header.chunksize
  const chunks = new ChunkList(entries, chunksize, header.nbytes, header.typesize, header.blocksize)
  return { header, chunks }
}
