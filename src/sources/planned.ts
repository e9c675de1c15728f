// Fetches ranges that are known in advance: neighbours together, a few at a time.

import type { ByteSpan } from '../bytes/byte-source.js'

/** Gaps between ranges up to this size are cheaper to fetch than another request. */
const GAP_BYTES = 16 * 1024
/** Maximum size of a piece, and number of pieces requested ahead; at most twice as many are held. */
const PIECE_BYTES = 4 * 2 ** 20
const DEPTH = 4

/** Bytes that were requested. */
export interface FetchedRange {
  start: number
  stop: number
  bytes: Promise<Uint8Array>
}

/** Ranges in order; neighbours are merged and long ones are split into pieces. */
function joinRanges(ranges: readonly ByteSpan[]): ByteSpan[] {
  const joined: [number, number][] = []
  for (const [start, stop] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1)
    if (last !== undefined && start - last[1] <= GAP_BYTES) last[1] = Math.max(last[1], stop)
    else if (stop > start) joined.push([start, stop])
  }
  return joined.flatMap(([start, stop]) =>
    Array.from({ length: Math.ceil((stop - start) / PIECE_BYTES) }, (_, i): ByteSpan => {
      const from = start + i * PIECE_BYTES
      return [from, Math.min(from + PIECE_BYTES, stop)]
    }),
  )
}

/** Ranges that will be read, prefetched a few at a time: exactly these, each once. */
export class Planned {
  readonly #ask: (start: number, stop: number) => FetchedRange
  #waiting: ByteSpan[] = []
  #held: FetchedRange[] = []

  /** @param ask starts a request */
  constructor(ask: (start: number, stop: number) => FetchedRange) {
    this.#ask = ask
  }

  /** Several readers may have plans at the same time. */
  add(ranges: readonly ByteSpan[]): void {
    this.#waiting.push(...joinRanges(ranges))
    this.#advance()
  }

  /** The piece that holds a position, if it is planned. It is dropped once it is read to its end. */
  holding(position: number, wanted: number): FetchedRange | undefined {
    const found = this.#held.find(({ start, stop }) => start <= position && position < stop)
    const piece = found ?? this.#jump(position)
    if (piece !== undefined && position + wanted >= piece.stop) {
      this.#held = this.#held.filter((other) => other !== piece)
      this.#advance()
    }
    return piece
  }

  #jump(position: number): FetchedRange | undefined {
    const at = this.#waiting.findIndex(([start, stop]) => start <= position && position < stop)
    const [range] = at === -1 ? [] : this.#waiting.splice(at, 1)
    return range && this.#hold(range)
  }

  #hold([start, stop]: ByteSpan): FetchedRange {
    const piece = this.#ask(start, stop)
    // Remains of a reader that gave up must not stay for ever.
    this.#held = [...this.#held.slice(1 - 2 * DEPTH), piece]
    return piece
  }

  #advance(): void {
    while (this.#held.length < DEPTH) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#hold(next)
    }
  }
}
