// Results in shared memory, which threads decode into, equal the others; so do those of large chunks in pieces.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  ArrayValue,
  compress,
  loadTensor,
  NDArray,
  open,
  SChunk,
  saveTensor,
  unpackTensor,
} from '../../dist/index.js'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
/** Large enough for threads, with a codec that is slow. */
const [ROWS, COLUMNS] = [3200, 1200]
/** With a stretch of zeros, which is not decoded. */
const items = Float64Array.from({ length: ROWS * COLUMNS }, (_, i) =>
  i % ROWS > 0 && (i < 1.2e6 || i > 3e6) ? Math.sin(i / 99) : 0,
)
const array = ArrayValue.from(items, [ROWS, COLUMNS])

/** Shared memory that holds something else. */
function dirty(nbytes: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(nbytes + 16), 8, nbytes + 8).fill(7)
}

function expectShared(read: Uint8Array, expected: Uint8Array): void {
  expect(read.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(Buffer.compare(read, expected)).toBe(0)
}

describe.each(['blp', 'b2frame', 'b2nd'])('%s', async (format) => {
  const path = join(directory, `a.${format}`)
  const packed = await compress(array, { format, level: 1, codec: 'zlib' })
  await compress(array, path, { format, level: 1, codec: 'zlib' })

  test.each([1, 3])('all bytes and slices, %i threads', async (threads) => {
    for (const from of [path, packed]) {
      await using data = await open(from)
      expectShared(await data.bytes(0, undefined, { shared: true, threads }), array.data)
      const out = dirty(array.data.length)
      const all = await data.bytes(0, undefined, { out, threads })
      expectShared(all, array.data)
      expect(all.buffer).toBe(out.buffer)
      expect([...out.subarray(-8)]).toEqual(Array(8).fill(7))
      for (const keys of [
        [],
        [{ start: 5, stop: 3100 }],
        [{}, { start: 1, stop: 1100, step: 3 }],
        [[3, 1, 3]],
      ]) {
        const { data: expected } = await data.slice(keys, { threads: 1 })
        expectShared((await data.slice(keys, { shared: true, threads })).data, expected)
        expectShared((await data.slice(keys, { out: dirty(expected.length), threads })).data, expected)
      }
    }
  })

  test('out and shared exclude each other', async () => {
    await using data = await open(path)
    const both = data.bytes(0, 8, { out: new Uint8Array(8), shared: true })
    await expect(both).rejects.toMatchObject({ code: 'USAGE' })
  })
})

test('arrays whose chunks are not in order', async () => {
  const path = join(directory, 'blocks.b2nd')
  const made = await NDArray.fromTypedArray(items, {
    shape: [ROWS, COLUMNS],
    chunks: [700, 400],
    blocks: [70, 100],
    codec: 'zlib',
  })
  await made.save(path)
  const opened = await NDArray.open(path)
  expectShared((await opened.slice([], { shared: true })).data, array.data)
  expectShared((await opened.slice([], { out: dirty(array.data.length) })).data, array.data)
  await opened.close()
})

describe('tensors', () => {
  test('in shared memory, and in a buffer of the caller', async () => {
    const path = join(directory, 'tensor.b2frame')
    await saveTensor(array, path, { codec: 'zlib' })
    expectShared((await loadTensor(path, { shared: true })).data, array.data)
    const out = new Float64Array(ROWS * COLUMNS)
    const read = await loadTensor(path, { out })
    expect(read.values.buffer).toBe(out.buffer)
    expect(Buffer.compare(new Uint8Array(out.buffer), array.data)).toBe(0)
    const bytes = await (await SChunk.open(path)).toCframe()
    expectShared((await unpackTensor(bytes, { shared: true })).data, array.data)
  })
})

describe('one large chunk is read in pieces', () => {
  const nbytes = array.data.length

  test.each([
    ['none', 1],
    ['none', 3],
    ['xxh64', 3],
  ] as const)('checksum %s, %i threads', async (checksum, threads) => {
    const path = join(directory, `large-${checksum}.b2frame`)
    const made = await SChunk.create(
      { typesize: 8, chunkSize: nbytes, checksum, codec: 'zlib', level: 1, blockSize: 512_000 },
      array.data,
    )
    await made.save(path, { overwrite: true })
    const opened = await SChunk.open(path, { threads })
    expect(opened.nchunks).toBe(1)
    for (const into of [
      {},
      { shared: true },
      { out: dirty(nbytes) },
      { out: new Uint8Array(nbytes).fill(3) },
    ]) {
      const before = { ...opened.decoded }
      expect(Buffer.compare(await opened.bytes(0, nbytes, into), array.data)).toBe(0)
      const { chunks, blocks } = opened.decoded
      expect([chunks - before.chunks, blocks - before.blocks]).toEqual([1, 60])
    }
    const [from, to] = [3_000_001, nbytes - 5_000_003]
    const part = await opened.bytes(from, to, { shared: true })
    expect(Buffer.compare(part, array.data.subarray(from, to))).toBe(0)
    await opened.close()
  })

  test('damage in one of them is found', async () => {
    const path = join(directory, 'damaged.b2frame')
    const made = await SChunk.create(
      { typesize: 8, chunkSize: nbytes, checksum: 'none', codec: 'zlib', level: 1, blockSize: 400_000 },
      array.data,
    )
    const frame = await made.toCframe()
    frame.fill(0x11, frame.length >> 2, frame.length >> 1)
    writeFileSync(path, frame)
    const opened = await SChunk.open(path, { threads: 3 })
    const code = await opened.bytes(0, nbytes, { shared: true }).then(
      () => 'read',
      (error) => error.code,
    )
    expect(code).toBe('DAMAGED')
    await opened.close()
  })
})
