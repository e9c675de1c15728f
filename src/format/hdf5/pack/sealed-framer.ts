// Wraps chunks into frames with checksums, as those of Blosc2 files have them (docs/format.md).

import { Sealer, sealTrailer, xxh64Of } from '../../chunks/checksums.js'
import { CHECKSUM_LAYER } from '../../frame/checksums.js'
import { type FrameHeader, frameHeaderBytes } from '../../frame/header.js'
import { formatTrailer } from '../../frame/trailer.js'
import { ChunkFramer, storedChunk } from '../write/chunk-frame.js'

/** Makes the frames of the chunks of a dataset. */
export class SealedFramer {
  readonly #sealer: Sealer | undefined
  readonly #framer: ChunkFramer
  /** For chunks that only an index tells, which has nothing to check. */
  readonly #plain: ChunkFramer
  readonly #trailerBytes: number

  /** @param header of a frame as it is before its chunks, with its metalayers and `chunksize` */
  constructor(header: FrameHeader) {
    this.#sealer = Sealer.for([{ at: 0 }], frameHeaderBytes(header.meta))
    const layers = this.#sealer && [[CHECKSUM_LAYER, storedChunk(this.#sealer.content, 1)] as const]
    const trailer = formatTrailer(new Map(layers))
    this.#trailerBytes = trailer.length
    this.#plain = new ChunkFramer(header)
    this.#framer = new ChunkFramer({ ...header, hasVlmeta: layers !== undefined }, trailer)
  }

  /** What goes in front of a chunk, and behind it. */
  async around(chunk: Uint8Array): Promise<readonly [Uint8Array, Uint8Array]> {
    const [header, shared] = this.#framer.around(chunk.length)
    const behind = shared.slice()
    const at = behind.length - this.#trailerBytes
    const ends = { header, index: behind.subarray(0, at), trailer: behind.subarray(at) }
    this.#sealer?.set(0, await xxh64Of(chunk))
    this.#sealer?.fill(ends)
    await sealTrailer(ends)
    return [header, behind]
  }

  /** A frame whose chunk is one value. */
  special(special: 'zeros' | 'nans'): Uint8Array {
    return this.#plain.special(special)
  }
}
