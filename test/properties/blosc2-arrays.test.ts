import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NDArray } from '../../dist/index.js'
import { sized } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import {
  anyCompression,
  anyDtype,
  anyKey,
  anyShape,
  fitting,
  type Key,
  makeItems,
  PlainArray,
} from '../support/plain-array.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const TIMEOUT = 120_000
const directory = scratchDirectory()
const peer = await startPeer('arrays of any shape and partition')

const anyArray = fc.record({
  cut: anyShape,
  dtype: anyDtype,
  compression: anyCompression,
  seed: fc.nat(1000),
  ruled: fc.boolean(),
})
type Made = typeof anyArray extends fc.Arbitrary<infer T> ? T : never

/** The array, and what it should be. @param made.ruled whether our own rule cuts it */
async function make({ cut, dtype, compression, seed, ruled }: Made): Promise<[NDArray, PlainArray]> {
  const plain = new PlainArray(cut.shape, dtype[1])
  plain.data.set(makeItems(plain.data.length, seed))
  const parts = ruled ? {} : { chunks: cut.chunks, blocks: cut.blocks }
  const array = await NDArray.fromTypedArray(
    { dtype: dtype[0], shape: cut.shape, order: 'C', data: plain.data },
    { ...fitting(compression, dtype[1]), ...parts },
  )
  return [array, plain]
}

const keysFor = (shape: readonly number[]): fc.Arbitrary<Key[]> => fc.tuple(...shape.map(anyKey))

async function expectSame(array: NDArray, plain: PlainArray, keys: readonly Key[] = []): Promise<void> {
  const [part, wanted] = [await array.slice(keys), plain.slice(keys)]
  expect(part.shape).toEqual(wanted.shape)
  expect(sameBytes(part.data, wanted.data)).toBe(true)
}

describe('arrays of any kind', () => {
  test('any slice is the plain answer, now and when read again', { timeout: TIMEOUT }, async () => {
    const inputs = anyArray.chain((made) =>
      fc.tuple(fc.constant(made), fc.array(keysFor(made.cut.shape), { minLength: 1, maxLength: 4 })),
    )
    await fc.assert(
      fc.asyncProperty(inputs, async ([made, selections]) => {
        const [array, plain] = await make(made)
        const back = await NDArray.open(await array.toCframe())
        await expectSame(back, plain)
        for (const keys of selections) {
          await expectSame(array, plain, keys)
          await expectSame(back, plain, keys)
        }
      }),
      { numRuns: sized(75, 300) },
    )
  })

  test('any sequence of changes is that of the plain array', { timeout: TIMEOUT }, async () => {
    const change = fc.record({
      kind: fc.constantFrom('set', 'set', 'one', 'append', 'resize'),
      seed: fc.nat(10_000),
      draws: fc.array(fc.nat(10_000), { minLength: 8, maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(anyArray, fc.array(change, { maxLength: 6 }), async (made, changes) => {
        let [array, plain] = await make(made)
        for (const { kind, seed, draws } of changes) {
          const { shape, itemBytes } = plain
          if (kind === 'set' || kind === 'one') {
            const [keys = []] = fc.sample(keysFor(shape), { seed, numRuns: 1 })
            const items = kind === 'one' ? 1 : plain.slice(keys).data.length / itemBytes
            const values = makeItems(items * itemBytes, seed)
            await array.set(keys, values)
            plain.set(keys, values)
          } else if (kind === 'append' && shape.length > 0) {
            const axis = seed % shape.length
            const row = shape.reduce((n, extent, i) => (i === axis ? n : n * extent), itemBytes)
            const count = row === 0 ? 0 : (draws[0] ?? 0) % 4
            const values = makeItems(row * count, seed)
            const extent = shape[axis] ?? 0
            await array.append(values, axis)
            plain = plain.resized(shape.map((n, i) => (i === axis ? n + count : n)))
            if (values.length > 0)
              plain.set(
                shape.map((_, i) => (i === axis ? { start: extent } : undefined)),
                values,
              )
          } else if (kind === 'resize') {
            const to = shape.map((extent, i) => Math.max(0, extent + ((draws[i] ?? 0) % 5) - 2))
            await array.resize(to)
            plain = plain.resized(to)
          }
          expect(array.shape).toEqual(plain.shape)
          if (seed % 3 === 0) array = await NDArray.open(await array.toCframe())
        }
        await expectSame(array, plain)
        await expectSame(await NDArray.open(await array.toCframe()), plain)
      }),
      { numRuns: sized(40, 150) },
    )
  })

  test('Python reads the same, whole and in slices', { timeout: TIMEOUT }, async () => {
    if (peer === undefined) return
    const inputs = anyArray.chain((made) =>
      fc.tuple(fc.constant(made), keysFor(made.cut.shape), fc.boolean()),
    )
    await fc.assert(
      fc.asyncProperty(inputs, async ([made, keys, sparse]) => {
        // The wheel reads delta in arrays wrongly, and cannot have bytedelta over items of more than 255 bytes.
        const filters = ['shuffle', 'bitshuffle', ...(made.dtype[1] > 255 ? [] : ['bytedelta'])].filter(
          (name) => made.compression.filters?.includes(name),
        )
        const [array, plain] = await make({ ...made, compression: { ...made.compression, filters } })
        const input = join(directory, sparse ? 'sparse.b2nd' : 'one.b2nd')
        await array.save(input, { overwrite: true, sparse })
        const ranges = plain.shape.map((extent, axis): [number, number, number] => {
          const key = keys[axis]
          const ends = typeof key === 'object' && 'step' in key ? key : {}
          return [ends.start ?? 0, ends.stop ?? extent, Math.max(ends.step ?? 1, 1)]
        })
        const seen = await peer.call('b2_describe', { input, slices: [ranges] })
        expect(seen).toMatchObject({ shape: plain.shape, chunks: array.chunks, blocks: array.blocks })
        const part = plain.slice(ranges.map(([start, stop, step]) => ({ start, stop, step })))
        expect([seen.sha256, ...seen.slices]).toEqual([sha256(plain.data), sha256(part.data)])
      }),
      { numRuns: sized(30, 120) },
    )
  })
})
