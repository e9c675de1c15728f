import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blpk, npy, put, ramp, tempDir } from './run.js'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'blp', 'archives')
const data = ramp(10_000)

async function unpacked(cwd: string, file: string): Promise<Buffer> {
  const { code, out } = await blpk(['d', file, '-'], { cwd })
  expect(code).toBe(0)
  return out
}

async function packedIn(cwd: string, name: string, content: Uint8Array, ...args: string[]): Promise<string> {
  put(cwd, name, content)
  expect((await blpk(['c', ...args, name], { cwd })).code).toBe(0)
  return `${name}.blp`
}

describe('append', () => {
  test('bytes, from a file and from a pipe', async () => {
    const cwd = tempDir()
    const archive = await packedIn(cwd, 'a', data, '-z', '1K')
    const result = await blpk(['a', '--json', '-c', 'zstd', archive, 'a'], { cwd })
    expect([result.code, result.err]).toEqual([0, ''])
    expect(JSON.parse(result.out.toString())).toMatchObject({
      file: 'a.blp',
      inputs: ['a'],
      appended: 10_000,
      nbytes: 20_000,
      nchunks: 20,
      room: 90,
      grown: false,
    })
    const piped = await blpk(['append', archive, '-'], { cwd, input: 'the end' })
    expect([piped.code, piped.out.length, piped.err]).toEqual([0, 0, ''])
    expect((await unpacked(cwd, archive)).equals(Buffer.concat([data, data, Buffer.from('the end')]))).toBe(
      true,
    )
  })

  test('rows of an array', async () => {
    const cwd = tempDir()
    const archive = await packedIn(cwd, 'a.npy', npy('<f4', [50, 50], data))
    put(cwd, 'b.npy', npy('<f4', [10, 50], data.subarray(0, 2000)))
    expect((await blpk(['a', archive, 'b.npy'], { cwd })).code).toBe(0)
    const both = Buffer.concat([data, data.subarray(0, 2000)])
    expect((await unpacked(cwd, archive)).equals(npy('<f4', [60, 50], both))).toBe(true)
    put(cwd, 'c.npy', npy('<f4', [10, 40], data.subarray(0, 1600)))
    const before = readFileSync(join(cwd, archive))
    const refused = await blpk(['a', archive, 'c.npy'], { cwd })
    expect(refused.code).toBe(2)
    expect(refused.err).toMatch(/^blpk: error: .*shape.*\n$/)
    expect(readFileSync(join(cwd, archive)).equals(before)).toBe(true)
  })

  test('to a file whose name does not end with .blp, with -e', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    await blpk(['c', 'a', 'x'], { cwd })
    expect((await blpk(['a', '-e', 'x', 'a'], { cwd })).code).toBe(0)
    const { code, out } = await blpk(['d', '-e', 'x', '-'], { cwd })
    expect([code, out.length]).toEqual([0, 20_000])
  })
})

