// The parts of a Blosc2 frame that a change may alter.

import type { FindMutable, Mutable, MutableParts, Range, ReadSome } from '../../bytes/mutable-parts.js'
import { MemoryChunk } from '../../chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../chunk/blosc2/decode.js'
import { EXTENDED_HEADER_BYTES } from '../../chunk/blosc2/header.js'
import { loneChunk } from '../../core/schunk-traits.js'
import { Workspace } from '../../kernels/workspace.js'
import {
  FRAME_HEADER_MIN_BYTES,
  type FrameHeader,
  PEEK_BYTES,
  parseFrameHeader,
  peekFrame,
} from '../frame/header.js'
import { OFFSET_BYTES, parseOffsets } from '../frame/offsets.js'
import { BLOSC2 } from './traits.js'

/**
 * Position of the chunk of the last index entry, after the header; undefined if the entry is a special value.
 */
async function lastOffset(h: FrameHeader, index: Uint8Array): Promise<number | undefined> {
  const chunk = await OpenChunk.open(new Workspace(), new MemoryChunk(index), {
    itemBytes: OFFSET_BYTES,
    schunk: loneChunk(OFFSET_BYTES, 0),
  })
  const { nbytes } = chunk.header
  if (nbytes !== Math.ceil(h.nbytes / h.chunksize) * OFFSET_BYTES) return undefined
  const entry = new Uint8Array(OFFSET_BYTES)
  await chunk.range(nbytes - OFFSET_BYTES, nbytes, entry)
  const [offset] = parseOffsets(entry, {})
  return offset !== undefined && 'at' in offset ? offset.at : undefined
}

/** The last chunk, if it is not full and is also the last one in the file. */
async function fillable(read: ReadSome, h: FrameHeader, index: Uint8Array): Promise<Range | undefined> {
  if (h.sparse || h.variableChunks || h.nbytes === 0 || h.nbytes % h.chunksize === 0) return undefined
  const at = await lastOffset(h, index)
  if (at === undefined) return undefined
  const header = await read(h.headerBytes + at, EXTENDED_HEADER_BYTES)
  if (header.length < EXTENDED_HEADER_BYTES) return undefined
  const cbytes = new DataView(header.buffer, header.byteOffset).getUint32(12, true)
  return at + cbytes === h.cbytes ? [h.headerBytes + at, cbytes] : undefined
}

/**
 * Blosc2 frames: a change writes after the chunks (over index and trailer) and to the header. Replaced chunks
 * stay in the file, unused, so that readers who have it open can still read them. Only a last chunk that is
 * not full is overwritten, and readers have a copy of it.
 */
export const MUTABLE: MutableParts = {
  headBytes: FRAME_HEADER_MIN_BYTES,
  peerLock: true,

  async parts(read, frontOnly): Promise<Mutable> {
    const { headerBytes } = peekFrame(await read(0, PEEK_BYTES), {})
    const h = parseFrameHeader(await read(0, headerBytes))
    const indexAt = headerBytes + (h.sparse ? 0 : h.cbytes)
    const front: Range[] = [
      [0, headerBytes],
      [indexAt, h.frameBytes - indexAt],
    ]
    const last = await fillable(read, h, await read(indexAt, h.frameBytes - indexAt))
    if (last === undefined || !frontOnly) return { front, last }
    return { front, last: [last[0], EXTENDED_HEADER_BYTES] }
  },

  async frontOf(read) {
    const { headerBytes } = peekFrame(await read(0, PEEK_BYTES), {})
    return { header: headerBytes, chunks: headerBytes }
  },
}

/** For functions that work on frames alone. */
export const findMutable: FindMutable = (front) => (BLOSC2.recognise(front) ? MUTABLE : undefined)
