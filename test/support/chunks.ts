import { decodeChunk } from '../../dist/chunk/blosc1/decode.js'
import { encodeChunk, maxChunkBytes } from '../../dist/chunk/blosc1/encode.js'
import { parseChunkHeader } from '../../dist/chunk/blosc1/header.js'
import { codecByName } from '../../dist/codecs/registry.js'
import type { Shuffle } from '../../dist/filters/shuffles.js'
import { Workspace } from '../../dist/kernels/workspace.js'

/** How a single chunk is to be encoded, the codec by its name. */
export interface ChunkSettings {
  codec: string
  level: number
  shuffle: Shuffle
  typesize: number
  blocksize?: number
}

const ws = new Workspace()

/** Encodes a chunk outside of any archive. */
export async function encode(settings: ChunkSettings, plain: Uint8Array): Promise<Uint8Array> {
  const out = new Uint8Array(maxChunkBytes(plain.length))
  const params = { ...settings, codec: codecByName(settings.codec) }
  return out.subarray(0, await encodeChunk(ws, params, plain, out))
}

/** Decodes a chunk outside of any archive. */
export async function decode(chunk: Uint8Array): Promise<Uint8Array> {
  const header = parseChunkHeader(chunk)
  const plain = new Uint8Array(header.nbytes)
  await decodeChunk(ws, chunk, header, plain)
  return plain
}
