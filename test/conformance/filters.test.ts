// What every filter must keep, built in or of a user. The toy in toys/mirror-filter.mjs goes through all of it too.
import { describe, expect, test } from 'vitest'
import { loneChunk } from '../../dist/core/schunk-traits.js'
import { type BlockContext, copyWithin, type Filter } from '../../dist/filters/filter.js'
import { allFilters } from '../../dist/filters/registry.js'
import { formats } from '../../dist/format/registry.js'
import { compress, decompress, NDArray, SChunk } from '../../dist/index.js'
import { Workspace } from '../../dist/kernels/workspace.js'
import { makeData } from '../support/data.js'
import { sameBytes } from '../support/scratch.js'
import './toys/registered.mjs'

const FILTERS: Filter[] = allFilters()
const WRITTEN = FILTERS.filter(({ forward }) => forward !== undefined)
const EXACT = WRITTEN.filter(({ traits }) => traits.lossy === undefined)
const LOSSY = WRITTEN.filter(({ traits }) => traits.lossy !== undefined)
const TYPESIZES = [1, 2, 4, 8, 13]
const GUARD = 64
/** Worth threads for a codec as slow as zlib. */
const LARGE = 6 * 2 ** 20
let large: Uint8Array | undefined

const ws = new Workspace()

function contextOf(typesize: number, nbytes: number, blockshape?: readonly number[]): BlockContext {
  const schunk = loneChunk(typesize, nbytes)
  const block = { headerTypesize: typesize, blosc1: false, reference: undefined, place: {} }
  return { ws, meta: 0, typesize, blockshape, schunk, ...block }
}

/** Runs a filter over a block, between bytes that it may not touch. */
function through(
  filter: Filter,
  how: 'forward' | 'backward',
  block: Uint8Array,
  c: BlockContext,
): Uint8Array {
  const { length } = block
  const src = ws.scratch('chunk', length)
  const room = ws.scratch('part', length + 2 * GUARD)
  ws.view(src, length).set(block)
  ws.view(room, length + 2 * GUARD).fill(0xa5)
  // Without a function there is nothing to do in this direction.
  const run = filter[how] ?? ((_c, nbytes, from, to) => copyWithin(ws, from, nbytes, to))
  run(c, length, src, room + GUARD)
  const guards = [ws.view(room, GUARD), ws.view(room + GUARD + length, GUARD)]
  expect(guards.every((guard) => guard.every((byte) => byte === 0xa5))).toBe(true)
  return ws.view(room + GUARD, length).slice()
}

test('the registry has the built-in filters and the toy', () => {
  expect(FILTERS.map(({ name }) => name)).toEqual([
    ...['shuffle', 'bitshuffle', 'delta', 'trunc_prec', 'bytedelta_buggy', 'bytedelta', 'int_trunc'],
    ...['ndcell', 'ndmean', 'mirror'],
  ])
  expect(FILTERS.every(({ traits }) => traits.threads)).toBe(true)
})

test('filters that shells complete can be written without a meta byte', async () => {
  const names = [...new Set(formats().flatMap((format) => format.filters ?? []))]
  expect(names).toContain('shuffle')
  const plain = makeData('counting', 8000, 4, 1)
  for (const name of names) {
    const packed = await compress(plain, { format: 'b2frame', typesize: 4, filters: [name] })
    expect(sameBytes(await decompress(packed), plain)).toBe(true)
  }
})

describe.each(EXACT)('$name', (filter) => {
  test.each(TYPESIZES)('blocks of items of %i bytes come back, within bounds', (typesize) => {
    for (const items of [0, 1, 7, 8, 9, 33, 100]) {
      for (const nbytes of [items * typesize, items * typesize + typesize - 1]) {
        const block = makeData('noisy', nbytes, typesize, nbytes)
        const c = contextOf(typesize, nbytes)
        const filtered = through(filter, 'forward', block, c)
        expect([nbytes, sameBytes(through(filter, 'backward', filtered, c), block)]).toEqual([nbytes, true])
      }
    }
  })

  test.each(TYPESIZES)('chunks with ragged ends, items of %i bytes', async (typesize) => {
    const block = 40 * typesize
    const filters = [{ filter: filter.id }]
    const options = { codec: 'lz4', filters, typesize, chunkSize: 3 * block, blockSize: block }
    for (const items of [0, 1, 40, 41, 121, 500]) {
      const plain = makeData('counting', items * typesize, typesize, items)
      const schunk = await SChunk.create(options, plain)
      const back = await SChunk.fromCframe(await schunk.toCframe())
      expect([items, sameBytes(await back.bytes(), plain)]).toEqual([items, true])
    }
  })

  test('gives the same bytes in threads', async () => {
    large ??= makeData('counting', LARGE, 4, 1)
    const plain = large
    const filters = [filter.id]
    const options = { codec: 'zlib', level: 1, filters, typesize: 4, chunkSize: 2 ** 19 }
    const alone = await (await SChunk.create({ ...options, threads: 1 }, plain)).toCframe()
    const together = await (await SChunk.create({ ...options, threads: 2 }, plain)).toCframe()
    expect(sameBytes(alone, together)).toBe(true)
    const back = await SChunk.open(alone, { threads: 2 })
    expect(sameBytes(await back.bytes(), plain)).toBe(true)
  })

  test('blocks of an array', async () => {
    const items = Int32Array.from({ length: 30 * 21 }, (_, i) => i * i)
    const options = { shape: [30, 21], chunks: [16, 16], blocks: [8, 4], codec: 'lz4', filters: [filter.id] }
    const array = await NDArray.fromTypedArray(items, options)
    const back = await NDArray.open(await array.toCframe())
    const { data } = await back.slice([29, { start: 15, stop: 21 }])
    expect([...new Int32Array(data.slice().buffer)]).toEqual([...items.subarray(29 * 21 + 15, 30 * 21)])
  })
})

test.each(LOSSY)('$name is lossy, and says so', (filter) => {
  const block = new Uint8Array(makeData('noise', 800, 4, 1))
  const c = { ...contextOf(4, block.length), meta: 5 }
  const filtered = through(filter, 'forward', block, c)
  expect(sameBytes(through(filter, 'backward', filtered, c), block)).toBe(false)
})
