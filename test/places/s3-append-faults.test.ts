import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type AppendOptions,
  append as appendSources,
  BytesPlainSource,
  compress,
  decompress,
  MemorySource,
} from '../../dist/index.js'
import { blpk, noise, ramp } from '../cli/run.js'
import { ALL, some } from '../support/long.js'
import { type Fault, type Mischief, times } from '../support/proxy.js'
import { BUCKET, startS3 } from '../support/s3-server.js'
import { withoutHeaders } from '../support/sigv4.js'

const server = await startS3('what becomes of appends to s3:// when connections and servers fail')
const MIB = 2 ** 20
const NEW = noise(100_000)
const OTHER = ramp(5000)
const SMALL = noise(1000)
const LARGE = noise(12 * MIB)

const errorBody = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`
const FAULTS: Record<string, Fault> = {
  'drops the connection': { kind: 'drop' },
  'drops it in the middle of what it is sent': { kind: 'drop', after: 40_000 },
  'loses the answer': { kind: 'lose' },
  'answers 500': { kind: 'answer', status: 500, body: errorBody('InternalError') },
  'answers 503 SlowDown': { kind: 'answer', status: 503, body: errorBody('SlowDown') },
  'answers 200 with an error in it': { kind: 'answer', status: 200, body: errorBody('InternalError') },
  'cuts its answer off': { kind: 'cut', after: 30 },
}

function plainOf(size: number): Uint8Array {
  return size === 1000 ? SMALL : LARGE
}

type Meant = (method: string, url: string) => boolean
const isProbe = (url: string): boolean => url.includes('blpk-probe')
const READS: Record<string, Meant> = {
  read: (method) => method === 'GET',
  look: (method) => method === 'HEAD',
}
const PUT: Meant = (method, url) => method === 'PUT' && !isProbe(url) && !url.includes('partNumber=')
const COMPLETE: Meant = (method, url) => method === 'POST' && !isProbe(url) && url.includes('uploadId=')
const SMALL_WRITES: Record<string, Meant> = {
  put: PUT,
  probe: (method, url) => method === 'PUT' && isProbe(url),
}
const LARGE_WRITES: Record<string, Meant> = {
  begin: (method, url) => method === 'POST' && !isProbe(url) && url.includes('uploads'),
  part: (method, url) => method === 'PUT' && /partNumber=1\b/.test(url),
  copy: (method, url) => method === 'PUT' && /partNumber=2\b/.test(url),
  complete: COMPLETE,
}

describe.skipIf(server === undefined)('appends with faults', () => {
  if (server === undefined) return
  const { proxy } = server
  Object.assign(process.env, server.env)
  const at = (key: string): string => `s3://${BUCKET}/${key}`
  const append = (
    key: string,
    bytes: Uint8Array,
    o: AppendOptions & { retries?: number; unsafeNoCas?: boolean } = {},
  ) =>
    appendSources(at(key), new BytesPlainSource(new MemorySource(bytes)), {
      typesize: 1,
      threads: 1,
      s3Endpoint: proxy.url,
      ...o,
    })
  const run = (...args: string[]) =>
    blpk(['append', '-t', '1', ...args, '-'], { env: server.env, input: NEW })
  const packed = (plain: Uint8Array): Promise<Uint8Array> => {
    const metadata = JSON.stringify({ room: 'x'.repeat(500) })
    return compress(plain, { typesize: 1, threads: 1, level: 0, metadata })
  }
  const largeArchive = packed(LARGE)
  const archive = async (key: string, plain: Uint8Array): Promise<void> =>
    server.put(key, await (plain === LARGE ? largeArchive : packed(plain)))
  const expectPlain = async (key: string, ...pieces: Uint8Array[]): Promise<void> => {
    const plain = await decompress(await server.get(key), { threads: 1 })
    expect(Buffer.from(plain).equals(Buffer.concat(pieces))).toBe(true)
  }
  /** Past the relay. */
  const otherAppends = (key: string, count = 1): Promise<void> =>
    Array.from({ length: count }).reduce<Promise<void>>(async (before) => {
      await before
      await appendSources(at(key), new BytesPlainSource(new MemorySource(OTHER)), {
        typesize: 1,
        threads: 1,
        s3Endpoint: server.address,
      })
    }, Promise.resolve())

  beforeEach(() => {
    proxy.reset()
    proxy.rewrite = (_method, _url, headers) => headers
  })

  /** Kinds of requests of a small and a large object: of a large one every second kind in `npm test`, so that each meets two faults. */
  const casesOf = (turn: number): [size: number, kind: string, meant: Meant][] => [
    ...Object.entries({ ...SMALL_WRITES, read: READS.read as Meant }).map(
      ([kind, meant]): [number, string, Meant] => [1000, kind, meant],
    ),
    ...Object.entries({ ...LARGE_WRITES, ...READS })
      .filter((_, i) => ALL || (i + turn + (turn >> 1)) % 2 === 0)
      .map(([kind, meant]): [number, string, Meant] => [12 * MIB, kind, meant]),
  ]

  for (const [turn, [what, fault]] of some(Object.entries(FAULTS), 4).entries()) {
    test(`a store that ${what}, twice, on each kind of request`, async () => {
      // A read takes a short answer for the range that it asked for, and an error for data that do not belong.
      const cases = casesOf(turn).filter(
        ([, kind]) =>
          !(fault.kind === 'answer' && fault.status === 200 && !['complete', 'copy'].includes(kind)),
      )
      const keyOf = (size: number, kind: string): string => `${what}-${kind}-${size}.blp`.replaceAll(' ', '-')
      const open = await server.openUploads()
      const mischiefs = cases.map(([size, kind, meant]) =>
        times(2, (method, url) => url.includes(keyOf(size, kind)) && meant(method, url), fault),
      )
      await Promise.all(cases.map(([size, kind]) => archive(keyOf(size, kind), plainOf(size))))
      proxy.mischief = (method, url, headers) =>
        mischiefs.map((mischief) => mischief(method, url, headers)).find((found) => found !== undefined)
      await Promise.all(
        cases.map(async ([size, kind]) => {
          const key = keyOf(size, kind)
          // What this process knows of the store it does not ask again.
          if (kind === 'probe') expect((await run(at(key))).err).toBe('')
          else expect([kind, (await append(key, NEW)).nbytes]).toEqual([kind, NEW.length])
        }),
      )
      for (const [size, kind] of cases) await expectPlain(keyOf(size, kind), plainOf(size), NEW)
      // Where the answer with the id was lost, nobody knows the upload.
      const isLost = ['lose', 'cut'].includes(fault.kind) && cases.some(([, kind]) => kind === 'begin')
      expect((await server.openUploads()) - open).toBe(isLost ? 2 : 0)
    })
  }

  test('the commit landed, its answer was lost, and others appended on top: it is not repeated', async () => {
    for (const [size, meant] of [
      [1000, PUT],
      [12 * MIB, COMPLETE],
    ] as const) {
      for (const count of [1, 3]) {
        const key = `on-top-${size}-${count}.blp`
        await archive(key, plainOf(size))
        proxy.reset()
        const lose = times(1, meant, { kind: 'lose' })
        const mischief: Mischief = async (method, url, headers) => {
          if (method === 'HEAD') await otherAppends(key, count)
          return lose(method, url, headers)
        }
        proxy.mischief = mischief
        expect((await append(key, NEW)).nbytes).toBe(NEW.length)
        await expectPlain(key, plainOf(size), NEW, ...Array.from({ length: count }, () => OTHER))
      }
    }
  })

  test('the commit did not land, its answer was lost, and others appended: it starts over', async () => {
    for (const [size, meant] of [
      [1000, PUT],
      [12 * MIB, COMPLETE],
    ] as const) {
      const key = `not-landed-${size}.blp`
      await archive(key, plainOf(size))
      proxy.reset()
      const drop = times(1, meant, { kind: 'drop' })
      proxy.mischief = async (method, url, headers) => {
        if (method === 'HEAD' && proxy.requests('HEAD').length === 1) await otherAppends(key)
        return drop(method, url, headers)
      }
      await append(key, NEW)
      await expectPlain(key, plainOf(size), OTHER, NEW)
    }
  })

  test('the commit landed, but another object came in its place: nobody can tell, unless it has an id', async () => {
    const replaced = async (key: string, landed: boolean, o: AppendOptions = {}): Promise<unknown> => {
      await archive(key, noise(1000))
      proxy.reset()
      const fault = times(1, PUT, { kind: landed ? 'lose' : 'drop' })
      proxy.mischief = async (method, url, headers) => {
        if (method === 'HEAD') await archive(key, OTHER)
        return fault(method, url, headers)
      }
      return append(key, NEW, o).then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    for (const landed of [true, false]) {
      const error = await replaced('replaced.blp', landed)
      expect(error).toMatchObject({ code: 'UNKNOWN' })
      expect((error as Error).message).toMatch(/it is unknown whether .* was written: check it before/)
      await expectPlain('replaced.blp', OTHER)
      expect(await replaced('replaced-id.blp', landed, { appendId: 'a' })).toBeUndefined()
      await expectPlain('replaced-id.blp', OTHER, NEW)
    }
  })

  test('the answer is lost, and the store is gone: that is said, and success is not', async () => {
    await archive('gone.blp', SMALL)
    const lose = times(1, PUT, { kind: 'lose' })
    proxy.mischief = (method, url, headers) =>
      method === 'HEAD' ? { kind: 'drop' } : lose(method, url, headers)
    await expect(append('gone.blp', NEW, { retries: 1 })).rejects.toMatchObject({ code: 'UNKNOWN' })
    await expectPlain('gone.blp', SMALL, NEW)
    proxy.reset()
    expect(await append('gone.blp', NEW, { appendId: 'b' })).toMatchObject({ skipped: false })
  })

  test('what does not get better fails after the retries, and leaves the object as it was', async () => {
    for (const [size, meant] of [
      [1000, PUT],
      [12 * MIB, COMPLETE],
      [12 * MIB, LARGE_WRITES.copy],
    ] as const) {
      await archive('kept.blp', plainOf(size))
      const open = await server.openUploads()
      proxy.reset()
      proxy.mischief = times(100, meant as Meant, {
        kind: 'answer',
        status: 503,
        body: errorBody('SlowDown'),
      })
      await expect(append('kept.blp', NEW, { retries: 1 })).rejects.toMatchObject({ code: 'NETWORK' })
      await expectPlain('kept.blp', plainOf(size))
      expect(await server.openUploads()).toBe(open)
    }
  })

  test('tries that were lost leave nothing that waits for a signal', async () => {
    const { signal } = new AbortController()
    for (const size of [1000, 12 * MIB]) {
      const key = `signal-${size}.blp`
      await archive(key, plainOf(size))
      proxy.reset()
      const conflict: Fault = { kind: 'answer', status: 409, body: errorBody('ConditionalRequestConflict') }
      proxy.mischief = times(3, size === 1000 ? PUT : COMPLETE, conflict)
      await append(key, NEW, { signal })
      expect(getEventListeners(signal, 'abort')).toEqual([])
      await expectPlain(key, plainOf(size), NEW)
    }
  })

  test('a store that wants ETags without quotes gets them so at the second try', async () => {
    for (const size of [1000, 12 * MIB]) {
      const key = `bare-${size}.blp`
      await archive(key, plainOf(size))
      proxy.reset()
      let refused = 0
      proxy.mischief = (_method, url, headers) => {
        const etag = headers['if-match'] ?? headers['x-amz-copy-source-if-match']
        if (isProbe(url) || etag === undefined || !String(etag).startsWith('"')) return undefined
        refused++
        return { kind: 'answer', status: 412, body: errorBody('PreconditionFailed') }
      }
      await append(key, NEW)
      expect(refused).toBeGreaterThanOrEqual(size === 1000 ? 1 : 3)
      await expectPlain(key, plainOf(size), NEW)
    }
  })

  describe('a store that ignores conditions', () => {
    const DROPPED = ['if-match', 'if-none-match']
    beforeEach(() => {
      proxy.rewrite = (method, url, headers) =>
        method === 'PUT' || method === 'POST'
          ? withoutHeaders(method, url, headers, DROPPED, server.secret)
          : headers
    })

    test('is refused with 6, and nothing is left behind; --unsafe-no-cas appends all the same', async () => {
      for (const size of [1000, 12 * MIB]) {
        const key = `ignores/${size}.blp`
        const open = await server.openUploads()
        await archive(key, plainOf(size))
        const { code, err } = await run(at(key))
        expect([code, err]).toEqual([6, expect.stringContaining('the store ignores conditions (If-Match)')])
        expect(err).toContain('--unsafe-no-cas')
        await expectPlain(key, plainOf(size))
        expect(await server.keys('ignores/')).toEqual([key])
        expect(await server.openUploads()).toBe(open)
        expect((await run('--unsafe-no-cas', at(key))).err).toBe('')
        await expectPlain(key, plainOf(size), NEW)
        await server.remove(key)
      }
    })

    test('with --unsafe-no-cas, a change that is seen in time is not overwritten', async () => {
      await archive('seen.blp', noise(1000))
      proxy.mischief = async (method) => {
        if (method === 'HEAD' && proxy.requests('HEAD').length === 1) await otherAppends('seen.blp')
        return undefined
      }
      await append('seen.blp', NEW, { unsafeNoCas: true })
      await expectPlain('seen.blp', noise(1000), OTHER, NEW)
    })

    test('only where there is no object: is found out, and it is used', async () => {
      proxy.rewrite = (method, url, headers) =>
        isProbe(url) && proxy.requests(method, url.replace(/\?.*/, '')).length === 1
          ? withoutHeaders(method, url, headers, DROPPED, server.secret)
          : headers
      await archive('lenient/a.blp', noise(1000))
      expect((await run(at('lenient/a.blp'))).err).toBe('')
      await expectPlain('lenient/a.blp', noise(1000), NEW)
      expect(await server.keys('lenient/')).toEqual(['lenient/a.blp'])
    })

    test('that says it knows none is refused too, and used with --unsafe-no-cas', async () => {
      proxy.rewrite = (_method, _url, headers) => headers
      proxy.mischief = (method, _url, headers) =>
        method !== 'GET' && headers['if-match'] !== undefined
          ? { kind: 'answer', status: 501, body: errorBody('NotImplemented') }
          : undefined
      await archive('none.blp', noise(1000))
      expect((await run(at('none.blp'))).code).toBe(6)
      expect((await run('--unsafe-no-cas', at('none.blp'))).err).toBe('')
      await expectPlain('none.blp', noise(1000), NEW)
    })
  })
})
