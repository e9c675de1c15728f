import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { append, BlpkError, NDArray, plainSource, SChunk } from '../../dist/index.js'
import { sized } from '../support/long.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const numbers = (count: number, from = 0): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => from + i)
const asNumbers = (bytes: Uint8Array): number[] => [...new Int32Array(bytes.slice().buffer)]
const again = async (s: SChunk): Promise<SChunk> => SChunk.fromCframe(await s.toCframe())

async function sample(): Promise<SChunk> {
  return SChunk.create({ typesize: 4, chunkSize: 40 }, numbers(35))
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error instanceof BlpkError ? error.code : String(error)
  }
}

describe('super-chunks', () => {
  test('items in and out, and past the end', async () => {
    const s = await sample()
    expect(s.nchunks).toBe(4)
    await s.set(33, numbers(20, 100))
    expect(s.nchunks).toBe(6)
    const back = await again(s)
    expect(asNumbers(await back.bytes())).toEqual([...numbers(33), ...numbers(20, 100)])
    expect(asNumbers(await back.slice(-2))).toEqual([118, 119])
    expect(asNumbers(await back.slice(8, 12))).toEqual([8, 9, 10, 11])
    expect(await codeOf(s.set(54, numbers(1)))).toBe('USAGE')
    expect(await codeOf(s.set(0, Uint8Array.of(1)))).toBe('USAGE')
  })

  test('an append to a frame that ends within an item keeps the bytes of that item', async () => {
    const plain = join(directory, 'ragged.bin')
    const more = join(directory, 'more.bin')
    const frame = join(directory, 'ragged.b2frame')
    const bytes = Uint8Array.from({ length: 1003 }, (_, i) => i)
    writeFileSync(plain, bytes)
    writeFileSync(more, numbers(100))
    spawnSync(process.execPath, ['bin/blpk.js', 'c', '-t', '4', plain, frame])
    await append(frame, await plainSource(more))
    const s = await SChunk.open(frame)
    await s.append(numbers(1, 7))
    await s.set(-1, numbers(1, 9))
    const expected = new Uint8Array(1003 + 404)
    expected.set(bytes)
    expected.set(new Uint8Array(numbers(100).buffer), 1003)
    expected.set(new Uint8Array(numbers(1, 7).buffer), 1403)
    // The last whole item, counted from the start.
    expected.set(new Uint8Array(numbers(1, 9).buffer), 1400)
    expect(Buffer.compare(await s.bytes(), expected)).toBe(0)
    await s.close()
  })

  test('chunks are inserted, updated, deleted and put in another order', async () => {
    const s = await sample()
    await s.insertChunk(1, numbers(10, 50))
    await s.updateChunk(0, numbers(10, 70))
    await s.deleteChunk(2)
    await s.reorderChunks([1, 0, 2, 3])
    const expected = [...numbers(10, 50), ...numbers(10, 70), ...numbers(15, 20)]
    expect(asNumbers(await (await again(s)).bytes())).toEqual(expected)
    expect(await codeOf(s.reorderChunks([0, 0, 1, 2]))).toBe('USAGE')
    for (let i = 0; i < 4; i++) await s.deleteChunk(0)
    expect((await again(s)).nbytes).toBe(0)
  })

  test('chunks of different sizes make a frame of variable chunks', async () => {
    const s = await sample()
    await s.insertChunk(1, numbers(3))
    await s.appendChunk(numbers(17))
    const back = await again(s)
    expect(back.chunkSize).toBe(0)
    expect(asNumbers(await back.bytes())).toEqual([
      ...numbers(10),
      ...numbers(3),
      ...numbers(25, 10),
      ...numbers(17),
    ])
    expect(asNumbers(await back.slice(9, 14))).toEqual([9, 0, 1, 2, 10])
  })

  test('more chunks than a call may have arguments', async () => {
    // On a small stack, fewer arguments are too many.
    const [count, stackSizeMb] = sized([50_000, 0.5], [150_000, 1])
    const worker = new Worker(
      `const { parentPort, workerData: { index, count } } = require('node:worker_threads')
      let passed = 0
      try { passed = Math.max(...new Array(count).fill(1)) } catch {}
      import(index).then(async ({ SChunk }) => {
        const data = Int32Array.from({ length: count }, (_, i) => i)
        const s = await SChunk.create({ typesize: 4, chunkSize: 4, level: 0 }, data)
        const back = await SChunk.fromCframe(await s.toCframe())
        parentPort.postMessage({ passed, nchunks: back.nchunks, last: await back.slice(count - 10) })
      })`,
      {
        eval: true,
        resourceLimits: { stackSizeMb },
        workerData: { index: new URL('../../dist/index.js', import.meta.url).href, count },
      },
    )
    const [{ passed, nchunks, last }] = await once(worker, 'message')
    await worker.terminate()
    expect([passed, nchunks]).toEqual([0, count])
    expect(asNumbers(last)).toEqual([...numbers(10, count - 10)])
  })

  test('special values take no room, in variable frames too', async () => {
    const s = await SChunk.create({ typesize: 8 })
    await s.fillSpecial(10 ** 9, 'zeros')
    const bytes = await s.toCframe()
    expect(bytes.length).toBeLessThan(300)
    expect([...(await (await SChunk.open(bytes)).slice(10 ** 9 - 1))]).toEqual(new Array(8).fill(0))
    const small = await SChunk.create({ typesize: 8, chunkSize: 80 })
    await small.fillSpecial(25, 'nans')
    await small.insertChunk(0, new Float64Array(3))
    expect(new Float64Array((await (await again(small)).bytes()).buffer)).toEqual(
      Float64Array.from([0, 0, 0, ...new Array<number>(25).fill(Number.NaN)]),
    )
  })

  test('zeros that are given as data are found to be zeros', async () => {
    const s = await SChunk.create({ typesize: 8, chunkSize: 2 ** 24 }, new Uint8Array(2 ** 26))
    expect((await s.toCframe()).length).toBeLessThan(200)
  })

  test('metalayers of both kinds', async () => {
    const s = await SChunk.create({ meta: [['fixed', Uint8Array.of(1, 2)]] }, Uint8Array.of(1, 2, 3))
    s.vlmeta.set('long', new Uint8Array(5000).fill(7))
    s.vlmeta.set('empty', new Uint8Array())
    const back = await again(s)
    expect(back.meta.get('fixed')).toEqual(Uint8Array.of(1, 2))
    expect(back.vlmeta.get('long')).toEqual(new Uint8Array(5000).fill(7))
    expect(back.vlmeta.get('empty')).toEqual(new Uint8Array())
    s.vlmeta.set('x'.repeat(40), Uint8Array.of(1))
    expect(await codeOf(s.toCframe())).toBe('USAGE')
  })

  test('a file is replaced by itself, changed', async () => {
    const path = join(directory, 'self.b2frame')
    await (await sample()).save(path)
    expect(await codeOf((await sample()).save(path))).toBe('EXISTS')
    const s = await SChunk.open(path)
    await s.set(5, numbers(1, -1))
    await s.save(path, { overwrite: true })
    await s.close()
    expect(asNumbers(await (await SChunk.open(path)).slice(4, 7))).toEqual([4, -1, 6])
    expect(existsSync(path)).toBe(true)
  })

  test('delta goes first', async () => {
    expect(await codeOf(SChunk.create({ filters: ['shuffle', 'delta'] }))).toBe('USAGE')
    expect(await codeOf(SChunk.create({ filters: ['delta', 'delta'] }))).toBe('USAGE')
    expect(await codeOf(SChunk.create({ filters: ['delta', 'shuffle'] }))).toBe(undefined)
  })

  test('prefilter and postfilter', async () => {
    const s = await SChunk.create({ chunkSize: 100, codec: 'lz4' })
    s.prefilter = (input, output) => {
      for (let i = 0; i < input.length; i++) output[i] = (input[i] ?? 0) + 1
    }
    await s.append(new Uint8Array(250).fill(4))
    expect((await s.bytes()).every((byte) => byte === 5)).toBe(true)
    s.postfilter = (input, output, offset) => {
      for (let i = 0; i < input.length; i++) output[i] = offset + i
    }
    expect((await s.decompressChunk(1))[99]).toBe(199)
    expect([...(await s.slice(198, 202))]).toEqual([198, 199, 200, 201])
    // What is stored is not what a postfilter answers.
    s.prefilter = undefined
    await s.set(0, Uint8Array.of(9))
    s.postfilter = undefined
    expect([...(await s.slice(0, 3))]).toEqual([9, 5, 5])
  })
})

