import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { RangeReader } from '../../dist/format/bloscpack/range.js'
import { type ByteSource, compress, decompress, MemorySource } from '../../dist/index.js'
import { noise } from '../cli/run.js'
import { anyInput } from '../support/arbitrary.js'
import { chunksOf } from '../support/archives.js'
import { sized } from '../support/long.js'
import { between, seeded } from '../support/random.js'
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
const ranges = fc.array(fc.tuple(ratio, ratio), { minLength: 1, maxLength: 12 })

describe('a range of plain bytes', () => {
  test('is the slice, and costs the front and the chunks that it touches', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anyInput(), ranges, async ({ plain, options }, ends) => {
        const bytes = await compress(plain, { ...options, threads: 1 })
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
      { numRuns: sized(30, 100) },
    )
  })

  test('of one item out of many chunks reads no more than its chunk', async () => {
    const plain = new Uint8Array(new Float64Array(200_000).map((_, i) => Math.sqrt(i)).buffer)
    const source = new CountingSource(await compress(plain, { typesize: 8, chunkSize: 16 * 1024 }))
    const archive = await openArchive(source)
    expect(
      sameBytes(
        await readRange(new RangeReader(archive), 800_000, 800_008),
        plain.subarray(800_000, 800_008),
      ),
    ).toBe(true)
    expect(source.count).toBeLessThan(18 * 1024 + 8 * 100)
  })

  test('of a chunk that was read before costs the blocks that it touches', async () => {
    const plain = noise(1_000_000)
    const archived = await compress(plain, { typesize: 4, codec: 'lz4', blockSize: 32 * 1024 })
    const source = new CountingSource(archived)
    const reader = new RangeReader(await openArchive(source))
    await readRange(reader, 0, 100)
    const before = source.count
    expect(sameBytes(await readRange(reader, 500_000, 500_100), plain.subarray(500_000, 500_100))).toBe(true)
    expect(source.count - before).toBeLessThan(34 * 1024)
    // What is wrong with another block shows when a reader comes to the chunk for the first time.
    archived[900_000] = 1 ^ (archived[900_000] ?? 0)
    const fresh = new RangeReader(await openArchive(archived))
    await expect(readRange(fresh, 500_000, 500_100)).rejects.toMatchObject({ code: 'CHECKSUM' })
  })

  test('is the slice of archives by Bloscpack too, however often it is read', async () => {
    const directory = fileURLToPath(new URL('../fixtures/blp/archives', import.meta.url))
    const names = readdirSync(directory).filter((name) => name.endsWith('.blp'))
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      const archived = readFileSync(join(directory, name))
      const archive = await openArchive(archived)
      if (archive.nbytes === undefined) continue
      const plain = await decompress(archived)
      const reader = new RangeReader(archive)
      const random = seeded(7)
      for (let i = 0; i < 20; i++) {
        const start = between(random, 0, plain.length)
        const stop = between(random, start, Math.min(plain.length, start + 5000))
        const same = sameBytes(await readRange(reader, start, stop), plain.subarray(start, stop))
        expect([name, start, stop, same]).toEqual([name, start, stop, true])
      }
    }
  })

  test('of a block that reaches over the start of another one is read with the whole chunk', async () => {
    const plain = noise(256 + 8)
    const inner = Uint8Array.of(8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)
    plain.set(inner, 100)
    plain.set(inner.subarray(4), 256)
    const whole = await compress(plain, { typesize: 1, checksum: 'None', offsets: false })
    const chunk = Buffer.alloc(16 + 8 + 4 + 256)
    chunk.set([2, 1, 0x30, 1])
    const block0 = 16 + 8
    for (const [at, value] of [
      [4, plain.length],
      [8, 256],
      [12, chunk.length],
      [16, block0],
      [20, block0 + 4 + 100],
      [24, 256],
    ] as const)
      chunk.writeUInt32LE(value, at)
    chunk.set(plain.subarray(0, 256), block0 + 4)
    const archived = Buffer.concat([whole.subarray(0, 32), chunk])
    expect(sameBytes(await decompress(archived), plain)).toBe(true)
    const reader = new RangeReader(await openArchive(archived))
    for (const [start, stop] of [
      [0, 256],
      [256, 264],
      [200, 262],
    ] as const)
      expect(sameBytes(await readRange(reader, start, stop), plain.subarray(start, stop))).toBe(true)
  })

  test('that is not within the data is refused', async () => {
    const archive = await openArchive(await compress(new Uint8Array(100)))
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
