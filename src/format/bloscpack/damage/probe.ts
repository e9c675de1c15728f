// Checks if a chunk stands at a position, by its header, its digest and by decompressing it.

import { CHUNK_HEADER_BYTES, type ChunkHeader, parseChunkHeader } from '../../../chunk/blosc1/header.js'
import { type ChecksumName, checksumSpec } from '../../../chunk/checksums.js'
import { asDamage, type BlpkError, damaged } from '../../../core/errors.js'
import { Slot } from '../../../engine/slot.js'
import { Workspace } from '../../../kernels/workspace.js'
import type { SizedSource } from '../../../sources/sized.js'
import { GuessBudget } from '../../damage/budget.js'
import { jobs } from '../blosc1-job.js'
import { isTight } from './extent.js'

/** A chunk that is proved to be one. */
export interface FoundChunk {
  /** In the archive, in bytes. */
  position: number
  /** After its digest. */
  end: number
  header: ChunkHeader
  /** Why it cannot be decompressed here, though nothing else is wrong with it. */
  unread?: BlpkError
}

/** What stands at a position: a chunk, or why there is none, with where it would end if its header is right. */
export interface Probed {
  found?: FoundChunk
  problem?: BlpkError
  claimedEnd?: number
}

/** Reads chunks at any position and says whether they can be believed. */
export class ChunkProbe {
  readonly source: SizedSource
  readonly maxChunk: number
  readonly #deep: boolean
  readonly #signal: AbortSignal | undefined
  readonly #ws = new Workspace()
  readonly #slot = new Slot(this.#ws.arena)
  readonly #jobs = jobs.open(this.#ws)
  /** For guesses where chunks could be. */
  readonly budget: GuessBudget
  #checksum: ChecksumName = 'None'
  #remembered = new Map<number, FoundChunk>()

  constructor(source: SizedSource, o: { deep: boolean; maxChunk: number; signal?: AbortSignal | undefined }) {
    this.source = source
    this.maxChunk = o.maxChunk
    this.#deep = o.deep
    this.#signal = o.signal
    this.budget = new GuessBudget(source.size, CHUNK_HEADER_BYTES)
  }

  get checksum(): ChecksumName {
    return this.#checksum
  }

  /** The checksum that chunks have from now on. */
  use(checksum: ChecksumName): void {
    if (checksum !== this.#checksum) this.#remembered.clear()
    this.#checksum = checksum
  }

  /** Are chunks decompressed, for want of a checksum or because all are to be? */
  get decodes(): boolean {
    return this.#deep || this.#checksum === 'None'
  }

  /** Chunks that were proved elsewhere, in place of those before. */
  remember(chunks: readonly FoundChunk[]): void {
    this.#remembered = new Map(chunks.map((chunk) => [chunk.position, chunk]))
  }

  /** The chunk at a position, if it is known to be sound. */
  remembered(position: number): FoundChunk | undefined {
    return this.#remembered.get(position)
  }

  get digestBytes(): number {
    return checksumSpec(this.#checksum).size
  }

  /** Reads up to `nbytes` bytes; fewer at the end. */
  async read(position: number, nbytes: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(nbytes)
    return bytes.subarray(0, await this.source.read(position, bytes))
  }

  /** The chunk header at a position, if the chunk can lie there. @throws BlpkError DAMAGED, UNSUPPORTED */
  async headerAt(position: number, digestBytes = this.digestBytes): Promise<ChunkHeader> {
    const place = { offset: position }
    const bytes = await this.read(position, CHUNK_HEADER_BYTES)
    if (bytes.length < CHUNK_HEADER_BYTES)
      throw damaged(`the archive ends at byte ${this.source.size}`, place)
    const header = parseChunkHeader(bytes, place)
    if (header.nbytes > this.maxChunk) {
      throw damaged(`the chunk has ${header.nbytes} plain bytes, more than allowed`, place, {
        option: 'maxChunk',
      })
    }
    if (position + header.cbytes + digestBytes > this.source.size) {
      throw damaged(`the archive ends at byte ${this.source.size}, within this chunk`, place)
    }
    return header
  }

  /** Looks for a chunk at a position. @param guess does it count against the budget for guesses? */
  async at(position: number, guess: boolean): Promise<Probed> {
    this.#signal?.throwIfAborted()
    let claimedEnd: number | undefined
    try {
      const known = this.remembered(position)
      const header = known?.header ?? (await this.headerAt(position))
      claimedEnd = position + header.cbytes + this.digestBytes
      if (guess) this.budget.spend(header.cbytes + header.nbytes / 16)
      return await this.#proved(known ?? { position, end: claimedEnd, header }, known !== undefined)
    } catch (error) {
      return { problem: asDamage(error), ...(claimedEnd !== undefined && { claimedEnd }) }
    }
  }

  async #proved(chunk: FoundChunk, isKnown: boolean): Promise<Probed> {
    if (isKnown) return { found: chunk }
    try {
      await this.#decode(chunk.position, chunk.header)
      return { found: chunk }
    } catch (error) {
      const found = asUnread(chunk, asDamage(error))
      if (found === undefined) throw error
      return { found }
    }
  }

  /** Reads a chunk with its digest; the bytes are good until the next call. */
  async readPacked(
    position: number,
    header: ChunkHeader,
    digestBytes = this.digestBytes,
  ): Promise<Uint8Array> {
    const packed = this.#slot.packed(header.cbytes + digestBytes)
    if ((await this.source.read(position, packed)) === packed.length) return packed
    throw damaged(`the archive ends within the chunk at byte ${position}`, { offset: position })
  }

  /** Reads a chunk and proves it. @throws BlpkError CHECKSUM, DAMAGED, UNSUPPORTED */
  async #decode(position: number, header: ChunkHeader): Promise<void> {
    const packed = await this.readPacked(position, header)
    const checksum = this.#checksum
    if (checksum === 'None' && !isTight(packed, header)) {
      throw damaged('the chunk does not end where its streams end', { offset: position })
    }
    const plain = this.decodes ? this.#slot.plain(header.nbytes) : new Uint8Array(0)
    await this.#jobs.decode(
      { checksum, checkOnly: !this.decodes, place: { offset: position } },
      plain,
      packed,
    )
  }
}

/** A chunk that is sound as far as it can be checked here. @returns undefined if an error says more */
export function asUnread(chunk: FoundChunk, error: BlpkError): FoundChunk | undefined {
  return error.code === 'UNSUPPORTED' ? { ...chunk, unread: error } : undefined
}
