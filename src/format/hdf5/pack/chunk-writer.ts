// Writes the chunks of a new dataset one after the other, each in a frame of its own (filter 32026).

import type { ByteSink } from '../../../bytes/byte-sink.js'
import { MemoryChunk } from '../../../chunk/blosc2/chunk-bytes.js'
import { parseBlosc2ChunkHeader } from '../../../chunk/blosc2/header.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { ChunkSink } from '../../chunks/pack-into.js'
import { type Placement, type PlacingFrame, placeChunk, placeSpecial } from '../../chunks/placement.js'
import type { FrameHeader } from '../../frame/header.js'
import type { OffsetSpecial } from '../../frame/offsets.js'
import { ChunkRows } from '../write/chunk-rows.js'
import { SealedFramer } from './sealed-framer.js'

/** The chunks of a dataset that is being written. */
export class ChunkWriter implements ChunkSink {
  readonly rows = new ChunkRows()
  /** End of the chunks, in bytes. */
  position: number
  /** Chunks of zeros, which are not stored. */
  nspecial = 0
  readonly #sink: Pick<ByteSink, 'write'>
  readonly #header: FrameHeader
  readonly #leavesZeros: boolean
  readonly #framer: SealedFramer
  readonly #ws = new Workspace()

  /**
   * @param position of the first chunk, in bytes
   * @param header of the frames, with the plain size of a chunk and its metalayers
   * @param leavesZeros whether chunks of zeros are left out, as the fill value is zero
   */
  constructor(sink: Pick<ByteSink, 'write'>, position: number, header: FrameHeader, leavesZeros = true) {
    this.#sink = sink
    this.#leavesZeros = leavesZeros
    this.position = position
    this.#header = header
    this.#framer = new SealedFramer(header)
  }

  async hand(index: number, chunk: Uint8Array): Promise<undefined> {
    const h = parseBlosc2ChunkHeader(chunk)
    await this.#place(index, await placeChunk(this.#ws, new MemoryChunk(chunk), h, this.#frame))
  }

  /** Writes a chunk of one special value. */
  async special(index: number, special: OffsetSpecial): Promise<void> {
    await this.#place(index, placeSpecial(special, this.#header.chunksize, this.#frame))
  }

  get #frame(): PlacingFrame {
    return { header: this.#header, chunksize: this.#header.chunksize }
  }

  async #place(index: number, placement: Placement): Promise<void> {
    if ('bytes' in placement) {
      const { bytes, cbytes } = placement
      const chunk = await bytes.fetch(0, cbytes)
      const [before, behind] = await this.#framer.around(chunk)
      await this.#put(index, [before, chunk, behind])
    } else if (placement.special === 'nans') await this.#put(index, [this.#framer.special('nans')])
    else if (this.#leavesZeros) this.nspecial++
    else await this.#put(index, [this.#framer.special('zeros')])
  }

  /** Writes a frame in pieces. */
  async #put(index: number, pieces: readonly Uint8Array[]): Promise<void> {
    const address = this.position
    for (const piece of pieces) {
      await this.#sink.write(piece)
      this.position += piece.length
    }
    this.rows.add(index, { address, cbytes: this.position - address, mask: 0 })
  }
}
