// What every codec must keep, built in or of a user. The toy in toys/rows-codec.mjs goes through all of it too.
import { describe, expect, test } from 'vitest'
import { decodeChunk } from '../../dist/chunk/blosc1/decode.js'
import { encodeChunk, maxChunkBytes } from '../../dist/chunk/blosc1/encode.js'
import { parseChunkHeader } from '../../dist/chunk/blosc1/header.js'
import type { Codec } from '../../dist/codecs/codec.js'
import { allCodecs } from '../../dist/codecs/registry.js'
import { NDArray, SChunk } from '../../dist/index.js'
import { Workspace } from '../../dist/kernels/workspace.js'
import { DATA_KINDS, makeData } from '../support/data.js'
import { between, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'
import { decodeStream, encodeStream } from './streams.js'
import './toys/registered.mjs'

const CODECS: Codec[] = allCodecs()
const WRITTEN = CODECS.filter(({ encode }) => encode !== undefined)
const IN_FRAMES = WRITTEN.filter(({ ids }) => ids.blosc2 !== undefined)
const IN_ARCHIVES = WRITTEN.filter(({ ids }) => ids.blosc1 !== undefined)
/** In bytes; streams of one byte and less are always stored. */
const STREAM_SIZES = [1, 2, 31, 32, 33, 127, 128, 1000, 4096, 65_537]
const TYPESIZES = [1, 2, 4, 7, 8, 16, 300]
/** Threads are worth it from some 80 ms of work. */
const LARGE = 12 * 2 ** 20
let large: Uint8Array | undefined

test('the registry has the built-in codecs and the toy', () => {
  const names = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd', 'ndlz', 'rows']
  expect(CODECS.map(({ name }) => name)).toEqual(names)
  const numbers = CODECS.map(({ ids }) => ids.blosc2).filter((number) => number !== undefined)
  expect(new Set(numbers).size).toBe(numbers.length)
})

describe.each(WRITTEN)('$name, stream by stream', (codec) => {
  test.each(DATA_KINDS)('%s comes back from all sizes, within bounds', async (kind) => {
    for (const size of STREAM_SIZES) {
      const plain = makeData(kind, size, 4, size)
      for (const room of [size - 1, size >> 1, 9]) {
        const packed = await encodeStream(codec, plain, Math.max(0, room))
        expect([size, room, packed.isContained]).toEqual([size, room, true])
        expect(packed.size).toBeGreaterThanOrEqual(0)
        expect(packed.size).toBeLessThanOrEqual(Math.max(0, room))
        if (packed.size === 0) continue
        const back = await decodeStream(codec, packed.output.slice(0, packed.size), size)
        expect([back.size, back.isContained]).toEqual([size, true])
        expect(sameBytes(back.output, plain)).toBe(codec.traits.lossy !== true)
      }
    }
  })

  test('higher levels do not make it larger', async () => {
    const plain = makeData('noisy', 200_000, 4, 3)
    const sizes: number[] = []
    for (let level = 1; level <= 9; level++) {
      const { size } = await encodeStream(codec, plain, plain.length - 1, { level })
      sizes.push(size === 0 ? plain.length : size)
    }
    // Searching longer is no promise for each single step, but for the whole way.
    expect(sizes.at(-1)).toBeLessThanOrEqual(sizes[0] ?? 0)
    for (const [i, size] of sizes.entries()) expect(size).toBeLessThanOrEqual((sizes[i - 1] ?? size) * 1.02)
  })
})

describe.each(CODECS)('$name and streams that are damaged', (codec) => {
  test('are never written beyond their size', async () => {
    const random = seeded(7)
    const plain = makeData('runs', 5000, 4, 1)
    const packed = codec.encode && (await encodeStream(codec, plain, plain.length - 1))
    const sound = packed?.output.slice(0, packed.size) ?? new Uint8Array(200)
    for (let i = 0; i < 300; i++) {
      const stream = sound.slice(0, between(random, 1, sound.length))
      for (let k = between(random, 1, 4); k > 0; k--)
        stream[between(random, 0, stream.length - 1)] = between(random, 0, 255)
      const meta = i % 2 === 0 ? 4 : 8
      const back = await decodeStream(codec, stream, plain.length, { meta })
      expect(back.isContained).toBe(true)
      expect(back.size).toBeLessThanOrEqual(plain.length)
    }
  })

  test.runIf(codec.encode !== undefined)('that are cut short do not pass for whole ones', async () => {
    const plain = makeData('runs', 5000, 4, 9)
    const packed = await encodeStream(codec, plain, plain.length - 1)
    expect(packed.size).toBeGreaterThan(0)
    for (const part of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9]) {
      const cut = packed.output.slice(0, Math.ceil(packed.size * part))
      const back = await decodeStream(codec, cut, plain.length)
      expect([part, back.isContained, back.size < plain.length]).toEqual([part, true, true])
    }
  })

  test('of nothing and of noise are refused', async () => {
    for (const stream of [new Uint8Array(1), makeData('noise', 50, 1, 5)]) {
      const back = await decodeStream(codec, stream, 4000, { meta: 4 })
      expect(back.isContained).toBe(true)
      expect(back.size).toBeLessThan(4000)
    }
  })
})

