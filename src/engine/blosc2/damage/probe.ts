import { type BlpkError, damaged } from '../../../errors.js'
import { sameDigest } from '../../../format/bloscpack/checksums.js'
import type { ChunkBytes } from '../../../format/chunk2/chunk-bytes.js'
import { type DecodeOptions, OpenChunk } from '../../../format/chunk2/decode.js'
import { type Chunk2Header, EXTENDED_HEADER_BYTES, parseChunk2Header } from '../../../format/chunk2/header.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { SizedSource } from '../../../sources/sized.js'
import { asDamage } from '../../damage/probe.js'
import { xxh64Of } from '../checksums.js'

/** A frame that may be damaged: a source, and for a sparse one the directory of its chunks. */
export interface FramePlace {
  source: SizedSource
  directory?: string | undefined
}

/** What was found out about the bytes of a chunk whose header makes sense. */
export interface Proven {
  header: Chunk2Header
  digest: 'right' | 'wrong' | 'none'
  /** Why it does not decode; UNSUPPORTED says nothing of the chunk itself. */
  problem?: BlpkError
}

/** Bytes that may be looked at beyond the first reading of the frame, as a multiple of its size. */
const BUDGET_FACTOR = 4
const BUDGET_LEAST = 32 * 2 ** 20

/** Says of chunks whether they can be believed. */
export class FrameProbe {
  readonly ws = new Workspace()
  readonly place: FramePlace
  /** What filters need to know; set as soon as the header is known. */
  traits: DecodeOptions = { itemBytes: 1 }
  readonly #maxChunk: number
  readonly #signal: AbortSignal | undefined
  #budget: number

  constructor(place: FramePlace, o: { maxChunk: number; signal?: AbortSignal | undefined }) {
    this.place = place
    this.#maxChunk = o.maxChunk
    this.#signal = o.signal
    this.#budget = Math.max(BUDGET_LEAST, BUDGET_FACTOR * place.source.size)
  }

  /** Is nothing left to spend on guesses? */
  get isExhausted(): boolean {
    return this.#budget <= 0
  }

  /** Counts bytes that were looked at because of a guess. */
  spend(nbytes: number): void {
    this.#budget -= nbytes + EXTENDED_HEADER_BYTES
  }

  /** Reads up to `nbytes` bytes; fewer at the end. */
  async read(position: number, nbytes: number): Promise<Uint8Array> {
    const { source } = this.place
    const bytes = new Uint8Array(Math.max(0, Math.min(nbytes, source.size - position)))
    return bytes.subarray(0, await source.read(position, bytes))
  }

  /** The header of a chunk, if the chunk can be where it is. @throws BlpkError DAMAGED, UNSUPPORTED */
  async headerOf(bytes: ChunkBytes): Promise<Chunk2Header> {
    this.#signal?.throwIfAborted()
    const { limit, place } = bytes
    if (limit < 16) throw damaged('the chunk is cut short', place)
    const header = parseChunk2Header(await bytes.fetch(0, Math.min(EXTENDED_HEADER_BYTES, limit)), place)
    if (header.cbytes > limit)
      throw damaged(`the chunk claims ${header.cbytes} bytes where there are ${limit}`, place)
    if (header.nbytes === 0) throw damaged('the chunk has no plain bytes', place)
    if (header.nbytes > this.#maxChunk)
      throw damaged(`the chunk has ${header.nbytes} plain bytes, more than allowed (see --max-chunk)`, place)
    return header
  }

  /**
   * Checks a chunk: its digest where one is known, and that it decompresses.
   * @throws BlpkError DAMAGED, UNSUPPORTED where its header makes no sense
   */
  async prove(bytes: ChunkBytes, digest?: Uint8Array): Promise<Proven> {
    const header = await this.headerOf(bytes)
    await bytes.prefetch?.(header.cbytes)
    const state =
      digest === undefined
        ? 'none'
        : sameDigest(await xxh64Of(await bytes.fetch(0, header.cbytes)), digest)
          ? 'right'
          : 'wrong'
    try {
      const chunk = await OpenChunk.open(this.ws, bytes, this.traits)
      const isPlain = header.memcpyed || chunk.pattern !== undefined
      for (let i = 0; i < header.nblocks && !isPlain; i++) await chunk.block(i)
      return { header, digest: state }
    } catch (error) {
      return { header, digest: state, problem: asDamage(error) }
    }
  }
}
