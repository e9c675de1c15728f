import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { changeArray, changeFrame, NDArray, SChunk } from '../../dist/index.js'
import { blpk, noise, npy, put, ramp, tempDir } from '../cli/run.js'
import { sized } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import { BUCKET, startS3 } from '../support/s3-server.js'
import { sameBytes, sha256 } from '../support/scratch.js'
import { withoutHeaders } from '../support/sigv4.js'
import { warmBlpk } from '../support/warm.js'

const server = await startS3('changing frames in s3://')
const peer = await startPeer('frames that were changed in s3://')
const MIB = 2 ** 20

describe.skipIf(server === undefined)('a frame in a bucket is changed', () => {
  if (server === undefined) return
  const { proxy, env } = server
  Object.assign(process.env, env)
  const run = (args: readonly string[], input?: Uint8Array) =>
    warmBlpk(args, { env, ...(input !== undefined && { input }) })
  const ok = async (args: readonly string[], input?: Uint8Array): Promise<Buffer> => {
    const { code, out, err } = await run(args, input)
    expect([code, err]).toEqual([0, ''])
    return out
  }
  const at = (key: string): string => `s3://${BUCKET}/${key}`
  /** What a command packs, under a key and in a file. */
  const packed = async (
    cwd: string,
    key: string,
    input: Uint8Array,
    ...options: string[]
  ): Promise<string> => {
    const file = join(cwd, key)
    await ok(['c', ...options, put(cwd, 'in', input), file])
    await server.put(key, readFileSync(file))
    return file
  }
  const isAsFile = async (key: string, file: string): Promise<boolean> =>
    (await server.get(key)).equals(readFileSync(file))

  beforeEach(() => proxy.reset())

  test('a small one is read once and written once, and is what a file would be', async () => {
    const cwd = tempDir()
    const file = await packed(cwd, 'small.b2frame', ramp(10_000), '-t', '4')
    const input = put(cwd, 'new', ramp(4444))
    proxy.reset()
    // A process of its own knows nothing of the store yet.
    const { code, err } = await blpk(['append', at('small.b2frame'), input], { env })
    expect([code, err]).toEqual([0, ''])
    expect(proxy.seen.map(({ method, status }) => [method, status])).toEqual([
      ['GET', 206],
      ['PUT', 404],
      ['PUT', 200],
    ])
    expect(proxy.requests('PUT')[1]?.headers['if-match']).toMatch(/^"\w+"$/)
    await ok(['append', file, input])
    expect(await isAsFile('small.b2frame', file)).toBe(true)
  })

  test('of a large one the chunks are copied within the store', async () => {
    const cwd = tempDir()
    const rows = noise(24 * MIB + 8192)
    const file = await packed(cwd, 'large.b2nd', npy('|u1', [3073, 8192], rows), '--chunks', '100,8192')
    const input = put(cwd, 'new.npy', npy('|u1', [128, 8192], noise(MIB)))
    proxy.reset()
    await ok(['append', at('large.b2nd'), input])
    expect(proxy.moved).toBeLessThan(14 * MIB)
    await ok(['append', file, input])
    expect(await isAsFile('large.b2nd', file)).toBe(true)
    expect(await server.openUploads()).toBe(0)
    await ok(['verify', at('large.b2nd')])
  })

  test.skipIf(peer === undefined)('python-blosc2 reads what came of it', async () => {
    if (peer === undefined) return
    const cwd = tempDir()
    const before = ramp(3_000_000)
    await packed(cwd, 'peer.b2frame', before, '-t', '8', '-z', '256K')
    await ok(['append', at('peer.b2frame'), put(cwd, 'new', ramp(800_000))])
    const input = put(cwd, 'got.b2frame', await server.get('peer.b2frame'))
    const described = await peer.call('b2_describe', { input })
    expect(described.sha256).toBe(sha256(Buffer.concat([before, ramp(800_000)])))
  })

  test('an id twice, several inputs, standard input, all or nothing', async () => {
    const cwd = tempDir()
    await packed(cwd, 'ids.b2frame', ramp(1000), '-t', '4')
    const [a, b] = [put(cwd, 'a', ramp(400)), put(cwd, 'b', ramp(800))]
    const append = ['append', '--json', '--append-id', 'night-1', at('ids.b2frame'), a, '-']
    expect(JSON.parse((await ok(append, ramp(40))).toString())).toMatchObject({
      appended: 440,
      nbytes: 1440,
    })
    expect(JSON.parse((await ok(append, ramp(40))).toString())).toMatchObject({ appended: 0, skipped: true })
    const { code, err } = await run(['append', at('ids.b2frame'), b, put(cwd, 'odd', ramp(3))])
    expect([code, err]).toEqual([2, expect.stringContaining('not a whole number of items')])
    const plain = await ok(['d', at('ids.b2frame'), '-'])
    expect(plain.equals(Buffer.concat([ramp(1000), ramp(400), ramp(40)]))).toBe(true)
  })

  test('many at once: all are there, each once', async () => {
    const cwd = tempDir()
    await packed(cwd, 'crowd.b2frame', new Uint8Array(0), '-t', '4', '-z', '4096')
    const files = Array.from({ length: sized(4, 8) }, (_, i) =>
      put(cwd, `n${i}`, new Uint8Array(1000).fill(i + 1)),
    )
    const runs = files.map((file) => blpk(['append', at('crowd.b2frame'), file], { env }))
    for (const { code, err } of await Promise.all(runs)) expect([code, err]).toEqual([0, ''])
    const plain = await ok(['d', at('crowd.b2frame'), '-'])
    const counts = files.map((_, i) => plain.filter((byte) => byte === i + 1).length)
    expect([plain.length, counts]).toEqual([1000 * files.length, files.map(() => 1000)])
  })

  test('somebody is quicker, an answer is lost: both are there, nothing twice', async () => {
    const cwd = tempDir()
    const input = put(cwd, 'new', ramp(5000))
    for (const [key, size] of [
      ['race.b2frame', 1000],
      ['race-large.b2frame', 12 * MIB],
    ] as const) {
      const plain = noise(size)
      await packed(cwd, key, plain, '-t', '4', '-z', '1M')
      const isCommit = (method: string, url: string): boolean =>
        !url.includes('probe') &&
        (method === 'POST' ? url.includes('uploadId=') : method === 'PUT' && !url.includes('?part'))
      proxy.reset()
      let commits = 0
      proxy.mischief = async (method, url) => {
        if (!isCommit(method, url)) return undefined
        commits++
        if (commits === 2) return { kind: 'lose' }
        if (commits > 1) return undefined
        await changeFrame(at(key), (frame) => frame.append(ramp(300)), { s3Endpoint: server.address })
        return undefined
      }
      await ok(['append', at(key), input])
      expect(commits).toBeGreaterThanOrEqual(2)
      proxy.reset()
      const got = await ok(['d', at(key), '-'])
      expect([key, got.equals(Buffer.concat([plain, ramp(300), ramp(5000)]))]).toEqual([key, true])
      expect(await server.openUploads()).toBe(0)
    }
  })

  test('a store that ignores conditions is refused', async () => {
    const cwd = tempDir()
    await packed(cwd, 'cas.b2frame', ramp(1000), '-t', '4')
    const before = await server.get('cas.b2frame')
    const input = put(cwd, 'new', ramp(400))
    proxy.rewrite = (method, url, headers) =>
      method === 'PUT' ? withoutHeaders(method, url, headers, ['if-match'], server.secret) : headers
    // A process of its own knows nothing of the store yet.
    const { code, err } = await blpk(['append', at('cas.b2frame'), input], { env })
    expect([code, err]).toEqual([6, expect.stringContaining('--unsafe-no-cas')])
    expect((await server.get('cas.b2frame')).equals(before)).toBe(true)
    await ok(['append', '--unsafe-no-cas', at('cas.b2frame'), input])
    proxy.rewrite = (_method, _url, headers) => headers
    expect((await ok(['d', at('cas.b2frame'), '-'])).length).toBe(1400)
  })

  test('metalayers, and the metadata of an archive', async () => {
    const cwd = tempDir()
    const file = await packed(cwd, 'meta.b2nd', npy('<i4', [500], ramp(2000)))
    for (const place of [at('meta.b2nd'), file]) {
      await ok(['meta', 'set', place, 'source', '{"run": 7}'])
      await ok(['meta', 'set', place, 'other', '[1]'])
      await ok(['meta', 'rm', place, 'other'])
    }
    expect(await isAsFile('meta.b2nd', file)).toBe(true)
    expect((await ok(['meta', 'get', at('meta.b2nd'), 'source'])).toString()).toBe('{"run":7}\n')
    const archive = await packed(cwd, 'meta.npy.blp', npy('<i4', [500], ramp(2000)))
    for (const place of [at('meta.npy.blp'), archive]) await ok(['meta', 'set', place, 'run', '7'])
    expect(await isAsFile('meta.npy.blp', archive)).toBe(true)
    expect((await ok(['meta', 'get', at('meta.npy.blp'), 'run'])).toString()).toBe('7\n')
    const { code, err } = await run(['meta', 'set', 'http://127.0.0.1:1/a.b2nd', 'a', '1'])
    expect([code, err]).toEqual([2, expect.stringContaining('can only be read')])
  })

  test('the library changes items, and writes anew where the header grows', async () => {
    const cwd = tempDir()
    const file = await packed(cwd, 'lib.b2nd', npy('<i4', [1000], ramp(4000)), '--chunks', '100')
    const settings = { s3Endpoint: env.AWS_ENDPOINT_URL_S3 ?? '' }
    for (const place of [at('lib.b2nd'), file]) {
      await changeArray(
        place,
        async (array) => {
          await array.set([{ start: 350, stop: 420 }], new Int32Array(70).fill(-1))
          await array.resize([1500])
        },
        settings,
      )
      await changeFrame(place, async ({ meta }) => void meta.set('new', Uint8Array.of(1)), settings)
    }
    expect(await isAsFile('lib.b2nd', file)).toBe(true)
    const array = await NDArray.open(at('lib.b2nd'), settings)
    const { data } = await array.slice([{ start: 349, stop: 421 }])
    await array.close()
    const plain = Buffer.concat([
      ramp(4000).subarray(1396, 1400),
      Buffer.alloc(280, 255),
      ramp(4000).subarray(1680, 1684),
    ])
    expect(sameBytes(data, plain)).toBe(true)
    await expect(
      changeFrame(at('lib.b2nd'), () => Promise.reject(new Error('no')), settings),
    ).rejects.toThrow('no')
    expect(await isAsFile('lib.b2nd', file)).toBe(true)
    const opened = await SChunk.open(at('lib.b2nd'), settings)
    expect(opened.meta.has('new')).toBe(true)
    await opened.close()
  })
})
