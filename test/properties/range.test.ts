import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ByteSource, MemorySource, openArchive, packBytes, RangeReader } from '../../dist/index.js'
import { anyInput } from '../support/arbitrary.js'
import { chunksOf } from '../support/archives.js'
import { sameBytes } from '../support/scratch.js'

const CHUNK_HEADER_BYTES = 16
const OFFSET_BYTES = 8
const TIMEOUT = 120_000

/** Counts what is read. */
class CountingSource implements ByteSource {
  readonly name = 'counted'
  readonly seekable = true
  count = 0
  readonly #source: MemorySource

  constructor(bytes: Uint8Array) {
    this.#source = new MemorySource(bytes)
  }

  get size(): number {
    return this.#source.size
  }

  read(position: number, into: Uint8Array): number {
    const n = this.#source.read(position, into)
    this.count += n
    return n
  }

  close(): void {}
}

async function readRange(reader: RangeReader, start: number, stop: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of reader.pieces({ start, stop })) pieces.push(piece.slice())
  return Buffer.concat(pieces)
}

const ratio = fc.double({ min: 0, max: 1, noNaN: true })
const ranges = fc.array(fc.tuple(ratio, ratio), { minLength: 1, maxLength: 5 })

describe('a range of plain bytes', () => {
  test('is the slice, and costs the front and the chunks that it touches', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(), ranges, async ({ plain, options }, ends) => {
        const bytes = await packBytes(plain, { ...options, threads: 1 })
        const chunks = await chunksOf(bytes)
        const source = new CountingSource(bytes)
        const archive = await openArchive(source)
        const reader = new RangeReader(archive)
        const { chunkSize = 1, offsets, nchunks = 0 } = archive.header
        let allowed = archive.offsetsAt + (offsets ? (nchunks + 1) * OFFSET_BYTES : 0)
        for (const pair of ends) {
          const [start = 0, stop = 0] = pair
            .map((end) => Math.round(end * plain.length))
            .sort((a, b) => a - b)
          expect(sameBytes(await readRange(reader, start, stop), plain.subarray(start, stop))).toBe(true)
          const first = Math.floor(start / chunkSize)
          const touched = start === stop ? [] : chunks.slice(first, Math.ceil(stop / chunkSize))
          const packed = touched.reduce((sum, c) => sum + c.header.cbytes + archive.digestBytes, 0)
          // Without offsets the way to a chunk leads over the headers of those before it, each time anew.
          const steps = offsets ? touched.length : touched.reduce((sum, c) => sum + c.index + 1, 0)
          allowed += packed + CHUNK_HEADER_BYTES * steps
          expect(source.count).toBeLessThanOrEqual(allowed)
        }
      }),
      { numRuns: 100 },
    )
  })

  test('of one item out of many chunks reads no more than its chunk', async () => {
    const plain = new Uint8Array(new Float64Array(200_000).map((_, i) => Math.sqrt(i)).buffer)
    const source = new CountingSource(await packBytes(plain, { typesize: 8, chunkSize: 16 * 1024 }))
    const archive = await openArchive(source)
    expect(
      sameBytes(
        await readRange(new RangeReader(archive), 800_000, 800_008),
        plain.subarray(800_000, 800_008),
      ),
    ).toBe(true)
    expect(source.count).toBeLessThan(18 * 1024 + 8 * 100)
  })

  test('that does not lie within the data is refused', async () => {
    const archive = await openArchive(await packBytes(new Uint8Array(100)))
    for (const [start, stop] of [
      [0, 101],
      [60, 50],
      [-1, 5],
      [0.5, 3],
    ] as const) {
      await expect(
        readRange(new RangeReader(archive), start, stop),
        `${start}:${stop}`,
      ).rejects.toMatchObject({ code: 'USAGE' })
    }
  })
})
