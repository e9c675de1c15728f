// Prefetches data that are read in order.

import type { ByteSpan } from '../bytes/byte-source.js'
import { type FetchedRange, Planned } from './planned.js'

/** Fetches all bytes from `start` to `stop`. */
export type FetchRange = (start: number, stop: number) => Promise<Uint8Array>

/** Size of requests for sequential reads, and number of such pieces in flight or held. */
const PIECE_BYTES = 4 * 2 ** 20
const DEPTH = 4
/** Minimum size of a request: at the front of an archive much more is read soon, elsewhere it is not. */
const FRONT_BYTES = 256 * 1024
const STRAY_BYTES = 16 * 1024
const FRONT_END = 2 ** 20
const MAX_STRAYS = 4
/** After this many consecutive reads, the whole is assumed to be read. */
const IN_A_ROW = 3

/**
 * Turns many reads into few requests. In an announced range, several pieces are prefetched at a time, and
 * nothing beyond it. Single reads fetch a little more than necessary. Memory is bounded: four pieces of 4
 * MiB, four single reads, and planned ranges.
 */
export class Readahead {
  readonly #fetch: FetchRange
  readonly #size: number
  readonly #front: FetchedRange
  readonly #planned = new Planned((start, stop) => this.#ask(start, stop))
  #strays: FetchedRange[] = []
  #ahead: FetchedRange[] = []
  /** Position up to which pieces were requested, and the end of the range. */
  #next = 0
  #stop = 0
  #lastStop = -1
  #inARow = 0

  /** @param size of the whole, in bytes @param front its first bytes, which are kept */
  constructor(fetch: FetchRange, size: number, front: Uint8Array) {
    this.#fetch = fetch
    this.#size = size
    this.#front = { start: 0, stop: front.length, bytes: Promise.resolve(front) }
  }

  /** Announces that the bytes from `start` to `stop` will be read, in order. */
  willRead(start: number, stop: number): void {
    // Bytes in the front need not be requested again.
    const from = start < this.#front.stop ? Math.min(stop, this.#front.stop) : start
    this.#ahead = []
    this.#next = from
    this.#stop = Math.min(stop, this.#size)
    this.#fill()
  }

  /** Announces ranges that will be read, and nothing between them. */
  willReadParts(ranges: readonly ByteSpan[]): void {
    const ahead = this.#ahead[0]?.start ?? this.#next
    // Bytes in the front, and bytes that will be read anyway, need not be requested again.
    const missing = ranges
      .map(([start, end]): ByteSpan => [Math.max(start, this.#front.stop), Math.min(end, this.#size)])
      .filter(([start, end]) => start < end && (start < ahead || end > this.#stop))
    this.#planned.add(missing)
  }

  /** Fills `into` with the bytes from `position` on. @returns fewer bytes only at the end */
  async read(position: number, into: Uint8Array): Promise<number> {
    const wanted = Math.max(0, Math.min(into.length, this.#size - position))
    for (let done = 0; done < wanted; ) {
      const at = position + done
      const piece = this.#holding(at, wanted - done) ?? this.#miss(at, wanted - done)
      const bytes = await piece.bytes
      const part = bytes.subarray(at - piece.start, at - piece.start + wanted - done)
      into.set(part, done)
      done += part.length
    }
    return wanted
  }

  #holding(position: number, wanted: number): FetchedRange | undefined {
    const holds = (piece: FetchedRange): boolean => piece.start <= position && position < piece.stop
    if (holds(this.#front)) return this.#front
    const planned = this.#planned.holding(position, wanted)
    if (planned !== undefined) return planned
    const found = this.#ahead.find(holds)
    if (found !== undefined) {
      // Within a range, positions only increase.
      this.#ahead = this.#ahead.filter((piece) => piece.stop > position)
      this.#fill()
      return found
    }
    if (position >= this.#next && position < this.#stop && position < this.#next + PIECE_BYTES) {
      this.#ahead = []
      this.#fill()
      return this.#ahead.find(holds)
    }
    return this.#strays.find(holds)
  }

  #fill(): void {
    while (this.#ahead.length < DEPTH && this.#next < this.#stop) {
      const stop = Math.min(this.#next + PIECE_BYTES, this.#stop)
      this.#ahead.push(this.#ask(this.#next, stop))
      this.#next = stop
    }
  }

  #ask(start: number, stop: number): FetchedRange {
    const bytes = this.#fetch(start, stop)
    // A failure is reported when the bytes are wanted.
    bytes.catch(() => {})
    return { start, stop, bytes }
  }

  #miss(position: number, wanted: number): FetchedRange {
    this.#inARow = position === this.#lastStop ? this.#inARow + 1 : 0
    if (this.#inARow >= IN_A_ROW || wanted > PIECE_BYTES) {
      this.willRead(position, this.#inARow >= IN_A_ROW ? this.#size : position + wanted)
      const [piece] = this.#ahead
      if (piece !== undefined) return piece
    }
    const least = position < FRONT_END ? FRONT_BYTES : STRAY_BYTES
    const nbytes = Math.max(wanted, least * 4 ** this.#inARow)
    const piece = this.#ask(position, Math.min(this.#size, position + nbytes))
    this.#lastStop = piece.stop
    this.#strays = [piece, ...this.#strays.slice(0, MAX_STRAYS - 1)]
    return piece
  }
}
