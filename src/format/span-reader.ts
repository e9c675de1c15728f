// Spans of plain bytes, read in ascending order, and the runs of a selection taken out of them.

import { copyAxes } from '../array/runs.js'
import type { StridedRun } from '../array/strided-runs.js'
import type { ByteSpan } from '../bytes/byte-source.js'
import type { MaybePromise } from '../core/maybe-promise.js'
import type { RunOptions } from '../engine/options.js'

/** Plain bytes, and where they start among all of them. */
export interface PlacedBytes {
  position: number
  bytes: Uint8Array
}

/** Reads many spans of plain bytes better than one by one. */
export interface SpanReader {
  /** Bytes between two spans that are read anyhow, around a position: the size of a block. */
  gapAt(position: number): MaybePromise<number>
  /**
   * Reads spans with ascending positions, one after the other; each piece may be used until the next is asked for.
   * @throws BlpkError DAMAGED, CHECKSUM, IO, …
   */
  read(spans: Iterable<ByteSpan>, options: RunOptions): AsyncIterable<PlacedBytes>
}

/** Shorter runs are put together before they are handed on. */
const LONG_RUN = 64 * 1024
const TOGETHER = 2 ** 20

/** Copies `count` runs of `length` bytes that lie `stride` apart to where they lie without gaps. */
export function copyStrided(from: Uint8Array, { count, length, stride }: StridedRun, to: Uint8Array): void {
  const unit = [8, 4, 2, 1].find((size) => length % size === 0 && stride % size === 0) ?? 1
  const axes = [
    { runs: [0, 0, count], from: stride / unit, to: length / unit },
    { runs: [0, 0, length / unit], from: 1, to: 1 },
  ]
  copyAxes(axes, unit, from, to)
}

/** Goes along the bytes of a source and takes out of them what the runs name. */
class RunTaker {
  readonly #runs: Iterator<StridedRun>
  readonly #room: Uint8Array
  #run: StridedRun | undefined
  /** Bytes of the first run of `#run` that were taken. */
  #taken = 0
  #filled = 0

  constructor(runs: Iterable<StridedRun>, nbytes: number) {
    this.#runs = runs[Symbol.iterator]()
    this.#room = new Uint8Array(Math.min(nbytes, TOGETHER))
    this.#run = this.#nextRun()
  }

  #nextRun(): StridedRun | undefined {
    const next = this.#runs.next()
    return next.done === true ? undefined : next.value
  }

  /** Drops the first `count` of the runs that are left, of which `taken` bytes more are done. */
  #advance(count: number, taken = 0): void {
    const run = this.#run
    this.#taken = taken
    if (run === undefined || count === 0) return
    this.#run =
      count < run.count
        ? { ...run, start: run.start + count * run.stride, count: run.count - count }
        : this.#nextRun()
  }

  /** @returns as many whole short runs as end before `end` and fit */
  #whole(run: StridedRun, end: number): number {
    if (this.#taken > 0 || run.length >= LONG_RUN) return 0
    const inside = Math.floor((end - run.start - run.length) / run.stride) + 1
    const fit = Math.floor((this.#room.length - this.#filled) / run.length)
    return Math.max(0, Math.min(run.count, inside, fit))
  }

  /** What is in the room, if there is any; the room is free then. */
  *rest(): Generator<Uint8Array> {
    if (this.#filled > 0) yield this.#room.subarray(0, this.#filled)
    this.#filled = 0
  }

  /** The bytes of runs that lie in `bytes`, as far as they do not wait in the room. */
  *take({ position, bytes }: PlacedBytes): Generator<Uint8Array> {
    const end = position + bytes.length
    for (let run = this.#run; run !== undefined && run.start + this.#taken < end; run = this.#run) {
      const at = run.start + this.#taken - position
      const whole = this.#whole(run, end)
      if (whole > 0) {
        copyStrided(bytes.subarray(at), { ...run, count: whole }, this.#room.subarray(this.#filled))
        this.#filled += whole * run.length
        this.#advance(whole)
        continue
      }
      const piece = bytes.subarray(at, at + run.length - this.#taken)
      yield* this.#takePiece(piece)
      const taken = this.#taken + piece.length
      this.#advance(taken === run.length ? 1 : 0, taken === run.length ? 0 : taken)
    }
  }

  *#takePiece(piece: Uint8Array): Generator<Uint8Array> {
    if (piece.length > this.#room.length - this.#filled || piece.length >= LONG_RUN) yield* this.rest()
    if (piece.length > this.#room.length || piece.length >= LONG_RUN) {
      yield piece
      return
    }
    this.#room.set(piece, this.#filled)
    this.#filled += piece.length
  }
}

/**
 * The bytes of runs with ascending positions, one after the other. Each piece may be used until the next is asked for.
 * @param nbytes of all runs together
 */
export async function* runBytes(
  runs: () => Iterable<StridedRun>,
  nbytes: number,
  pieces: AsyncIterable<PlacedBytes>,
): AsyncGenerator<Uint8Array> {
  const taker = new RunTaker(runs(), nbytes)
  for await (const piece of pieces) yield* taker.take(piece)
  yield* taker.rest()
}
