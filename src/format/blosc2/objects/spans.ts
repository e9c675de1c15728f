// Reads spans of the plain bytes of a super-chunk together, those of a chunk at once.

import type { ByteSpan } from '../../../bytes/byte-source.js'
import { allocate } from '../../../core/allocate.js'
import type { RunOptions } from '../../../engine/options.js'
import type { PartRead, PartSource } from '../../chunks/part-task.js'
import { readParts } from '../../chunks/read-parts.js'
import type { PlacedBytes, SpanReader } from '../../span-reader.js'
import type { SChunkReader } from './schunk-reader.js'

/** Plain bytes that are read together, while earlier ones are used; a single chunk may be larger. */
const TOGETHER = 16 * 2 ** 20
/** Maximum number of spans that are read together. */
const MOST_SPANS = 4096

/** The wanted parts of one chunk. */
interface Wanted {
  index: number
  /** Position of the chunk among all plain bytes. */
  start: number
  /** Position in the chunk. */
  spans: ByteSpan[]
}

/** A batch to read together. */
interface Batch {
  wanted: Wanted[]
  nbytes: number
  nspans: number
}

/** The spans, split at the borders of chunks. */
async function* batches(source: PartSource, spans: Iterable<ByteSpan>): AsyncGenerator<Batch> {
  let batch: Batch = { wanted: [], nbytes: 0, nspans: 0 }
  for (const [from, to] of spans) {
    for await (const { index, start, nbytes } of source.chunks.within(from, to)) {
      const span: ByteSpan = [Math.max(from - start, 0), Math.min(to - start, nbytes)]
      const length = span[1] - span[0]
      const known = batch.wanted.at(-1)
      const isFull = batch.nbytes + length > TOGETHER || batch.nspans >= MOST_SPANS
      if (isFull && batch.nspans > 0) {
        yield batch
        batch = { wanted: [], nbytes: 0, nspans: 0 }
      }
      if (known?.index === index && batch.nspans > 0) known.spans.push(span)
      else batch.wanted.push({ index, start, spans: [span] })
      batch.nbytes += length
      batch.nspans++
    }
  }
  if (batch.nspans > 0) yield batch
}

async function readBatch(
  source: PartSource,
  { wanted, nbytes }: Batch,
  room: Uint8Array,
): Promise<PlacedBytes[]> {
  const out = nbytes <= room.length ? room.subarray(0, nbytes).fill(0) : allocate(nbytes)
  const placed: PlacedBytes[] = []
  let at = 0
  const reads = wanted.map(({ index, start, spans }): PartRead => {
    const first = at
    for (const [from, to] of spans) {
      placed.push({ position: start + from, bytes: out.subarray(at, at + to - from) })
      at += to - from
    }
    return { index, part: { spans }, out: out.subarray(first, at) }
  })
  await readParts(source, reads)
  return placed
}

export class FrameSpans implements SpanReader {
  readonly #schunk: SChunkReader

  constructor(schunk: SChunkReader) {
    this.#schunk = schunk
  }

  gapAt(position: number): Promise<number> {
    return this.#schunk.reading({}, async ({ chunks }) => {
      for await (const { index } of chunks.within(position, position + 1))
        return (await chunks.find(index)).layout.header.blocksize
      return 0
    })
  }

  async *read(spans: Iterable<ByteSpan>, { signal }: RunOptions): AsyncGenerator<PlacedBytes> {
    const schunk = this.#schunk
    const { state } = schunk
    const rooms = [0, 1].map(() => new Uint8Array(Math.min(TOGETHER, schunk.nbytes)))
    const all = batches(state, spans)
    let turn = 0
    let isLarge = false
    const next = async (): Promise<PlacedBytes[] | undefined> => {
      const batch = await all.next()
      if (batch.done === true) return undefined
      isLarge = batch.value.nbytes > TOGETHER
      const room = rooms[turn++ % 2] ?? new Uint8Array(0)
      return schunk.reading({ signal }, () => readBatch(state, batch.value, room), state)
    }
    let coming: ReturnType<typeof next> | undefined = next()
    try {
      while (coming !== undefined) {
        const pieces = await coming
        if (pieces === undefined) return
        coming = isLarge ? undefined : ahead(next())
        // Start the threads before the consumer blocks this one.
        await new Promise((resolve) => setImmediate(resolve))
        yield* pieces
        coming ??= next()
      }
    } finally {
      await coming?.catch(() => {})
    }
  }
}

/** A failure is reported in its turn. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
