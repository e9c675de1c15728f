import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'
import { blpk, npy, put, ramp, tempDir } from './run.js'

const rows = (from: number, count: number): Buffer => {
  const items = new Float32Array(count * 16).map((_, i) => from * 16 + i)
  return npy('<f4', [count, 16], Buffer.from(items.buffer))
}

async function ok(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(args, { cwd })
  expect([args, code, err]).toEqual([args, 0, ''])
  return out.toString()
}

/** Joins, checks the result, and gives how many of its chunks were copied. */
async function joined(
  cwd: string,
  out: string,
  ...rest: string[]
): Promise<[nchunks: number, copied: number]> {
  const { nchunks, copied } = JSON.parse(await ok(cwd, '--json', 'concat', out, ...rest)) as {
    nchunks: number
    copied: number
  }
  await ok(cwd, '-q', 'verify', '--deep', out)
  return [nchunks, copied]
}

async function unpacked(cwd: string, archive: string): Promise<Buffer> {
  await ok(cwd, '-q', '-f', 'd', archive, 'back')
  return readFileSync(join(cwd, 'back'))
}

const CUT = ['--chunks', '8,16', '--blocks', '4,16']

test('arrays are joined along axis 0, chunks as they are up to a ragged edge', async () => {
  const cwd = tempDir()
  for (const [name, from, count] of [
    ['a', 0, 24],
    ['b', 24, 16],
    ['c', 40, 5],
    ['d', 45, 11],
  ] as const) {
    put(cwd, `${name}.npy`, rows(from, count))
    await ok(cwd, '-q', 'c', ...CUT, `${name}.npy`, `${name}.b2nd`)
  }
  expect(await joined(cwd, 'abc.b2nd', 'a.b2nd', 'b.b2nd', 'c.b2nd')).toEqual([6, 6])
  expect((await unpacked(cwd, 'abc.b2nd')).equals(rows(0, 45))).toBe(true)
  // Behind five rows nothing is on a border before the end.
  expect(await joined(cwd, 'all.b2nd', 'a.b2nd', 'b.b2nd', 'c.b2nd', 'd.b2nd')).toEqual([7, 5])
  expect((await unpacked(cwd, 'all.b2nd')).equals(rows(0, 56))).toBe(true)
  await using all = await NDArray.open(join(cwd, 'all.b2nd'))
  await using first = await NDArray.open(join(cwd, 'a.b2nd'))
  for (let i = 0; i < 3; i++) expect(await all.schunk.chunk(i)).toEqual(await first.schunk.chunk(i))
  // Other chunks are packed anew.
  await ok(cwd, '-q', 'c', '-f', '--chunks', '4,16', 'b.npy', 'b.b2nd')
  expect(await joined(cwd, 'other.b2nd', 'a.b2nd', 'b.b2nd')).toEqual([5, 3])
  expect((await unpacked(cwd, 'other.b2nd')).equals(rows(0, 40))).toBe(true)
  put(cwd, 'wide.npy', npy('<f4', [2, 17], ramp(2 * 17 * 4)))
  await ok(cwd, '-q', 'c', 'wide.npy', 'wide.b2nd')
  const { code, err } = await blpk(['concat', 'x.b2nd', 'a.b2nd', 'wide.b2nd'], { cwd })
  expect([code, err]).toEqual([2, expect.stringContaining("'wide.b2nd' has shape (2, 17), but 'a.b2nd' has")])
}, 120_000)

