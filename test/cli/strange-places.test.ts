import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { BlpkError, NDArray, SChunk } from '../../dist/index.js'
import { blpk, isPosix, npy, put, ramp, tempDir } from './run.js'

let dir: string

beforeEach(async () => {
  dir = tempDir()
  put(dir, 'a.npy', npy('<i4', [3], new Uint8Array(12)))
  put(dir, 'r.bin', ramp(1000))
  expect((await blpk(['c', 'a.npy', 'a.blp'], { cwd: dir })).code).toBe(0)
  expect((await blpk(['c', 'a.npy', 'a.b2nd'], { cwd: dir })).code).toBe(0)
})

const LONG = 'n'.repeat(300)

describe.skipIf(!isPosix)('a name that cannot be', () => {
  const names: [string, RegExp][] = [
    ['a.npy/x.blp', /a part of the path is not a directory/],
    [LONG, /the name is too long for the file system/],
    ['round', /there are too many levels of symbolic links( at '.*')?/],
  ]
  const commands = (name: string): string[][] => [
    ['info', name],
    ['verify', name],
    ['d', '-e', name, 'out'],
    ['append', '-e', name, 'a.npy'],
    ['meta', 'get', name],
    ['meta', 'set', name, 'a', '1'],
    ['convert', name, 'out.b2nd'],
    ['repair', name, 'out.blp'],
    ['concat', 'out.blp', name, 'a.blp'],
    ['clean', name],
  ]

  test.each(names)('%s is said in one line, by every command', { timeout: 60_000 }, async (name, why) => {
    symlinkSync('round', join(dir, 'round'))
    for (const args of commands(name)) {
      const { code, err } = await blpk(args, { cwd: dir })
      expect([args[0], code, err.trimEnd().split('\n').length]).toEqual([args[0], 1, 1])
      expect(err).toMatch(why)
      expect(err).not.toContain('bug in blpk')
    }
  })

  test.each(names)('%s is an error of ours in the library', async (name) => {
    symlinkSync('round', join(dir, 'round'))
    const path = join(dir, name)
    for (const open of [() => NDArray.open(path), () => SChunk.open(path), () => openArchive(path)])
      await expect(open()).rejects.toBeInstanceOf(BlpkError)
  })
})

test('a sparse frame does not replace a data file, even with --force', async () => {
  const before = readFileSync(join(dir, 'a.npy'))
  put(dir, 'k.npy', before)
  put(dir, 'text', 'text')
  for (const name of ['k.npy', 'text']) {
    const old = readFileSync(join(dir, name))
    const args = ['c', '-f', '--sparse', '--format', 'b2nd', 'a.npy', name]
    const { code, err } = await blpk(args, { cwd: dir })
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/is a data file; a sparse frame never replaces it/),
    ])
    expect(readFileSync(join(dir, name))).toEqual(old)
  }
  const array = await NDArray.open(join(dir, 'a.b2nd'))
  const saved = array.save(join(dir, 'k.npy'), { sparse: true, overwrite: true })
  await expect(saved).rejects.toMatchObject({ code: 'EXISTS' })
  expect(readFileSync(join(dir, 'k.npy'))).toEqual(before)
})

test('--metadata-out does not replace data, even with --force', async () => {
  const before = readFileSync(join(dir, 'a.npy'))
  put(dir, 'm.json', '{}')
  const args = ['d', '-f', '--metadata-out']
  const refused = await blpk([...args, 'a.npy', 'a.blp', 'out.npy'], { cwd: dir })
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringContaining('a file of metadata never replaces'),
  ])
  expect(readFileSync(join(dir, 'a.npy'))).toEqual(before)
  expect((await blpk([...args, 'm.json', 'a.blp', 'out.npy'], { cwd: dir })).code).toBe(0)
  expect(readFileSync(join(dir, 'm.json'), 'utf8')).toContain('shape')
})

test('clean --json has an entry for a directory that is not there', async () => {
  const { code, out } = await blpk(['--json', 'clean', 'gone', '.'], { cwd: dir })
  expect(code).toBe(1)
  expect(JSON.parse(out.toString())).toEqual([expect.objectContaining({ file: 'gone', code: 'NOT_FOUND' })])
})
