import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { leftOutText, pipelineText } from '../../dist/format/hdf5/filters/describe.js'
import { blpk, npy, put, ramp, tempDir } from '../cli/run.js'
import { group, NewFile } from '../support/hdf5-files.js'

async function info(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(['info', ...args], { cwd })
  expect([code, err]).toEqual([0, ''])
  return out.toString()
}

test('a dataset of frames shows how they are compressed, and each of them', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [20, 10], Buffer.concat([Buffer.alloc(400), ramp(400)])))
  await blpk(['compress', '-c', 'lz4', '-l', '7', '--chunks', '5,10', 'a.npy', 'a.h5::/a'], { cwd })
  const text = await info(cwd, '--chunks', 'a.h5::/a')
  expect(text).toMatch(/chunks +4, 2 of them stored/)
  expect(text).toMatch(/codec +lz4, level 7, split auto/)
  expect(text).toMatch(/filters +shuffle/)
  expect(text).toMatch(/^ +2 +10, 0 +\d+ +\d+ +\d+\.\d\d +- +lz4 +1 +shuffle$/m)
  const [facts] = JSON.parse(await info(cwd, '--json', '--chunks', 'a.h5::/a')) as Record<string, unknown>[]
  expect(facts).toMatchObject({
    nchunks: 4,
    nstored: 2,
    codec: 'lz4',
    level: 7,
    chunkFilters: [{ name: 'shuffle' }],
    storedChunks: [
      {
        index: 2,
        start: [10, 0],
        nbytes: 200,
        mask: 0,
        frame: { special: 'none', codec: 'lz4', nblocks: 1 },
      },
      { index: 3, start: [15, 0] },
    ],
  })
})

test('a dataset without frames has chunks too', async () => {
  const cwd = tempDir()
  const file = new NewFile()
  const parts = { descr: '<i4', itemsize: 4, data: new Uint8Array(840), shape: [14, 15], chunkShape: [7, 15] }
  writeFileSync(join(cwd, 'a.h5'), file.finish(group({ a: file.array({ ...parts, plain: true }) })))
  const text = await info(cwd, '--chunks', 'a.h5::/a')
  expect(text).toMatch(/^ +1 +7, 0 +\d+ +420 +1\.00 +-$/m)
  expect(text).not.toContain('codec')
})

const filter = (id: number, ...values: number[]) => ({ id, name: undefined, optional: false, values })

test('filters have the names that people know, and what they are told', () => {
  const filters = [
    filter(2, 4),
    filter(1, 6),
    filter(3),
    filter(32001, 2, 2, 4, 400, 5, 2, 5),
    filter(32008, 0, 4, 0, 0, 2),
  ]
  expect(pipelineText(filters)).toBe(
    'shuffle, deflate (level 6), fletcher32, Blosc (zstd, level 5, bitshuffle), bitshuffle (lz4)',
  )
  expect(pipelineText([])).toBe('none')
  expect([leftOutText(filters, 0), leftOutText(filters, 3)]).toEqual(['-', 'without shuffle, deflate'])
})