describe('verify', () => {
  test('says what is sound, with -q nothing', async () => {
    const cwd = tempDir()
    const a = await packedIn(cwd, 'a', data, '-z', '1K')
    const b = await packedIn(cwd, 'b', data, '-k', 'none')
    const { code, out, err } = await blpk(['verify', a, b], { cwd })
    expect([code, err]).toEqual([0, ''])
    expect(out.toString()).toBe(
      'a.blp: ok (10 chunks, crc32)\nb.blp: ok (1 chunk, no checksums: only the structure was checked; use --deep to check the data)\n',
    )
    const deep = await blpk(['verify', '--deep', a, b], { cwd })
    expect(deep.out.toString()).toBe(
      'a.blp: ok (10 chunks, crc32, decompressed)\nb.blp: ok (1 chunk, no checksums, decompressed)\n',
    )
    const quiet = await blpk(['-q', 'verify', a, b], { cwd })
    expect([quiet.code, quiet.out.length, quiet.err]).toEqual([0, 0, ''])
    const piped = await blpk(['verify', '-'], { cwd, input: readFileSync(join(cwd, a)) })
    expect([piped.code, piped.out.toString()]).toEqual([0, '-: ok (10 chunks, crc32)\n'])
  })

  test('says what is damaged and which bytes are lost', async () => {
    const cwd = tempDir()
    const archive = await packedIn(cwd, 'a', data, '-z', '1K')
    const bytes = readFileSync(join(cwd, archive))
    const rows = await blpk(['i', '--json', '--chunks', archive], { cwd })
    const [{ chunks }] = JSON.parse(rows.out.toString()) as [{ chunks: { offset: number }[] }]
    const [third, seventh] = [chunks[3]?.offset ?? 0, chunks[7]?.offset ?? 0]
    for (const at of [third + 30, seventh + 30]) bytes[at] = (bytes[at] ?? 0) ^ 1
    put(cwd, archive, bytes)
    const { code, out, err } = await blpk(['verify', archive], { cwd })
    expect([code, err]).toEqual([3, ''])
    expect(out.toString()).toBe(
      `a.blp: damage: chunk 3 at byte ${third}: crc32 mismatch: plain bytes 3072 to 4096 are lost (items 768 to 1024)\n` +
        `a.blp: damage: chunk 7 at byte ${seventh}: crc32 mismatch: plain bytes 7168 to 8192 are lost (items 1792 to 2048)\n`,
    )
    const [report] = JSON.parse((await blpk(['verify', '--json', archive], { cwd })).out.toString())
    expect(report).toMatchObject({ file: 'a.blp', ok: false, nchunks: 10, sound: 8, checksum: 'crc32' })
    expect(report.findings).toHaveLength(2)
  })

  test('compares with the original', async () => {
    const cwd = tempDir()
    const plain = await packedIn(cwd, 'a', data)
    const array = await packedIn(cwd, 'a.npy', npy('<f4', [50, 50], data))
    const raw = await packedIn(cwd, 'r.npy', npy('<f4', [50, 50], data), '--raw')
    const against = (original: string, archive: string) =>
      blpk(['verify', '--against', original, archive], { cwd })
    expect((await against('a', plain)).code).toBe(0)
    expect((await against('a.npy', array)).code).toBe(0)
    expect((await against('r.npy', raw)).code).toBe(0)
    put(cwd, 'other', ramp(9_999))
    const { code, out } = await against('other', plain)
    expect(code).toBe(3)
    expect(out.toString()).toContain("differ from 'other'")
    put(cwd, 'i.npy', npy('<i4', [50, 50], data))
    const otherType = await against('i.npy', array)
    expect([otherType.code, otherType.out.toString()]).toEqual([
      3,
      "a.npy.blp: damage: dtype, shape or order of the array are not those of 'i.npy'\n",
    ])
    const piped = await blpk(['verify', '--against', '-', plain], { cwd, input: data })
    expect(piped.code).toBe(0)
  })
})

describe('info', () => {
  test('of an archive that Python made', async () => {
    const cwd = tempDir()
    copyFileSync(join(FIXTURES, 'append-many.blp'), join(cwd, 'a.blp'))
    const { code, out, err } = await blpk(['i', '--chunks', 'a.blp'], { cwd })
    expect([code, err]).toEqual([0, ''])
    await expect(out.toString()).toMatchFileSnapshot('golden/info-append-many.txt')
  })

  test('of an array with metadata', async () => {
    const cwd = tempDir()
    await packedIn(cwd, 'a.npy', npy('<f4', [50, 50], data), '-c', 'zlib', '-l', '0')
    const { code, out } = await blpk(['info', 'a.npy.blp'], { cwd })
    expect(code).toBe(0)
    await expect(out.toString()).toMatchFileSnapshot('golden/info-array.txt')
  })

  test('as JSON: a list, even of one file', async () => {
    const cwd = tempDir()
    await packedIn(cwd, 'a', data)
    const [one] = JSON.parse((await blpk(['i', '--json', 'a.blp'], { cwd })).out.toString())
    expect(one).toMatchObject({ file: 'a.blp', format: 'Bloscpack 3', nbytes: 10_000, nchunks: 1 })
    expect(one).not.toHaveProperty('chunks')
    const run = await blpk(['i', '--json', '--chunks', 'a.blp', 'none'], { cwd })
    expect(run.code).toBe(1)
    const several = JSON.parse(run.out.toString())
    expect(several[0].chunks).toHaveLength(1)
    expect(several[1]).toMatchObject({
      file: 'none',
      nbytes: null,
      error: "cannot open 'none': no such file or directory",
      code: 'NOT_FOUND',
    })
  })

  test('does nothing to a terminal, whatever stands in the metadata', async () => {
    const cwd = tempDir()
    put(cwd, 'm.json', '{"container":"numpy","dtype":"\\u001b[2J","shape":["\\u0007"],"order":"\\u009b"}')
    await packedIn(cwd, 'a', data, '-m', 'm.json')
    const { out } = await blpk(['i', 'a.blp'], { cwd })
    expect(out.toString()).toContain('NumPy, dtype ?[2J, shape (?,), order ?')
    expect(out.toString().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  test('of an archive without a count', async () => {
    const { out: archive } = await blpk(['c', '-z', '1K', '-', '-'], { input: data })
    const { code, out } = await blpk(['i', '--json', '-'], { input: archive })
    expect(code).toBe(0)
    expect(JSON.parse(out.toString())).toMatchObject([
      { file: '-', nchunks: 10, nbytes: 10_000, cbytes: archive.length },
    ])
  })
})