describe('arrays', () => {
  test('are set, appended to and resized', async () => {
    const a = await NDArray.zeros([4, 5], '<i4', { chunks: [3, 3], blocks: [2, 2] })
    await a.set(
      [
        { start: 1, stop: 3 },
        { start: 2, stop: 5 },
      ],
      numbers(6, 1),
    )
    expect(asNumbers((await a.slice([2])).data)).toEqual([0, 0, 4, 5, 6])
    await a.append(numbers(10, 20))
    expect(a.shape).toEqual([6, 5])
    await a.append(numbers(6, 90), 1)
    const back = await NDArray.open(await a.toCframe())
    expect(asNumbers((await back.slice([5])).data)).toEqual([25, 26, 27, 28, 29, 95])
    await a.resize([2, 2])
    await a.resize([5, 6])
    const grown = asNumbers((await a.slice()).data)
    expect(grown.reduce((sum, n) => sum + n, 0)).toBe(0)
    expect(grown.length).toBe(30)
  })

  test('full, by index, with steps and by lists', async () => {
    const a = await NDArray.fromTypedArray(numbers(60), {
      shape: [3, 4, 5],
      chunks: [2, 2, 3],
      blocks: [1, 2, 2],
    })
    expect(await a.slice([1, 2, 3])).toMatchObject({ shape: [] })
    expect(asNumbers((await a.slice([1, 2, 3])).data)).toEqual([33])
    expect(asNumbers((await a.slice([-1, { step: -2 }, [4, 0]])).data)).toEqual([59, 55, 49, 45])
    expect((await a.slice([{ start: 2, stop: 1 }])).shape).toEqual([0, 4, 5])
    const f = await NDArray.full([7, 7], Float64Array.of(2.5))
    expect(new Float64Array((await f.slice()).data.buffer).every((x) => x === 2.5)).toBe(true)
    expect(await codeOf(a.slice([3]))).toBe('USAGE')
    let items = 0
    for await (const { part } of a) items += part.data.length / 4
    expect(items).toBe(60)
  })
})
