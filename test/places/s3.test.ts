import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { blpk, filesIn, noise, npy, put, ramp, tempDir } from '../cli/run.js'
import { BUCKET, startS3 } from '../support/s3-server.js'
import { warmBlpk } from '../support/warm.js'

const server = await startS3('s3:// as a place')
const MIB = 2 ** 20

describe.skipIf(server === undefined)('s3', () => {
  if (server === undefined) return
  const { proxy } = server
  const run = (args: readonly string[], input?: Uint8Array) =>
    warmBlpk(args, { env: server.env, ...(input !== undefined && { input }) })
  const ok = async (args: readonly string[], input?: Uint8Array): Promise<Buffer> => {
    const { code, out, err } = await run(args, input)
    expect([code, err]).toEqual([0, ''])
    return out
  }
  const at = (key: string): string => `s3://${BUCKET}/${key}`
  const received = (): number => proxy.requests('GET').reduce((sum, { received }) => sum + received, 0)

  beforeEach(() => proxy.reset())

  test('a small file goes by one request with a checksum, and comes back', async () => {
    const directory = tempDir()
    const input = put(directory, 'x.npy', npy('<f4', [1000, 4], ramp(16_000)))
    // A process of its own, as users have.
    const { code, err } = await blpk(['compress', input, at('small/x.npy.blp')], { env: server.env })
    expect([code, err]).toEqual([0, ''])
    expect(proxy.seen.map(({ method }) => method)).toEqual(['HEAD', 'PUT'])
    const [write] = proxy.requests('PUT')
    expect(write?.headers['if-none-match']).toBe('*')
    expect(write?.headers['x-amz-checksum-crc32']).toMatch(/^[\w+/]{6}==$/)
    const output = join(directory, 'y.npy')
    await ok(['decompress', at('small/x.npy.blp'), output])
    expect(readFileSync(output).equals(readFileSync(input))).toBe(true)
    const same = put(directory, 'same.blp', '')
    await ok(['compress', '-f', input, same])
    expect((await server.get('small/x.npy.blp')).equals(readFileSync(same))).toBe(true)
  })

  test('a large file goes in parts with checksums, the front last, and is the archive that a file would be', async () => {
    const directory = tempDir()
    const data = noise(20 * MIB)
    const input = put(directory, 'r', data)
    await ok(['compress', '-t', '1', input, at('large.blp')])
    await ok(['compress', '-t', '1', input, join(directory, 'local.blp')])
    expect((await server.get('large.blp')).equals(readFileSync(join(directory, 'local.blp')))).toBe(true)
    const parts = proxy.requests('PUT', 'partNumber=')
    expect(parts.length).toBe(3)
    for (const part of parts) expect(part.headers['x-amz-checksum-crc32']).toBeDefined()
    const numbers = parts.map(({ url }) => Number(/partNumber=(\d+)/.exec(url)?.[1]))
    expect(numbers.at(-1)).toBe(1)
    const complete = proxy.requests('POST', 'uploadId=')
    expect(complete.map(({ headers }) => headers['if-none-match'])).toEqual(['*'])
    expect((await ok(['decompress', at('large.blp'), '-'])).equals(data)).toBe(true)
    expect(await server.openUploads()).toBe(0)
  })

  test('a pipe of unknown size, and a plain output', async () => {
    const data = noise(12 * MIB)
    await ok(['compress', '-', at('pipe.blp')], data)
    await ok(['decompress', at('pipe.blp'), at('pipe.plain')])
    expect((await server.get('pipe.plain')).equals(data)).toBe(true)
    expect((await ok(['verify', '--deep', at('pipe.blp')])).toString()).toContain(': ok (12 chunks, crc32')
  })

  test('what is there is refused, early and by the store itself; -f replaces it', async () => {
    const directory = tempDir()
    const input = put(directory, 'x', ramp(1000))
    await server.put('there.blp', Buffer.from('precious'))
    const early = await run(['compress', input, at('there.blp')])
    expect([early.code, early.err]).toEqual([
      1,
      `blpk: error: output '${at('there.blp')}' exists (use --force to overwrite)\n`,
    ])
    expect(proxy.requests('PUT').length).toBe(0)
    // Somebody else was quicker, after the look and before the write.
    for (const [name, size] of [
      ['race.blp', 1000],
      ['race-large.blp', 12 * MIB],
    ] as const) {
      proxy.reset()
      proxy.mischief = (method) => {
        if (method === 'HEAD' && proxy.requests('HEAD').length === 1) {
          void server.put(name, Buffer.from('precious'))
          return { kind: 'answer', status: 404 }
        }
        return undefined
      }
      const late = await run(['compress', put(directory, name, noise(size)), at(name)])
      expect([late.code, late.err]).toEqual([
        1,
        `blpk: error: output '${at(name)}' exists (use --force to overwrite)\n`,
      ])
      expect((await server.get(name)).toString()).toBe('precious')
      expect(await server.openUploads()).toBe(0)
    }
    proxy.reset()
    await ok(['compress', '-f', input, at('there.blp')])
    expect(await ok(['decompress', at('there.blp'), '-'])).toEqual(ramp(1000))
  })

  test('input and output may not be the same object', async () => {
    const { code, err } = await run(['compress', '-f', at('same'), at('same')])
    expect(code).toBe(1)
    expect(err).toMatch(/no such object|same file/)
    await server.put('same', Buffer.from('x'))
    expect((await run(['compress', '-f', at('same'), at('same')])).err).toContain(
      'input and output are the same',
    )
  })

  test('info: one request for a small front, two where the first chunk lies behind it', async () => {
    await ok(['compress', '-z', '4K', '-l', '0', '-', at('many.blp')], noise(8 * MIB))
    await ok(['compress', put(tempDir(), 'f', ramp(5 * MIB)), at('few.blp')])
    proxy.reset()
    await ok(['info', at('few.blp')])
    expect(proxy.requests('GET').length).toBe(1)
    proxy.reset()
    await ok(['info', at('many.blp')])
    expect(proxy.requests('GET').length).toBeLessThanOrEqual(2)
    expect(received()).toBeLessThanOrEqual(MIB)
  })

  test('a slice fetches the chunks it touches and little else, all of one version', async () => {
    const data = noise(24 * MIB)
    await ok(['compress', '-l', '0', '-t', '1', '-', at('slice.blp')], data)
    for (const [start, stop] of [
      [13 * MIB + 5, 13 * MIB + 6],
      [7 * MIB, 15 * MIB],
      [24 * MIB - 10, 24 * MIB],
    ] as const) {
      proxy.reset()
      const got = await ok(['decompress', '--bytes', `${start}:${stop}`, at('slice.blp'), '-'])
      expect(got.equals(data.subarray(start, stop))).toBe(true)
      const touched = (Math.ceil(stop / MIB) - Math.floor(start / MIB)) * MIB
      expect(received()).toBeLessThanOrEqual(touched + MIB)
      const [, ...others] = proxy.requests('GET')
      for (const { headers } of others) expect(headers['if-match']).toMatch(/^".+"$/)
    }
    proxy.reset()
    expect((await ok(['decompress', at('slice.blp'), '-'])).equals(data)).toBe(true)
    expect(received()).toBeLessThanOrEqual(25 * MIB)
    expect(proxy.requests('GET').length).toBeLessThanOrEqual(16)
  })

  test('a change while it is read is an error and no mixture', async () => {
    await ok(['compress', '-l', '0', '-t', '1', '-', at('changes.blp')], noise(24 * MIB))
    const other = await server.get('changes.blp')
    other.writeUInt8(255 - other.readUInt8(other.length - 1), other.length - 1)
    proxy.reset()
    proxy.mischief = async () => {
      if (proxy.requests('GET').length === 2) await server.put('changes.blp', other)
      return undefined
    }
    const directory = tempDir()
    const { code, err } = await run(['decompress', at('changes.blp'), join(directory, 'out')])
    expect([code, err]).toEqual([
      1,
      `blpk: error: '${at('changes.blp')}' was changed while it was read: start again\n`,
    ])
    expect(filesIn(directory)).toEqual([])
  })

  test('ls shows what the fronts tell, also as JSON, and what is no archive', async () => {
    const directory = tempDir()
    await ok(['compress', put(directory, 'a.npy', npy('<f8', [100, 3], ramp(2400))), at('ls/a.npy.blp')])
    await ok(['compress', '-t', '2', put(directory, 'b', ramp(1000)), at('ls/b.blp')])
    await server.put('ls/note.txt', Buffer.from('x'))
    proxy.reset()
    const rows = JSON.parse((await ok(['ls', '--json', at('ls/')])).toString()) as Record<string, unknown>[]
    expect(
      rows.map(({ file, nbytes, shape, dtype, typesize }) => [file, nbytes, shape, dtype, typesize]),
    ).toEqual([
      [at('ls/a.npy.blp'), 2400, [100, 3], '<f8', 8],
      [at('ls/b.blp'), 1000, null, null, 2],
    ])
    expect(proxy.requests('GET', '/ls/').length).toBe(2)
    const text = (await ok(['ls', at('ls')])).toString()
    expect(text).toMatch(/^size +plain +ratio +shape +dtype +name\n/)
    expect(text).toContain('(100, 3)')
    await server.put('ls/bad.blp', Buffer.from('this is no archive at all, is it'))
    const { code, out } = await run(['ls', at('ls')])
    expect([code, out.toString()]).toEqual([3, expect.stringContaining('bad.blp (')])
    expect((await run(['ls', directory])).code).toBe(2)
  })

  test('frames and arrays: written in parts, listed by their fronts, sliced, converted', async () => {
    const directory = tempDir()
    const input = put(directory, 'n.npy', npy('<f4', [24, 256, 512], noise(12 * MIB)))
    const cuts = ['--chunks', '4,64,512', '--blocks', '2,16,512']
    await ok(['compress', ...cuts, input, at('b2/n.b2nd')])
    await ok(['compress', ...cuts, input, join(directory, 'n.b2nd')])
    expect((await server.get('b2/n.b2nd')).equals(readFileSync(join(directory, 'n.b2nd')))).toBe(true)
    expect((await ok(['decompress', at('b2/n.b2nd'), '-'])).equals(readFileSync(input))).toBe(true)
    await ok(['convert', at('b2/n.b2nd'), at('b2/n.b2frame')])
    proxy.reset()
    const rows = JSON.parse((await ok(['ls', '--json', at('b2/')])).toString()) as Record<string, unknown>[]
    expect(rows.map(({ file, nbytes, shape, dtype }) => [file, nbytes, shape, dtype])).toEqual([
      [at('b2/n.b2frame'), 12 * MIB, [24, 256, 512], '<f4'],
      [at('b2/n.b2nd'), 12 * MIB, [24, 256, 512], '<f4'],
    ])
    // The front of each, and the end of the frame.
    expect(proxy.requests('GET', '/b2/').length).toBeLessThanOrEqual(4)
    proxy.reset()
    const part = await ok(['decompress', '--raw', '--slice', '23,255', at('b2/n.b2nd'), '-'])
    expect(part.equals(readFileSync(input).subarray(-2048))).toBe(true)
    expect(received()).toBeLessThan(MIB)
    expect(await server.openUploads()).toBe(0)
  })

  test('concat joins inside the store what is large enough, and is right in any case', async () => {
    const pieces = [noise(14 * MIB), noise(9 * MIB), noise(7 * MIB + 123), noise(6 * MIB)]
    const names = pieces.map((_, i) => at(`join/${i}.blp`))
    for (const [i, piece] of pieces.entries())
      await ok(['compress', '-l', '0', '-t', '1', '-', names[i] ?? ''], piece)
    proxy.reset()
    await ok(['concat', at('join/all.blp'), ...names])
    const copies = proxy
      .requests('PUT', 'partNumber=')
      .filter(({ headers }) => 'x-amz-copy-source' in headers)
    expect(copies.length).toBeGreaterThanOrEqual(3)
    for (const { headers } of copies) expect(headers['x-amz-copy-source-if-match']).toBeDefined()
    // The last input lies off the border and is packed anew; of the others only the seams are moved.
    expect(received()).toBeLessThanOrEqual(6 * MIB + 4 * 6 * MIB)
    expect((await ok(['decompress', at('join/all.blp'), '-'])).equals(Buffer.concat(pieces))).toBe(true)
    expect((await ok(['verify', '--deep', at('join/all.blp')])).toString()).toContain('ok (37 chunks')
    expect(await server.openUploads()).toBe(0)
  })

  test('concat joins frames and arrays inside the store too', async () => {
    const pieces = [noise(14 * MIB), noise(8 * MIB)]
    for (const extension of ['b2frame', 'b2nd']) {
      const names = pieces.map((_, i) => at(`join2/${i}.${extension}`))
      const cut = extension === 'b2nd' ? ['--chunks', `${MIB}`, '--blocks', '65536'] : ['-z', '1M']
      for (const [i, piece] of pieces.entries())
        await ok(['compress', '-l', '0', '-t', '1', ...cut, '-', names[i] ?? ''], piece)
      proxy.reset()
      await ok(['concat', at(`join2/all.${extension}`), ...names])
      const copies = proxy
        .requests('PUT', 'partNumber=')
        .filter(({ headers }) => 'x-amz-copy-source' in headers)
      expect(copies.length).toBeGreaterThanOrEqual(2)
      expect(received()).toBeLessThanOrEqual(12 * MIB)
      const plain = await ok(['decompress', '--raw', at(`join2/all.${extension}`), '-'])
      expect(plain.equals(Buffer.concat(pieces))).toBe(true)
      expect((await ok(['verify', at(`join2/all.${extension}`)])).toString()).toContain('ok (22 chunks')
      expect(await server.openUploads()).toBe(0)
    }
  })

  test('names that cannot be, buckets and objects that are not there, and no credentials', async () => {
    const says = async (args: string[], env: Record<string, string> = {}) => {
      // Credentials are looked up once in a process.
      const start = 'AWS_ACCESS_KEY_ID' in env ? blpk : warmBlpk
      const { code, err } = await start(args, { env: { ...server.env, ...env } })
      return [code, err]
    }
    expect(await says(['info', 's3://'])).toEqual([2, expect.stringContaining('names no bucket')])
    expect(await says(['info', 's3://bucket'])).toEqual([2, expect.stringContaining('names no object')])
    expect(await says(['info', at('none.blp')])).toEqual([1, expect.stringContaining('no such object\n')])
    expect(await says(['info', 's3://nobucket/x.blp'])).toEqual([
      1,
      expect.stringContaining('no such bucket\n'),
    ])
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }
    expect(await says(['info', at('x.blp')], none)).toEqual([
      1,
      expect.stringContaining('no credentials were found'),
    ])
    expect(await says(['info', '--s3-endpoint', 'nonsense', at('x.blp')])).toEqual([2, expect.any(String)])
  })

  test('secrets are shown nowhere, not with --debug either', async () => {
    const wrong = { AWS_SECRET_ACCESS_KEY: 'wrong-secret-5b1c', AWS_SESSION_TOKEN: 'token-secret-9e2d' }
    for (const env of [{}, wrong]) {
      const { out, err } = await blpk(['info', '--debug', '-v', at('none.blp')], {
        env: { ...server.env, ...env },
      })
      const text = out + err
      for (const secret of [server.secret, 'wrong-secret', 'token-secret', 'Signature=', 'blpk-test-access'])
        expect(text).not.toContain(secret)
    }
  })

  test('--s3-endpoint stands above the environment', async () => {
    await server.put('endpoint.txt', Buffer.from('x'))
    const env = { ...server.env, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }
    const { code } = await warmBlpk(['ls', '--s3-endpoint', proxy.url, at('endpoint')], { env })
    expect(code).toBe(0)
  })
})
