import { expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'

const items = Float64Array.from({ length: 600 }, (_, i) => i - 7)

test('slices of arrays go into a buffer of the caller', async () => {
  const array = await NDArray.fromTypedArray(items, { shape: [20, 30], chunks: [6, 7], blocks: [3, 4] })
  await array.set([{ start: 6, stop: 12 }], new Float64Array(1)) // whole chunks of zeros
  const keys = [{ start: 3, stop: 15 }, [2, 29]]
  const expected = (await array.slice(keys)).values
  const memory = new Float64Array(40).fill(-1)
  const out = memory.subarray(5, 35)
  const read = await array.slice(keys, { out })
  expect(read).toMatchObject({ shape: [12, 2], dtype: '<f8' })
  expect(read.values).toEqual(expected)
  expect(read.values.buffer).toBe(memory.buffer)
  expect(memory.subarray(5, 29)).toEqual(expected)
  expect([...memory.subarray(0, 5), ...memory.subarray(29)]).toEqual(Array(16).fill(-1))
  const box = await array.box({ start: [6, 0], stop: [7, 30] }, { out: memory })
  expect(box.buffer).toBe(memory.buffer)
  expect([...memory.subarray(0, 30)]).toEqual(Array(30).fill(0))
  await expect(array.slice([], { out })).rejects.toMatchObject({ code: 'USAGE' })
  await expect(array.slice([0], { out: [] as never })).rejects.toMatchObject({ code: 'USAGE' })
})

test('bytes, items and chunks of super-chunks go into a buffer of the caller', async () => {
  const schunk = await SChunk.create({ typesize: 8, chunkSize: 800 }, items)
  const out = new Float64Array(100).fill(-1)
  const parts = [
    await schunk.slice(90, 180, { out }),
    await schunk.bytes(720, 1440, { out }),
    await schunk.decompressChunk(3, { out }),
  ]
  for (const part of parts) expect(part.buffer).toBe(out.buffer)
  expect(parts.map(({ length }) => length)).toEqual([720, 720, 800])
  expect(out).toEqual(items.subarray(300, 400))
  await schunk.slice(90, 180, { out })
  expect(out.subarray(0, 90)).toEqual(items.subarray(90, 180))
  await expect(schunk.bytes(0, 801, { out })).rejects.toMatchObject({ code: 'USAGE' })
})
