// The facts that `info` reports about a frame or an array, for JSON.

import { EXTENDED_HEADER_BYTES, parseBlosc2ChunkHeader, type Special } from '../../chunk/blosc2/header.js'
import { JsonText } from '../../core/json/json.js'
import { jsonRatio } from '../../core/sizes.js'
import type { Workspace } from '../../kernels/workspace.js'
import { chunkCodec, type FilterInfo, filtersOf, frameCodec } from '../chunks/compression-names.js'
import { isLossy } from '../chunks/lossy.js'
import type { Head } from '../facts.js'
import { itemDtype } from '../frame/dtype.js'
import type { Layers } from '../frame/layers.js'
import { jsonOfMsgpack } from '../frame/msgpack/to-json.js'
import { isStandIn, objectIn, objectText, standInError } from '../frame/objects.js'
import type { ChunkOffset } from '../frame/offsets.js'
import type { FrameFile } from './chunks/frame-file.js'
import { readVlmeta } from './chunks/vlmeta.js'
import { arrayMeta, headOfFrame } from './head.js'
import { tableColumn } from './table-column.js'

/** A metalayer. */
export interface LayerInfo {
  name: string
  /** Plain size, in bytes. */
  size: number
  /** JSON if it is msgpack, otherwise its first bytes in hexadecimal; null if unreadable. */
  content: JsonText | string | null
}

/** A chunk, for `--chunks` and JSON; null for fields that do not exist because it is only in the index. */
export interface FrameChunkInfo {
  index: number
  /** Position in the file, in bytes; in a sparse frame, the number of its file. */
  offset: number | null
  nbytes: number
  cbytes: number | null
  ratio: number | null
  special: Special
  codec: string | null
  filters: FilterInfo[]
  /** The plain bytes are stored uncompressed. */
  stored: boolean
  typesize: number
  blocksize: number
  nblocks: number
}

/** A frame, for `info` and JSON. */
export interface FrameInfo extends Head {
  format: string
  nbytes: number
  cbytes: number
  /**
   * The kind of object that python-blosc2 stores in it, such as `lazyexpr`; null for a plain frame or array.
   */
  kind: string | null
  /** The same in words. */
  object: string | null
  /** Plain bytes of all chunks. */
  chunkBytes: number
  nchunks: number
  /** Null if chunks vary in size. */
  chunkSize: number | null
  /** Chunks of a single special value, which exist only in the index. */
  special: Record<string, number>
  typesize: number
  blocksize: number
  codec: string
  codecMeta: number
  level: number
  splitMode: string
  /** `xxh64`, `none`, or `stale` if another tool changed the frame since. */
  checksum: string
  /** Each chunk gets a dictionary. */
  dictionary: boolean
  filters: FilterInfo[]
  /** Whether it is lossy. Null if unknown because a codec or filter is missing. */
  lossy: boolean | null
  array: {
    shape: readonly number[]
    chunks: readonly number[]
    blocks: readonly number[]
    dtype: string
  } | null
  metalayers: LayerInfo[]
  vlmetalayers: LayerInfo[]
  chunks?: FrameChunkInfo[]
}

const SHOWN_BYTES = 32
/** Of larger metalayers only the first bytes are shown; `blpk meta get` prints everything. */
const MAX_JSON_BYTES = 64 * 2 ** 20

function named<T>(find: () => T, otherwise: T): T {
  try {
    return find()
  } catch {
    return otherwise
  }
}

function layerInfo(name: string, bytes: Uint8Array): LayerInfo {
  const more = bytes.length > SHOWN_BYTES ? '…' : ''
  const hex = `0x${Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex')}${more}`
  const json = (): JsonText | string =>
    bytes.length > MAX_JSON_BYTES ? hex : new JsonText(jsonOfMsgpack(bytes))
  return { name, size: bytes.length, content: named(json, hex) }
}

async function vlmetaInfo(ws: Workspace, packed: Layers): Promise<LayerInfo[]> {
  const infos: LayerInfo[] = []
  for (const layer of packed) {
    try {
      for (const [name, plain] of await readVlmeta(ws, new Map([layer]))) infos.push(layerInfo(name, plain))
    } catch {
      infos.push({ name: layer[0], size: layer[1].length, content: null })
    }
  }
  return infos
}

