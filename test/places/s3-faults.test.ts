import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { compress } from '../../dist/index.js'
import { blpk, filesIn, noise, put, tempDir } from '../cli/run.js'
import { some } from '../support/long.js'
import { type Fault, times } from '../support/proxy.js'
import { BUCKET, startS3 } from '../support/s3-server.js'
import { warmBlpk } from '../support/warm.js'

const server = await startS3('what becomes of s3:// when connections and servers fail')
const MIB = 2 ** 20
const SMALL = noise(100_000)
const LARGE = noise(12 * MIB)

const SLOW_DOWN = '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Please reduce</Message></Error>'
const INTERNAL = '<?xml version="1.0"?><Error><Code>InternalError</Code><Message>Try again</Message></Error>'

const FAULTS: Record<string, Fault> = {
  'drops the connection': { kind: 'drop' },
  'loses the answer': { kind: 'lose' },
  'answers 500': { kind: 'answer', status: 500, body: INTERNAL },
  'answers 503 SlowDown': { kind: 'answer', status: 503, body: SLOW_DOWN },
}

describe.skipIf(server === undefined)('s3 with faults', () => {
  if (server === undefined) return
  const { proxy } = server
  Object.assign(process.env, server.env)
  const at = (key: string): string => `s3://${BUCKET}/${key}`
  const run = (args: readonly string[]) => warmBlpk(args, { env: server.env })
  const start = (args: readonly string[], started: (pid: number) => void) =>
    blpk(args, { env: server.env, started })
  const plainOf = async (key: string): Promise<Buffer> => {
    proxy.reset()
    const { code, out, err } = await run(['decompress', at(key), '-'])
    expect([code, err]).toEqual([0, ''])
    return out
  }
  beforeEach(() => proxy.reset())

  for (const [what, fault] of some(Object.entries(FAULTS), 3)) {
    test(`a store that ${what} twice: on each kind of request of a write`, async () => {
      const before = await server.openUploads()
      const kinds: Record<string, (method: string, url: string) => boolean> = {
        begin: (method, url) => method === 'POST' && url.includes('uploads'),
        part: (method, url) => method === 'PUT' && url.includes('partNumber='),
        complete: (method, url) => method === 'POST' && url.includes('uploadId='),
      }
      const keyOf = (kind: string): string =>
        `${kind}-${fault.kind}-${'status' in fault ? fault.status : ''}.blp`
      const mischiefs = Object.entries(kinds).map(([kind, meant]) =>
        times(2, (method, url) => url.includes(keyOf(kind)) && meant(method, url), fault),
      )
      const met = new Set<number>()
      proxy.mischief = (method, url, headers) => {
        const which = mischiefs.findIndex((mischief) => mischief(method, url, headers) !== undefined)
        met.add(which)
        return which < 0 ? undefined : fault
      }
      await Promise.all(
        Object.keys(kinds).map((kind) =>
          compress(LARGE, at(keyOf(kind)), { typesize: 1, threads: 1, s3Endpoint: proxy.url }),
        ),
      )
      expect(met).toEqual(new Set([-1, 0, 1, 2]))
      for (const kind of Object.keys(kinds))
        expect([kind, (await plainOf(keyOf(kind))).equals(LARGE)]).toEqual([kind, true])
      // Where the answer with the id was lost, nobody knows the upload: a lifecycle rule takes it away.
      expect((await server.openUploads()) - before).toBe(fault.kind === 'lose' ? 2 : 0)
    })

    test(`a store that ${what} twice: on a single request, and on reads`, async () => {
      const directory = tempDir()
      const key = `small-${fault.kind}-${'status' in fault ? fault.status : ''}.blp`
      proxy.mischief = times(2, (method) => method === 'PUT', fault)
      const { code, err } = await run(['compress', put(directory, 'small', SMALL), at(key)])
      expect([code, err]).toEqual([0, ''])
      proxy.mischief = times(2, (method) => method === 'GET', fault)
      const { code: read, out } = await run(['decompress', at(key), '-'])
      expect(read).toBe(0)
      expect(out.equals(SMALL)).toBe(true)
    })
  }

  test('bodies that break off or end early are taken up where they stopped', async () => {
    await run(['compress', '-l', '0', '-t', '1', put(tempDir(), 'x', LARGE), at('cut.blp')])
    for (const kind of ['cut', 'shorten'] as const) {
      proxy.reset()
      let n = 0
      proxy.mischief = (method) =>
        method === 'GET' && n++ % 2 === 1 ? { kind, after: 300_000 + n } : undefined
      const { code, out, err } = await run(['decompress', at('cut.blp'), '-'])
      expect([code, err]).toEqual([0, ''])
      expect(out.equals(LARGE)).toBe(true)
    }
  })

  test('a 200 with an error in it is no success', async () => {
    const complete = (method: string, url: string): boolean => method === 'POST' && url.includes('uploadId=')
    proxy.mischief = times(1, complete, { kind: 'answer', status: 200, body: INTERNAL })
    const { code, err } = await run(['compress', '-t', '1', put(tempDir(), 'x', LARGE), at('ok-error.blp')])
    expect([code, err]).toEqual([0, ''])
    expect((await plainOf('ok-error.blp')).equals(LARGE)).toBe(true)
  })

  test('what does not get better fails after --retries, and leaves nothing', async () => {
    const before = await server.openUploads()
    const input = put(tempDir(), 'x', LARGE)
    await server.put('kept.blp', Buffer.from('before'))
    const part = (method: string, url: string): boolean => method === 'PUT' && url.includes('partNumber=')
    proxy.mischief = times(1e9, part, { kind: 'answer', status: 503, body: SLOW_DOWN })
    const { code, err } = await run(['compress', '-f', '--retries', '1', '-t', '1', input, at('kept.blp')])
    expect(code).toBe(1)
    expect(err).toMatch(/^blpk: error: cannot write 's3:.*SlowDown, HTTP 503\).*tried 2 times.*\n$/)
    expect((await server.get('kept.blp')).toString()).toBe('before')
    expect(await server.openUploads()).toBe(before)
  })

  test('a store that does not answer is given up after --timeout', async () => {
    proxy.mischief = () => ({ kind: 'hang' })
    const { code, err } = await run(['info', '--timeout', '1', '--retries', '0', at('x.blp')])
    expect(code).toBe(1)
    expect(err).toMatch(/did not respond for 1 s|TimeoutError/)
  })

  test('an interrupt gives the upload up and leaves the object as it was', async () => {
    const before = await server.openUploads()
    const directory = tempDir()
    await server.put('interrupted.blp', Buffer.from('before'))
    const input = put(directory, 'x', noise(20 * MIB))
    // Another part is on its way when the upload is given up, and comes after that.
    proxy.mischief = async (method, url) => {
      if (method === 'PUT' && /partNumber=3\b/.test(url))
        await new Promise((resolve) => setTimeout(resolve, 300))
      return method === 'PUT' && /partNumber=2\b/.test(url) ? { kind: 'hang' } : undefined
    }
    let pid = 0
    const running = start(['compress', '-f', '-t', '1', input, at('interrupted.blp')], (started) => {
      pid = started
    })
    while (proxy.requests('PUT', 'partNumber=').length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
    process.kill(pid, 'SIGINT')
    const { code, err } = await running
    expect([code, err]).toEqual([130, 'blpk: error: interrupted\n'])
    expect((await server.get('interrupted.blp')).toString()).toBe('before')
    expect(await server.openUploads()).toBe(before)
  })

  test('an interrupt ends a read at once, and leaves no output', async () => {
    const directory = tempDir()
    await run(['compress', '-f', '-l', '0', put(tempDir(), 'x', LARGE), at('hangs.blp')])
    proxy.mischief = (_method, _url, headers) =>
      headers['if-match'] === undefined ? undefined : { kind: 'hang' }
    let pid = 0
    const running = start(['decompress', at('hangs.blp'), join(directory, 'out')], (started) => {
      pid = started
    })
    while (proxy.requests('GET', 'hangs.blp').length < 2)
      await new Promise((resolve) => setTimeout(resolve, 20))
    process.kill(pid, 'SIGINT')
    expect((await running).code).toBe(130)
    expect(filesIn(directory)).toEqual([])
  })
})
