// Goes through a damaged archive from chunk to chunk, and notes the gaps between those it can prove.

import { type BlpkError, damaged } from '../../../core/errors.js'
import type { OffsetTable } from './front.js'
import type { ChunkProbe, FoundChunk, Probed } from './probe.js'
import { nextChunk } from './scan.js'
import type { StretchProver } from './stretch.js'

/** A stretch of the archive in which no chunk can be believed. */
export interface Gap {
  from: number
  /** The position of the next chunk that can, or the end of the archive. */
  to: number
  problem: BlpkError
  /** Chunks that are lost in it, where offsets or chunk headers tell. */
  lost?: number
}

/** Chunks and what is between them, in the order of the archive. */
export type ChunkOrGap = { chunk: FoundChunk; gap?: undefined } | { gap: Gap; chunk?: undefined }

export interface DiscoverOptions {
  start: number
  table: OffsetTable | undefined
  /** Stop after so many chunks, if all of them were accounted for. */
  nchunks: number | undefined
  /** Called after each step with the position it came to, in bytes. */
  onStep?: ((position: number) => void) | undefined
  /** Proves sound chunks in threads. */
  prover: StretchProver
}

/** A hostile archive may string together as many headers as it likes. */
const MAX_HOPS = 10_000

/** Finds chunks from first to last, and where the next one is whenever there is none. */
export class Discovery {
  readonly parts: ChunkOrGap[] = []
  readonly #probe: ChunkProbe
  readonly #o: DiscoverOptions
  /** Index that each position has by the table. */
  readonly #indices = new Map<number, number>()
  /** Chunks passed, lost ones included; undefined after a gap that does not tell. */
  #count: number | undefined = 0

  constructor(probe: ChunkProbe, o: DiscoverOptions) {
    this.#probe = probe
    this.#o = o
    o.table?.forEach((position, i) => {
      if (position >= 0 && !this.#indices.has(position)) this.#indices.set(position, i)
    })
  }

  async run(): Promise<ChunkOrGap[]> {
    const { size } = this.#probe.source
    let position = this.#o.start
    while (position < size && (this.#o.nchunks === undefined || this.#count !== this.#o.nchunks)) {
      const probed = await this.#probe.at(position, false)
      if (probed.found === undefined) {
        position = await this.#passGap(position, probed)
        this.#o.onStep?.(position)
      } else {
        position = await this.#passChunks(probed.found)
      }
    }
    return this.parts
  }

  /** Passes a chunk and those after it that are sound. @returns where the last one ends */
  async #passChunks(first: FoundChunk): Promise<number> {
    let { end } = first
    const pass = (chunk: FoundChunk): void => {
      this.parts.push({ chunk })
      if (this.#count !== undefined) this.#count++
      end = chunk.end
      this.#o.onStep?.(end)
    }
    pass(first)
    await this.#o.prover.run(first, this.#left(), pass)
    return end
  }

  /** Chunks that are still to be passed, if that is known. */
  #left(): number {
    const { nchunks } = this.#o
    return nchunks === undefined || this.#count === undefined
      ? Number.POSITIVE_INFINITY
      : nchunks - this.#count
  }

  #addGap(from: number, to: number, problem: BlpkError | undefined, lost: number | undefined): void {
    const known = problem ?? damaged('no chunk can be read here', { offset: from })
    this.parts.push({ gap: { from, to, problem: known, ...(lost !== undefined && { lost }) } })
    this.#count = this.#count === undefined || lost === undefined ? undefined : this.#count + lost
  }

  async #passGap(from: number, first: Probed): Promise<number> {
    const { size } = this.#probe.source
    if (await this.#followHeaders(from, first)) return this.#lastGapEnd()
    const next = await this.#nextByTable(from)
    if (next !== undefined) {
      this.#addGap(from, next, first.problem, 1)
      return next
    }
    const found = this.#probe.budget.isExhausted ? undefined : await nextChunk(this.#probe, from + 1)
    this.#addGap(from, found ?? size, first.problem, undefined)
    return found ?? size
  }

  #lastGapEnd(): number {
    return this.parts.at(-1)?.gap?.to ?? this.#probe.source.size
  }

  /** Goes by the sizes in headers of chunks that are broken inside, up to one that is sound or to the very end. */
  async #followHeaders(from: number, first: Probed): Promise<boolean> {
    const gaps: { from: number; to: number; problem: BlpkError | undefined }[] = []
    let probed = first
    for (let at = from; gaps.length < MAX_HOPS && !this.#probe.budget.isExhausted; ) {
      const { claimedEnd, problem } = probed
      if (claimedEnd === undefined) return false
      gaps.push({ from: at, to: claimedEnd, problem })
      at = claimedEnd
      probed = at === this.#probe.source.size ? {} : await this.#probe.at(at, true)
      if (at !== this.#probe.source.size && probed.found === undefined) continue
      for (const gap of gaps) this.#addGap(gap.from, gap.to, gap.problem, 1)
      return true
    }
    return false
  }

  /** The chunk that the offsets give as the next one, if it is sound. */
  async #nextByTable(from: number): Promise<number | undefined> {
    const index = this.#indices.get(from)
    const next = index === undefined ? undefined : this.#o.table?.[index + 1]
    if (next === undefined || !(next > from)) return undefined
    return (await this.#probe.at(next, true)).found === undefined ? undefined : next
  }
}
