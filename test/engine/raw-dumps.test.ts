// Raw dumps that compress() packs as the array that options describe.

import { describe, expect, test } from 'vitest'
import { ArrayValue, compress, open, type PlainSource } from '../../dist/index.js'

const items = Float32Array.from({ length: 600 }, (_, i) => i / 4)
const plain = new Uint8Array(items.buffer)

/** A source of one's own, which knows no size and may be read once. */
function ownSource(metadata?: string): PlainSource {
  let at = 0
  return {
    name: 'own',
    size: undefined,
    typesize: undefined,
    metadata,
    sample: (nbytes) => plain.subarray(0, nbytes),
    read: (into) => {
      const piece = plain.subarray(at, at + into.length)
      into.set(piece)
      at += piece.length
      return piece.length
    },
    close: () => {},
  }
}

async function arrayIn(container: Uint8Array): Promise<unknown> {
  await using data = await open(container)
  const { shape, dtype, order } = data
  const { values } = await data.slice([{}, 3])
  return { shape, dtype, order, column: [...(values as Float32Array)].slice(0, 3) }
}

const COLUMN = [3, 23, 43].map((i) => i / 4)

describe.each(['blp', 'b2frame', 'b2nd'])('%s', (format) => {
  test('a dump has the dtype and shape that it is said to have', async () => {
    const options = { format, dtype: 'float32', shape: [-1, 20] }
    const wanted = { shape: [30, 20], dtype: '<f4', order: 'C', column: COLUMN }
    const packed = await compress(plain, options)
    expect(await arrayIn(packed)).toEqual(wanted)
    expect(await arrayIn(await compress(ownSource(), options))).toEqual(wanted)
    const array = { dtype: '<f4', shape: [30, 20], order: 'C' as const, data: plain }
    expect(Buffer.compare(packed, await compress(array, { format }))).toBe(0)
  })

  test('items may be in Fortran order', async () => {
    const packed = await compress(plain, { format, dtype: '<f4', shape: [30, 20], order: 'F' })
    await using data = await open(packed)
    const { values } = await data.slice([{}, 3])
    expect(values).toEqual(items.subarray(90, 120))
  })

  test('metadata of the source stay beside what describes the array', async () => {
    const packed = await compress(ownSource('{"unit":"mm"}'), { format, dtype: '<f4' })
    await using data = await open(packed)
    expect(data.shape).toEqual([600])
    expect(JSON.parse(data.metadata ?? '')).toMatchObject({ unit: 'mm' })
  })
})

test.each<[object, RegExp]>([
  [{ dtype: '<f4', shape: [7, -1] }, /do not fill the shape/],
  [{ dtype: '<f4', shape: [-1, -1] }, /one -1/],
  [{ dtype: '<f4', shape: [-20, -30] }, /negative/],
  [{ dtype: '<q9' }, /dtype/],
  [{ dtype: '|V7' }, /not a whole number of items/],
  [{ dtype: '<f4', order: 'K' }, /C or F/],
])('%j is refused', async (options, message) => {
  await expect(compress(plain, options)).rejects.toMatchObject({ code: 'USAGE', message })
})

test('an array says itself what it is', async () => {
  const refused = compress(ArrayValue.from(items, [30, 20]), { dtype: '<i4' })
  await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: /says itself/ })
})
