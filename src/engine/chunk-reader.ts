// Splits a source of plain bytes into chunks.

import type { FilePlace } from '../bytes/file-place.js'
import { changedError } from '../core/errors.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import { readFully } from '../disk/fully.js'
import type { PlainSource } from '../sources/plain.js'
import type { Filled } from './pack-run.js'

/** Reads a source chunk by chunk, until its end. */
export class ChunkReader {
  nchunks = 0
  nbytes = 0
  lastChunk = 0
  ended = false
  readonly #source: PlainSource
  readonly #chunkSize: number

  constructor(source: PlainSource, chunkSize: number) {
    this.#source = source
    this.#chunkSize = chunkSize
  }

  /** Position of the next chunk in a file. */
  get #place(): FilePlace | undefined {
    const { place, size } = this.#source
    return place === undefined || size === undefined
      ? undefined
      : { ...place, position: place.position + this.nbytes }
  }

  /**
   * Reads the next chunk into `room`. An empty source has one empty chunk.
   * @param mayPass whether another thread may read it: the chunk is then skipped if it is in a file
   * @returns undefined at the end
   * @throws BlpkError IO if the source has fewer bytes than announced
   */
  async next(room: Uint8Array, mayPass = false): Promise<Filled | undefined> {
    const from = mayPass ? this.#place : undefined
    const nbytes = await this.#advance((wanted) =>
      from === undefined ? this.#source.read(room.subarray(0, wanted)) : wanted,
    )
    return nbytes === undefined ? undefined : { nbytes, from }
  }

  async #advance(read: (wanted: number) => MaybePromise<number>): Promise<number | undefined> {
    if (this.ended) return undefined
    const { size } = this.#source
    const wanted = size === undefined ? this.#chunkSize : Math.min(this.#chunkSize, size - this.nbytes)
    const n = await read(wanted)
    if (size !== undefined && n < wanted) throw changedError(this.#source.name, 'shorter')
    this.ended = size === undefined ? n < this.#chunkSize : this.nbytes + n === size
    if (n === 0 && this.nchunks > 0) return undefined
    this.nchunks++
    this.nbytes += n
    this.lastChunk = n
    return n
  }

  /** @throws BlpkError IO if the source has more bytes than announced */
  async checkEnd(): Promise<void> {
    const { size, name, place, isPiece } = this.#source
    if (size === undefined || isPiece === true) return
    const byte = new Uint8Array(1)
    const n =
      place === undefined ? await this.#source.read(byte) : readFully(place.fd, byte, place.position + size)
    if (n > 0) throw changedError(name, 'longer')
  }
}
