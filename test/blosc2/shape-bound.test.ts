// Chunks of codecs and filters that look at the shape of blocks are packed again where blocks get another one.

import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { formatB2nd } from '../../dist/format/frame/array-layer.js'
import {
  convert,
  decompress,
  info,
  MemorySink,
  NDArray,
  registerCodec,
  registerFilter,
  SChunk,
} from '../../dist/index.js'
import { sameBytes } from '../support/scratch.js'

const FRAMES = join(import.meta.dirname, '..', 'fixtures', 'b2', 'frames')
const items = Int32Array.from({ length: 20_000 }, (_, i) => (i % 7 === 0 ? i : 0))

beforeAll(async () => {
  for (const toy of ['rows-codec', 'mirror-filter']) {
    const { register } = await import(`../conformance/toys/${toy}.mjs`)
    register({ registerCodec, registerFilter })
  }
})

/** The container as another one, and whether its plain bytes are the same. */
async function convertTo(format: string, from: Uint8Array) {
  const sink = new MemorySink()
  const { copied, nchunks } = await convert(from, sink, { format })
  const isSame = sameBytes(await decompress(sink.bytes), await decompress(from))
  return { isSame, copied, nchunks, bytes: sink.bytes }
}

/** A fixture of C-Blosc2 whose blocks of 16 × 16 items are said to lie one below the other. */
async function stacked(name: string, dtype: string): Promise<Uint8Array> {
  const schunk = await SChunk.open(join(FRAMES, name))
  const layer = formatB2nd({ shape: [256, 16], chunkshape: [64, 16], blockshape: [16, 16], dtype })
  schunk.meta.set('b2nd', layer)
  const bytes = await schunk.toCframe()
  await schunk.close()
  return bytes
}

describe('arrays of C-Blosc2', () => {
  test.each([
    ['nd-plugin-ndlz4.b2nd', '|u1'],
    ['nd-plugin-ndlz8.b2nd', '|u1'],
    ['nd-plugin-ndcell.b2nd', '<f4'],
    ['nd-plugin-ndmean.b2nd', '<f4'],
  ])('%s becomes a frame that decodes', async (name, dtype) => {
    const array = await stacked(name, dtype)
    const { isSame, copied, bytes } = await convertTo('b2frame', array)
    expect([isSame, copied]).toEqual([true, 0])
    // What is added later is not packed by them either.
    expect(JSON.stringify(await info(bytes))).not.toMatch(/nd(lz|cell|mean)/)
  })
})

describe.each([
  ['a codec', { codec: 'rows', filters: [] }],
  ['a filter', { filters: ['mirror', 'shuffle'] }],
])('%s of a user', (_what, how) => {
  const sizes = { chunks: [5000], blocks: [1000] }

  test('an array becomes a frame', async () => {
    const array = await NDArray.fromTypedArray(items, { ...sizes, ...how })
    expect(await convertTo('b2frame', await array.toCframe())).toMatchObject({ isSame: true, copied: 0 })
  })

  test('a frame becomes an array', async () => {
    const frame = await SChunk.create({ typesize: 4, chunkSize: 20_000, blockSize: 4000, ...how }, items)
    expect(await convertTo('b2nd', await frame.toCframe())).toMatchObject({ isSame: true, copied: 0 })
  })

  test('single chunks of it are packed as the frame says, and the others copied', async () => {
    const array = await NDArray.fromTypedArray(items, { ...sizes, ...how })
    array.schunk.setCompression({ codec: 'lz4', filters: ['shuffle'] })
    await array.set([{ start: 5000, stop: 10_000 }], items.subarray(5000, 10_000))
    const converted = await convertTo('b2frame', await array.toCframe())
    expect(converted).toMatchObject({ isSame: true, copied: 1, nchunks: 4 })
  })

  test('a copy with the same blocks keeps them', async () => {
    const array = await NDArray.fromTypedArray(items, { ...sizes, ...how })
    expect(await convertTo('b2nd', await array.toCframe())).toMatchObject({ isSame: true, copied: 4 })
  })
})
