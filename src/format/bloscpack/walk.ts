// Finds the chunks of an archive, by its offsets or from each chunk to the next.

import { damaged } from '../../core/errors.js'
import type { Archive, ChunkPlace } from './archive.js'

/**
 * Goes through the chunks of an archive from first to last. They lie back to back, so each tells where
 * the next one starts; offsets must agree.
 */
export class ChunkWalk {
  readonly #archive: Archive
  #index = 0
  #position: number
  #peeked: ChunkPlace | undefined

  constructor(archive: Archive) {
    this.#archive = archive
    this.#position = archive.chunksAt
  }

  /** The next chunk, which `next` then gives again. */
  async peek(): Promise<ChunkPlace | undefined> {
    this.#peeked ??= await this.#find()
    return this.#peeked
  }

  /** Chunks that were passed. */
  get count(): number {
    return this.#index
  }

  /** Position after the last chunk that was passed, in bytes. */
  get position(): number {
    return this.#position
  }

  /**
   * Finds the next chunk.
   * @returns undefined after the last one
   * @throws BlpkError DAMAGED if header, offsets and chunks contradict each other
   */
  async next(): Promise<ChunkPlace | undefined> {
    const chunk = await this.peek()
    this.#peeked = undefined
    if (chunk === undefined) return undefined
    this.#index++
    this.#position = this.#archive.endOf(chunk)
    return chunk
  }

  async #find(): Promise<ChunkPlace | undefined> {
    const { nchunks } = this.#archive
    if (nchunks !== undefined && this.#index === nchunks) {
      await this.#checkEnd()
      return undefined
    }
    await this.#checkOffset()
    return this.#archive.locate(this.#index, this.#position)
  }

  async #checkOffset(): Promise<void> {
    const offset = (await this.#archive.offsets())?.[this.#index]
    if (offset === undefined || offset === this.#position) return
    throw damaged(`the offset of the chunk is ${offset}, but it starts at byte ${this.#position}`, {
      chunk: this.#index,
      offset: this.#position,
    })
  }

  /** Bytes after the last chunk are left by appends of Bloscpack; without offsets there are no appends. */
  async #checkEnd(): Promise<void> {
    if (this.#archive.header.offsets) return
    if ((await this.#archive.source.read(this.#position, new Uint8Array(1))) > 0) {
      throw damaged(`there are bytes after the last of ${this.#index} chunks`, { offset: this.#position })
    }
  }
}

/** An offset that was put in place of another shows by where its chunk ends. */
function checkNeighbours(archive: Archive, next: number | undefined, chunk: ChunkPlace): void {
  const { index, position } = chunk
  const starts = index > 0 || position === archive.chunksAt
  if (starts && (next === undefined || next === archive.endOf(chunk))) return
  throw damaged('the offsets do not match the position of the chunk', { chunk: index, offset: position })
}

/** @returns undefined if there is no such chunk */
export type FindChunk = (index: number) => Promise<ChunkPlace | undefined>

/** Finds chunk `index`: by its offset, or from chunk to chunk if there are no offsets. */
export async function findChunk(archive: Archive, index: number): Promise<ChunkPlace> {
  const around = await archive.offsetsAround(index)
  if (around !== undefined) {
    const [position, next] = around
    if (position < archive.chunksAt) {
      throw damaged(`the offset of the chunk is ${position}`, { chunk: index, offset: position })
    }
    const chunk = await archive.locate(index, position)
    if (chunk === undefined) throw damaged('the chunk is missing', { chunk: index, offset: position })
    checkNeighbours(archive, next, chunk)
    return chunk
  }
  const walk = new ChunkWalk(archive)
  for (let chunk = await walk.next(); chunk !== undefined; chunk = await walk.next()) {
    if (chunk.index === index) return chunk
  }
  throw damaged(`the archive has no chunk ${index}`, { chunk: index })
}

/** Finds chunks; without offsets each one tells where the next is, so that they should be asked for in ascending order. */
export function chunkFinder(archive: Archive): FindChunk {
  if (archive.header.offsets) return (index) => findChunk(archive, index)
  let walk = new ChunkWalk(archive)
  return async (index) => {
    if (index < walk.count) walk = new ChunkWalk(archive)
    let chunk = await walk.next()
    while (chunk !== undefined && chunk.index < index) chunk = await walk.next()
    return chunk
  }
}
