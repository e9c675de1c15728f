// Zstandard: kernels compress and decompress it; a library reads the frames that they do not support.

import { createRequire } from 'node:module'
import zlib from 'node:zlib'
import { damaged } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { Workspace } from '../kernels/workspace.js'
import { type Codec, deliver, type StreamContext } from './codec.js'
import { decodeZstd, parseZstdDictionary, type ZstdDictionary } from './zstd-decoder/index.js'
import { walkZstdFrame } from './zstd-frame.js'

/** Decompresses a frame. Throws if it is malformed or (if the library can tell) larger than `nbytes`. */
type Decompress = (data: Uint8Array, nbytes: number) => MaybePromise<Uint8Array>

/** Encoders may flush blocks early; bounds this far above the expected size are still accepted. */
const SLACK = 16 * 128 * 1024
/** Levels above use the optimal parser, which was not tested with dictionaries. */
const LAST_DICTIONARY_LEVEL = 6

/** The part of Node's own zstd that is used (22.15 and later); the types of Node 20 do not include it. */
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

/** For single frames that the kernel does not support, such as those with larger windows. */
async function byLibrary(ws: Workspace, stream: Uint8Array, dst: number, nbytes: number): Promise<number> {
  try {
    library ??= loadLibrary()
    return deliver(ws, await library(stream, nbytes), dst, nbytes)
  } catch {
    return -1
  }
}

const parsed = new WeakMap<Uint8Array, ZstdDictionary>()

/** @throws BlpkError DAMAGED for a malformed one */
function parsedDictionary(c: StreamContext, dictionary: Uint8Array): ZstdDictionary {
  const found = parsed.get(dictionary) ?? parseZstdDictionary(dictionary)
  if (found === undefined) throw damaged('the dictionary of the chunk is malformed', c.place)
  parsed.set(dictionary, found)
  return found
}

function decodeWithDictionary(c: StreamContext, dictionary: Uint8Array): number {
  const { ws, src, srcBytes, dst, dstBytes } = c
  const plain = decodeZstd(ws.view(src, srcBytes), parsedDictionary(c, dictionary), dstBytes)
  if (plain === undefined) return -1
  ws.view(dst, dstBytes).set(plain)
  return dstBytes
}

function decode(c: StreamContext): MaybePromise<number> {
  const { ws, src, srcBytes, dst, dstBytes, want } = c
  if (c.dictionary !== undefined) return decodeWithDictionary(c, c.dictionary)
  if (want < dstBytes) {
    const started = ws.kernels.zstdDecompress(src, srcBytes, dst, dstBytes, want, ws.table)
    if (started >= want) return started
  }
  const size = ws.kernels.zstdDecompress(src, srcBytes, dst, dstBytes, dstBytes, ws.table)
  if (size >= 0) return size
  const stream = ws.buffer(src, srcBytes)
  return isBelievable(stream, dstBytes) ? byLibrary(ws, stream, dst, dstBytes) : -1
}

export const zstd: Codec = {
  name: 'zstd',
  ids: { blosc1: 4, blosc2: 5 },
  traits: {
    // Low levels benefit from split blocks too.
    splits: { blosc1: false, blosc2: 5 },
    highRatio: true,
    speed: { compress: 250, decompress: 800 },
    threads: true,
    dictionary: true,
  },
  encode({ ws, src, srcBytes, dst, dstBytes, level, dictionary }) {
    const dictBytes = dictionary?.length ?? 0
    const strength = dictionary === undefined ? level : Math.min(level, LAST_DICTIONARY_LEVEL)
    const scratch = ws.scratch('zstd', ws.kernels.zstdCompressScratch(srcBytes + dictBytes, strength))
    return ws.kernels.zstdCompress(src, srcBytes, dst, dstBytes, strength, dictBytes, scratch)
  },
  decode,
}
