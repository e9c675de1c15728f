// Reads a chunk's header and block table, and checks them before anything is decoded or allocated.

import { damaged, type ErrorPlace, unsupported } from '../../core/errors.js'
import type { ChunkBytes } from './chunk-bytes.js'
import {
  type Blosc2ChunkHeader,
  EXTENDED_HEADER_BYTES,
  parseBlosc2ChunkHeader,
  SHORT_HEADER_BYTES,
} from './header.js'
import { specialPattern } from './special.js'

const MAX_DICTIONARY = 1 << 20
/** Blocks larger than this must not be compressed by a larger factor than this. */
const MOST_BLOCK = 32 * 2 ** 20
const MOST_RATIO = 2 ** 14

/**
 * Everything that is known about a chunk before a block is decoded. It may be cached and sent to other
 * threads.
 */
export interface ChunkLayout {
  header: Blosc2ChunkHeader
  /** Start of each block in the chunk and its latest possible end, in bytes. */
  starts: Uint32Array
  ends: Uint32Array
  /** Plain sizes of variable-length blocks. */
  sizes: Uint32Array | undefined
  dictionary: Uint8Array | undefined
  /** The value that a chunk repeats. */
  pattern: Uint8Array | undefined
}

const NONE = new Uint32Array()

async function readPattern(
  bytes: ChunkBytes,
  h: Blosc2ChunkHeader,
  special: Exclude<Blosc2ChunkHeader['special'], 'none'>,
  itemBytes: number,
): Promise<Uint8Array> {
  const { cbytes, headerBytes, typesize } = h
  const value =
    special === 'value' ? (await bytes.fetch(headerBytes, cbytes - headerBytes)).slice() : undefined
  const item = special === 'nans' && typesize === 1 ? itemBytes : typesize
  return specialPattern(special, item, value, bytes.place)
}

async function readWord(bytes: ChunkBytes, at: number): Promise<number> {
  const word = await bytes.fetch(at, 4)
  return new DataView(word.buffer, word.byteOffset, 4).getUint32(0, true)
}

async function readStarts(bytes: ChunkBytes, h: Blosc2ChunkHeader): Promise<Uint32Array> {
  const table = await bytes.fetch(h.headerBytes, 4 * h.nblocks)
  const view = new DataView(table.buffer, table.byteOffset, table.length)
  const starts = new Uint32Array(h.nblocks)
  for (let i = 0; i < starts.length; i++) starts[i] = view.getUint32(4 * i, true)
  return starts
}

async function readDictionary(bytes: ChunkBytes, h: Blosc2ChunkHeader): Promise<Uint8Array> {
  const at = h.headerBytes + 4 * h.nblocks
  const size = await readWord(bytes, at)
  if (size === 0 || size > MAX_DICTIONARY || at + 4 + size > h.cbytes)
    throw damaged(`the chunk claims a dictionary of ${size} bytes`, bytes.place)
  return (await bytes.fetch(at + 4, size)).slice()
}

/** Blocks may be out of order: threads write them as they finish. */
function findEnds(starts: Uint32Array, cbytes: number): Uint32Array {
  const order = Uint32Array.from(starts.keys()).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0))
  const ends = new Uint32Array(starts.length)
  let next = cbytes
  for (let i = order.length - 1; i >= 0; i--) {
    const at = order[i] ?? 0
    const after = order[i + 1]
    // Identical blocks may share their bytes.
    if (after !== undefined && starts[after] !== starts[at]) next = starts[after] ?? 0
    ends[at] = next
  }
  return ends
}

async function readSizes(bytes: ChunkBytes, h: Blosc2ChunkHeader, starts: Uint32Array): Promise<Uint32Array> {
  const sizes = new Uint32Array(starts.length)
  let total = 0
  for (const [i, start] of starts.entries()) {
    sizes[i] = await readWord(bytes, start)
    total += sizes[i] ?? 0
  }
  if (total !== h.nbytes)
    throw damaged(`the blocks have ${total} plain bytes in total, the chunk ${h.nbytes}`, bytes.place)
  for (const size of sizes) checkBlock(size, h, bytes.place)
  return sizes
}

async function readBlocks(bytes: ChunkBytes, h: Blosc2ChunkHeader): Promise<ChunkLayout> {
  const starts = await readStarts(bytes, h)
  const dictionary = h.dictionary ? await readDictionary(bytes, h) : undefined
  const first = h.headerBytes + 4 * h.nblocks + (dictionary === undefined ? 0 : 4 + dictionary.length)
  const ends = findEnds(starts, h.cbytes)
  for (const [i, start] of starts.entries()) {
    if (start < first || (ends[i] ?? 0) - start < 4)
      throw damaged(`block ${i} of the chunk lies outside it`, bytes.place)
  }
  const sizes = h.variableBlocks ? await readSizes(bytes, h, starts) : undefined
  return { header: h, starts, ends, sizes, dictionary, pattern: undefined }
}

/** A block must not need memory out of all proportion to its chunk. @throws BlpkError UNSUPPORTED */
function checkBlock(
  nbytes: number,
  { special, memcpyed, cbytes }: Blosc2ChunkHeader,
  place: ErrorPlace,
): void {
  if (special !== 'none' || memcpyed || nbytes <= MOST_BLOCK || nbytes <= MOST_RATIO * cbytes) return
  throw unsupported(`the chunk claims blocks of ${nbytes} bytes in ${cbytes}`, place)
}

/**
 * Reads the header of a chunk and its block table (README_CHUNK_FORMAT, "Header" and "Blocks").
 * @param itemBytes typesize of the super-chunk, in bytes
 * @throws BlpkError DAMAGED or UNSUPPORTED
 */
export async function readLayout(bytes: ChunkBytes, itemBytes: number): Promise<ChunkLayout> {
  const { place, limit } = bytes
  const start = await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, Math.max(limit, SHORT_HEADER_BYTES)))
  const header = parseBlosc2ChunkHeader(start, place)
  if (header.cbytes > limit)
    throw damaged(`the chunk claims ${header.cbytes} bytes, but there are only ${limit}`, place)
  checkBlock(header.blocksize, header, place)
  const plain = {
    header,
    starts: NONE,
    ends: NONE,
    sizes: undefined,
    dictionary: undefined,
    pattern: undefined,
  }
  if (header.special !== 'none')
    return { ...plain, pattern: await readPattern(bytes, header, header.special, itemBytes) }
  return header.memcpyed || header.nbytes === 0 ? plain : readBlocks(bytes, header)
}
