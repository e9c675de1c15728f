import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compress } from '../../dist/index.js'
import { Pages } from '../../dist/store/pages.js'
import { filesIn, noise, type Outcome, put, tempDir } from '../cli/run.js'
import { ALL } from '../support/long.js'
import { warmBlpk } from '../support/warm.js'
import { askedRange, type Draft, draft, send, webServer } from '../support/web-server.js'

const MIB = 2 ** 20
const SMALL = noise(100_000)
const LARGE = noise(10 * MIB)
const DATA = noise(500_000)
const ARCHIVE = await compress(DATA, { level: 0, typesize: 1, chunkSize: 64 * 1024 })
const ETAG = { etag: '"0123456789abcdef"' }

async function run(url: string, args: readonly string[]): Promise<Outcome> {
  const env = {
    AWS_ACCESS_KEY_ID: 'blpk-test-access',
    AWS_SECRET_ACCESS_KEY: 'blpk-test-secret-7f3a',
    AWS_ENDPOINT_URL_S3: url,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  return warmBlpk(['--retries', '1', ...args], { env })
}

function xml(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`
}

/** A store that has nothing, and takes what is written as a test says: once it has the whole body, as stores do. */
function store(answers: Partial<Record<'put' | 'part' | 'complete', RequestListener>>): RequestListener {
  return (req, res) => {
    const { method, url = '' } = req
    req.resume().once('end', () => {
      if (method === 'HEAD' || method === 'GET') res.writeHead(404).end()
      else if (method === 'DELETE') res.writeHead(204).end()
      else if (method === 'POST' && url.includes('uploads'))
        res.end(xml('InitiateMultipartUploadResult', '<UploadId>u1</UploadId>'))
      else if (method === 'POST') answers.complete?.(req, res)
      else if (url.includes('partNumber'))
        (answers.part ?? ((_, r) => r.writeHead(200, ETAG).end()))(req, res)
      else answers.put?.(req, res)
    })
  }
}

describe('a write that a store only seems to have taken is a failure', () => {
  const cases: Record<string, [Parameters<typeof store>[0], input: Uint8Array, said: string]> = {
    'PUT without an ETag': [{ put: (_, r) => r.end() }, SMALL, 'without an ETag'],
    'PUT answered by a page': [{ put: (_, r) => r.end('<html>sign in</html>') }, SMALL, 'without an ETag'],
    'a part without an ETag': [{ part: (_, r) => r.end() }, LARGE, 'no ETag for part'],
    'CompleteMultipartUpload without an ETag': [
      { complete: (_, r) => r.end(xml('CompleteMultipartUploadResult', '<Key>x</Key>')) },
      LARGE,
      'without an ETag',
    ],
    'CompleteMultipartUpload with an error in it': [
      { complete: (_, r) => r.end(xml('Error', '<Code>InvalidPart</Code><Message>no</Message>')) },
      LARGE,
      'InvalidPart',
    ],
    'CompleteMultipartUpload with an error, and blanks around it': [
      { complete: (_, r) => r.end(`  ${xml('Error', '<Code>InternalError</Code>')}\n\n`) },
      LARGE,
      'without an ETag',
    ],
    'CompleteMultipartUpload without a body': [{ complete: (_, r) => r.end() }, LARGE, 'S3 aborted'],
  }
  for (const [what, [answers, input, said]] of Object.entries(cases)) {
    test(what, async () => {
      const url = await webServer(store(answers))
      const file = put(tempDir(), 'in', input)
      const { code, err } = await run(url, ['c', '-q', '-l', '0', '-t', '1', file, 's3://bucket/x.blp'])
      expect([code, err]).toEqual([1, expect.stringContaining(said)])
      expect(err).toMatch(/^blpk: error: [^\n]+\n$/)
    })
  }
})

describe('lists without end', () => {
  const listing = (page: (n: number) => string): RequestListener => {
    let n = 0
    return (req, res) => {
      if (req.url?.includes('x.blp') === true) res.writeHead(404).end()
      else res.end(xml('ListBucketResult', `<IsTruncated>true</IsTruncated>${page(n++)}`))
    }
  }
  const entry = (key: string): string => `<Contents><Key>${key}</Key><Size>9</Size></Contents>`
  const token = (text: string): string => `<NextContinuationToken>${text}</NextContinuationToken>`
  const cases: Record<string, [page: (n: number) => string, said: string]> = {
    'the same page again and again': [() => entry('x.blp') + token('t'), 'same page again and again'],
    'two pages in turns': [(n) => entry('x.blp') + token(`t${n % 2}`), 'same page again and again'],
    'empty pages': [(n) => token(`t${n}`), 'one empty page after another'],
    'new names for ever': [(n) => entry(`${n}/x.blp`) + token(`t${n}`), 'does not end within'],
    'no way to go on': [() => entry('x.blp'), 'not how to continue'],
  }
  for (const [what, [page, said]] of Object.entries(cases)) {
    // Thousands of requests, which are only counted below.
    if (what === 'new names for ever' && !ALL) continue
    test(`ls: ${what}`, async () => {
      const url = await webServer(listing(page))
      const { code, out, err } = await run(url, ['ls', '--json', 's3://bucket/p'])
      expect([code, err]).toEqual([1, expect.stringContaining(said)])
      expect(JSON.parse(out.toString())).toEqual([
        expect.objectContaining({ error: expect.stringContaining(said) }),
      ])
    })
  }

  test('as many pages, names or characters as no list has', () => {
    const longest = (names: (n: number) => readonly string[]): number => {
      const pages = new Pages('s3://bucket/p')
      for (let n = 0; ; n++) {
        try {
          pages.count({ names: names(n), isTruncated: true, next: `t${n}` })
        } catch (error) {
          expect(error).toMatchObject({ code: 'IO', message: expect.stringContaining('does not end within') })
          return n
        }
      }
    }
    const many = Array.from({ length: 10_000 }, (_, i) => `${i}`)
    expect(longest((n) => [`${n}/x.blp`])).toBe(2000)
    expect(longest(() => many)).toBe(100)
    expect(longest(() => ['x'.repeat(2 ** 24)])).toBe(16)
  })

  test('clean: the same page again and again, and no way to go on', async () => {
    const upload =
      '<Upload><Key>k</Key><UploadId>u</UploadId><Initiated>2020-01-01T00:00:00Z</Initiated></Upload>'
    for (const next of ['<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>', '']) {
      const body = `<IsTruncated>true</IsTruncated>${next}${upload}`
      const url = await webServer((_, res) => res.end(xml('ListMultipartUploadsResult', body)))
      const { code, err } = await run(url, ['clean', '--dry-run', 's3://bucket'])
      expect([code, err]).toEqual([1, expect.stringMatching(/same page again|not how to continue/)])
    }
  })
})

describe('answers that are too long', () => {
  /** Sends a beginning and then `nbytes` more. @returns how many bytes of it were taken, at most */
  const flood = (
    status: number,
    start: string,
    nbytes: number,
  ): { handler: RequestListener; sent: () => number } => {
    let sent = 0
    const handler = (req: IncomingMessage, res: ServerResponse): void => {
      res.writeHead(status, ETAG)
      if (req.method === 'HEAD') {
        res.end()
        return
      }
      res.write(start)
      let left = nbytes
      const more = (): void => {
        while (left > 0 && !res.destroyed) {
          left -= 65_536
          sent += 65_536
          if (!res.write(Buffer.alloc(65_536, 97))) {
            res.once('drain', more)
            return
          }
        }
        res.end()
      }
      more()
    }
    return { handler, sent: () => sent }
  }

  test('an error body of 50 MB is not read, on reads, lists and writes', async () => {
    const start = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>'
    const file = put(tempDir(), 'in', SMALL)
    for (const status of [403, 500]) {
      for (const args of [
        ['info', 's3://bucket/x.blp'],
        ['ls', 's3://bucket/'],
        ['c', '-f', '-q', file, 's3://bucket/x.blp'],
        ['clean', 's3://bucket'],
      ]) {
        const { handler, sent } = flood(status, start, 50 * MIB)
        const { code, err } = await run(await webServer(handler), args)
        expect([args, code, err.length < 600]).toEqual([args, 1, true])
        expect(sent()).toBeLessThan(20 * MIB)
      }
    }
  })

  test('a list in one page without end', async () => {
    const { handler, sent } = flood(200, '<ListBucketResult><Name>', 1000 * MIB)
    const { code, err } = await run(await webServer(handler), ['ls', 's3://bucket/'])
    expect([code, err]).toEqual([1, expect.stringContaining('more than 16 MiB')])
    expect(sent()).toBeLessThan(100 * MIB)
  })
})

describe('answers to reads are checked, the first and every later one', () => {
  const asEmpty = xml('Error', '<Code>InvalidRange</Code><Message>no such range</Message>')
  const headers = (more: Record<string, string>) => (d: Draft) => Object.assign(d.headers, more)
  const faults: Record<string, [(d: Draft) => unknown, said: string | undefined]> = {
    'no ETag': [(d) => delete d.headers.etag, 'gives no ETag'],
    'no size': [headers({ 'content-range': 'bytes 0-65535/*' }), 'a different range'],
    'another range': [headers({ 'content-range': 'bytes 5-9/500' }), 'a different range'],
    'a part that is not called one': [(d) => delete d.headers['content-range'], 'a different range'],
    'packed on the way': [headers({ 'content-encoding': 'gzip' }), 'encoded (Content-Encoding: gzip)'],
    'longer than its range': [
      (d) => {
        delete d.headers['content-length']
        d.body = Buffer.concat([d.body, SMALL])
      },
      'more bytes than announced',
    ],
    'no such range': [(d) => Object.assign(d, { status: 416, headers: {}, body: Buffer.from(asEmpty) }), ''],
    'nothing wrong': [() => {}, undefined],
  }
  const serving = (spoil: (d: Draft, start: number) => unknown, more: Record<string, string> = ETAG) =>
    webServer((req, res) => {
      const answer = draft(req, ARCHIVE, more)
      if (req.method === 'HEAD') return send(res, { ...answer, body: Buffer.alloc(0) })
      const [start = 0] = askedRange(req, ARCHIVE.length) ?? []
      spoil(answer, start)
      send(res, answer)
    })

  for (const [what, [spoil, said]] of Object.entries(faults)) {
    test(what, async () => {
      for (const isFirst of [true, false]) {
        const url = await serving((d, start) => (start === 0) === isFirst && spoil(d))
        const directory = tempDir()
        for (const command of ['d', 'c']) {
          const args = ['s3://bucket/x.blp', join(directory, `by-${command}`)]
          const { code, err } = await run(url, [command, '-q', ...args])
          if (said === undefined) expect([code, err]).toEqual([0, ''])
          else {
            expect([code, err]).toEqual([what === 'packed on the way' ? 4 : 1, expect.stringContaining(said)])
            expect(filesIn(directory)).toEqual([])
          }
        }
      }
    })
  }

  test('another version: ETag, size, and date where the ETag is weak', async () => {
    const weak = { etag: 'W/"a"', 'last-modified': 'Fri, 27 Nov 2026 11:59:01 GMT' }
    const changes: [Record<string, string>, Record<string, string>][] = [
      [ETAG, { etag: '"b"' }],
      [weak, { etag: 'W/"b"' }],
      [weak, { 'last-modified': 'Fri, 27 Nov 2026 11:59:02 GMT' }],
    ]
    for (const [first, later] of changes) {
      const url = await serving((d, start) => start > 0 && headers(later)(d), first)
      const { code, err } = await run(url, ['d', 's3://bucket/x.blp', '-'])
      expect([code, err]).toEqual([1, expect.stringContaining('was changed while it was read')])
    }
  })

  test('a weak ETag makes no condition, and no append', async () => {
    const sent = new Set<unknown>()
    const url = await webServer((req, res) => {
      for (const name of ['if-match', 'if-range', 'x-amz-copy-source-if-match']) sent.add(req.headers[name])
      const answer = draft(req, ARCHIVE, { etag: 'W/"a"' })
      send(res, req.method === 'HEAD' ? { ...answer, body: Buffer.alloc(0) } : answer)
    })
    const { code, out } = await run(url, ['d', 's3://bucket/x.blp', '-'])
    expect(code).toBe(0)
    expect(out.equals(DATA)).toBe(true)
    const append = await run(url, ['a', 's3://bucket/x.blp', put(tempDir(), 'more', SMALL)])
    expect([append.code, append.err]).toEqual([6, expect.stringContaining('only a weak ETag')])
    expect(sent).toEqual(new Set([undefined]))
  })
})

describe('what a store says is printed without control characters', () => {
  const evil = 'a&#27;[31m&#155;b\u009b32m\u202egnp&#13;&#10;c'

  test('names in a list, as text and as JSON', async () => {
    const body = `<Contents><Key>${evil}.blp</Key><Size>9</Size></Contents>`
    const url = await webServer((req, res) => {
      if (req.url?.includes('list-type') === true) res.end(xml('ListBucketResult', body))
      else res.writeHead(404).end()
    })
    for (const flags of [[], ['--debug'], ['--json'], ['-v']]) {
      const { code, out, err } = await run(url, ['ls', ...flags, 's3://bucket/'])
      expect(code).toBe(1)
      expect(out.toString() + err).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u)
      if (flags[0] === '--json')
        expect(JSON.parse(out.toString())[0].file).toMatch(/^s3:\/\/bucket\/a.*\.blp$/s)
    }
  })

  test('messages of errors', async () => {
    const url = await webServer((_, res) =>
      res.writeHead(400).end(xml('Error', `<Code>Bad${evil}</Code><Message>${evil.repeat(500)}</Message>`)),
    )
    for (const args of [
      ['info', 's3://bucket/x'],
      ['ls', 's3://bucket/'],
      ['clean', 's3://bucket'],
    ]) {
      for (const flags of [[], ['--debug'], ['--json']]) {
        const { code, out, err } = await run(url, [...flags, ...args])
        expect(code).toBe(1)
        expect(out.toString() + err).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u)
        if (flags.length === 0) expect(err.length).toBeLessThan(1200)
      }
    }
  })
})