function countSpecial(offsets: readonly ChunkOffset[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const offset of offsets) {
    if ('special' in offset) counts[offset.special] = (counts[offset.special] ?? 0) + 1
  }
  return counts
}

/** The readable metalayers. */
async function readable(ws: Workspace, packed: Layers): Promise<Layers> {
  const layers: Layers = new Map()
  for (const layer of packed) {
    const one = await readVlmeta(ws, new Map([layer])).catch(() => new Map<string, Uint8Array>())
    for (const [name, plain] of one) layers.set(name, plain)
  }
  return layers
}

/** The kind of object besides plain numbers. */
async function objectOf(
  file: string,
  ws: Workspace,
  { header: { meta }, vlmeta: packed, offsets }: FrameFile,
): Promise<{ kind: string; text: string } | undefined> {
  const vlmeta = await readable(ws, packed)
  const object = objectIn(meta, vlmeta) ?? tableColumn(file)
  if (object === undefined) return undefined
  const allStored = offsets.every((offset) => 'at' in offset)
  const away = isStandIn(object, { meta, vlmeta, nchunks: offsets.length, allStored })
  return { kind: object.kind, text: away ? standInError(object).message : objectText(object) }
}

/** The facts of a frame. @param dtype of the items of an array, instead of the stored one */
export async function describeFrame(
  file: string,
  ws: Workspace,
  frame: FrameFile,
  cbytes: number,
  dtype?: string,
): Promise<FrameInfo> {
  const { header: h, offsets } = frame
  const array = arrayMeta(h.meta)
  const head = await headOfFrame(file, ws, frame, cbytes, dtype)
  const { kind = null, text = null } = (await objectOf(file, ws, frame)) ?? {}
  return {
    ...head,
    cbytes,
    kind,
    object: text,
    chunkBytes: h.nbytes,
    nchunks: offsets.length,
    chunkSize: h.variableChunks ? null : h.chunksize,
    special: countSpecial(offsets),
    typesize: h.typesize,
    blocksize: h.blocksize,
    codec: frameCodec(h),
    codecMeta: h.codecMeta,
    level: h.level,
    splitMode: h.splitMode,
    checksum: frame.checksum ?? 'none',
    dictionary: h.dictionary,
    filters: filtersOf(h.filters),
    lossy: isLossy(h),
    array:
      array === undefined
        ? null
        : {
            shape: array.shape,
            chunks: array.chunkshape,
            blocks: array.blockshape,
            dtype: itemDtype(array.dtype, h.typesize, dtype),
          },
    metalayers: [...h.meta].map(([name, bytes]) => layerInfo(name, bytes)),
    vlmetalayers: await vlmetaInfo(ws, frame.vlmeta),
  }
}

/** The facts of each chunk; only headers are read. */
export async function describeChunks(frame: FrameFile): Promise<FrameChunkInfo[]> {
  const { header: h, offsets } = frame
  const infos: FrameChunkInfo[] = []
  for (const [index, offset] of offsets.entries()) {
    if ('special' in offset) {
      const rest = h.nbytes - index * h.chunksize
      infos.push({
        index,
        offset: null,
        nbytes: Math.min(h.chunksize, rest),
        cbytes: null,
        ratio: null,
        special: offset.special,
        codec: null,
        filters: [],
        stored: false,
        typesize: h.typesize,
        blocksize: h.blocksize,
        nblocks: 0,
      })
      continue
    }
    const bytes = frame.chunk(index, offset.at)
    const c = parseBlosc2ChunkHeader(
      await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, bytes.limit)),
      bytes.place,
    )
    infos.push({
      index,
      offset: h.sparse ? offset.at : h.headerBytes + offset.at,
      nbytes: c.nbytes,
      cbytes: c.cbytes,
      ratio: jsonRatio(c.nbytes, c.cbytes),
      special: c.special,
      codec: c.special === 'none' && !c.memcpyed ? chunkCodec(c) : null,
      filters: filtersOf(c.filters),
      stored: c.memcpyed,
      typesize: c.typesize,
      blocksize: c.blocksize,
      nblocks: c.nblocks,
    })
  }
  return infos
}
