// Compresses a chunk that repeats one item of any size. Equal blocks are compressed once, since a chunk of
// gigabytes may come from a few bytes.

import type { Workspace } from '../../kernels/workspace.js'
import { chooseBlosc2Blocksize } from './blocksize.js'
import { MemoryChunk } from './chunk-bytes.js'
import { encodeBlosc2Chunk } from './encode.js'
import { type Blosc2ChunkHeader, EXTENDED_HEADER_BYTES, writeBlosc2ChunkHeader } from './header.js'
import { type ChunkLayout, readLayout } from './layout.js'
import type { Blosc2ChunkParams } from './params.js'
import { fillPattern } from './special.js'

/** Plain size of a block where the chunk may choose it, in bytes. */
const BLOCK = 2 ** 20
/** Block 0 may differ from the others, which the delta filter compares with it. */
const SAMPLE_BLOCKS = 2

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** A block of whole repeats and whole items, in bytes; the blocks of arrays have the size of their shape. */
function blockOfRepeats(p: Blosc2ChunkParams, nbytes: number, period: number): number {
  const size = chooseBlosc2Blocksize(p, nbytes)
  if (p.blockshape !== undefined) return size
  const repeat = (period / greatestCommonDivisor(period, p.itemBytes)) * p.itemBytes
  const most = Math.max(size, BLOCK)
  return repeat > most ? most : most - (most % repeat)
}

async function encodeFilled(
  ws: Workspace,
  p: Blosc2ChunkParams,
  item: Uint8Array,
  nbytes: number,
): Promise<Uint8Array> {
  const plain = new Uint8Array(nbytes)
  fillPattern(plain, item)
  return encodeBlosc2Chunk(ws, p, plain)
}

/** Sets the positions of the blocks, in bytes: `step` apart, but for the first and the last. */
function putStarts(out: Uint8Array, h: Blosc2ChunkHeader, first: number, second: number, step: number): void {
  const view = new DataView(out.buffer, out.byteOffset, out.length)
  view.setUint32(h.headerBytes, first, true)
  for (let i = 1; i < h.nblocks; i++) view.setUint32(h.headerBytes + 4 * i, second + (i - 1) * step, true)
}

/**
 * Makes a sample of two or three blocks as long as the whole by repeating block 1.
 * @returns undefined if it would not be smaller than the plain bytes
 */
function prolonged(
  sample: Uint8Array,
  { header, starts }: ChunkLayout,
  nbytes: number,
): Uint8Array | undefined {
  const nblocks = Math.ceil(nbytes / header.blocksize)
  const whole = Math.floor(nbytes / header.blocksize)
  const [first = 0, second = 0, third = sample.length] = starts
  const [head, step] = [second - first, third - second]
  const from = header.headerBytes + 4 * nblocks
  const end = from + head + (whole - 1) * step
  const cbytes = end + sample.length - third
  if (cbytes >= nbytes + EXTENDED_HEADER_BYTES) return undefined
  const out = new Uint8Array(cbytes)
  const h = { ...header, nbytes, nblocks, cbytes }
  writeBlosc2ChunkHeader(out, h)
  putStarts(out, h, from, from + head, step)
  out.set(sample.subarray(first, second), from)
  fillPattern(out.subarray(from + head, end), sample.subarray(second, third))
  out.set(sample.subarray(third), end)
  return out
}

/**
 * Compresses a chunk of `nbytes` plain bytes that repeat `item` (README_CHUNK_FORMAT). Its blocks may be
 * larger than the parameters say, unless they have a shape. It has no dictionary.
 * @returns the chunk
 * @throws BlpkError USAGE for a chunk that is too large, or for filters that cannot process such items
 */
export async function encodeRepeated(
  ws: Workspace,
  params: Blosc2ChunkParams,
  item: Uint8Array,
  nbytes: number,
): Promise<Uint8Array> {
  const blocksize = blockOfRepeats(params, nbytes, item.length)
  const p = { ...params, blocksize, dictionary: false }
  const isPeriodic = blocksize % item.length === 0 && nbytes > (SAMPLE_BLOCKS + 1) * blocksize
  if (!isPeriodic) return encodeFilled(ws, p, item, nbytes)
  const sample = await encodeFilled(ws, p, item, SAMPLE_BLOCKS * blocksize + (nbytes % blocksize))
  const layout = await readLayout(new MemoryChunk(sample), p.itemBytes)
  const long = layout.starts.length > 0 ? prolonged(sample, layout, nbytes) : undefined
  return long ?? encodeFilled(ws, p, item, nbytes)
}
