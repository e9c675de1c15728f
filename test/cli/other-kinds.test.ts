import { copyFileSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { compress, decompress, NDArray, repair, salvage, saveTensor } from '../../dist/index.js'
import { some } from '../support/long.js'
import { blpk, filesIn, isPosix, npy, put, ramp, tempDir } from './run.js'

const array = npy('<f4', [100], ramp(400))
const FITS = Buffer.from('SIMPLE  =                    T', 'latin1')
const HDF5 = Buffer.from('\x89HDF\r\n\x1a\n and so on, for more than a few bytes', 'latin1')

async function packed(dir: string, name: string): Promise<Buffer> {
  put(dir, 'in.npy', array)
  expect((await blpk(['c', '-f', 'in.npy', name], { cwd: dir })).code).toBe(0)
  return readFileSync(join(dir, name))
}

describe('with -f, too', () => {
  test('an archive never takes the place of a data file', async () => {
    const dir = tempDir()
    await packed(dir, 'in.blp')
    put(dir, 'b.npy', array)
    put(dir, 'c.fits', FITS)
    put(dir, 'hidden.blp', FITS)
    put(dir, 'raw.bin', ramp(1000))
    if (isPosix) symlinkSync('b.npy', join(dir, 'link.blp'))
    const targets = ['b.npy', 'c.fits', 'hidden.blp', 'raw.bin', ...(isPosix ? ['link.blp'] : [])]
    const before = targets.map((name) => readFileSync(join(dir, name)))
    const verbs = (to: string): string[][] => [
      ['-f', 'c', 'in.npy', to],
      ['-f', 'c', '--format', 'b2nd', 'in.npy', to],
      ['-f', 'convert', '--format', 'b2frame', 'in.blp', to],
      ['-f', 'repair', 'in.blp', to],
      ['-f', 'concat', to, 'in.blp', 'in.blp'],
    ]
    for (const [i, to] of targets.entries()) {
      const outcomes = await Promise.all(verbs(to).map((verb) => blpk(verb, { cwd: dir })))
      for (const { code, err } of outcomes)
        expect([to, code, err]).toEqual([to, 1, expect.stringContaining('remove it first')])
      expect(readFileSync(join(dir, to))).toEqual(before[i])
    }
  }, 60_000)

  test('plain data never take the place of an archive', async () => {
    const dir = tempDir()
    for (const name of ['a.blp', 'a.b2frame', 'a.b2nd']) await packed(dir, name)
    copyFileSync(join(dir, 'a.blp'), join(dir, 'other.npy'))
    for (const to of ['a.blp', 'a.b2frame', 'other.npy']) {
      const before = readFileSync(join(dir, to))
      for (const verb of [
        ['-f', 'd', '--raw', 'a.b2nd', to],
        ['-f', 'd', '--raw', '--salvage', 'a.b2nd', to],
        ['-f', 'd', '--metadata-out', to, 'in.blp', 'x.npy'],
      ].slice(0, to === 'other.npy' ? 3 : 2)) {
        if (verb.includes('--metadata-out')) copyFileSync(join(dir, 'a.blp'), join(dir, 'in.blp'))
        const { code, err } = await blpk(verb, { cwd: dir })
        expect([to, code, err]).toEqual([to, 1, expect.stringContaining('is an archive')])
      }
      expect(readFileSync(join(dir, to))).toEqual(before)
    }
  }, 60_000)

  test('what people replace every day is replaced', async () => {
    const dir = tempDir()
    const whole = await packed(dir, 'a.blp')
    put(dir, 'old.npy', npy('|u1', [3], Buffer.from('abc')))
    put(dir, 'empty.blp', '')
    put(dir, 'cut.blp', whole.subarray(7))
    put(dir, 'text.out', 'text')
    const verbs = [
      ['d', '-f', 'a.blp', 'old.npy'],
      ['d', '-f', '--raw', 'a.blp', 'text.out'],
      ['c', '-f', 'in.npy', 'a.blp'],
      ['c', '-f', 'in.npy', 'empty.blp'],
      ['c', '-f', 'in.npy', 'cut.blp'],
      ['convert', '-f', '--format', 'b2nd', 'a.blp', 'cut.blp'],
      ['c', '-f', '--sparse', 'in.npy', 'dir.b2nd'],
      ['c', '-f', '--sparse', 'in.npy', 'dir.b2nd'],
    ]
    for (const verb of verbs) expect([verb, (await blpk(verb, { cwd: dir })).code]).toEqual([verb, 0])
  }, 60_000)

  test('of the library', async () => {
    const dir = tempDir()
    await packed(dir, 'a.blp')
    const [archive, data] = [join(dir, 'a.blp'), put(dir, 'b.npy', array)]
    const overwrite = true
    const grid = await NDArray.fromTypedArray(new Float32Array(10))
    const refused: (() => Promise<unknown>)[] = [
      () => compress(data, put(dir, 'c.npy', array), { overwrite }),
      () => decompress(archive, put(dir, 'd.blp', readFileSync(archive)), { overwrite }),
      () => grid.save(data, { overwrite }),
      () => grid.saveNpy(archive, { overwrite }),
      () => saveTensor(new Float32Array(10), data, { overwrite }),
      () => repair(archive, data, { overwrite }),
      () => salvage(archive, put(dir, 'e.blp', readFileSync(archive)), { overwrite }),
    ]
    for (const run of refused) await expect(run()).rejects.toMatchObject({ code: 'EXISTS' })
    expect(readFileSync(data)).toEqual(array)
    await grid.save(archive, { overwrite })
    await grid.saveNpy(data, { overwrite })
  })
})

test('names that promise another format are refused, with what is possible', async () => {
  const dir = tempDir()
  await packed(dir, 'a.blp')
  await packed(dir, 'a.b2nd')
  put(dir, 'raw', ramp(1000))
  const before = filesIn(dir)
  const names = [
    'out.csv',
    'out.npz',
    'out.fits',
    'out.b2z',
    'out.b2d',
    'out.b2e',
    'out.zip',
    'out.png',
    'out.gz',
  ]
  const verbs = some(names, 4).flatMap((out) => [
    ['c', 'in.npy', out],
    ['c', '--sparse', '--split-mode', 'auto', 'raw', out],
    ['d', 'a.blp', out],
    ['d', 'a.b2nd', out],
    ['concat', out, 'a.blp', 'a.blp'],
    ['convert', 'a.blp', out],
  ])
  const outcomes = await Promise.all(verbs.map((verb) => blpk(verb, { cwd: dir })))
  for (const [i, { code, err }] of outcomes.entries())
    expect([verbs[i], code, err]).toEqual([
      verbs[i],
      2,
      expect.stringMatching(/is named like|does not say what to write|is for Blosc2/),
    ])
  expect(filesIn(dir)).toEqual(before)
  // Plain bytes may be anything, and who says --format or --raw means it.
  for (const verb of [
    ['c', 'raw', 'out.csv.blp'],
    ['d', 'out.csv.blp'],
    ['d', '--raw', 'a.blp', 'out.fits'],
    ['c', '--format', 'blp', 'raw', 'out.zip'],
  ])
    expect([verb, (await blpk(verb, { cwd: dir })).code]).toEqual([verb, 0])
}, 120_000)

test('an input that is a container of another kind says so in one line, and not with -q', async () => {
  const dir = tempDir()
  const archive = await packed(dir, 'a.blp')
  const frame = await packed(dir, 'a.b2nd')
  const member = Buffer.from(
    'PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.npy',
    'latin1',
  )
  const inputs: [string, Uint8Array | string, RegExp][] = [
    ['x.h5', HDF5, /an HDF5 file/],
    ['nameless', HDF5, /an HDF5 file/],
    ['x.npz', member, /an \.npz file/],
    ['x.csv', '1,2\n', /a CSV file/],
    ['x.png', Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1'), /a PNG image/],
    ['x.gz', gzipSync('abc'), /a gzip file/],
    ['y.blp', archive, /a Bloscpack archive already/],
    ['y.b2nd', frame, /a Blosc2 frame already/],
  ]
  for (const [name, content, said] of inputs) {
    put(dir, name, content)
    for (const to of ['o.blp', 'o.b2frame']) {
      const { code, err } = await blpk(['c', '-f', name, to], { cwd: dir })
      expect([name, code, err]).toEqual([name, 0, expect.stringMatching(said)])
      expect(err.trim().split('\n').length).toBe(1)
    }
    expect((await blpk(['-q', 'c', '-f', name, 'o.blp'], { cwd: dir })).err).toBe('')
  }
  for (const plain of [
    'in.npy',
    put(dir, 'raw.bin', ramp(100)),
    put(dir, 'a.json', '{}'),
    put(dir, 'a.txt', 'text'),
  ])
    expect((await blpk(['c', '-f', plain, 'o.blp'], { cwd: dir })).err).toBe('')
}, 120_000)
