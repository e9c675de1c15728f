// Tells whether the cache of a python-blosc2 proxy has fetched all of its values.

import { B2ND_LAYER, parseB2nd } from './array-layer.js'
import type { Layers } from './layers.js'
import { MsgpackReader } from './msgpack/reader.js'
import { valueOfMsgpack } from './msgpack/to-json.js'

/** What is known about a frame, to determine whether its values are present. */
export interface ObjectFrame {
  meta: Layers
  /** Uncompressed contents. */
  vlmeta: Layers
  nchunks: number
  /** Whether every chunk is stored. Otherwise some exist only in the index. */
  allStored: boolean
}

const BY_BLOCK = 'proxy-fetched-blocks'
const BY_CHUNK = 'proxy-fetched'

/** Whether the first `count` bits are set, lowest bit of each byte first. */
function allSet(bits: Uint8Array, count: number): boolean {
  if (bits.length !== Math.ceil(count / 8)) return false
  for (let i = 0; i < count; i += 8) {
    const wanted = count - i >= 8 ? 0xff : (1 << (count - i)) - 1
    if (((bits[i / 8] ?? 0) & wanted) !== wanted) return false
  }
  return true
}

/** Blocks per chunk, including padding. */
function blocksPerChunk({ meta, vlmeta }: ObjectFrame): number {
  const told = vlmeta.get('proxy-fetched-bpc')
  if (told !== undefined) return new MsgpackReader(told, 'the count of blocks').integer()
  const array = meta.get(B2ND_LAYER)
  if (array === undefined) return 1
  const { chunkshape, blockshape } = parseB2nd(array, false)
  return chunkshape.reduce((n, extent, i) => n * Math.ceil(extent / Math.max(1, blockshape[i] ?? 1)), 1)
}

function bitsIn(vlmeta: Layers, name: string): Uint8Array | undefined {
  const content = vlmeta.get(name)
  return content && new MsgpackReader(content, `the metalayer '${name}'`).binary()
}

/** Caches from before the bit maps: stored chunks were fetched, special ones may not have been. */
function isFull({ meta, allStored }: ObjectFrame): boolean {
  const source = meta.get('proxy-source')
  const told = source && (valueOfMsgpack(source) as object | null)
  if (told === undefined || told === null || 'source_kind' in told) return false
  return allStored
}

function fetched(frame: ObjectFrame): boolean {
  const { vlmeta, nchunks } = frame
  if (vlmeta.has('proxy-dirty')) return false
  const blocks = bitsIn(vlmeta, BY_BLOCK)
  if (blocks !== undefined) return allSet(blocks, nchunks * blocksPerChunk(frame))
  const chunks = bitsIn(vlmeta, BY_CHUNK)
  return chunks === undefined ? isFull(frame) : allSet(chunks, nchunks)
}

/** Whether the cache of a proxy is complete, by its bit maps. Unreadable ones mean no. */
export function isFetched(frame: ObjectFrame): boolean {
  try {
    return fetched(frame)
  } catch {
    return false
  }
}
