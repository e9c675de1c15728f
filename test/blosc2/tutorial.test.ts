import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  BlpkError,
  type CompressionOptions,
  NDArray,
  registerCodec,
  registerFilter,
  SChunk,
  type SChunkTraits,
} from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

/** The examples of python-blosc2's tutorial: chunks of 10,000 numbers that follow each other. */
const CHUNK_BYTES = 40_000
const ARANGE = 180
const REST = 184
const DIFFERENCES = 250
const SHUFFLE = 1

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
const itemsOf = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.slice().buffer)
const DATA = Int32Array.from({ length: 100_000 }, (_, i) => i)
const owners: SChunkTraits[] = []

/** An arithmetic progression is its first item and its step. */
registerCodec({
  name: 'arange',
  ids: { blosc2: ARANGE },
  encode(input, output, { schunk }) {
    owners.push(schunk)
    const items = itemsOf(input)
    const [first = 0, second = 0] = items
    if (!items.every((item, i) => item === first + i * (second - first))) return 0
    output.set(bytesOf(Int32Array.of(first, second - first)))
    return 8
  },
  decode(input, output) {
    const [first = 0, step = 0] = itemsOf(input)
    output.set(bytesOf(Int32Array.from({ length: output.length / 4 }, (_, i) => first + i * step)))
    return output.length
  },
})

/** The first item, and another one that is repeated. */
registerCodec({
  name: 'rest',
  ids: { blosc2: REST },
  encode(input, output) {
    const items = itemsOf(input)
    if (!items.every((item, i) => i === 0 || item === items[1])) return 0
    output.set(input.subarray(0, 8))
    return 8
  },
  decode(input, output) {
    const [first = 0, other = 0] = itemsOf(input)
    output.set(bytesOf(Int32Array.from({ length: output.length / 4 }, (_, i) => (i === 0 ? first : other))))
    return output.length
  },
})

registerFilter({
  id: DIFFERENCES,
  forward(input, output) {
    const items = itemsOf(input)
    output.set(bytesOf(items.map((item, i) => item - (items[i - 1] ?? 0))))
  },
  backward(input, output) {
    let sum = 0
    output.set(bytesOf(itemsOf(input).map((item) => (sum += item))))
  },
})

const directory = scratchDirectory()
const peer = await startPeer('codecs and filters of users, both ways')
await peer?.call('b2_register', {})

/** As python-blosc2 counts it: plain bytes a byte of the chunks. */
async function ratioOf(s: SChunk): Promise<number> {
  let cbytes = 0
  for (let i = 0; i < s.nchunks; i++) cbytes += (await s.chunk(i)).length
  return s.nbytes / cbytes
}

const EXAMPLES: {
  name: string
  options: CompressionOptions
  bar: number
  codec: number
  filters: number[]
}[] = [
  {
    name: 'the arange codec',
    options: { codec: 'arange', filters: [] },
    bar: 833,
    codec: ARANGE,
    filters: [0],
  },
  {
    name: 'the difference filter',
    options: { codec: 'lz4', filters: [DIFFERENCES, 'shuffle'] },
    bar: 190,
    codec: 1,
    filters: [DIFFERENCES, SHUFFLE],
  },
  {
    name: 'the second codec, after the filter',
    options: { codec: REST, filters: [DIFFERENCES] },
    bar: 833,
    codec: REST,
    filters: [DIFFERENCES],
  },
]

describe("the examples of python-blosc2's tutorial", () => {
  test.each(EXAMPLES)('$name reaches a ratio of $bar', async ({ options, bar }) => {
    const s = await SChunk.create({ typesize: 4, chunkSize: CHUNK_BYTES, ...options }, DATA)
    expect(await ratioOf(s)).toBeGreaterThanOrEqual(bar)
    const back = await SChunk.fromCframe(await s.toCframe())
    expect(sameBytes(await back.bytes(), bytesOf(DATA))).toBe(true)
    expect(itemsOf(await back.slice(54_321, 54_323))).toEqual(Int32Array.of(54_321, 54_322))
  })

  test.each(EXAMPLES)('$name, both ways with Python', async ({ options, codec, filters }) => {
    if (peer === undefined) return
    const [input, ours, theirs] = ['in.bin', `ours-${codec}`, `theirs-${codec}`].map((n) =>
      join(directory, n),
    )
    if (input === undefined || ours === undefined || theirs === undefined) return
    writeFileSync(input, bytesOf(DATA))
    const s = await SChunk.create({ typesize: 4, chunkSize: CHUNK_BYTES, ...options }, DATA)
    await s.save(`${ours}.b2frame`)
    const seen = await peer.call('b2_describe', { input: `${ours}.b2frame` })
    expect(seen.sha256).toBe(sha256(bytesOf(DATA)))
    const output = `${theirs}.b2frame`
    const ratio = await peer.call('b2_tutorial', { input, output, chunksize: CHUNK_BYTES, codec, filters })
    expect(await ratioOf(s)).toBeGreaterThanOrEqual(Math.floor(ratio))
    const read = await SChunk.open(output)
    expect(sameBytes(await read.bytes(), bytesOf(DATA))).toBe(true)
    // Chunks that are added go the way of the frame.
    await read.append(DATA)
    expect(await ratioOf(read)).toBeGreaterThanOrEqual(Math.floor(ratio))
    await read.close()
  })

  test('codecs see the super-chunk, and give up where they cannot', async () => {
    const data = Int32Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1013)
    const s = await SChunk.create({ typesize: 4, codec: ARANGE, filters: [] }, data)
    expect(owners.at(-1)).toMatchObject({ typesize: 4 })
    expect(sameBytes(await (await SChunk.fromCframe(await s.toCframe())).bytes(), bytesOf(data))).toBe(true)
  })

  test('arrays go through codecs of users too', async () => {
    const options = {
      shape: [100, 1000],
      chunks: [10, 1000],
      blocks: [10, 1000],
      codec: 'arange',
      filters: [],
    }
    const a = await NDArray.fromTypedArray(DATA, options)
    expect(await ratioOf(a.schunk)).toBeGreaterThan(833)
    expect(itemsOf((await a.slice([57, { start: 9, stop: 11 }])).data)).toEqual(Int32Array.of(57_009, 57_010))
  })
})

