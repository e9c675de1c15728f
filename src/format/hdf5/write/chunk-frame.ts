// A chunk as the filter of Blosc2 stores it: a whole contiguous frame of one chunk (README_CFRAME_FORMAT).

import { newBlosc2ChunkHeader, writeBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { B2ND_LAYER, type B2ndMeta, formatB2nd } from '../../frame/array-layer.js'
import { type FrameHeader, formatFrameHeader, frameHeaderBytes } from '../../frame/header.js'
import type { Layers } from '../../frame/layers.js'
import { type ChunkOffset, formatOffsets, OFFSET_BYTES } from '../../frame/offsets.js'
import { formatTrailer } from '../../frame/trailer.js'
import { isShaped } from './blosc2-filter.js'

/** Where the sizes stand in the header of a frame, which is the same for all chunks otherwise. */
const FRAME_BYTES_AT = 16
const CBYTES_AT = 39

/** What the frames of all chunks of a dataset have in common. */
export type ChunkFrameLayout = Omit<B2ndMeta, 'shape'>

/** The metalayers of a chunk: its shape, if it has one in a frame. */
export function chunkLayers(layout: ChunkFrameLayout): Layers {
  const { chunkshape } = layout
  if (!isShaped(chunkshape)) return new Map()
  return new Map([[B2ND_LAYER, formatB2nd({ ...layout, shape: chunkshape })]])
}

/** A chunk that is stored as it is. */
export function storedChunk(plain: Uint8Array, typesize: number): Uint8Array {
  const h = newBlosc2ChunkHeader({
    split: true,
    codecFormat: 0,
    udcodec: 0,
    codecMeta: 0,
    typesize,
    nbytes: plain.length,
    blocksize: plain.length,
    filters: [],
  })
  const cbytes = h.headerBytes + plain.length
  const bytes = new Uint8Array(cbytes)
  writeBlosc2ChunkHeader(bytes, { ...h, memcpyed: true, cbytes })
  bytes.set(plain, h.headerBytes)
  return bytes
}

/** The index of a frame with one chunk. */
function indexOf(offset: ChunkOffset): Uint8Array {
  return storedChunk(formatOffsets([offset]), OFFSET_BYTES)
}

/** Wraps the compressed chunks of a dataset into frames. */
export class ChunkFramer {
  readonly #header: Uint8Array
  readonly #trailer: Uint8Array
  /** Index and trailer. */
  readonly #behind: Uint8Array

  /**
   * @param header of a frame as it is before its chunks, with the metalayers of {@link chunkLayers} and `chunksize`
   * @param trailer of all frames; default: one without metalayers
   */
  constructor(header: FrameHeader, trailer = formatTrailer(new Map())) {
    this.#trailer = trailer
    this.#behind = Buffer.concat([indexOf({ at: 0 }), trailer])
    const headerBytes = frameHeaderBytes(header.meta)
    const nbytes = header.chunksize
    this.#header = formatFrameHeader({ ...header, headerBytes, frameBytes: 0, nbytes, cbytes: 0 })
  }

  /** What a frame takes besides its chunk, in bytes. */
  get extraBytes(): number {
    return this.#header.length + this.#behind.length
  }

  #head(cbytes: number): Uint8Array {
    const header = this.#header.slice()
    const view = new DataView(header.buffer)
    view.setBigUint64(FRAME_BYTES_AT, BigInt(this.extraBytes + cbytes))
    view.setBigUint64(CBYTES_AT, BigInt(cbytes))
    return header
  }

  /** The pieces of a frame around a chunk of `cbytes` bytes: before it, and behind it. */
  around(cbytes: number): readonly [Uint8Array, Uint8Array] {
    return [this.#head(cbytes), this.#behind]
  }

  /** The whole frame. @param chunk a complete Blosc2 chunk that is no special value */
  frame(chunk: Uint8Array): Uint8Array {
    const [before, behind] = this.around(chunk.length)
    return Buffer.concat([before, chunk, behind])
  }

  /**
   * A frame whose chunk is one value, which only its index tells. Chunks that are not initialized have none: the filter
   * gives old memory for them.
   */
  special(special: 'zeros' | 'nans'): Uint8Array {
    return Buffer.concat([this.#head(0), indexOf({ special }), this.#trailer])
  }
}
