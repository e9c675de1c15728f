import { createRequire } from 'node:module'
import zlib from 'node:zlib'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'
import { type Codec, deliver } from './codec.js'
import { walkZstdFrame } from './zstd-frame.js'

/** Decompresses a frame. It throws where that is malformed or, where the library can tell, holds more than `nbytes`. */
type Decompress = (data: Uint8Array, nbytes: number) => MaybePromise<Uint8Array>

/** Encoders may flush blocks early; a bound this far above the expected size is still believed. */
const SLACK = 16 * 128 * 1024
/** The levels above search for the cheapest way through a block, which was not tried with dictionaries. */
const LAST_DICTIONARY_LEVEL = 6

/** The part of Node's own zstd that is used (22.15 and up); the types of Node 20 do not know it. */
interface NodeZstd {
  zstdDecompressSync?(data: Uint8Array, options: object): Uint8Array
}

function loadLibrary(): Decompress {
  const own = (zlib as unknown as NodeZstd).zstdDecompressSync
  if (own !== undefined)
    return (data, nbytes) => own(data, { chunkSize: nbytes + 64, maxOutputLength: nbytes + 1 })
  return createRequire(import.meta.url)('@mongodb-js/zstd/bindings').decompress
}

let library: Decompress | undefined

function isBelievable(stream: Uint8Array, nbytes: number): boolean {
  const frame = walkZstdFrame(stream)
  if (frame === undefined || frame.dictionary !== 0) return false
  if (frame.contentSize !== undefined && frame.contentSize !== nbytes) return false
  return frame.upperBound >= nbytes && frame.upperBound <= nbytes + SLACK
}

function compressByKernel(
  ws: Workspace,
  src: number,
  nbytes: number,
  dst: number,
  capacity: number,
  level: number,
  dictBytes: number,
): number {
  const scratch = ws.scratch('zstd', ws.kernels.zstdCompressScratch(nbytes + dictBytes, level))
  return ws.kernels.zstdCompress(src, nbytes, dst, capacity, level, dictBytes, scratch)
}

/** For single frames that the kernel does not take, such as those with larger windows. */
async function byLibrary(ws: Workspace, stream: Uint8Array, dst: number, nbytes: number): Promise<number> {
  try {
    library ??= loadLibrary()
    return deliver(ws, await library(stream, nbytes), dst, nbytes)
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
    return compressByKernel(ws, src, nbytes, dst, capacity, level, 0)
  },
  compressDict(ws, src, nbytes, dst, capacity, level, dictBytes) {
    const strength = Math.min(level, LAST_DICTIONARY_LEVEL)
    return compressByKernel(ws, src, nbytes, dst, capacity, strength, dictBytes)
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
