// Decodes the Zstandard frames that the kernels do not support: those with a dictionary or a large window.

import { createRequire } from 'node:module'
import { damaged, type ErrorPlace } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { zlib } from '../core/node-modules.js'
import type { Workspace } from '../kernels/workspace.js'
import { deliver } from './codec.js'
import { decodeZstd, parseZstdDictionary, type ZstdDictionary } from './zstd-decoder/index.js'
import { walkZstdFrame } from './zstd-frame.js'

/** One stream: addresses in the arena, sizes in bytes. */
export interface ZstdStream {
  ws: Workspace
  src: number
  srcBytes: number
  dst: number
  /** The plain size. */
  dstBytes: number
  place: ErrorPlace
  dictionary: Uint8Array | undefined
}

/** Decompresses a frame. Throws if it is malformed or (if the library can tell) larger than `nbytes`. */
type Decompress = (data: Uint8Array, nbytes: number) => MaybePromise<Uint8Array>

/** Encoders may flush blocks early; bounds this far above the expected size are still accepted. */
const SLACK = 16 * 128 * 1024
/** The part of Node's own zstd that is used (22.15 and later); the types of Node 20 do not include it. */
interface NodeZstd {
  zstdDecompressSync?(data: Uint8Array, options: object): Uint8Array
}

function loadLibrary(): Decompress {
  const own = (zlib() as unknown as NodeZstd).zstdDecompressSync
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

/** For single frames without a dictionary, such as those with a larger window. */
async function decodeByLibrary({ ws, src, srcBytes, dst, dstBytes: nbytes }: ZstdStream): Promise<number> {
  const stream = ws.buffer(src, srcBytes)
  if (!isBelievable(stream, nbytes)) return -1
  try {
    library ??= loadLibrary()
    return deliver(ws, await library(stream, nbytes), dst, nbytes)
  } catch {
    return -1
  }
}

const parsed = new WeakMap<Uint8Array, ZstdDictionary>()

/** @throws BlpkError DAMAGED for a malformed one */
function parsedDictionary(dictionary: Uint8Array, place: ErrorPlace): ZstdDictionary {
  const found = parsed.get(dictionary) ?? parseZstdDictionary(dictionary)
  if (found === undefined) throw damaged('the dictionary of the chunk is malformed', place)
  parsed.set(dictionary, found)
  return found
}

function decodeWithDictionary(stream: ZstdStream, dictionary: Uint8Array): number {
  const { ws, src, srcBytes, dst, dstBytes, place } = stream
  const plain = decodeZstd(ws.view(src, srcBytes), parsedDictionary(dictionary, place), dstBytes)
  if (plain === undefined) return -1
  ws.view(dst, dstBytes).set(plain)
  return dstBytes
}

/**
 * Decodes a stream.
 * @returns the plain size, or -1 for a malformed stream
 * @throws BlpkError DAMAGED for a malformed dictionary
 */
export function decodeRare(stream: ZstdStream): MaybePromise<number> {
  const { dictionary } = stream
  return dictionary === undefined ? decodeByLibrary(stream) : decodeWithDictionary(stream, dictionary)
}
