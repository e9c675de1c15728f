// The toys in every verb: codecs and filters of users are told of the super-chunk and of the blocks, in all threads.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, registerCodec, SChunk } from '../../dist/index.js'
import { blpk, npy } from '../cli/run.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'
import { pluginsOnce, warmBlpk } from '../support/warm.js'
import { type Told, toldIn } from './witness.js'

const TOYS = join(import.meta.dirname, 'toys')
const PLUGIN = join(TOYS, 'witness.mjs')
const cwd = scratchDirectory()
const WITNESS = join(cwd, 'witness')
const [ROWS, COLUMNS] = [500, 1100]
/** The lowest byte of each item is another one in each row: a MB or two are left, which are worth threads. */
const ITEMS = Int32Array.from(
  { length: ROWS * COLUMNS },
  (_, i) => ((i % COLUMNS) << 8) | (Math.imul(i, 0x9e3779b1) >>> 24),
)
const PLAIN = new Uint8Array(ITEMS.buffer)

process.env.BLPK_WITNESS = WITNESS

const plugin = pluginsOnce(['--plugin', PLUGIN])

function warm(...args: string[]): ReturnType<typeof warmBlpk> {
  return warmBlpk([...plugin(), ...args], { cwd })
}

async function run(...args: string[]): Promise<Told[]> {
  const { code, err } = await warm(...args)
  expect([args, code, err.includes('error')]).toEqual([args, 0, false])
  return toldIn(WITNESS)
}

const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(cwd, name)))
const calls = (told: readonly Told[], ...names: Told['call'][]): Told[] =>
  told.filter(({ call }) => names.includes(call))

/** Everything was told of the array of these tests. */
function expectArray(told: readonly Told[], nchunks: number): void {
  expect(told.length).toBeGreaterThan(0)
  const chunkSize = 100 * 550 * 4
  for (const one of told) {
    expect(one).toMatchObject({ typesize: 4, blockshape: [50, 110], chunkSize })
    expect(one).toMatchObject({ nchunks, nbytes: nchunks * chunkSize })
  }
}

writeFileSync(join(cwd, 'in.npy'), npy('<i4', [ROWS, COLUMNS], PLAIN))
writeFileSync(join(cwd, 'note.json'), '{"unit":"m"}')
const PACKING = ['-c', 'rows:9', '--filters', 'mirror:7', '-l', '3']
const ARRAY = [...PACKING, '--chunks', '100,550', '--blocks', '50,110']

