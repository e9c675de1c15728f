// Proves chunks of a possibly damaged frame, within a budget of bytes read.

import type { ChunkBytes } from '../../../chunk/blosc2/chunk-bytes.js'
import { type Blosc2ChunkHeader, EXTENDED_HEADER_BYTES } from '../../../chunk/blosc2/header.js'
import type { PipelineTraits } from '../../../chunk/blosc2/pipeline.js'
import { loneChunk } from '../../../core/schunk-traits.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { SizedSource } from '../../../sources/sized.js'
import { GuessBudget } from '../../damage/budget.js'
import { headerOf, type ProofTraits, type Proven, proveChunk } from './prove.js'

/** A possibly damaged frame: a source, and for a sparse one the directory of its chunks. */
export interface FramePlace {
  source: SizedSource
  directory?: string | undefined
}

/** Decides whether chunks are sound. */
export class FrameProbe {
  readonly ws = new Workspace()
  readonly place: FramePlace
  /** Description for codecs and filters; set once the header is known. */
  traits: PipelineTraits = { itemBytes: 1, schunk: loneChunk(1, 0) }
  readonly #maxChunk: number
  readonly #signal: AbortSignal | undefined
  /** For guessed positions of chunks. */
  readonly budget: GuessBudget

  constructor(place: FramePlace, o: { maxChunk: number; signal?: AbortSignal | undefined }) {
    this.place = place
    this.#maxChunk = o.maxChunk
    this.#signal = o.signal
    this.budget = new GuessBudget(place.source.size, EXTENDED_HEADER_BYTES)
  }

  /** Reads up to `nbytes` bytes; fewer at the end. */
  async read(position: number, nbytes: number): Promise<Uint8Array> {
    const { source } = this.place
    const bytes = new Uint8Array(Math.max(0, Math.min(nbytes, source.size - position)))
    return bytes.subarray(0, await source.read(position, bytes))
  }

  /** What proving a chunk requires. */
  get proofTraits(): ProofTraits {
    return { ...this.traits, maxChunk: this.#maxChunk }
  }

  /** See {@link headerOf}. @throws BlpkError DAMAGED, UNSUPPORTED; the signal's reason */
  async headerOf(bytes: ChunkBytes): Promise<Blosc2ChunkHeader> {
    this.#signal?.throwIfAborted()
    return headerOf(bytes, this.#maxChunk)
  }

  /** See {@link proveChunk}. @throws BlpkError DAMAGED, UNSUPPORTED; the signal's reason */
  async prove(bytes: ChunkBytes, digest?: Uint8Array): Promise<Proven> {
    this.#signal?.throwIfAborted()
    return proveChunk(this.ws, bytes, this.proofTraits, digest)
  }
}
