// Chunks of Blosc2 around plain bytes in memory: what readers of blocks get for chunks that are no usual
// frames.

import { boxAt, copyShared, eachIndex, type Partition } from '../../../array/geometry.js'
import {
  EXTENDED_HEADER_BYTES,
  MAX_CHUNK_TYPESIZE,
  newBlosc2ChunkHeader,
  writeBlosc2ChunkHeader,
} from '../../../chunk/blosc2/header.js'
import { fillPattern } from '../../../chunk/blosc2/special.js'
import { repeatedValue } from '../../chunks/special-chunk.js'

/** How the chunks of a dataset are divided. */
interface ChunkCut {
  cut: Partition
  /** In bytes. */
  itemBytes: number
}

/** A stored chunk, with its plain bytes still zeros. */
function storedChunk({ cut, itemBytes }: ChunkCut): { chunk: Uint8Array; plain: Uint8Array } {
  const nbytes = cut.chunkItems * itemBytes
  const cbytes = EXTENDED_HEADER_BYTES + nbytes
  const chunk = new Uint8Array(cbytes)
  const header = newBlosc2ChunkHeader({
    split: false,
    codecFormat: 0,
    udcodec: 0,
    codecMeta: 0,
    typesize: itemBytes > MAX_CHUNK_TYPESIZE ? 1 : itemBytes,
    nbytes,
    blocksize: cut.blockItems * itemBytes,
    filters: [],
  })
  writeBlosc2ChunkHeader(chunk, { ...header, memcpyed: true, cbytes })
  return { chunk, plain: chunk.subarray(EXTENDED_HEADER_BYTES) }
}

/** Puts items in C order block by block, as chunks of Blosc2 arrays have them, padding included. */
function putInBlocks(items: Uint8Array, { cut, itemBytes }: ChunkCut, plain: Uint8Array): void {
  const { chunkshape, blockshape, blocks, blockItems } = cut
  const whole = boxAt(
    chunkshape.map(() => 0),
    chunkshape,
  )
  let at = 0
  eachIndex(
    blocks.map(() => 0),
    blocks,
    (index) => {
      const box = boxAt(
        index.map((i, axis) => i * (blockshape[axis] ?? 1)),
        blockshape,
      )
      const bytes = plain.subarray(at, at + blockItems * itemBytes)
      copyShared({ bytes: items, box: whole }, { bytes, box }, itemBytes, whole)
      at += bytes.length
    },
  )
}

/** The plain bytes of a chunk of Blosc2. @param items of one chunk, in C order */
export function itemsInBlocks(items: Uint8Array, c: ChunkCut): Uint8Array {
  const plain = new Uint8Array(c.cut.chunkItems * c.itemBytes)
  putInBlocks(items, c, plain)
  return plain
}

/** A chunk of items in C order. @param items of one chunk */
export function chunkOfItems(items: Uint8Array, c: ChunkCut): Uint8Array {
  const { chunk, plain } = storedChunk(c)
  putInBlocks(items, c, plain)
  return chunk
}

/** A chunk that repeats one item. */
export function chunkOfValue(item: Uint8Array, { cut, itemBytes }: ChunkCut): Uint8Array {
  if (itemBytes <= MAX_CHUNK_TYPESIZE)
    return repeatedValue(item, {
      nbytes: cut.chunkItems * itemBytes,
      typesize: itemBytes,
      blocksize: cut.blockItems * itemBytes,
    })
  const { chunk, plain } = storedChunk({ cut, itemBytes })
  fillPattern(plain, item)
  return chunk
}
