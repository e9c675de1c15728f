import { describe, expect, test } from 'vitest'
import type { PackOptions as BloscpackOptions } from '../../dist/engine/options.js'
import type { Archive } from '../../dist/format/bloscpack/archive.js'
import { concatArchives } from '../../dist/format/bloscpack/join.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { partOf } from '../../dist/format/bloscpack/part.js'
import { verifyArchive } from '../../dist/format/bloscpack/verify.js'
import {
  BloscpackSink,
  compress,
  decompress,
  MemorySink,
  open as openDataset,
  pack,
  plainSource,
} from '../../dist/index.js'
import { npy, ramp } from '../cli/run.js'
import { CHECKSUMS } from '../support/arbitrary.js'
import { makeData } from '../support/data.js'
import { between, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'

type PackOptions = Omit<BloscpackOptions, 'onPlan'>

const CHUNK = 1000

async function joined(
  archives: readonly Uint8Array[],
  options = {},
): Promise<{ bytes: Uint8Array; copied: number }> {
  const sink = new MemorySink()
  const opened: Archive[] = []
  for (const bytes of archives) opened.push(await openArchive(bytes))
  const { copied, cbytes } = await concatArchives(opened, sink, { threads: 1, ...options })
  expect(cbytes).toBe(sink.bytes.length)
  return { bytes: sink.bytes, copied }
}

describe('concat', () => {
  const packed = (plain: Uint8Array, o: PackOptions = {}) =>
    compress(plain, { chunkSize: CHUNK, typesize: 4, threads: 1, ...o })

  test('pieces of any sizes, with and without offsets: sound, and the bytes one after the other', async () => {
    const random = seeded(5)
    for (let round = 0; round < 60; round++) {
      const checksum = CHECKSUMS[round % CHECKSUMS.length] ?? 'crc32'
      const plains = Array.from({ length: between(random, 1, 5) }, (_, i) => {
        const size = random() < 0.4 ? CHUNK * between(random, 0, 4) : between(random, 0, 5 * CHUNK)
        return makeData('counting', size, 4, round * 10 + i)
      })
      const archives: Uint8Array[] = []
      for (const plain of plains) archives.push(await packed(plain, { checksum, offsets: random() < 0.7 }))
      const { bytes } = await joined(archives)
      expect(sameBytes(await decompress(bytes), Buffer.concat(plains))).toBe(true)
      expect((await verifyArchive((await openArchive(bytes)).source, { deep: true })).findings).toEqual([])
    }
  })

  test('what lies on a border is copied as it is; only what is off it is packed anew', async () => {
    const full = await packed(makeData('noisy', 3 * CHUNK, 4, 1), { codec: 'zlib' })
    const short = await packed(makeData('noisy', CHUNK + 400, 4, 2))
    const rest = await packed(makeData('noisy', 600, 4, 3))
    expect((await joined([full, full, short])).copied).toBe(8)
    // 400 and 600 make a chunk again, and all behind it is copied.
    expect((await joined([short, rest, full])).copied).toBe(4)
    expect((await joined([short, full])).copied).toBe(1)
  })

  test('what does not go together is refused', async () => {
    const one = await packed(ramp(3000))
    for (const other of [{ typesize: 8 }, { checksum: 'md5' as const }, { chunkSize: 2000 }])
      await expect(joined([one, await packed(ramp(3000), other)])).rejects.toMatchObject({ code: 'USAGE' })
    const described = await packed(ramp(100), { metadata: '{"a":1}' })
    await expect(joined([one, described])).rejects.toMatchObject({ code: 'USAGE' })
    const { bytes } = await joined([one, described], { metadata: '{"b":2}' })
    expect((await openArchive(bytes)).metadata).toBe('{"b":2}')
  })

  test('damage is found on the way', async () => {
    const one = await packed(makeData('noise', 3000, 4, 1))
    const bad = Buffer.from(one)
    bad.writeUInt8(255 - bad.readUInt8(bad.length - 500), bad.length - 500)
    await expect(joined([one, bad])).rejects.toMatchObject({ code: 'CHECKSUM' })
  })

  test('arrays grow along axis 0; other dtypes, shapes and orders are refused', async () => {
    const packArray = async (shape: number[], dtype = '<f4', fortran = false) => {
      const size = shape.reduce((a, b) => a * b, 1) * Number(dtype.slice(2))
      const sink = new MemorySink()
      await pack(await plainSource(npy(dtype, shape, ramp(size), fortran)), new BloscpackSink(sink), {
        chunkSize: CHUNK,
      })
      return Buffer.from(sink.bytes)
    }
    const { bytes } = await joined([
      await packArray([300, 3]),
      await packArray([7, 3]),
      await packArray([0, 3]),
    ])
    expect(await (await openDataset(bytes)).slice()).toMatchObject({ shape: [307, 3], dtype: '<f4' })
    for (const other of [packArray([7, 4]), packArray([7, 3], '<f8'), packArray([21])])
      await expect(joined([await packArray([300, 3]), await other])).rejects.toMatchObject({ code: 'USAGE' })
    await expect(
      joined([await packArray([30, 3], '<f4', true), await packArray([7, 3])]),
    ).rejects.toMatchObject({
      code: 'USAGE',
    })
  })
})

describe('parts', () => {
  async function partsOf(input: Uint8Array, count: number, o: PackOptions = {}): Promise<Uint8Array[]> {
    const archives: Uint8Array[] = []
    for (let index = 1; index <= count; index++) {
      const { source, options } = await partOf(await plainSource(input), { index, count }, o)
      const sink = new MemorySink()
      await pack(source, new BloscpackSink(sink), { threads: 1, ...options })
      archives.push(sink.bytes)
    }
    return archives
  }

  test('joined parts are the whole, and every chunk of them is copied', async () => {
    for (const [size, count] of [
      [10_000, 3],
      [10_007, 4],
      [999, 5],
      [0, 2],
      [100_000, 7],
    ] as const) {
      const plain = makeData('counting', size, 4, size)
      const { bytes, copied } = await joined(await partsOf(plain, count, { chunkSize: CHUNK }))
      expect(sameBytes(await decompress(bytes), plain)).toBe(true)
      expect(copied).toBe((await openArchive(bytes)).nchunks)
    }
  })

  test('parts of arrays are arrays of whole rows, whatever the row', async () => {
    for (const shape of [[500, 3], [77, 13, 2], [9, 1000], [5, 719], [3], [0, 4], [4, 0]]) {
      for (const count of [1, 2, 3, 8]) {
        const size = shape.reduce((a, b) => a * b, 1) * 4
        const input = npy('<f4', shape, ramp(size))
        const archives = await partsOf(input, count, { chunkSize: CHUNK })
        let rows = 0
        for (const archive of archives) {
          const { shape: own } = await (await openDataset(archive)).slice()
          expect(own.slice(1)).toEqual(shape.slice(1))
          rows += own[0] ?? 0
        }
        if (size > 0) expect(rows).toBe(shape[0])
        const { bytes, copied } = await joined(archives)
        expect(copied).toBe((await openArchive(bytes)).nchunks)
        const whole = await (await openDataset(bytes)).slice()
        if (size > 0) expect(whole.shape).toEqual(shape)
        expect(sameBytes(whole.data, ramp(size))).toBe(true)
      }
    }
  })

  test('pipes, 0-d arrays and arrays in Fortran order cannot be cut', async () => {
    const part = { index: 1, count: 2 }
    const fortran = await plainSource(npy('<f4', [3, 4], ramp(48), true))
    const single = await plainSource(npy('<f4', [], ramp(4)))
    for (const source of [await plainSource([ramp(10)]), fortran, single])
      await expect(partOf(source, part, {})).rejects.toMatchObject({ code: 'USAGE' })
  })
})
