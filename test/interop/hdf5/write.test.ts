// HDF5 files of ours, read by h5py with hdf5plugin, b2h5py, PyTables and h5wasm.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { arraySource, compress, type PackOptions } from '../../../dist/index.js'
import { readByWasm } from '../../support/h5wasm.js'
import { h5, READERS, type Seen } from '../../support/hdf5-peer.js'
import { startPeer } from '../../support/peer.js'
import { sameBytes, scratchDirectory, sha256 } from '../../support/scratch.js'

const peer = await startPeer('our HDF5 files')
const directory = scratchDirectory()
const CODECS = ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'] as const
const FILTERS = [[], ['shuffle'], ['bitshuffle'], ['delta', 'shuffle'], ['bytedelta']] as const

interface Made {
  path: string
  data: Uint8Array
  shape: readonly number[]
  itemsize: number
}

let count = 0

/** Bytes that compress a little. */
function walk(nbytes: number): Uint8Array {
  const bytes = new Uint8Array(nbytes)
  for (let i = 0, x = 1; i < nbytes; i++) {
    x = (x * 1103515245 + 12345) % 2 ** 31
    bytes[i] = (bytes[i - 4] ?? 0) + ((x >> 16) % 5 === 0 ? 1 : 0)
  }
  return bytes
}

async function make(shape: number[], dtype: string, itemsize: number, options: PackOptions): Promise<Made> {
  const data = walk(shape.reduce((size, extent) => size * extent, itemsize))
  const path = join(directory, `${count++}.h5`)
  await compress(arraySource({ dtype, shape, order: 'C', data }), `${path}::/g/a`, { ...options, threads: 1 })
  return { path, data, shape, itemsize }
}

/** The items of a box in C order. */
function boxOf(
  { data, shape, itemsize }: Made,
  start: readonly number[],
  stop: readonly number[],
): Uint8Array {
  const pieces: Uint8Array[] = []
  const visit = (axis: number, at: number): void => {
    if (axis === shape.length) {
      pieces.push(data.subarray(at * itemsize, (at + 1) * itemsize))
      return
    }
    for (let i = start[axis] ?? 0; i < (stop[axis] ?? 0); i++) visit(axis + 1, at * (shape[axis] ?? 1) + i)
  }
  visit(0, 0)
  return Buffer.concat(pieces)
}

/** All readers of Python see the array as it is. */
async function seen(made: Made, readers: readonly (typeof READERS)[number][] = READERS): Promise<void> {
  const { path, data, shape } = made
  if (peer === undefined) return
  const start = shape.map((extent) => Math.floor(extent / 3))
  const stop = shape.map((extent) => Math.ceil((2 * extent) / 3))
  const expected: Omit<Seen, 'dtype'> = {
    shape: [...shape],
    sha256: sha256(data),
    part: sha256(boxOf(made, start, stop)),
  }
  for (const reader of readers)
    expect([reader, await h5(peer, 'read', path, '/g/a', reader, start, stop)]).toMatchObject([
      reader,
      expected,
    ])
}

/** C-Blosc2 misreads single blocks with the delta filter, also in files of hdf5plugin: only h5py reads whole chunks. */
function readersOf(filters: readonly string[]): readonly (typeof READERS)[number][] {
  return filters.includes('delta') ? ['h5py'] : READERS
}

describe.each(CODECS)('%s', (codec) => {
  test.each(FILTERS.map((filters) => ({ filters })))('$filters', async ({ filters }) => {
    const made = await make([37, 41], '<i4', 4, { codec, filters, chunks: [16, 20], blocks: [8, 10] })
    await seen(made, readersOf(filters))
    if (peer !== undefined) expect(await h5(peer, 'is_fast', made.path, '/g/a')).toBe(true)
    // The plug-in of h5wasm was built without zlib, and without what bytedelta needs.
    if (codec !== 'zlib' && !filters.some((filter) => filter === 'bytedelta'))
      expect(sameBytes(readByWasm(made.path, '/g/a').bytes, made.data)).toBe(true)
  })
})

describe('ranks', () => {
  const shapes = Array.from({ length: 9 }, (_, i) =>
    Array.from({ length: i + 1 }, (_, axis) => (i === 0 ? 5000 : i === 1 ? 70 : axis < 2 ? 5 : 3)),
  )
  test.each(shapes.map((shape) => [shape.length, shape] as const))('%i', async (_, shape) => {
    const chunks = shape.map((extent) => Math.ceil(extent / 2))
    const made = await make(shape, '<u2', 2, { codec: 'zstd', chunks })
    // b2h5py refuses the plain super-chunks that chunks of more than eight axes are.
    await seen(made, shape.length > 8 ? ['h5py', 'tables'] : READERS)
    const { shape: found, bytes } = readByWasm(made.path, '/g/a')
    expect([found, sameBytes(bytes, made.data)]).toEqual([shape, true])
  })
})

describe('types', () => {
  const sizes = { f2: 2, f4: 4, f8: 8, c8: 8, c16: 16, u1: 1, i1: 1, i2: 2, u4: 4, i8: 8, S5: 5, V6: 6 }
  for (const [name, itemsize] of Object.entries(sizes))
    for (const order of itemsize > 1 && /^[fciu]/.test(name) ? ['<', '>'] : ['|'])
      test(`${order}${name}`, async () => {
        const made = await make([40, 30], `${order}${name}`, itemsize, { codec: 'lz4', chunks: [16, 16] })
        // PyTables turns numbers into those of the machine, and has no complex numbers but its own, nor opaque items.
        const isForPyTables = order !== '>' && !/^[cV]/.test(name)
        await seen(made, isForPyTables ? READERS : ['h5py', 'b2h5py'])
        if (peer === undefined) return
        const { dtype } = await h5(peer, 'read', made.path, '/g/a', 'h5py', [0, 0], [1, 1])
        expect(dtype).toBe(`${order}${name}`)
      })
})

test('attributes keep their values', async () => {
  const metadata = {
    text: 'Grüße',
    whole: 5,
    half: 0.5,
    small: 1e-300,
    yes: true,
    many: [1, 2, 3],
    table: [
      [1.5, 2],
      [3, 4],
    ],
    words: ['a', 'bc'],
  }
  const made = await make([10, 10], '<f4', 4, { metadata: JSON.stringify(metadata) })
  await seen(made)
  if (peer === undefined) return
  expect(await h5(peer, 'attributes', made.path, '/g/a')).toEqual(metadata)
})

test('a dataset without axes, and one without items', async () => {
  for (const shape of [[], [0, 3]]) {
    const made = await make(shape, '<f8', 8, {})
    if (peer === undefined) continue
    const found = await h5(peer, 'read', made.path, '/g/a', 'h5py', [], [])
    expect(found).toMatchObject({ shape, sha256: sha256(made.data) })
  }
})
