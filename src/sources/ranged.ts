// A source over range requests.

import type { ByteSource, ByteSpan } from '../bytes/byte-source.js'
import { closedError } from '../core/errors.js'
import { Readahead } from './readahead.js'

/** Size of the first request in bytes: covers header, metadata and offsets of most archives. */
export const FIRST_BYTES = 64 * 1024

/** A place that is read by range requests, at a single version. */
export interface RangedPlace {
  readonly name: string
  /** In bytes. */
  readonly size: number
  /** Its first bytes, from the first response. */
  readonly front: Uint8Array
  /** Fills `into` from `start` on, or throws. Retries on temporary failures. */
  fetch(start: number, into: Uint8Array): Promise<void>
  /** Aborts requests in progress. */
  close(): void
}

/** A source over range requests. */
export class RangedSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly seekable = true
  readonly #place: RangedPlace
  readonly #readahead: Readahead
  #isClosed = false

  constructor(place: RangedPlace) {
    this.name = place.name
    this.size = place.size
    this.#place = place
    const fetch = async (start: number, stop: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(stop - start)
      await place.fetch(start, bytes)
      return bytes
    }
    this.#readahead = new Readahead(fetch, place.size, place.front)
  }

  willRead(start: number, stop: number): void {
    this.#readahead.willRead(start, stop)
  }

  willReadParts(ranges: readonly ByteSpan[]): void {
    this.#readahead.willReadParts(ranges)
  }

  async read(position: number, into: Uint8Array): Promise<number> {
    if (this.#isClosed) throw closedError(`'${this.name}'`)
    return this.#readahead.read(position, into)
  }

  close(): void {
    this.#isClosed = true
    this.#place.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
