// HDF5 on the command line: names that go on inside files, right and wrong, and what is said of the files.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blpk, npy, put, ROOT, ramp, tempDir } from './run.js'

const FIXTURES = join(ROOT, 'test/fixtures/h5/structure')
const LATEST = join(FIXTURES, 'latest.h5')
const NETCDF = join(FIXTURES, 'netcdf.nc')

async function lines(args: readonly string[]): Promise<string[]> {
  const { code, out, err } = await blpk(args)
  expect([code, err]).toEqual([0, ''])
  return out.toString().trimEnd().split('\n')
}

async function refusal(args: readonly string[], cwd?: string): Promise<[number | null, string, string]> {
  const { code, out, err } = await blpk(args, cwd === undefined ? {} : { cwd })
  return [code, err.trimEnd(), out.toString()]
}

test('ls lists what has names with the same beginning', async () => {
  const names = (await lines(['ls', `${NETCDF}::/v`])).slice(1).map((line) => line.split('::')[1])
  expect(names).toEqual(['/v0', '/v1', '/v2'])
})

test('ls follows a soft link that is named', async () => {
  const [, row = ''] = await lines(['ls', `${LATEST}::/links/soft`])
  expect(row).toContain('latest.h5::/')
})

test('a path that leads nowhere is answered with the datasets that there are', async () => {
  for (const verb of ['ls', 'info', 'decompress']) {
    const [code, err, out] = await refusal([verb, `${NETCDF}::/nothing`])
    expect([verb, code, out]).toEqual([verb, 1, ''])
    expect(err).toContain("there is no '/nothing' in the file; there are: /sub/q, /t, /v0, /v1, /v2, /x")
  }
})

test('a file that is cut off is not listed as an empty one', async () => {
  const dir = tempDir()
  put(dir, 'cut.h5', readFileSync(join(FIXTURES, 'earliest.h5')).subarray(0, 200))
  const [code, err, out] = await refusal(['ls', 'cut.h5'], dir)
  expect([code, out]).toEqual([3, ''])
  expect(err).toMatch(/beyond the end of the file/)
})

test('what cannot be listed is told what can; -e lists files of any name', async () => {
  const dir = tempDir()
  put(dir, 'data.bin', readFileSync(NETCDF))
  const [code, err] = await refusal(['ls', 'data.bin'], dir)
  expect(code).toBe(2)
  expect(err).toContain('and not named .h5: ls lists the contents of a store, or of such a file')
  expect((await blpk(['ls', '-e', 'data.bin'], { cwd: dir })).out.toString()).toContain('data.bin::/v0')
})

test('a file that is there is never replaced whole, for it may hold other datasets', async () => {
  const dir = tempDir()
  put(dir, 'a.npy', npy('<i4', [10], ramp(40)))
  expect(await refusal(['compress', '-q', 'a.npy', 'x.h5::/a'], dir)).toEqual([0, '', ''])
  expect(await refusal(['compress', '-q', 'a.npy', 'x.h5::/b'], dir)).toEqual([0, '', ''])
  const before = readFileSync(join(dir, 'x.h5'))
  const [code, err] = await refusal(['compress', '-f', 'a.npy', 'x.h5'], dir)
  expect(code).toBe(1)
  expect(err).toContain("'x.h5' is an HDF5 file; an archive never replaces it")
  expect(readFileSync(join(dir, 'x.h5')).equals(before)).toBe(true)
  expect(await refusal(['compress', '-q', '-f', 'a.npy', 'x.h5::/a'], dir)).toEqual([0, '', ''])
  const names = (await blpk(['ls', 'x.h5'], { cwd: dir })).out.toString()
  expect(names).toContain('x.h5::/a')
  expect(names).toContain('x.h5::/b')
})

test('compress says what to do with a dataset in a file', async () => {
  const [code, err] = await refusal(['compress', `${NETCDF}::/v0`, 'out.blp'], tempDir())
  expect(code).toBe(2)
  expect(err).toContain('is inside a file: blpk convert packs it, and blpk decompress takes it out')
})

test('info --chunks lists the stored chunks, and blocks only where chunks have some', async () => {
  const dataset = `${LATEST}::/layouts/unlimited`
  const shown = await lines(['info', '--chunks', dataset])
  expect(shown).toContain('  partition    chunks (3, 4)')
  expect(shown.filter((line) => /^ +\d+ +\d, \d/.test(line))).toHaveLength(12)
  const [facts] = JSON.parse((await lines(['info', '--json', '--chunks', dataset])).join('\n'))
  expect(facts.blocks).toBeNull()
  expect(facts.storedChunks[1]).toMatchObject({ index: 1, start: [0, 4], cbytes: 96, ratio: 1, mask: 0 })
})

test('frames in HDF5 take no checksums; none is no wish for one', async () => {
  const dir = tempDir()
  put(dir, 'in.npy', npy('<f4', [10], ramp(40)))
  const [code, err] = await refusal(['compress', '-k', 'xxh64', 'in.npy', 'out.h5'], dir)
  expect([code, err]).toEqual([2, expect.stringContaining('--checksum cannot be used')])
  expect((await blpk(['compress', '-k', 'none', 'in.npy', 'out.h5'], { cwd: dir })).code).toBe(0)
})

test('data that lie elsewhere are refused, and named as such in lists', async () => {
  const [code, err] = await refusal(['decompress', `${LATEST}::/layouts/external`, '-'])
  expect([code, err]).toEqual([4, expect.stringContaining('lie in external files, which blpk does not read')])
  expect((await lines(['ls', `${LATEST}::/layouts/ext`]))[1]).toContain('(values in external files)')
})
