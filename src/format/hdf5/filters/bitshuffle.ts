// Filter 32008, bitshuffle: bits of the same significance lie together, block by block,
// and each block may be compressed.

import { damaged, unsupported } from '../../../core/errors.js'
import { bigEndian32, bigEndian64, checkSize, type Decoder, type Stage } from './stage.js'
import { zstdInto } from './zstd.js'

/** Plain size of all, and of a block; only with compression. */
const HEADER_BYTES = 12
const SIZE_BYTES = 4
const LZ4 = 2
const ZSTD = 3
/** Items are shuffled by eights. */
const UNIT = 8
/** The block size that the library chooses is about so many bytes, and at least so many items. */
const DEFAULT_BLOCK_BYTES = 8192
const LEAST_BLOCK_ITEMS = 128

function defaultBlockItems(size: number): number {
  const items = Math.floor(DEFAULT_BLOCK_BYTES / size / UNIT) * UNIT
  return Math.max(items, LEAST_BLOCK_ITEMS)
}

/** Plain sizes of the blocks, in bytes; the last one has fewer items, and what is left behind it is not shuffled. */
function* blocksOf(nbytes: number, blockBytes: number, size: number): Generator<number> {
  const unitBytes = UNIT * size
  for (let left = nbytes; left >= unitBytes; ) {
    const block = left >= blockBytes ? blockBytes : Math.floor(left / unitBytes) * unitBytes
    yield block
    left -= block
  }
}

interface Blocks {
  readonly nbytes: number
  readonly blockBytes: number
  /** Of an item, in bytes. */
  readonly size: number
}

function checkBlocks({ nbytes, blockBytes, size }: Blocks, { place }: Stage): void {
  if (nbytes % size !== 0) throw damaged('the chunk does not hold whole items', place)
  if (blockBytes === 0 || blockBytes % (UNIT * size) !== 0)
    throw damaged(`the chunk has bitshuffle blocks of ${blockBytes} bytes`, place)
}

function unshuffle({ ws }: Stage, size: number, nbytes: number, src: number, dst: number): void {
  ws.kernels.bitunshuffle(size, nbytes, src, dst, ws.scratch('transposed', nbytes))
}

function decodePlain(stage: Stage, input: Uint8Array, blocks: Blocks): Uint8Array {
  const out = stage.room(input.length)
  const src = stage.ws.bring(input)
  let at = 0
  for (const nbytes of blocksOf(blocks.nbytes, blocks.blockBytes, blocks.size)) {
    unshuffle(stage, blocks.size, nbytes, src + at, out.byteOffset + at)
    at += nbytes
  }
  out.set(input.subarray(at), at)
  return out
}

async function unpack(
  stage: Stage,
  codec: number,
  src: readonly [number, number],
  dst: readonly [number, number],
): Promise<void> {
  const nbytes =
    codec === LZ4 ? stage.ws.kernels.lz4Decompress(...src, ...dst) : await zstdInto(stage, src, dst)
  if (nbytes !== dst[1]) throw damaged('a bitshuffle block of the chunk does not decode', stage.place)
}

async function decodePacked(
  stage: Stage,
  input: Uint8Array,
  blocks: Blocks,
  codec: number,
): Promise<Uint8Array> {
  const { ws, place } = stage
  const out = stage.room(blocks.nbytes)
  const src = ws.bring(input)
  let [at, put] = [HEADER_BYTES, 0]
  for (const nbytes of blocksOf(blocks.nbytes, blocks.blockBytes, blocks.size)) {
    const cbytes = bigEndian32(input, at, stage)
    at += SIZE_BYTES
    if (at + cbytes > input.length) throw damaged('the chunk is truncated', place)
    const shuffled = ws.scratch('filtered', nbytes)
    await unpack(stage, codec, [src + at, cbytes], [shuffled, nbytes])
    unshuffle(stage, blocks.size, nbytes, shuffled, out.byteOffset + put)
    at += cbytes
    put += nbytes
  }
  if (at + blocks.nbytes - put > input.length) throw damaged('the chunk is truncated', place)
  out.set(input.subarray(at, at + blocks.nbytes - put), put)
  return out
}

export const bitshuffle: Decoder = {
  name: 'bitshuffle',
  speed: 1200,
  decode(stage, input) {
    // The first two values are the version of the library that wrote it.
    const [, , size = 0, items = 0, codec = 0] = stage.values
    if (size === 0) throw damaged('the filter bitshuffle does not say how large items are', stage.place)
    if (codec === 0) {
      const blockBytes = (items === 0 ? defaultBlockItems(size) : items) * size
      const blocks = { nbytes: checkSize(stage, input.length, 'bitshuffle'), blockBytes, size }
      checkBlocks(blocks, stage)
      return decodePlain(stage, input, blocks)
    }
    if (codec !== LZ4 && codec !== ZSTD)
      throw unsupported(`bitshuffle with compression ${codec} is not supported`, stage.place)
    const nbytes = checkSize(stage, bigEndian64(input, 0, stage), 'bitshuffle')
    const given = bigEndian32(input, 8, stage)
    const blocks = { nbytes, blockBytes: given === 0 ? defaultBlockItems(size) * size : given, size }
    checkBlocks(blocks, stage)
    return decodePacked(stage, input, blocks, codec)
  },
}
