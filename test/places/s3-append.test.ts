import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetObjectTaggingCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { beforeEach, describe, expect, test } from 'vitest'
import { append, BytesPlainSource, compress, decompress, MemorySource } from '../../dist/index.js'
import { blpk, noise, npy, put, ramp, tempDir } from '../cli/run.js'
import { ALL } from '../support/long.js'
import { BUCKET, startS3 } from '../support/s3-server.js'
import { warmBlpk } from '../support/warm.js'

const server = await startS3('appending to s3://')
const MIB = 2 ** 20
const NEW = noise(100_000)

describe.skipIf(server === undefined)('append to an object', () => {
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
  const plainOf = async (key: string): Promise<Buffer> =>
    Buffer.from(await decompress(await server.get(key), { threads: 1 }))
  /** An archive under a key; the same bytes in a file. */
  const archive = async (directory: string, key: string, plain: Uint8Array, more = {}): Promise<string> => {
    const bytes = await compress(plain, { typesize: 1, threads: 1, ...more })
    await server.put(key, bytes)
    return put(directory, key.replaceAll('/', '-'), bytes)
  }

  beforeEach(() => {
    proxy.reset()
  })

  test('a small one: read once, asked whether conditions are kept, written once if it is still the same', async () => {
    const directory = tempDir()
    const file = await archive(directory, 'small.blp', ramp(50_000))
    const input = put(directory, 'new', NEW)
    // A process of its own knows nothing of the store yet.
    const { code, err } = await blpk(['append', at('small.blp'), input], { env: server.env })
    expect([code, err]).toEqual([0, ''])
    await ok(['append', file, input])
    expect((await server.get('small.blp')).equals(readFileSync(file))).toBe(true)
    expect(proxy.seen.map(({ method, status }) => [method, status])).toEqual([
      ['GET', 206],
      ['PUT', 404],
      ['PUT', 200],
    ])
    const [probe, write] = proxy.requests('PUT')
    expect(probe?.url).toContain('small.blp.blpk-probe-')
    expect(write?.headers['if-match']).toMatch(/^"\w+"$/)
    expect(write?.headers['x-amz-checksum-crc32']).toBeDefined()
  })

  test('a large one: the middle is copied within the store, the rest is what a file would be', async () => {
    const directory = tempDir()
    const file = await archive(directory, 'large.blp', noise(24 * MIB + 5))
    const input = put(directory, 'new', noise(MIB))
    await ok(['append', at('large.blp'), input])
    expect(proxy.moved).toBeLessThan(14 * MIB)
    await ok(['append', file, input])
    expect((await server.get('large.blp')).equals(readFileSync(file))).toBe(true)
    const parts = proxy.requests('PUT', 'large.blp?partNumber=')
    const [copies, sent] = [true, false].map((is) =>
      parts.filter(({ headers }) => 'x-amz-copy-source' in headers === is),
    )
    expect([copies?.length, sent?.length]).toEqual([1, 2])
    expect(copies?.[0]?.headers['x-amz-copy-source-if-match']).toMatch(/^"\w+"$/)
    for (const { headers } of sent ?? []) expect(headers['content-md5']).toBeDefined()
    const [complete] = proxy.requests('POST', 'large.blp?uploadId=')
    expect(complete?.headers['if-match']).toBe(copies?.[0]?.headers['x-amz-copy-source-if-match'])
    expect(await server.openUploads()).toBe(0)
  })

  test('much onto a small one goes in parts while it is packed', async () => {
    const directory = tempDir()
    const file = await archive(directory, 'much.blp', ramp(1000), { maxAppChunks: 100 })
    const data = noise(20 * MIB)
    await ok(['append', '-t', '1', at('much.blp'), '-'], data)
    await ok(['append', '-t', '1', file, '-'], data)
    expect((await server.get('much.blp')).equals(readFileSync(file))).toBe(true)
    expect(proxy.requests('PUT', 'much.blp?partNumber=').length).toBe(3)
  })

  test('what else the object has is kept: metadata, type, tags', async () => {
    const bytes = await compress(ramp(1000), { typesize: 4, threads: 1, maxAppChunks: 100 })
    for (const [key, size] of [
      ['kept.blp', 1000],
      ['kept-large.blp', 12 * MIB],
    ] as const) {
      await server.client.send(
        new PutObjectCommand({
          Bucket: BUCKET,
          Key: key,
          Body: bytes,
          ContentType: 'application/x-blosc',
          CacheControl: 'no-cache',
          Metadata: { owner: 'alice', 'blpk-write': 'earlier' },
          Tagging: 'team=red&cost=a%2Bb',
        }),
      )
      await ok(['append', '-t', '4', at(key), '-'], noise(size))
      const head = await server.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))
      expect([head.ContentType, head.CacheControl]).toEqual(['application/x-blosc', 'no-cache'])
      expect(head.Metadata).toEqual({
        owner: 'alice',
        'blpk-write': expect.stringMatching(/^[\w-]{16},earlier$/),
      })
      const { TagSet } = await server.client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: key }))
      expect(TagSet).toEqual(
        expect.arrayContaining([
          { Key: 'team', Value: 'red' },
          { Key: 'cost', Value: 'a+b' },
        ]),
      )
    }
  })

  test('rows, several inputs, an id twice, metadata alone', async () => {
    const directory = tempDir()
    const rows = (n: number, from: number): Buffer => npy('<f8', [n, 2], Buffer.alloc(n * 16, from))
    await ok(
      ['compress', '-m', put(directory, 'm', '{"a":"room for ids"}'), '-', at('rows.npy.blp')],
      rows(3, 1),
    )
    const one = put(directory, 'one.npy', rows(2, 2))
    const two = put(directory, 'two.npy', rows(1, 3))
    const append = ['append', '--json', '--grow', '--append-id', 'night-1', at('rows.npy.blp')]
    const first = JSON.parse((await ok([...append, one, two])).toString())
    expect(first).toMatchObject({ appended: 48, nbytes: 96, grown: false, skipped: false })
    expect(JSON.parse((await ok([...append, one, two])).toString())).toMatchObject({
      appended: 0,
      skipped: true,
    })
    const {
      shape,
      container,
      blpk: own,
    } = JSON.parse((await ok(['info', '--json', at('rows.npy.blp')])).toString())[0].metadata
    expect([shape, container, own]).toEqual([[6, 2], 'numpy', { appends: ['night-1'] }])
    expect(await plainOf('rows.npy.blp')).toEqual(
      Buffer.concat([Buffer.alloc(48, 1), Buffer.alloc(32, 2), Buffer.alloc(16, 3)]),
    )
    await ok([
      'append',
      '-m',
      put(directory, 'new', '{"b":2}'),
      at('rows.npy.blp'),
      put(directory, 'none.npy', rows(0, 0)),
    ])
    expect((await ok(['info', '--json', at('rows.npy.blp')])).toString()).toContain('"b": 2')
  })

  test('without room the object stays; with --grow its chunks are copied within the store', async () => {
    const directory = tempDir()
    const file = await archive(directory, 'full.blp', noise(20 * MIB), { maxAppChunks: 0 })
    const before = await server.get('full.blp')
    const input = put(directory, 'new', noise(3 * MIB))
    const { code, err } = await run(['append', at('full.blp'), input])
    expect([code, err]).toEqual([5, expect.stringContaining('no room left for more chunks')])
    expect((await server.get('full.blp')).equals(before)).toBe(true)
    proxy.reset()
    await ok(['append', '--grow', at('full.blp'), input])
    expect(proxy.moved).toBeLessThan(20 * MIB)
    await ok(['append', '--grow', file, input])
    expect((await server.get('full.blp')).equals(readFileSync(file))).toBe(true)
    expect(await server.openUploads()).toBe(0)
  })

  test('an id makes room for itself and those to come, as in a file; the chunks are copied within the store', async () => {
    const directory = tempDir()
    const file = await archive(directory, 'ids.blp', noise(20 * MIB))
    const input = put(directory, 'new', noise(MIB))
    proxy.reset()
    for (const [id, grown] of [
      ['first', true],
      ['second', false],
    ] as const)
      for (const place of [at('ids.blp'), file]) {
        const out = await ok(['append', '--json', '--append-id', id, place, input])
        expect(JSON.parse(out.toString())).toMatchObject({ grown, skipped: false })
      }
    expect(proxy.moved).toBeLessThan(30 * MIB)
    expect((await server.get('ids.blp')).equals(readFileSync(file))).toBe(true)
  })

  test('an archive without offsets, and one whose last chunk is full', async () => {
    const directory = tempDir()
    for (const [key, size, more] of [
      ['bare.blp', 12 * MIB + 77, { offsets: false }],
      ['even.blp', 12 * MIB, {}],
    ] as const) {
      const file = await archive(directory, key, noise(size), more)
      await ok(['append', at(key), '-'], NEW)
      await ok(['append', file, '-'], NEW)
      expect((await server.get(key)).equals(readFileSync(file))).toBe(true)
    }
  })

  test('somebody else is quicker, at each step: both are there', async () => {
    const directory = tempDir()
    const other = ramp(7777)
    const large = noise(12 * MIB)
    Object.assign(process.env, server.env)
    const appended = (key: string, bytes: Uint8Array, s3Endpoint: string) =>
      append(at(key), new BytesPlainSource(new MemorySource(bytes)), { typesize: 1, threads: 1, s3Endpoint })
    const steps: [string, (method: string, url: string) => boolean][] = [
      ['read', (method, url) => method === 'GET' && proxy.requests('GET', url).length === 2],
      ['copy', (method, url) => method === 'PUT' && url.includes('partNumber=2')],
      ['commit', (method, url) => method === 'POST' && url.includes('uploadId=')],
      ['put', (method, url) => method === 'PUT' && !url.includes('?partNumber') && !url.includes('probe')],
    ]
    const races = steps.map(([step, meant]) => {
      const plain = step === 'put' ? large.subarray(0, 1000) : large
      return { step, meant, key: `race-${step}.blp`, plain, left: 2 }
    })
    for (const { key, plain } of races) await archive(directory, key, plain, { level: 0 })
    proxy.mischief = async (method, url) => {
      const race = races.find(({ key, left, meant }) => left > 0 && url.includes(key) && meant(method, url))
      if (race === undefined) return undefined
      race.left--
      await appended(race.key, other, server.address)
      return undefined
    }
    await Promise.all(races.map(({ key }) => appended(key, NEW, proxy.url)))
    for (const { step, key, plain, left } of races) {
      expect(left).toBeLessThan(2)
      const added = Array.from({ length: 2 - left }, () => other)
      expect([step, (await plainOf(key)).equals(Buffer.concat([plain, ...added, NEW]))]).toEqual([step, true])
    }
    expect(await server.openUploads()).toBe(0)
  })

  test('who never gets a turn ends with 6 after --lock-timeout, and leaves nothing', async () => {
    const directory = tempDir()
    const input = put(directory, 'new', NEW)
    for (const [key, size] of [
      ['turns.blp', 1000],
      ['turns-large.blp', 12 * MIB],
    ] as const) {
      await archive(directory, key, noise(size))
      proxy.reset()
      const commit = (method: string, url: string): boolean =>
        !url.includes('probe') &&
        (method === 'POST' ? url.includes('uploadId=') : method === 'PUT' && !url.includes('?part'))
      proxy.mischief = (method, url) => {
        if (!commit(method, url)) return undefined
        return { kind: 'answer', status: 409, body: '<Error><Code>ConditionalRequestConflict</Code></Error>' }
      }
      const { code, err } = await run(['append', '--lock-timeout', '0', at(key), input])
      expect([code, err]).toEqual([
        6,
        `blpk: error: other writers changed '${at(key)}' first, once (see --lock-timeout)\n`,
      ])
      if (ALL || size === 1000) {
        const late = await run(['append', '--lock-timeout', '1', at(key), input])
        expect([late.code, late.err]).toEqual([6, expect.stringMatching(/first, \d+ times in 1 s \(see/)])
      }
      expect((await plainOf(key)).equals(noise(size))).toBe(true)
      expect(await server.openUploads()).toBe(0)
    }
  })

  test('an interrupt gives the upload up and leaves the object as it was', async () => {
    const directory = tempDir()
    await archive(directory, 'stop.blp', noise(20 * MIB))
    const before = await server.get('stop.blp')
    proxy.mischief = (_method, url) => (/partNumber=3\b/.test(url) ? { kind: 'hang' } : undefined)
    let pid = 0
    const running = blpk(['append', at('stop.blp'), put(directory, 'new', noise(20 * MIB))], {
      env: server.env,
      started: (started) => {
        pid = started
      },
    })
    while (proxy.requests('PUT', 'partNumber=3').length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    process.kill(pid, 'SIGINT')
    const { code, err } = await running
    expect([code, err]).toEqual([130, 'blpk: error: interrupted\n'])
    expect((await server.get('stop.blp')).equals(before)).toBe(true)
    expect(await server.openUploads()).toBe(0)
  })

  test('what cannot be appended to, and with what', async () => {
    const directory = tempDir()
    const input = put(directory, 'new.bin', NEW)
    const says = async (...args: string[]) => {
      const { code, err } = await run(['append', ...args])
      return [code, err]
    }
    expect(await says(at('none.blp'), input)).toEqual([1, expect.stringContaining('no such object\n')])
    await server.put('empty.blp', Buffer.alloc(0))
    expect(await says(at('empty.blp'), input)).toEqual([3, expect.stringContaining('is empty')])
    await server.put('text.blp', Buffer.from('no archive at all, that is what it is'))
    expect(await says(at('text.blp'), input)).toEqual([3, expect.stringContaining('text.blp')])
    await archive(directory, 'self.blp', ramp(100))
    expect(await says(at('self.blp'), at('self.blp'))).toEqual([1, expect.stringContaining('the same file')])
    expect(await says(at('self.blp'), join(directory, 'none'))).toEqual([
      1,
      expect.stringContaining('no such file'),
    ])
    expect(await says('https://127.0.0.1:1/a.blp', input)).toEqual([
      2,
      'blpk: error: web servers can only be read: name a file, or an s3:// object\n',
    ])
    expect([...proxy.requests('PUT'), ...proxy.requests('POST')]).toEqual([])
  })
})
