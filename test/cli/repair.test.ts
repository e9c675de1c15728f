import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { chunksOf } from '../support/archives.js'
import { blpk, filesIn, npy, put, ramp, tempDir } from './run.js'

const data = ramp(10_000)

/** An archive in which one byte of a chunk is wrong. */
async function broken(cwd: string, name: string, content: Uint8Array, chunk: number): Promise<string> {
  put(cwd, name, content)
  await blpk(['c', '-z', '1K', '-t', '4', name], { cwd })
  const path = join(cwd, `${name}.blp`)
  const bytes = readFileSync(path)
  const at = (await chunksOf(await openArchive(path)))[chunk]?.position ?? 0
  bytes[at + 40] = (bytes[at + 40] ?? 0) ^ 1
  put(cwd, `${name}.blp`, bytes)
  return `${name}.blp`
}

describe('repair', () => {
  test('leaves lost chunks out, says so, and gives a sound archive', async () => {
    const cwd = tempDir()
    const archive = await broken(cwd, 'a', data, 3)
    const before = readFileSync(join(cwd, archive))
    const { code, out, err } = await blpk(['repair', archive, 'r.blp'], { cwd })
    expect([code, err]).toEqual([3, ''])
    expect(out.toString()).toMatch(
      /^a\.blp: damage: chunk 3 at byte \d+: crc32 mismatch: plain bytes 3072 to 4096 are lost \(items 768 to 1024\)\nr\.blp: 9 chunks recovered, 1 lost\n$/,
    )
    expect(readFileSync(join(cwd, archive)).equals(before)).toBe(true)
    expect((await blpk(['verify', '--deep', 'r.blp'], { cwd })).code).toBe(0)
    const left = Buffer.concat([data.subarray(0, 3072), data.subarray(4096)])
    expect((await blpk(['d', 'r.blp', '-'], { cwd })).out.equals(left)).toBe(true)
  })

  test('--fill zeros keeps an array in shape', async () => {
    const cwd = tempDir()
    const archive = await broken(cwd, 'a.npy', npy('<f4', [50, 50], data), 3)
    const run = await blpk(['repair', '--json', '--fill', 'zeros', archive, 'r.blp'], { cwd })
    expect(run.code).toBe(3)
    const report = JSON.parse(run.out.toString())
    expect(report).toMatchObject({ ok: false, kept: 9, lost: 1, filled: 1, nbytes: 10_000 })
    expect(report.findings[0].lost).toEqual({
      start: 3072,
      stop: 4096,
      items: { start: 768, stop: 1024 },
      rows: { start: 15, stop: 21 },
    })
    const filled = Buffer.from(data).fill(0, 3072, 4096)
    const { out } = await blpk(['d', 'r.blp', '-'], { cwd })
    expect(out.equals(npy('<f4', [50, 50], filled))).toBe(true)
  })

  test('of an array keeps the rows that are whole, or makes it plain bytes', async () => {
    const cwd = tempDir()
    const flat = await broken(cwd, 'a.npy', npy('<f4', [2500], data), 3)
    await blpk(['repair', flat, 'r.blp'], { cwd })
    const left = Buffer.concat([data.subarray(0, 3072), data.subarray(4096)])
    expect((await blpk(['d', 'r.blp', '-'], { cwd })).out.equals(npy('<f4', [2244], left))).toBe(true)
    const square = await broken(cwd, 'b.npy', npy('<f4', [50, 50], data), 3)
    const { out } = await blpk(['repair', square, 's.blp'], { cwd })
    expect(out.toString()).toContain('the array became plain bytes')
    expect((await blpk(['d', 's.blp', '-'], { cwd })).out.equals(left)).toBe(true)
  })

  test('a destroyed header costs nothing', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    await blpk(['c', '-z', '1K', 'a'], { cwd })
    const bytes = readFileSync(join(cwd, 'a.blp')).fill(0, 0, 32)
    put(cwd, 'b.blp', bytes)
    const verify = await blpk(['verify', 'b.blp'], { cwd })
    expect([verify.code, verify.out.toString()]).toEqual([
      3,
      "b.blp: damage: this is not a Bloscpack archive: it does not start with 'blpk' (repair could recover 10 of 10 chunks)\n",
    ])
    expect((await blpk(['repair', 'b.blp', 'r.blp'], { cwd })).code).toBe(0)
    expect((await blpk(['d', 'r.blp', '-'], { cwd })).out.equals(data)).toBe(true)
  })

  test('never writes to the damaged file, and nothing where nothing is left', async () => {
    const cwd = tempDir()
    const archive = await broken(cwd, 'a', data, 3)
    const same = await blpk(['repair', '-f', archive, `./${archive}`], { cwd })
    expect([same.code, same.err]).toEqual([1, expect.stringContaining('same file')])
    put(cwd, 'x.blp', 'no archive at all')
    const none = await blpk(['repair', 'x.blp', 'y.blp'], { cwd })
    expect([none.code, none.err]).toEqual([
      3,
      "blpk: error: 'x.blp': no chunk can be recovered from the archive: this is not a Bloscpack archive: it has 17 bytes, but its header alone takes 32\n",
    ])
    expect(filesIn(cwd)).toEqual(['a', 'a.blp', 'x.blp'])
  })
})

describe('decompress --salvage', () => {
  test('skips lost chunks, or fills them with zeros', async () => {
    const cwd = tempDir()
    const archive = await broken(cwd, 'a', data, 3)
    const plain = await blpk(['d', '--salvage', archive, '-'], { cwd })
    expect([plain.code, plain.out.length]).toEqual([3, 8976])
    expect(plain.err).toContain('plain bytes 3072 to 4096 are lost')
    const filled = await blpk(['d', '--salvage', '--fill', 'zeros', archive, '-'], { cwd })
    expect(filled.out.equals(Buffer.from(data).fill(0, 3072, 4096))).toBe(true)
    expect((await blpk(['d', '--fill', 'zeros', archive, 'x'], { cwd })).code).toBe(2)
  })
})