describe('from the command line', () => {
  test.each(['1', '2'])('compress, with %s threads', async (n) => {
    const packing = ['c', '-n', n, '-m', 'note.json', ...ARRAY, 'in.npy', `a${n}.b2nd`]
    const { code, err } = await blpk(['--plugin', PLUGIN, ...packing], { cwd })
    expect([code, err.includes('error')]).toEqual([0, false])
    const told = toldIn(WITNESS)
    expectArray(told, 10)
    const encoded = calls(told, 'encode')
    expect(encoded.length).toBeGreaterThan(0)
    for (const one of encoded) expect(one).toMatchObject({ level: 3, meta: 9 })
    for (const one of calls(told, 'forward')) expect(one.meta).toBe(7)
    expect(encoded.some(({ vlmeta }) => vlmeta.length > 0)).toBe(true)
    expect(encoded.some(({ isMainThread }) => !isMainThread)).toBe(n === '2')
    expect(sameBytes(read(`a${n}.b2nd`), read('a1.b2nd'))).toBe(true)
  })

  test.each(['1', '2'])('decompress and verify, with %s threads', async (n) => {
    const unpacked = await run('d', '-f', '-n', n, 'a1.b2nd', 'out.npy')
    expectArray(unpacked, 10)
    expect(sameBytes(read('out.npy'), read('in.npy'))).toBe(true)
    const verified = await run('verify', '-n', n, 'a1.b2nd')
    expectArray(verified, 10)
    for (const told of [unpacked, verified]) {
      for (const one of calls(told, 'decode')) expect(one.meta).toBe(9)
      expect(told.some(({ isMainThread }) => !isMainThread)).toBe(n === '2')
    }
    expectArray(await run('verify', '-n', n, '--against', 'in.npy', 'a1.b2nd'), 10)
  })

  test('slices', async () => {
    const told = await run('d', '-f', '--slice', '99:101,5:7', 'a1.b2nd', 'part.npy')
    expectArray(told, 10)
    const part = new Int32Array(read('part.npy').slice(-16).buffer)
    expect([...part]).toEqual([99, 100].flatMap((y) => [5, 6].map((x) => ITEMS[y * COLUMNS + x])))
  })

  test('convert, to other containers and shapes', async () => {
    expectArray(calls(await run('convert', 'a1.b2nd', 'c.blp'), 'decode', 'backward'), 10)
    expect((await blpk(['d', 'c.blp', 'c.npy'], { cwd })).code).toBe(0)
    expect(sameBytes(read('c.npy'), read('in.npy'))).toBe(true)
    const told = await run(
      'convert',
      ...PACKING,
      '--chunks',
      '200,200',
      '--blocks',
      '100,20',
      'a1.b2nd',
      'c.b2nd',
    )
    expectArray(calls(told, 'decode', 'backward'), 10)
    for (const one of calls(told, 'encode', 'forward')) expect(one.blockshape).toEqual([100, 20])
    await run('d', '-f', 'c.b2nd', 'c.npy')
    expect(sameBytes(read('c.npy'), read('in.npy'))).toBe(true)
  })

  test('append', async () => {
    writeFileSync(join(cwd, 'grown.b2nd'), read('a1.b2nd'))
    writeFileSync(join(cwd, 'more.npy'), npy('<i4', [150, COLUMNS], PLAIN.subarray(0, 150 * COLUMNS * 4)))
    const told = await run('append', 'grown.b2nd', 'more.npy')
    expect(calls(told, 'encode').length).toBeGreaterThan(0)
    for (const one of told)
      expect(one).toMatchObject({ typesize: 4, blockshape: [50, 110], chunkSize: 220_000 })
    await run('d', '-f', 'grown.b2nd', 'grown.npy')
    expect(
      sameBytes(
        read('grown.npy')
          .subarray(-PLAIN.length - 150 * COLUMNS * 4)
          .subarray(0, PLAIN.length),
        PLAIN,
      ),
    ).toBe(true)
  })

  test('repair and salvage of what is damaged', async () => {
    const broken = read('a1.b2nd').slice()
    broken[broken.length >> 1] = (broken[broken.length >> 1] ?? 0) ^ 0xff
    writeFileSync(join(cwd, 'broken.b2nd'), broken)
    for (const args of [
      ['repair', '-f', 'broken.b2nd', 'repaired.b2nd'],
      ['d', '-f', '--salvage', 'broken.b2nd', 'salvaged.npy'],
    ]) {
      const { code } = await warm(...args)
      expect([args, code]).toEqual([args, 3])
      const told = toldIn(WITNESS)
      expect(told.length).toBeGreaterThan(0)
      for (const one of told)
        expect(one).toMatchObject({ typesize: 4, blockshape: [50, 110], chunkSize: 220_000 })
    }
    // A row of chunks is lost.
    expect(read('salvaged.npy').length).toBe(read('in.npy').length - 100 * COLUMNS * 4)
    await run('verify', 'repaired.b2nd')
  })

  test('frames without shape, from a pipe too', async () => {
    const packing = [...PACKING, '-t', '4', '--chunk-size', '1M']
    const input = PLAIN.subarray(0, 2_000_000)
    writeFileSync(join(cwd, 'plain'), input)
    const told = await run('c', ...packing, 'plain', 'a.b2frame')
    for (const one of told)
      expect(one).toMatchObject({ typesize: 4, nchunks: 2, nbytes: 2_000_000, chunkSize: 2 ** 20 })
    const { code } = await blpk(['--plugin', PLUGIN, 'c', ...packing, '-', 'b.b2frame'], { cwd, input })
    expect(code).toBe(0)
    const piped = toldIn(WITNESS)
    expect(piped.length).toBeGreaterThan(0)
    for (const one of piped) expect(one).toMatchObject({ typesize: 4, nchunks: 0, nbytes: 0 })
    await run('d', '-f', 'b.b2frame', 'plain.out')
    expect(sameBytes(read('plain.out'), input)).toBe(true)
  })
})

