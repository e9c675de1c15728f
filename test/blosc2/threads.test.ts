import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loneChunk } from '../../dist/core/schunk-traits.js'
import { packChunks } from '../../dist/engine/pack-run.js'
import { resolveParams } from '../../dist/format/chunks/cparams.js'
import { packHow } from '../../dist/format/chunks/pack-how.js'
import { BlpkError, type FilterOption, NDArray, SChunk } from '../../dist/index.js'
import { sized, some } from '../support/long.js'

/** A walk in steps that every filter finds something in, with a stretch of zeros. */
function walk(nbytes: number): Uint8Array {
  const bytes = new Uint8Array(nbytes)
  const items = new Int32Array(bytes.buffer, 0, nbytes >> 2)
  let value = 0
  for (let i = 0; i < items.length; i++) {
    value += ((Math.imul(i, 2654435761) >>> 8) % 7) - 3
    items[i] = value
  }
  return bytes.fill(0, nbytes >> 2, nbytes >> 1)
}

const WALK = walk(sized(2_000_000, 9_000_000))

const CASES: { codec: string; filters: FilterOption[]; typesize: number }[] = [
  { codec: 'lz4', filters: ['shuffle'], typesize: 8 },
  { codec: 'lz4', filters: ['bitshuffle'], typesize: 4 },
  { codec: 'blosclz', filters: ['shuffle', 'bytedelta'], typesize: 3 },
  { codec: 'lz4hc', filters: ['delta', 'shuffle'], typesize: 4 },
  { codec: 'zlib', filters: [], typesize: 7 },
  { codec: 'zstd', filters: ['shuffle'], typesize: 8 },
  { codec: 'zstd', filters: ['delta'], typesize: 300 },
]

/** Packs without saying how much there is, so that workers are started for few bytes too. */
async function packAll(plain: Uint8Array, c: (typeof CASES)[number], size: number, threads: number) {
  const params = resolveParams({ ...c, level: 5 }, { schunk: loneChunk(c.typesize, 0) })
  const chunks: Uint8Array[] = []
  await packChunks({
    ...packHow(params, size),
    threads,
    fill: (room, i) => {
      const part = plain.subarray(i * size, (i + 1) * size)
      room.set(part)
      return part.length === 0 ? undefined : part.length
    },
    take: (packed, index, nbytes) => {
      expect([index, nbytes]).toEqual([chunks.length, Math.min(size, plain.length - index * size)])
      chunks.push(packed.slice())
      return undefined
    },
  })
  return chunks
}

describe.each([1, 2, 5])('with %i threads', (threads) => {
  test.each(threads === 1 ? some(CASES, 2) : CASES)(
    '$codec $filters, items of $typesize bytes',
    async (c) => {
      const size = c.typesize * 5001
      const plain = WALK.subarray(0, c.typesize * Math.floor(WALK.length / c.typesize))
      const alone = await packAll(plain.subarray(0, 20 * size + c.typesize), c, size, 1)
      const packed = await packAll(plain.subarray(0, 20 * size + c.typesize), c, size, threads)
      expect(packed.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
        alone.map((bytes) => Buffer.from(bytes).toString('hex')),
      )
      const schunk = await SChunk.create({ ...c, chunkSize: size, threads }, plain)
      const frame = await schunk.toCframe()
      const reader = await SChunk.open(frame, { threads })
      expect(Buffer.compare(await reader.bytes(), plain)).toBe(0)
      const blocks = reader.decoded.blocks
      // From the middle of an item of one chunk to that of another one.
      const [from, to] = [size + 13, Math.min(40 * size, plain.length) - 1]
      expect(Buffer.compare(await reader.bytes(from, to), plain.subarray(from, to))).toBe(0)
      expect(reader.decoded.blocks).toBeLessThanOrEqual(2 * blocks)
    },
  )
})

describe('many things at the same time', () => {
  test('slices of one array do not disturb each other', async () => {
    const planes = sized(45, 90)
    const items = Float64Array.from({ length: planes * 70 * 50 }, (_, i) => Math.floor(i / 3))
    const array = await NDArray.fromTypedArray(items, {
      shape: [planes, 70, 50],
      chunks: [31, 33, 17],
      blocks: [7, 9, 5],
    })
    const rows = await Promise.all(Array.from({ length: planes }, (_, i) => array.slice([i])))
    for (const [i, { data }] of rows.entries()) {
      const expected = new Uint8Array(items.buffer, i * 70 * 50 * 8, 70 * 50 * 8)
      expect(Buffer.compare(data, expected)).toBe(0)
    }
  })

  const plain = walk(32_000_000)

  test.each(['none', 'xxh64'] as const)('a broken chunk is named, with checksum %s', async (checksum) => {
    const options = { typesize: 4, codec: 'lz4', chunkSize: 1_000_000, threads: 2, checksum }
    const schunk = await SChunk.create(options, plain)
    const frame = (await schunk.toCframe()).slice()
    const at = Buffer.from(frame).indexOf(await schunk.chunk(20))
    // The length of the first stream of the first block.
    new DataView(frame.buffer).setInt32(at + 32 + 4 * Math.ceil(1_000_000 / 262_144), 2 ** 30, true)
    const directory = mkdtempSync(join(tmpdir(), 'blpk-threads-'))
    const path = join(directory, 'broken.b2frame')
    writeFileSync(path, frame)
    for (const input of [frame, path]) {
      const reader = await SChunk.open(input, { threads: 2 })
      const error = await reader.bytes().catch((e: unknown) => e)
      expect(error).toBeInstanceOf(BlpkError)
      expect((error as BlpkError).code).toBe(checksum === 'none' ? 'DAMAGED' : 'CHECKSUM')
      expect((error as BlpkError).place.chunk).toBe(20)
      expect(Buffer.compare(await reader.bytes(0, 20_000_000), plain.subarray(0, 20_000_000))).toBe(0)
      await reader.close()
    }
    rmSync(directory, { recursive: true })
  })
})

test('a signal stops packing before the next chunk', async () => {
  const controller = new AbortController()
  let taken = 0
  const params = resolveParams({ codec: 'lz4' }, { schunk: loneChunk(4, 0) })
  const packing = packChunks({
    ...packHow(params, 100_000),
    threads: 2,
    signal: controller.signal,
    fill: (room) => room.fill(7).length,
    take: () => {
      if (++taken === 10) controller.abort()
      return undefined
    },
  })
  await expect(packing).rejects.toMatchObject({ name: 'AbortError' })
  expect(taken).toBeLessThan(30)
})