describe.each(IN_ARCHIVES)('$name in chunks of Blosc 1', (codec) => {
  const ws = new Workspace()

  test.each(TYPESIZES.slice(0, 6))('items of %i bytes', async (typesize) => {
    for (const size of [0, 1, typesize, 127, 5000, 70_001]) {
      const plain = makeData('noisy', size, typesize, size)
      const out = new Uint8Array(maxChunkBytes(size))
      const shuffle = typesize === 1 ? 'none' : 'byte'
      const cbytes = await encodeChunk(ws, { codec, level: 5, shuffle, typesize }, plain, out)
      const back = new Uint8Array(size)
      await decodeChunk(ws, out.subarray(0, cbytes), parseChunkHeader(out), back)
      expect([size, sameBytes(back, plain)]).toEqual([size, true])
    }
  })
})

describe.each(IN_FRAMES)('$name in frames', ({ name, traits }) => {
  test.each(TYPESIZES)('items of %i bytes', async (typesize) => {
    const block = 40 * typesize
    const options = { codec: name, typesize, chunkSize: 3 * block, blockSize: block }
    for (const items of [0, 1, 39, 40, 41, 119, 120, 121, 1000]) {
      const plain = makeData('counting', items * typesize, typesize, items)
      const schunk = await SChunk.create(options, plain)
      const back = await SChunk.fromCframe(await schunk.toCframe())
      expect([items, sameBytes(await back.bytes(), plain)]).toEqual([items, true])
      const part = await back.slice(items >> 1, (items >> 1) + 3)
      expect(sameBytes(part, plain.subarray((items >> 1) * typesize, ((items >> 1) + 3) * typesize))).toBe(
        true,
      )
    }
  })

  test('an array with ragged edges, part by part', async () => {
    const shape = [37, 41]
    const items = Float64Array.from({ length: 37 * 41 }, (_, i) => Math.floor(i / 5))
    const options = { shape, chunks: [16, 20], blocks: [8, 5], codec: name }
    const array = await NDArray.fromTypedArray(items, options)
    const back = await NDArray.open(await array.toCframe())
    const at = (y: number, x: number): number => items[y * 41 + x] ?? Number.NaN
    for (const y of [0, 15, 16, 36]) {
      const { data } = await back.slice([y, { start: 3, stop: 41, step: 7 }])
      expect([...new Float64Array(data.slice().buffer)]).toEqual([3, 10, 17, 24, 31, 38].map((x) => at(y, x)))
    }
  })

  test('says whether it is lossy, and gives the same bytes in threads', async () => {
    expect(traits.threads).toBe(true)
    large ??= makeData('noisy', LARGE, 4, 11)
    const plain = large
    const options = { codec: name, typesize: 4, chunkSize: 2 ** 20, level: 2 }
    const alone = await SChunk.create({ ...options, threads: 1 }, plain)
    const together = await SChunk.create({ ...options, threads: 2 }, plain)
    const frame = await alone.toCframe()
    expect(sameBytes(frame, await together.toCframe())).toBe(true)
    for (const threads of [1, 2]) {
      const back = await SChunk.open(frame, { threads })
      expect(sameBytes(await back.bytes(), plain)).toBe(traits.lossy !== true)
    }
  })

  test('a damaged stream is DAMAGED', async () => {
    const plain = makeData('runs', 20_000, 4, 2)
    const schunk = await SChunk.create({ codec: name, typesize: 4, filters: [], checksum: 'none' }, plain)
    const chunk = await schunk.chunk(0)
    const frame = await schunk.toCframe()
    const at = Buffer.from(frame).indexOf(chunk)
    // Behind the header, the table of one block and the size of its first stream.
    const broken = frame.slice()
    broken.fill(0xff, at + 32 + 4 + 4, at + chunk.length)
    const opened = await SChunk.open(broken, { check: 'never' })
    await expect(opened.bytes()).rejects.toMatchObject({ code: 'DAMAGED' })
  })
})
