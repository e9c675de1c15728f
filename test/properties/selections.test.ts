import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dtypeRepr } from '../../dist/array/npy/index.js'
import { parseMetadataDtype } from '../../dist/array/npy/metadata.js'
import { type Selectable, select } from '../../dist/format/select.js'
import { anyKey, anyShape, type Key, makeItems, PlainArray } from '../support/plain-array.js'

type Order = 'C' | 'F'

/** Items in Fortran order of an array in C order. */
function turned({ shape, itemBytes, data }: PlainArray): Uint8Array {
  const out = new Uint8Array(data.length)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((n, extent) => n * extent, 1))
  const lists = shape.map((extent) => Array.from({ length: extent }, (_, i) => i))
  const places = lists.reduce<number[]>(
    (all, list, axis) => all.flatMap((at) => list.map((i) => at + i * (strides[axis] ?? 1))),
    [0],
  )
  places.forEach((place, i) => {
    out.set(data.subarray(i * itemBytes, (i + 1) * itemBytes), place * itemBytes)
  })
  return out
}

/** An array in memory that is read in pieces of odd sizes, and notes which bytes were read. */
function inMemory(array: PlainArray, order: Order, dtype: string, gap = 0): Selectable & { read: number[] } {
  const bytes = order === 'C' ? array.data : turned(array)
  const { descr, itemsize } = parseMetadataDtype(dtype)
  const read: number[] = []
  async function* pieces(start: number, stop = bytes.length): AsyncGenerator<Uint8Array> {
    for (let at = start; at < stop; at += 7) yield bytes.subarray(at, Math.min(stop, at + 7)).slice()
  }
  return {
    read,
    format: { holds: 'bytes' },
    nbytes: bytes.length,
    typesize: itemsize,
    array: () => ({ descr, itemsize, shape: [...array.shape], order, nbytes: bytes.length }),
    pieces,
    spans: {
      gapAt: () => gap,
      async *read(spans) {
        let last = -1
        for (const [start, stop] of spans) {
          expect(start).toBeGreaterThan(last)
          last = stop
          for (let i = start; i < stop; i++) read.push(i)
          let position = start
          for await (const piece of pieces(start, stop)) {
            yield { position, bytes: piece }
            position += piece.length
          }
        }
      },
    },
  }
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(Buffer.from(piece))
  return Buffer.concat(all)
}

const DTYPES: [dtype: string, itemBytes: number][] = [
  ['|u1', 1],
  ['<i2', 2],
  ['>f4', 4],
  ['<f8', 8],
  ['|S3', 3],
  ['<c16', 16],
]

const anyCase = anyShape.chain(({ shape }) =>
  fc.record({
    shape: fc.constant(shape),
    keys: fc.tuple(...shape.map(anyKey)),
    order: fc.constantFrom<Order>('C', 'F'),
    dtype: fc.constantFrom(...DTYPES),
    seed: fc.nat(),
    gap: fc.constantFrom(0, 5, 1000),
  }),
)

describe('selections from arrays that lie in one piece', () => {
  it('give what NumPy gives, and read what they need once', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async ({ shape, keys, order, dtype: [dtype, itemBytes], seed, gap }) => {
        const size = shape.reduce((n, extent) => n * extent, itemBytes)
        const array = new PlainArray(shape, itemBytes, new Uint8Array(makeItems(size, seed)))
        const from = inMemory(array, order, dtype, gap)
        const wanted = array.slice(keys as Key[])
        const got = select(from, { slice: (keys as Key[]).map((key) => key ?? {}) })
        expect(got.layout?.shape).toEqual(wanted.shape)
        expect(got.nbytes).toBe(wanted.data.length)
        expect(Buffer.compare(await joined(got.pieces()), Buffer.from(wanted.data))).toBe(0)
        expect(new Set(from.read).size).toBe(from.read.length)
        if (gap === 0) expect(from.read.length).toBeLessThanOrEqual(wanted.data.length)
        const out = new Uint8Array(got.nbytes)
        await got.fill?.(out)
        expect(Buffer.compare(out, Buffer.from(wanted.data))).toBe(0)
      }),
      { numRuns: 400 },
    )
  })

  it('give fields', async () => {
    const dtype = "[('a', '<i4'), ('', '|V2'), (('Title', 'b'), '|u1', (2, 3)), ('c', '>f8')]"
    expect(dtypeRepr(parseMetadataDtype(dtype).descr)).toBe(dtype)
    const array = new PlainArray([5, 4], 20, new Uint8Array(makeItems(400, 2)))
    for (const order of ['C', 'F'] as const) {
      const from = inMemory(array, order, dtype)
      const keys: Key[] = [{ start: 1, stop: 4 }, [3, 0]]
      const items = array.slice(keys).data
      const part = (offset: number, nbytes: number): Uint8Array =>
        Buffer.concat(
          Array.from({ length: 6 }, (_, i) => items.subarray(20 * i + offset, 20 * i + offset + nbytes)),
        )
      for (const [field, descr, offset, nbytes, shape] of [
        ['a', '<i4', 0, 4, []],
        ['b', '|u1', 6, 6, [2, 3]],
        ['Title', '|u1', 6, 6, [2, 3]],
        ['c', '>f8', 12, 8, []],
      ] as const) {
        const got = select(from, { slice: keys as [], field })
        expect(got.layout).toMatchObject({ descr, shape: [3, 2, ...shape] })
        expect(Buffer.from(await joined(got.pieces()))).toEqual(Buffer.from(part(offset, nbytes)))
      }
      expect(() => select(from, { field: 'z' })).toThrow("the items have no field 'z', but 'a', 'b', 'c'")
      expect(() => select(from, { field: '' })).toThrow('no field')
    }
    const plain = inMemory(new PlainArray([4], 4), 'C', '<f4')
    expect(() => select(plain, { field: 'a' })).toThrow(
      "the items have no field 'a': they are plain items of the dtype <f4",
    )
  })
})