test('frames of bytes and of described arrays are joined, also as directories', async () => {
  const cwd = tempDir()
  put(cwd, 'a', ramp(4096))
  put(cwd, 'b', ramp(3000))
  put(cwd, 'x.npy', rows(0, 16))
  put(cwd, 'y.npy', rows(16, 7))
  for (const name of ['a', 'b']) await ok(cwd, '-q', 'c', '-z', '1024', '-t', '4', name, `${name}.b2frame`)
  for (const name of ['x', 'y']) await ok(cwd, '-q', 'c', '-z', '512', `${name}.npy`, `${name}.b2frame`)
  expect(await joined(cwd, 'ab.b2frame', 'a.b2frame', 'b.b2frame')).toEqual([7, 7])
  expect((await unpacked(cwd, 'ab.b2frame')).equals(Buffer.concat([ramp(4096), ramp(3000)]))).toBe(true)
  expect(await joined(cwd, 'ba.b2frame', 'b.b2frame', 'a.b2frame')).toEqual([7, 2])
  expect((await unpacked(cwd, 'ba.b2frame')).equals(Buffer.concat([ramp(3000), ramp(4096)]))).toBe(true)
  expect(await joined(cwd, 'xy.b2frame', '--sparse', 'x.b2frame', 'y.b2frame')).toEqual([3, 3])
  await ok(cwd, '-q', 'd', 'xy.b2frame', 'xy.npy')
  expect(readFileSync(join(cwd, 'xy.npy')).equals(rows(0, 23))).toBe(true)
}, 120_000)

test('containers of different kinds are joined by unpacking them', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', rows(0, 20))
  put(cwd, 'b.npy', rows(20, 9))
  await ok(cwd, '-q', 'c', 'a.npy', 'a.b2nd')
  await ok(cwd, '-q', 'c', 'b.npy', 'b.blp')
  for (const out of ['x.blp', 'x.b2frame', 'x.b2nd']) {
    expect((await joined(cwd, out, 'a.b2nd', 'b.blp'))[1]).toBe(0)
    await ok(cwd, '-q', '-f', 'd', out, 'back.npy')
    expect(readFileSync(join(cwd, 'back.npy')).equals(rows(0, 29))).toBe(true)
  }
  put(cwd, 'c', ramp(64))
  await ok(cwd, '-q', 'c', 'c', 'c.blp')
  const { code, err } = await blpk(['concat', 'y.b2nd', 'a.b2nd', 'c.blp'], { cwd })
  expect([code, err]).toEqual([2, expect.stringContaining('is an array, but')])
}, 120_000)

test('pieces of frames and arrays are joined without packing anything anew', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', rows(0, 60))
  for (const [extension, ...options] of [
    ['b2nd', ...CUT],
    ['b2frame', '-z', '1K'],
    ['blp', '-z', '1K'],
  ]) {
    const parts = [1, 2, 3].map((i) => `${i}.${extension}`)
    for (const [i, part] of parts.entries())
      await ok(cwd, '-q', 'c', ...options, '--part', `${i + 1}/3`, 'a.npy', part)
    const [nchunks, copied] = await joined(cwd, `all.${extension}`, ...parts)
    expect([extension, copied]).toEqual([extension, nchunks])
    await ok(cwd, '-q', '-f', 'd', `all.${extension}`, 'back.npy')
    expect(readFileSync(join(cwd, 'back.npy')).equals(rows(0, 60))).toBe(true)
  }
}, 180_000)

test('metalayers are those of the first frame, ids of appends those of all', async () => {
  const cwd = tempDir()
  put(cwd, 'a', ramp(1000))
  put(cwd, 'm.json', '{"run":7}')
  for (const name of ['a', 'b']) {
    await ok(cwd, '-q', 'c', 'a', `${name}.b2frame`)
    await ok(cwd, '-q', 'a', '--append-id', `id-${name}`, `${name}.b2frame`, 'a')
    await ok(cwd, 'meta', 'set', `${name}.b2frame`, 'from', `"${name}"`)
  }
  const { code, err } = await blpk(['concat', 'ab.b2frame', 'a.b2frame', 'b.b2frame'], { cwd })
  expect([code, err]).toEqual([
    0,
    "blpk: note: metalayers are taken from 'a.b2frame'; left out from the others: from\n",
  ])
  expect(await ok(cwd, 'meta', 'get', 'ab.b2frame', 'from')).toBe('a\n')
  for (const id of ['id-a', 'id-b'])
    expect(await ok(cwd, '--json', 'a', '--append-id', id, 'ab.b2frame', 'a')).toContain('"skipped": true')
  await ok(cwd, '-q', 'concat', '-m', 'm.json', 'm.b2frame', 'a.b2frame', 'b.b2frame')
  await using m = await SChunk.open(join(cwd, 'm.b2frame'))
  expect([...m.vlmeta.keys()]).toContain('bloscpack')
}, 120_000)
