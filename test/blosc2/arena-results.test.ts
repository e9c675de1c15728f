// Small slices of several chunks are put together in the arena: every item gets to its place, and zeros stay zeros.
import { describe, expect, it } from 'vitest'
import { NDArray } from '../../dist/index.js'

const SHAPE = [12, 20, 18] as const
const SIZE = SHAPE[0] * SHAPE[1] * SHAPE[2]
const TYPES = [Uint8Array, Int16Array, Float32Array, Float64Array]

/** Half of the first axis is zeros, which are chunks without bytes. */
const itemAt = (i: number): number => (i < SIZE / 2 ? 0 : 1 + (i % 97))

/** Items of a box in C order. */
function boxOf(keys: readonly (number | { start: number; stop: number } | undefined)[]): number[] {
  const [x, y, z] = SHAPE.map((extent, axis) => {
    const key = keys[axis]
    if (typeof key === 'number') return [key]
    const { start, stop } = key ?? { start: 0, stop: extent }
    return Array.from({ length: stop - start }, (_, i) => start + i)
  }) as [number[], number[], number[]]
  return x.flatMap((i) => y.flatMap((j) => z.map((k) => itemAt((i * SHAPE[1] + j) * SHAPE[2] + k))))
}

const SELECTIONS: Parameters<typeof boxOf>[0][] = [
  [],
  [7],
  [undefined, 3],
  [undefined, undefined, 11],
  [3, 4, 5],
  [
    { start: 4, stop: 8 },
    { start: 3, stop: 17 },
    { start: 1, stop: 18 },
  ],
  [{ start: 1, stop: 11 }, 19, { start: 5, stop: 6 }],
]

describe.each(TYPES)('%o', (type) => {
  const Type = type as Float64ArrayConstructor

  it.each(['byte', 'none', 'bit'] as const)('with shuffle %s', async (shuffle) => {
    const items = Type.from({ length: SIZE }, (_, i) => itemAt(i))
    const parts = { chunks: [3, 10, 9], blocks: [2, 5, 4] }
    const array = await NDArray.fromTypedArray(items, { shape: [...SHAPE], ...parts, codec: 'lz4', shuffle })
    for (const keys of SELECTIONS) {
      const wanted = boxOf(keys)
      const fresh = await array.slice([...keys])
      expect([...(fresh.values as Uint8Array)]).toEqual(wanted)
      const out = new Type(wanted.length + 3).fill(77)
      await array.slice([...keys], { out })
      expect([...out]).toEqual([...wanted, 77, 77, 77])
    }
  })
})
