// All streams of a block in one call: each is its size in four bytes, and as many bytes.
import { blosclzCompress, blosclzDecompress } from './blosclz'
import { copyBytes, fillBytes } from './copy'
import { isRun } from './filters2'
import { lz4Compress, lz4Decompress } from './lz4'
import { lz4hcCompress } from './lz4hc'
import { zstdCompress } from './zstd-encode/frame'

const BLOSCLZ: u32 = 0
const LZ4HC: u32 = 2
const ZSTD: u32 = 4
const SIZE_BYTES: usize = 4

// @ts-ignore: decorator
@inline
function compress(codec: u32, src: usize, nbytes: u32, dst: usize, capacity: u32, level: u32, table: usize): i32 {
  if (codec == BLOSCLZ) return blosclzCompress(src, nbytes, dst, capacity, level, table)
  if (codec == LZ4HC) return lz4hcCompress(src, nbytes, dst, capacity, level, table)
  if (codec == ZSTD) return zstdCompress(src, nbytes, dst, capacity, level, 0, table)
  return lz4Compress(src, nbytes, dst, capacity, level, table)
}

/** Writes one byte that is repeated as Blosc2 does. Returns where it ends, or 0 if there is no room. */
function putRepeated(value: u8, at: usize, end: usize): usize {
  const past = at + SIZE_BYTES + (value == 0 ? 0 : 1)
  if (past > end) return 0
  store<i32>(at, -(<i32>value))
  if (value != 0) store<u8>(at + SIZE_BYTES, 1)
  return past
}

/**
 * Compresses `streams` streams of `size` bytes that follow one another; one that does not get smaller is stored. With
 * `runs`, one repeated byte is written as such. `level` is LZ4's acceleration, or the level of the others. Returns the
 * size of all, or 0 if `room` is too small.
 */
export function encodeStreams(
  codec: u32, src: usize, streams: u32, size: u32, dst: usize, room: usize, level: u32, table: usize, runs: bool,
): u32 {
  const end = dst + room
  let at = dst
  for (let i: u32 = 0; i < streams; i++) {
    if (runs && isRun(src, size)) {
      at = putRepeated(load<u8>(src), at, end)
      if (at == 0) return 0
      src += size
      continue
    }
    if (end - at <= SIZE_BYTES) return 0
    const left = end - at - SIZE_BYTES
    const to = at + SIZE_BYTES
    const capacity = <u32>min<usize>(size - 1, left)
    let cbytes = <u32>compress(codec, src, size, to, capacity, level, table)
    if (cbytes == 0) {
      if (<usize>size > left) return 0
      copyBytes(to, src, size)
      cbytes = size
    }
    store<u32>(at, cbytes)
    at = to + cbytes
    src += size
  }
  return <u32>(at - dst)
}

/** One byte again and again, as Blosc2 writes it: minus the byte for a size, then a token; 0 alone for zeros. */
// @ts-ignore: decorator
@inline
function isRepeated(n: i32, src: usize, end: usize): bool {
  return n == 0 || (n < 0 && n >= -255 && src < end && (load<u8>(src) & 1) == 1)
}

/**
 * Decompresses `streams` streams of `size` plain bytes each, of which `cbytes` bytes can be read. Returns 0 if one is
 * malformed, else 1; never writes beyond its plain bytes. With `runs`, a stream may be one repeated byte.
 */
export function decodeStreams(
  codec: u32, src: usize, cbytes: usize, streams: u32, size: u32, dst: usize, runs: bool,
): bool {
  const end = src + cbytes
  for (let i: u32 = 0; i < streams; i++) {
    if (end - src < SIZE_BYTES) return false
    const n = load<u32>(src)
    src += SIZE_BYTES
    if (runs && <i32>n <= 0) {
      if (!isRepeated(<i32>n, src, end)) return false
      fillBytes(dst, <u8>(0 - n), size)
      if (n != 0) src++
      dst += size
      continue
    }
    if (<usize>n > end - src) return false
    if (n == size) copyBytes(dst, src, size)
    else {
      const plain = codec == BLOSCLZ ? blosclzDecompress(src, n, dst, size) : lz4Decompress(src, n, dst, size)
      if (<u32>plain != size) return false
    }
    src += n
    dst += size
  }
  return true
}
