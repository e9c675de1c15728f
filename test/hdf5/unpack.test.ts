import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { open } from '../../dist/index.js'
import { blpk, tempDir } from '../cli/run.js'
import { group, NewFile } from '../support/hdf5-files.js'
import { sameBytes } from '../support/scratch.js'

const SEVEN = Uint8Array.of(7, 0, 0, 0)

/** Chunks that are in order, and others. */
const CASES = [
  { shape: [30_000], chunkShape: [4096], missing: [] },
  { shape: [30_000], chunkShape: [4096], missing: [0, 3] },
  { shape: [300, 100], chunkShape: [7, 100], missing: [2, 42] },
  { shape: [10, 30, 100], chunkShape: [1, 7, 100], missing: [] },
  { shape: [10, 30, 100], chunkShape: [2, 30, 100], missing: [4] },
  { shape: [300, 100], chunkShape: [64, 30], missing: [5] },
]

/** What is there: the values, and seven where chunks are missing. */
function expected(data: Int32Array, { shape, chunkShape, missing }: (typeof CASES)[number]): Uint8Array {
  const counts = shape.map((extent, axis) => Math.ceil(extent / (chunkShape[axis] ?? 1)))
  const values = data.map((value, i) => {
    let [rest, chunk, unit] = [i, 0, 1]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1
      chunk += Math.floor((rest % extent) / (chunkShape[axis] ?? 1)) * unit
      unit *= counts[axis] ?? 1
      rest = Math.floor(rest / extent)
    }
    return missing.includes(chunk) ? 7 : value
  })
  return new Uint8Array(values.buffer)
}

test.each(CASES)('chunks $chunkShape of $shape without $missing', async (one) => {
  const cwd = tempDir()
  const data = Int32Array.from({ length: 30_000 }, (_, i) => i)
  const parts = { ...one, descr: '<i4', itemsize: 4, data: new Uint8Array(data.buffer), fill: SEVEN }
  const file = new NewFile()
  const root = group({ frames: file.array(parts), plain: file.array({ ...parts, plain: true }) })
  writeFileSync(join(cwd, 'a.h5'), file.finish(root))
  for (const name of ['frames', 'plain'])
    for (const threads of ['1', '2']) {
      const args = ['decompress', '-f', '-q', '-n', threads, `a.h5::/${name}`, 'a.npy']
      expect((await blpk(args, { cwd })).code).toBe(0)
      const npy = readFileSync(join(cwd, 'a.npy'))
      expect(sameBytes(npy.subarray(-120_000), expected(data, one))).toBe(true)
      await using array = await open(join(cwd, `a.h5::/${name}`))
      expect(array.nchunks).toBe(
        one.shape.reduce((n, extent, i) => n * Math.ceil(extent / (one.chunkShape[i] ?? 1)), 1),
      )
    }
})

test('many chunks are written by threads', async () => {
  const cwd = tempDir()
  const data = new Uint8Array(Int32Array.from({ length: 8_000_000 }, (_, i) => i).buffer)
  writeFileSync(join(cwd, 'a.raw'), data)
  const pack = [
    'compress',
    '-q',
    '--dtype',
    '<i4',
    '--shape',
    '8000,1000',
    '--chunks',
    '300,1000',
    'a.raw',
    'a.h5::/a',
  ]
  expect((await blpk(pack, { cwd })).err).toBe('')
  const { code, err } = await blpk(['decompress', '-q', '-n', '2', 'a.h5::/a', 'a.npy'], { cwd })
  expect([code, err]).toEqual([0, ''])
  expect(sameBytes(readFileSync(join(cwd, 'a.npy')).subarray(-data.length), data)).toBe(true)
})

test.each([{ chunkShape: [64, 30] }, { chunkShape: [64, 100] }])(
  'a damaged chunk of $chunkShape leaves no output',
  async ({ chunkShape }) => {
    const cwd = tempDir()
    const data = new Uint8Array(120_000)
    const file = new NewFile()
    const array = file.array({ descr: '<i4', itemsize: 4, data, shape: [300, 100], chunkShape })
    const bytes = file.finish(group({ a: array }))
    if (array.storage.kind !== 'chunked') throw new Error('it has no chunks')
    // The name of the frame.
    bytes.fill(0, array.storage.chunks.at(3).address, array.storage.chunks.at(3).address + 16)
    writeFileSync(join(cwd, 'a.h5'), bytes)
    const { code, err } = await blpk(['decompress', '-q', 'a.h5::/a', 'a.npy'], { cwd })
    expect([code, err]).toEqual([3, expect.stringContaining('of the array')])
    expect(readdirSync(cwd)).toEqual(['a.h5'])
  },
)
