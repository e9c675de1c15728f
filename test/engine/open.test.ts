import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  append,
  BytesPlainSink,
  compress,
  concat,
  convert,
  decompress,
  info,
  MemorySink,
  NDArray,
  open,
  SChunk,
  unpack,
  verify,
} from '../../dist/index.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const at = (name: string): string => join(directory, name)

const items = Float64Array.from({ length: 600 }, (_, i) => i - 7)
const grid = { dtype: '<f8', shape: [20, 30], order: 'C' as const, data: new Uint8Array(items.buffer) }
const array = await NDArray.fromTypedArray(grid, { chunks: [6, 7], blocks: [3, 4] })
const npy = await array.toNpy()
writeFileSync(at('a.npy'), npy)
writeFileSync(at('a.npy.blp'), await compress(grid, { chunkSize: 1000 }))
await array.save(at('a.b2nd'))
await array.save(at('sparse.b2nd'), { sparse: true })

test.each([
  ['a.npy', 'npy', undefined],
  ['a.npy.blp', 'blp', undefined],
  ['a.b2nd', 'b2nd', [6, 7]],
  ['sparse.b2nd', 'b2nd', [6, 7]],
])('%s opens as an array', async (name, format, chunks) => {
  const opened = await open(at(name))
  expect(opened).toMatchObject({ format, chunks, shape: [20, 30], dtype: '<f8', nbytes: 4800, typesize: 8 })
  const all = await opened.slice()
  expect(all).toMatchObject({ shape: [20, 30], dtype: '<f8', order: 'C' })
  expect(all.values).toEqual(items)
  const out = new Float64Array(10).fill(-1)
  const column = await opened.slice([{ start: 18, stop: 2, step: -4 }, 3], { out })
  expect(column.shape).toEqual([4])
  expect([...column.values]).toEqual([18, 14, 10, 6].map((row) => row * 30 + 3 - 7))
  expect(column.values.buffer).toBe(out.buffer)
  expect([...out.subarray(4)]).toEqual(Array(6).fill(-1))
  expect((await opened.slice(['...', [0, -1]])).shape).toEqual([20, 2])
  expect(new Float64Array((await opened.bytes(8, -4784)).slice().buffer)).toEqual(Float64Array.of(-6))
  const pieces: Buffer[] = []
  for await (const piece of opened) pieces.push(Buffer.from(piece))
  expect(Buffer.concat(pieces).equals(grid.data)).toBe(true)
  await expect(opened.slice([20])).rejects.toMatchObject({ code: 'USAGE' })
  await expect(opened.slice([], { out })).rejects.toMatchObject({ code: 'USAGE' })
  await opened.close()
  await opened.close()
  await expect(opened.slice()).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(opened.bytes()).rejects.toMatchObject({ code: 'CLOSED' })
})

test('bytes, streams and plain bytes open too', async () => {
  const plain = new Uint8Array(items.buffer)
  const frame = await (await SChunk.create({ typesize: 8 }, items)).toCframe()
  for (const [format, from] of [
    ['blp', await compress(plain, { metadata: '{"run": 7}' })],
    ['b2frame', frame],
  ] as const) {
    const opened = await open(from)
    expect(opened).toMatchObject({ format, shape: undefined, dtype: undefined, chunks: undefined })
    expect(opened.metadata).toBe(format === 'blp' ? '{"run":7}' : undefined)
    expect(await opened.bytes(-8)).toEqual(plain.slice(-8))
    const out = new Uint8Array(4800)
    expect((await opened.bytes(0, undefined, { out })).buffer).toBe(out.buffer)
    expect(out).toEqual(plain)
    await expect(opened.slice([0])).rejects.toMatchObject({ code: 'USAGE' })
    await opened[Symbol.asyncDispose]()
  }
  for (const name of ['a.npy', 'a.npy.blp', 'a.b2nd']) {
    const opened = await open(createReadStream(at(name)))
    expect([...(await opened.slice([2, { stop: 3 }])).values]).toEqual([53, 54, 55])
    await opened.close()
  }
  await expect(open(at('none'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(open(new Uint8Array(100))).rejects.toMatchObject({ code: 'DAMAGED' })
})

test('a field of structured items', async () => {
  const records = {
    dtype: "[('a', '<i4'), ('b', '<f8')]",
    shape: [3],
    order: 'C' as const,
    data: new Uint8Array(36),
  }
  new DataView(records.data.buffer).setFloat64(16, 2.5, true)
  for (const bytes of [await compress(records), await (await NDArray.fromTypedArray(records)).toCframe()]) {
    const opened = await open(bytes)
    const b = await opened.slice([], { field: 'b' })
    expect(b).toMatchObject({ dtype: '<f8', shape: [3] })
    expect([...b.values]).toEqual([0, 2.5, 0])
  }
})

test('the verbs take places, bytes and arrays', async () => {
  await compress(grid, at('v.b2nd'), { chunks: [6, 7], blocks: [3, 4] })
  expect(await append(at('v.b2nd'), grid)).toMatchObject({ nbytes: 4800, shape: [40, 30] })
  expect(await convert(at('v.b2nd'), at('v.npy.blp'))).toMatchObject({ nbytes: 9600 })
  expect(await concat([at('v.npy.blp'), at('v.npy.blp')], at('w.npy.blp'))).toMatchObject({ nbytes: 19_200 })
  expect((await info(at('w.npy.blp'))).head).toMatchObject({ shape: [80, 30], dtype: '<f8', nbytes: 19_200 })
  expect(await verify(at('w.npy.blp'), { deep: true })).toMatchObject({ ok: true })
  expect(
    await decompress(at('w.npy.blp'), at('part.npy'), { slice: [{ start: 39, stop: 41 }, 0] }),
  ).toMatchObject({
    nbytes: 16,
    shape: [2],
  })
  const part = await open(at('part.npy'))
  expect([...(await part.slice()).values]).toEqual([563, -7])
  expect(await part.verify()).toMatchObject({ ok: true })
  const joined = await open(at('w.npy.blp'))
  expect(await joined.verify({ deep: true })).toMatchObject({ ok: true })
  const sink = new MemorySink()
  expect(await unpack(joined, new BytesPlainSink(sink))).toEqual({ nbytes: 19_200 })
  const own = new MemorySink()
  const halves = async function* () {
    yield sink.bytes.subarray(0, 7)
    yield sink.bytes.subarray(7)
  }
  expect(await unpack(halves(), new BytesPlainSink(own))).toEqual({ nbytes: 19_200 })
  expect(own.bytes).toEqual(sink.bytes)
  await expect(compress(grid, at('v.b2nd'))).rejects.toMatchObject({
    code: 'EXISTS',
    advice: { option: 'overwrite' },
  })
  await expect(convert(at('v.b2nd'), at('v.b2nd'), { overwrite: true })).rejects.toMatchObject({
    code: 'SAME_FILE',
  })
})
