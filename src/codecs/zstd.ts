import { createRequire } from 'node:module'
import zlib from 'node:zlib'
import { ZSTD_ENCODE_BYTES } from '../kernels/loader.js'
import type { Workspace } from '../kernels/workspace.js'
import { type Codec, deliver, type MaybePromise } from './codec.js'
import { walkZstdFrame } from './zstd-frame.js'

interface Bindings {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
  decompress(data: Uint8Array): Promise<Uint8Array>
}

/** Encoders may flush blocks early; a bound this far above the expected size is still believed. */
const SLACK = 16 * 128 * 1024

/** What compresses and decompresses single frames. */
interface Engine {
  compress(data: Uint8Array, level: number): MaybePromise<Uint8Array>
  /** @throws Error where the frame is malformed or holds more than `nbytes` */
  decompress(data: Uint8Array, nbytes: number): MaybePromise<Uint8Array>
}

/** The part of Node's own zstd that is used; the types of Node 20 do not know it. */
interface NodeZstd {
  zstdCompressSync(data: Uint8Array, options: object): Uint8Array
  zstdDecompressSync(data: Uint8Array, options: object): Uint8Array
  constants: { ZSTD_c_compressionLevel: number }
}

/** The kernel is as strong as C-Blosc up to this level; the next ones search for the cheapest way through a block. */
const LAST_KERNEL_LEVEL = 6
/** Levels of C-Blosc 1 (`zstd_wrap_compress` in blosc.c). */
const BLOSC_LEVELS = [1, 1, 3, 5, 7, 9, 11, 13, 15, 22]
/**
 * The package does not tell zstd how large the input is; these levels then come nearest in size to C-Blosc's
 * without the largest tables.
 */
const PACKAGE_LEVELS = [1, 2, 3, 5, 7, 9, 11, 13, 16, 19]

const nodeZstd = zlib as unknown as NodeZstd
const hasNodeZstd = 'zstdCompressSync' in zlib

/** Node 22.15 and up: answers at once, and takes the size of the input. */
function nodeEngine(): Engine {
  const LEVEL = nodeZstd.constants.ZSTD_c_compressionLevel
  return {
    compress: (data, level) =>
      nodeZstd.zstdCompressSync(data, {
        pledgedSrcSize: data.length,
        // One buffer that surely holds the frame, in place of pieces that are joined.
        chunkSize: data.length + (data.length >> 7) + 1024,
        params: { [LEVEL]: BLOSC_LEVELS[level] ?? 9 },
      }),
    decompress: (data, nbytes) =>
      nodeZstd.zstdDecompressSync(data, { chunkSize: nbytes + 64, maxOutputLength: nbytes + 1 }),
  }
}

function packageEngine(): Engine {
  // Its own entry drops the level without a word; its bindings take it.
  const bindings = createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as Bindings
  return {
    compress: (data, level) => bindings.compress(data, PACKAGE_LEVELS[level] ?? 9),
    decompress: (data) => bindings.decompress(data),
  }
}

let loaded: Engine | undefined

function engine(): Engine {
  loaded ??= hasNodeZstd ? nodeEngine() : packageEngine()
  return loaded
}

function isBelievable(stream: Uint8Array, nbytes: number): boolean {
  const frame = walkZstdFrame(stream)
  if (frame === undefined || frame.usesDictionary) return false
  if (frame.contentSize !== undefined && frame.contentSize !== nbytes) return false
  return frame.upperBound >= nbytes && frame.upperBound <= nbytes + SLACK
}

async function packByLibrary(
  ws: Workspace,
  src: number,
  nbytes: number,
  dst: number,
  capacity: number,
  level: number,
): Promise<number> {
  const packed = await engine().compress(ws.buffer(src, nbytes), level)
  return deliver(ws, packed, dst, capacity)
}

/** For frames that the kernel does not take: those with checksums. */
async function byLibrary(ws: Workspace, stream: Uint8Array, dst: number, nbytes: number): Promise<number> {
  try {
    return deliver(ws, await engine().decompress(stream, nbytes), dst, nbytes)
  } catch {
    return -1
  }
}

/** Zstandard. */
export const zstd: Codec = {
  name: 'zstd',
  format: 4,
  splits: false,
  highRatio: true,
  speed: { compress: 250, decompress: 800 },
  compress(ws, src, nbytes, dst, capacity, level) {
    if (level > LAST_KERNEL_LEVEL) return packByLibrary(ws, src, nbytes, dst, capacity, level)
    const scratch = ws.scratch('zstd', ZSTD_ENCODE_BYTES)
    return ws.kernels.zstdCompress(src, nbytes, dst, capacity, level, 0, scratch)
  },
  // The libraries take none, or not of all Nodes: the highest levels are as the one below.
  compressDict(ws, src, nbytes, dst, capacity, level, dictBytes) {
    const strength = Math.min(level, LAST_KERNEL_LEVEL)
    const scratch = ws.scratch('zstd', ZSTD_ENCODE_BYTES)
    return ws.kernels.zstdCompress(src, nbytes, dst, capacity, strength, dictBytes, scratch)
  },
  decompress(ws, src, cbytes, dst, nbytes) {
    const size = ws.kernels.zstdDecompress(src, cbytes, dst, nbytes, nbytes, ws.table)
    if (size >= 0) return size
    const stream = ws.buffer(src, cbytes)
    if (!isBelievable(stream, nbytes)) return -1
    return byLibrary(ws, stream, dst, nbytes)
  },
  decompressStart: (ws, src, cbytes, dst, nbytes, want) =>
    ws.kernels.zstdDecompress(src, cbytes, dst, nbytes, want, ws.table),
}