describe('prefilters and postfilters', () => {
  test('are told where a block is, in items, as in python-blosc2', async () => {
    const s = await SChunk.create({ typesize: 4, chunkSize: 16_000, blockSize: 4000, codec: 'lz4' })
    const offsets: number[] = []
    s.prefilter = (input, output, offset) => {
      offsets.push(offset)
      output.set(bytesOf(itemsOf(input).map((item, i) => item + offset + i)))
    }
    await s.append(new Int32Array(8000))
    expect(offsets).toEqual([0, 1000, 2000, 3000, 4000, 5000, 6000, 7000])
    expect(sameBytes(await s.bytes(), bytesOf(DATA.subarray(0, 8000)))).toBe(true)
    s.postfilter = (input, output, offset) => output.set(bytesOf(itemsOf(input).map((item) => item - offset)))
    expect(itemsOf(await s.slice(5500, 5502))).toEqual(Int32Array.of(500, 501))
  })

  test('work on the blocks of an array', async () => {
    const a = await NDArray.zeros([6, 4], '<i4', { chunks: [3, 4], blocks: [3, 2] })
    a.schunk.prefilter = (input, output) => output.set(bytesOf(itemsOf(input).map((item) => item + 1)))
    await a.set([], DATA.subarray(0, 24))
    expect(itemsOf((await a.slice([5])).data)).toEqual(Int32Array.of(21, 22, 23, 24))
    a.schunk.postfilter = (_input, output, offset) => output.fill(offset)
    expect(itemsOf((await a.slice([[0, 3], 2])).data)).toEqual(Int32Array.of(0x06060606, 0x12121212))
  })
})

describe('what cannot be registered or found', () => {
  const codec = { name: 'x', encode: () => 0, decode: () => 0 }
  const filter = { forward: () => {}, backward: () => {} }

  test.each([
    [
      'a codec number that is taken',
      () => registerCodec({ ...codec, ids: { blosc2: ARANGE } }),
      'codec number 180 is already taken',
    ],
    [
      'a codec number too small',
      () => registerCodec({ ...codec, ids: { blosc2: 159 } }),
      'from 160 to 255, not 159',
    ],
    [
      'a codec number too large',
      () => registerCodec({ ...codec, ids: { blosc2: 256 } }),
      'from 160 to 255, not 256',
    ],
    [
      'a codec name that is taken',
      () => registerCodec({ ...codec, ids: { blosc2: 161 }, name: 'zstd' }),
      "name 'zstd' is already taken",
    ],
    [
      'a filter number that is taken',
      () => registerFilter({ ...filter, id: 250 }),
      'filter number 250 is already taken',
    ],
    ['a filter number too small', () => registerFilter({ ...filter, id: 35 }), 'from 160 to 255, not 35'],
    ['no whole number', () => registerFilter({ ...filter, id: 200.5 }), 'from 160 to 255, not 200.5'],
  ])('%s', (_name, register, message) => {
    expect(register).toThrow(BlpkError)
    expect(register).toThrow(message)
  })

  test.each([
    [
      'codec',
      { codec: 'arange', filters: [] },
      ARANGE,
      'codec number 199, which is not known; register it first',
    ],
    [
      'filter',
      { filters: [DIFFERENCES] },
      DIFFERENCES,
      'filter number 199, which is not known; register it first',
    ],
  ] as const)(
    'a frame whose %s is not registered opens, and says so when it is read',
    async (_what, options, id, message) => {
      const bytes = await (await SChunk.create({ typesize: 4, ...options }, DATA)).toCframe()
      const unknown = bytes.map((byte) => (byte === id ? 199 : byte))
      const s = await SChunk.open(unknown, { check: 'never' })
      expect(s.nbytes).toBe(DATA.byteLength)
      await expect(s.slice(0, 1)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining(message),
      })
      await expect(s.append(DATA)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    },
  )
})
