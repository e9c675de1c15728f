import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NDArray } from '../../dist/index.js'
import { blpk, npy, put, ramp, tempDir } from '../cli/run.js'
import { group, NewFile } from '../support/hdf5-files.js'
import { sameBytes } from '../support/scratch.js'

async function convert(cwd: string, ...args: string[]) {
  const { code, out, err } = await blpk(['convert', '-f', '--json', ...args], { cwd })
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out.toString()) as { copied: number; recompressed: number; nbytes: number }
}

async function plain(cwd: string, name: string): Promise<Buffer> {
  const { code, out, err } = await blpk(['decompress', '-q', name, '-'], { cwd })
  expect([code, err]).toEqual([0, ''])
  return out as Buffer
}

/** float32, of which the first rows are zeros and the next are NaN. */
function floats(count: number): Uint8Array {
  const values = Float32Array.from({ length: count }, (_, i) => i / 8)
  values.fill(0, 0, count / 3)
  values.fill(Number.NaN, count / 3, (2 * count) / 3)
  return new Uint8Array(values.buffer)
}

test.each([
  { shape: [9000], chunks: '1000', blocks: '100' },
  { shape: [90, 100], chunks: '30,50', blocks: '7,11' },
  { shape: [30, 30, 10], chunks: '10,10,4', blocks: '5,5,4' },
])('the chunks of an array of shape $shape go to HDF5 and back', async ({ shape, chunks, blocks }) => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', shape, floats(9000)))
  await blpk(['compress', '--chunks', chunks, '--blocks', blocks, '-c', 'lz4', 'a.npy', 'a.b2nd'], { cwd })
  const first = await NDArray.open(join(cwd, 'a.b2nd'))
  const { nchunks } = first.schunk
  expect(await convert(cwd, 'a.b2nd', 'a.h5::/g/a')).toMatchObject({
    copied: nchunks,
    recompressed: 0,
    nbytes: 36_000,
  })
  expect(await convert(cwd, 'a.h5::/g/a', 'b.b2nd')).toMatchObject({ copied: nchunks, recompressed: 0 })
  expect(await convert(cwd, 'a.h5::/g/a', 'b.h5::/b')).toMatchObject({ copied: nchunks, recompressed: 0 })
  const expected = readFileSync(join(cwd, 'a.npy'))
  for (const name of ['a.h5::/g/a', 'b.b2nd', 'b.h5::/b'])
    expect(sameBytes(await plain(cwd, name), expected)).toBe(true)
  const last = await NDArray.open(join(cwd, 'b.b2nd'))
  expect([last.shape, last.chunks, last.blocks, last.dtype]).toEqual([
    shape,
    first.chunks,
    first.blocks,
    '<f4',
  ])
  const [one, other] = await Promise.all([first, last].map((array) => array.schunk.chunk(nchunks - 1)))
  expect(one).toEqual(other)
  await Promise.all([first.close(), last.close()])
})

test('options that ask for other compression compress again', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<i4', [100, 50], ramp(20_000)))
  await blpk(['compress', '--chunks', '20,50', 'a.npy', 'a.b2nd'], { cwd })
  expect(await convert(cwd, '-c', 'lz4', 'a.b2nd', 'a.h5::/a')).toMatchObject({ copied: 0 })
  expect(await convert(cwd, '--chunks', '50,50', 'a.h5::/a', 'b.b2nd')).toMatchObject({ copied: 0 })
  expect(sameBytes(await plain(cwd, 'b.b2nd'), readFileSync(join(cwd, 'a.npy')))).toBe(true)
})

test('chunks that are missing hold the fill value', async () => {
  const cwd = tempDir()
  const file = new NewFile()
  const data = new Uint8Array(Int32Array.from({ length: 210 }, (_, i) => i).buffer)
  const seven = Uint8Array.of(7, 0, 0, 0)
  const parts = { descr: '<i4', itemsize: 4, data, shape: [14, 15], chunkShape: [4, 6], missing: [0, 5] }
  const root = group({ seven: file.array({ ...parts, fill: seven }), zero: file.array(parts) })
  writeFileSync(join(cwd, 'a.h5'), file.finish(root))
  for (const name of ['seven', 'zero']) {
    expect(await convert(cwd, `a.h5::/${name}`, 'a.b2nd')).toMatchObject({ copied: 12, recompressed: 0 })
    expect(sameBytes(await plain(cwd, 'a.b2nd'), await plain(cwd, `a.h5::/${name}`))).toBe(true)
    expect((await blpk(['verify', 'a.b2nd'], { cwd })).code).toBe(0)
  }
})

test('a dataset without frames is compressed', async () => {
  const cwd = tempDir()
  const file = new NewFile()
  const parts = { descr: '<i4', itemsize: 4, data: new Uint8Array(840), shape: [14, 15], chunkShape: [4, 6] }
  writeFileSync(join(cwd, 'a.h5'), file.finish(group({ a: file.array({ ...parts, plain: true }) })))
  expect(await convert(cwd, 'a.h5::/a', 'a.b2nd')).toMatchObject({ copied: 0 })
})
