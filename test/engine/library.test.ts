import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Archive } from '../../dist/format/bloscpack/archive.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { RangeReader } from '../../dist/format/bloscpack/range.js'
import {
  ArrayValue,
  append,
  BytesPlainSource,
  changeFrame,
  compress,
  FileSource,
  loadTensor,
  MemorySource,
  NDArray,
  open as openDataset,
  openSource,
  plainSource,
  SChunk,
  saveTensor,
} from '../../dist/index.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const at = (name: string): string => join(directory, name)

const ITEMS = 60_000
const numbers = Float64Array.from({ length: ITEMS }, (_, i) => Math.sin(i) * i)
const frame = await (
  await NDArray.fromTypedArray(numbers, { shape: [ITEMS / 10, 10], chunks: [10, 10], blocks: [5, 10] })
).toCframe()

/** A web server with ranges, which may take its time. */
let pause = 0
const served: Record<string, Uint8Array> = { '/a.b2nd': frame }
const server = createServer((request, answer) => {
  const bytes = served[request.url ?? ''] ?? new Uint8Array(0)
  const [, from = '0', to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? []
  const stop = Math.min(to === '' ? bytes.length : Number(to) + 1, bytes.length)
  setTimeout(() => {
    answer.writeHead(206, {
      'content-range': `bytes ${from}-${stop - 1}/${bytes.length}`,
      'content-length': stop - Number(from),
      etag: '"one"',
    })
    answer.end(bytes.subarray(Number(from), stop))
  }, pause)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.b2nd`
afterAll(() => server.close())

const warnings: string[] = []
process.on('warning', ({ name }) => warnings.push(name))

describe('one signal', () => {
  test('stops any number of slices, over the net too, without a warning', async () => {
    const { signal } = new AbortController()
    for (const input of [url, frame]) {
      const array = await NDArray.open(input, { signal })
      const slices = Array.from({ length: 40 }, (_, i) => array.slice([i * 150], { signal }))
      for (const [i, { values }] of (await Promise.all(slices)).entries())
        expect([...values]).toEqual([...numbers.subarray(i * 1500, i * 1500 + 10)])
      await array.close()
    }
    const archive = await Archive.open(new MemorySource(await compress(new Uint8Array(numbers.buffer))))
    const reader = new RangeReader(archive)
    const read = async (start: number): Promise<Buffer> => {
      const pieces: Buffer[] = []
      for await (const piece of reader.pieces({ start, stop: start + 8 }, { signal }))
        pieces.push(Buffer.from(piece))
      return Buffer.concat(pieces)
    }
    const parts = await Promise.all(Array.from({ length: 40 }, (_, i) => read(i * 800)))
    expect(parts.map((part) => part.readDoubleLE())).toEqual(
      Array.from({ length: 40 }, (_, i) => numbers[i * 100]),
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(warnings).toEqual([])
  })

  test('ends the wait for one read and no other, and its reason is the cause', async () => {
    pause = 0
    const array = await NDArray.open(url)
    pause = 300
    const stop = new AbortController()
    const reason = new Error('enough')
    const [given, up] = [array.slice([5]), array.slice([3000], { signal: stop.signal })]
    setTimeout(() => stop.abort(reason), 20)
    await expect(up).rejects.toMatchObject({ code: 'INTERRUPTED', cause: reason })
    expect([...(await given).values]).toEqual([...numbers.subarray(50, 60)])
    const { schunk } = array
    const { signal } = stop
    for (const late of [
      array.slice([], { signal }),
      array.box({ start: [0, 0], stop: [1, 1] }, { signal }),
      schunk.slice(0, 1, { signal }),
      schunk.bytes(0, 8, { signal }),
      schunk.chunk(0, { signal }),
      schunk.decompressChunk(0, { signal }),
    ])
      await expect(late).rejects.toMatchObject({ code: 'INTERRUPTED', cause: reason })
    await array.close()
    pause = 0
  })

  test('that opened an object ends what it reads, with an AbortError as the cause', async () => {
    const stop = new AbortController()
    const array = await NDArray.open(url, { signal: stop.signal })
    pause = 1000
    const read = array.slice([3000])
    setTimeout(() => stop.abort(), 20)
    const error = await read.catch((error) => error)
    expect(error).toMatchObject({ code: 'INTERRUPTED', cause: { name: 'AbortError' } })
    pause = 0
    await array.close()
  })

  test('stops changes of files, and packing', async () => {
    const path = at('stopped.b2frame')
    await (await SChunk.create({}, new Uint8Array(10))).save(path)
    const signal = AbortSignal.abort()
    const cause = { name: 'AbortError' }
    const source = new BytesPlainSource(new MemorySource(new Uint8Array(5)))
    await expect(append(path, source, { signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      cause,
    })
    await expect(compress(new Uint8Array(5), { signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
      cause,
    })
  })
})

describe('what was closed', () => {
  test('says so, whatever is asked of it', async () => {
    const path = at('closed.b2nd')
    await (await NDArray.open(frame)).save(path)
    for (const input of [path, frame, url]) {
      const array = await NDArray.open(input)
      const { schunk } = array
      await array.close()
      await array.close()
      const one = new Float64Array(1)
      for (const late of [
        () => array.slice(),
        () => array.box({ start: [0, 0], stop: [1, 1] }),
        () => array.set([0, 0], one),
        () => array.append(new Float64Array(10)),
        () => array.resize([1, 10]),
        () => array.toNpy(),
        () => array.toCframe(),
        () => array.save(at('never.b2nd')),
        () => array[Symbol.asyncIterator]().next(),
        () => schunk.slice(),
        () => schunk.bytes(),
        () => schunk.chunk(0),
        () => schunk.append(one),
        () => schunk.insertChunk(0, one),
        () => schunk.deleteChunk(0),
        () => schunk.reorderChunks([]),
        () => schunk[Symbol.asyncIterator]().next(),
      ])
        await expect(late()).rejects.toMatchObject({ code: 'CLOSED' })
    }
  })

  test('archives and sources say so too, and never read another file by an old number', async () => {
    const path = at('closed.blp')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(path, await compress(new Uint8Array(100)))
    for (const input of [path, await compress(new Uint8Array(100))]) {
      const archive = await openArchive(input)
      await archive.close()
      const pieces = new RangeReader(archive).pieces({ start: 0, stop: 1 })
      await expect(pieces.next()).rejects.toMatchObject({ code: 'CLOSED' })
    }
    const source = new FileSource(path)
    source.close()
    source.close()
    expect(() => source.read(0, new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  test('waits for what was called before', async () => {
    const array = await NDArray.open(frame)
    const [grown, read] = [array.append(new Float64Array(10)), array.slice([0])]
    const saved = array.toCframe()
    await array.close()
    await grown
    expect((await read).shape).toEqual([10])
    expect((await NDArray.open(await saved)).shape).toEqual([ITEMS / 10 + 1, 10])
  })

  test('everything with close() is closed at the end of a block', async () => {
    const path = at('disposed.b2nd')
    await (await NDArray.open(frame)).save(path)
    const archive = at('disposed.blp')
    const { writeFileSync } = await import('node:fs')
    writeFileSync(archive, await compress(new Uint8Array(100)))
    const all = [
      await NDArray.open(path),
      await SChunk.open(path),
      await openArchive(archive),
      await openSource(path),
      await openSource(url),
      await openSource(frame),
      await plainSource(path),
      new FileSource(path),
      new MemorySource(frame),
    ]
    for (const opened of all) {
      expect(opened[Symbol.asyncDispose]).toBeTypeOf('function')
      await opened[Symbol.asyncDispose]()
    }
    const [array] = all
    await expect((array as NDArray).slice()).rejects.toMatchObject({ code: 'CLOSED' })
    let kept: SChunk | undefined
    await changeFrame(path, async (schunk) => {
      kept = schunk
    })
    await expect(kept?.bytes()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('keys and data of a wrong kind', () => {
  test.each<[string, unknown]>([
    ['a string', ['0:5']],
    ['a bigint', [5n]],
    ['a negative bigint', [-1n]],
    ['null', [null]],
    ['a boolean', [true]],
    ['NaN', [Number.NaN]],
    ['half an index', [0.5]],
    ['a function', [() => 0]],
    ['a symbol', [Symbol('x')]],
    ['a typed array', [Int32Array.of(1)]],
    ['a misspelt range', [{ from: 1 }]],
    ['a date', [new Date()]],
    ['a range of strings', [{ start: '1' }]],
    ['a step of null', [{ step: null }]],
    ['a nested list', [[[1]]]],
    ['a list of strings', [['1']]],
    ['no list', 5],
    ['an object', { start: 1 }],
  ])('%s', async (_, keys) => {
    const array = await NDArray.open(frame)
    await expect(array.slice(keys as never)).rejects.toMatchObject({ code: 'USAGE' })
    await expect(array.set(keys as never, new Float64Array(1))).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('other arguments', async () => {
    const array = await NDArray.open(frame)
    const { schunk } = array
    for (const wrong of [
      () => array.box(undefined as never),
      () => array.box({ start: [0], stop: [1] }),
      () => array.box({ start: ['0', '0'], stop: ['1', '1'] } as never),
      () => array.append([1, 2] as never),
      () => array.append('text' as never),
      () => array.append(new Float64Array(10), 'x' as never),
      () => array.resize(5 as never),
      () => array.resize(['1', '2'] as never),
      () => schunk.slice('1' as never),
      () => schunk.slice(0, 1.5),
      () => schunk.bytes(-1, 5),
      () => schunk.bytes(0, 1e9),
      () => schunk.chunk('0' as never),
      () => schunk.set('0' as never, new Float64Array(1)),
      () => schunk.insertChunk(0.5, new Float64Array(1)),
      () => schunk.reorderChunks('x' as never),
    ])
      await expect(wrong()).rejects.toMatchObject({ name: 'BlpkError', code: 'USAGE' })
  })
})

describe('typed values', () => {
  const isNew = 'Float16Array' in globalThis
  const big = (swap: 'swap16' | 'swap32' | 'swap64', data: ArrayBufferView): Uint8Array =>
    Buffer.from(new Uint8Array(data.buffer.slice(0), data.byteOffset, data.byteLength))[swap]()

  test.each<[string, Uint8Array, string, (number | bigint)[]]>([
    ['<f4', Buffer.from(Float32Array.of(1.5, -2).buffer), 'Float32Array', [1.5, -2]],
    ['>f4', big('swap32', Float32Array.of(1.5, -2)), 'Float32Array', [1.5, -2]],
    ['>f8', big('swap64', Float64Array.of(Math.PI, -0)), 'Float64Array', [Math.PI, -0]],
    ['>i2', big('swap16', Int16Array.of(-2, 300)), 'Int16Array', [-2, 300]],
    ['>u4', big('swap32', Uint32Array.of(1, 2 ** 32 - 1)), 'Uint32Array', [1, 2 ** 32 - 1]],
    ['>i8', big('swap64', BigInt64Array.of(-(2n ** 62n))), 'BigInt64Array', [-(2n ** 62n)]],
    ['|b1', Uint8Array.of(0, 1), 'Uint8Array', [0, 1]],
    ['<M8[ns]', Buffer.from(BigInt64Array.of(5n).buffer), 'BigInt64Array', [5n]],
    [
      '<f2',
      Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x7bff, 0x8000).buffer),
      isNew ? 'Float16Array' : 'Float32Array',
      [1, -2, 2 ** -24, Number.POSITIVE_INFINITY, 65504, -0],
    ],
    ['>f2', Uint8Array.of(0x3c, 0, 0x3e, 0), isNew ? 'Float16Array' : 'Float32Array', [1, 1.5]],
  ])('of %s, from archives, arrays and tensors', async (dtype, data, type, values) => {
    const array = { dtype, shape: [values.length], order: 'C' as const, data: new Uint8Array(data) }
    const path = at('typed.b2frame')
    await saveTensor(array, path, { overwrite: true })
    const unpacked = [
      await (await openDataset(await compress(array))).slice(),
      await (await NDArray.fromTypedArray(array)).slice(),
      await loadTensor(path),
    ]
    for (const one of unpacked) {
      expect(one).toMatchObject({ dtype, shape: [values.length] })
      expect(Buffer.from(one.data)).toEqual(Buffer.from(data))
      expect(one.values.constructor.name).toBe(type)
      expect([...one.values]).toEqual(values)
      expect([...new ArrayValue(one).values]).toEqual(values)
    }
  })

  test('of NaN in 16 bits, of bytes that do not begin at an even place, and of what has none', async () => {
    const halves = { dtype: '<f2', shape: [1], order: 'C' as const, data: Uint8Array.of(0, 0x7e) }
    expect([...new ArrayValue(halves).values]).toEqual([Number.NaN])
    const odd = new Uint8Array(9).subarray(1)
    odd.set(new Uint8Array(Float64Array.of(3).buffer))
    expect([...new ArrayValue({ ...halves, dtype: '<f8', data: odd }).values]).toEqual([3])
    for (const dtype of ['<c8', '|S3', '<U1', "[('a', '<i4')]", '|V4', '<f16'])
      expect(() => new ArrayValue({ ...halves, dtype }).values).toThrow(
        expect.objectContaining({ code: 'USAGE' }),
      )
  })

  test.skipIf(!isNew)('a Float16Array is packed as <f2', async () => {
    const { Float16Array } = globalThis as unknown as { Float16Array: new (items: number[]) => never }
    const { dtype, values } = await (
      await openDataset(await compress(ArrayValue.from(new Float16Array([1, 2.5]))))
    ).slice()
    expect([dtype, ...values]).toEqual(['<f2', 1, 2.5])
  })
})