describe('from the library', () => {
  test('arrays: made, read, changed', async () => {
    await import('./toys/registered.mjs')
    const options = { shape: [ROWS, COLUMNS], chunks: [100, 550], blocks: [50, 110] }
    const packing = { codec: 'rows', codecMeta: 9, filters: [{ filter: 'mirror', meta: 7 }] }
    const array = await NDArray.fromTypedArray(ITEMS, { ...options, ...packing })
    const made = toldIn(WITNESS)
    expectArray(made, 10)
    expect(made.some(({ isMainThread }) => !isMainThread)).toBe(true)
    await array.append(ITEMS.subarray(0, 7 * COLUMNS))
    await array.set([5], ITEMS.subarray(0, COLUMNS))
    const opened = await NDArray.open(await array.toCframe())
    const { data } = await opened.slice([5, { start: 0, stop: 3 }])
    expect([...new Int32Array(data.slice().buffer)]).toEqual([...ITEMS.subarray(0, 3)])
    for (const one of toldIn(WITNESS)) expect(one).toMatchObject({ typesize: 4, blockshape: [50, 110] })
  })

  test('super-chunks', async () => {
    const schunk = await SChunk.create({ typesize: 4, codec: 'rows', filters: ['mirror'], chunkSize: 40_000 })
    await schunk.append(ITEMS.subarray(0, 20_000))
    await schunk.append(ITEMS.subarray(0, 20_000))
    const told = toldIn(WITNESS)
    expect(new Set(told.map(({ nchunks }) => nchunks))).toEqual(new Set([0, 2]))
    expect(sameBytes(await schunk.slice(0, 20_000), PLAIN.subarray(0, 80_000))).toBe(true)
    for (const one of toldIn(WITNESS))
      expect(one).toMatchObject({ nchunks: 4, nbytes: 160_000, chunkSize: 40_000 })
  })

  test('a codec without a module stays in the calling thread, and may be asynchronous', async () => {
    let loads = 0
    registerCodec({
      name: 'slow-copy',
      ids: { blosc2: 213 },
      traits: { speed: { compress: 1, decompress: 1 } },
      async load() {
        loads++
      },
      async encode(input, output) {
        await undefined
        if (loads !== 1 || output.length < input.length / 2) return 0
        for (let i = 0; i < input.length / 2; i++) output[i] = input[2 * i] ?? 0
        return input.length / 2
      },
      async decode(input, output) {
        await undefined
        for (let i = 0; i < output.length; i++) output[i] = input[i >> 1] ?? 0
        return output.length
      },
    })
    const doubled = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i >> 1) * 7)
    const schunk = await SChunk.create(
      { codec: 'slow-copy', filters: [], chunkSize: 2 ** 17, threads: 2 },
      doubled,
    )
    expect((await schunk.toCframe()).length).toBeLessThan(2 ** 20 * 0.6)
    expect(sameBytes(await schunk.bytes(), doubled)).toBe(true)
    expect(loads).toBe(1)
  })

  test('a codec that cannot be loaded is UNSUPPORTED, and is tried again', async () => {
    let luck = false
    registerCodec({
      name: 'unlucky',
      ids: { blosc2: 214 },
      async load() {
        if (!luck) throw new Error('no luck')
      },
      encode: () => 0,
      decode: () => 0,
    })
    const packing = { codec: 'unlucky', filters: [] }
    const failed = SChunk.create(packing, ITEMS.subarray(0, 100))
    await expect(failed).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('no luck'),
    })
    luck = true
    expect((await SChunk.create(packing, ITEMS.subarray(0, 100))).nbytes).toBe(400)
  })

  test('what a codec throws over a stream is damage, with its reason', async () => {
    registerCodec({
      name: 'strict',
      ids: { blosc2: 215 },
      encode: (_input, output) => output.fill(1, 0, 5).length && 5,
      decode: () => {
        throw new Error('not mine')
      },
    })
    const schunk = await SChunk.create({ codec: 'strict', filters: [] }, ITEMS.subarray(0, 100))
    const message = expect.stringContaining('the codec strict failed: not mine')
    await expect(schunk.bytes()).rejects.toMatchObject({ code: 'DAMAGED', message })
  })

  test('C-Blosc2’s own plugins that are not built in may be registered by their numbers', async () => {
    const codec = { encode: () => 0, decode: () => 0 }
    registerCodec({ name: 'openhtj2k', ids: { blosc2: 36 }, ...codec })
    expect(() => registerCodec({ name: 'other', ids: { blosc2: 36 }, ...codec })).toThrow('number 36')
    expect(() => registerCodec({ name: 'my-ndlz', ids: { blosc2: 32 }, ...codec })).toThrow('number')
    expect(() => registerCodec({ name: 'my-lz4', ids: { blosc2: 1 }, ...codec })).toThrow('number')
    const schunk = await SChunk.create({ codec: 'openhtj2k', filters: [] }, ITEMS.subarray(0, 100))
    expect(sameBytes(await schunk.bytes(), PLAIN.subarray(0, 400))).toBe(true)
  })
})
