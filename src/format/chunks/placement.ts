// Decides how a chunk is stored in a frame so that C-Blosc2 can read it.

import { type ChunkBytes, MemoryChunk } from '../../chunk/blosc2/chunk-bytes.js'
import { encodeRepeated } from '../../chunk/blosc2/encode-repeated.js'
import {
  type Blosc2ChunkHeader,
  MAX_CHUNK_TYPESIZE,
  SHORT_HEADER_BYTES,
  type Special,
} from '../../chunk/blosc2/header.js'
import { readLayout } from '../../chunk/blosc2/layout.js'
import type { Workspace } from '../../kernels/workspace.js'
import { blockshapeIn } from '../frame/array-layer.js'
import type { FrameHeader } from '../frame/header.js'
import type { Layers } from '../frame/layers.js'
import type { OffsetSpecial } from '../frame/offsets.js'
import { traitsOf } from '../frame/schunk-traits.js'
import { optionsOf, resolveParams } from './cparams.js'
import { fitsIndex, storedSpecial } from './special-chunk.js'

/** A chunk to be written to a frame: only an index entry, or stored bytes. */
export type Placement = { special: OffsetSpecial } | { bytes: ChunkBytes; cbytes: number }

/** What placing a chunk requires to know of its frame. */
export interface PlacingFrame {
  header: FrameHeader
  /** Plain size of all chunks but the last, in bytes; 0 if they vary, which the index cannot express. */
  chunksize: number
  /** Variable-length metalayers, as far as known. */
  vlmeta?: Layers
}

const IN_INDEX: readonly Special[] = ['zeros', 'nans', 'uninit']

function stored(chunk: Uint8Array): Placement {
  return { bytes: new MemoryChunk(chunk), cbytes: chunk.length }
}

/** How a special value is stored in a frame. @param nbytes plain size of the chunk, in bytes */
export function placeSpecial(
  special: OffsetSpecial,
  nbytes: number,
  { header, chunksize }: PlacingFrame,
): Placement {
  const { typesize, blocksize } = header
  const size = { nbytes, typesize, blocksize }
  // If no chunk ends with an item, C-Blosc2 fails anyway, and there may be millions.
  const isIndexed = chunksize > 0 && (fitsIndex(size) || chunksize % typesize !== 0)
  return isIndexed ? { special } : stored(storedSpecial(special, size))
}

/**
 * Whether this is a repeated item that C-Blosc2 reads: its blocks must consist of whole items of the frame's
 * size.
 */
function isReadableValue({ cbytes, headerBytes, blocksize }: Blosc2ChunkHeader, typesize: number): boolean {
  const item = cbytes - headerBytes
  return item === typesize && item <= MAX_CHUNK_TYPESIZE && blocksize % item === 0
}

/** A repeated item that is not the frame's size, as ordinary blocks. */
async function recompressed(
  ws: Workspace,
  bytes: ChunkBytes,
  { nbytes }: Blosc2ChunkHeader,
  { header, vlmeta = new Map() }: PlacingFrame,
): Promise<Placement> {
  const target = { schunk: traitsOf(header, vlmeta), blockshape: blockshapeIn(header.meta) }
  const { pattern } = await readLayout(bytes, header.typesize)
  if (pattern === undefined) throw new Error('only chunks that repeat an item are compressed again')
  return stored(await encodeRepeated(ws, resolveParams(optionsOf(header), target), pattern, nbytes))
}

/**
 * How to store a chunk so that C-Blosc2 can read it: unchanged, unless it is a special chunk that only blpk
 * reads.
 * @param h its header
 */
export async function placeChunk(
  ws: Workspace,
  bytes: ChunkBytes,
  h: Blosc2ChunkHeader,
  frame: PlacingFrame,
): Promise<Placement> {
  const { header } = frame
  const asItIs = { bytes, cbytes: h.cbytes }
  if (h.special === 'none' || h.headerBytes === SHORT_HEADER_BYTES) return asItIs
  if (h.special === 'value')
    return isReadableValue(h, header.typesize) ? asItIs : recompressed(ws, bytes, h, frame)
  // NaNs must have the typesize of the frame.
  const isSameItem = h.special !== 'nans' || h.typesize === header.typesize
  if (IN_INDEX.includes(h.special) && isSameItem)
    return placeSpecial(h.special as OffsetSpecial, h.nbytes, frame)
  return recompressed(ws, bytes, h, frame)
}
