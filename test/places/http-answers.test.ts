import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openSource } from '../../dist/index.js'
import { blpk, filesIn, noise, tempDir } from '../cli/run.js'
import { askedRange, type Draft, draft, send, webServer } from '../support/web-server.js'

const KIB = 1024
const DATA = noise(500_000)
const ETAG = { etag: '"a"' }
const PAGE = Buffer.from('<html>not found here</html>')

async function readAll(address: string, settings: object = {}): Promise<Buffer> {
  const source = await openSource(address, { retries: 1, timeout: 5000, ...settings })
  try {
    const pieces: Buffer[] = []
    for (let at = 0; ; ) {
      const piece = Buffer.alloc(100_000)
      const n = await source.read(at, piece)
      if (n === 0) return Buffer.concat(pieces)
      pieces.push(piece.subarray(0, n))
      at += n
    }
  } finally {
    await source.close()
  }
}

const codeOf = (address: string, settings: object = {}): Promise<string> =>
  readAll(address, settings).then(
    () => 'done',
    (error) => error.code,
  )

/** Tells the first bytes only, without the size, so that all of it must be asked for. */
function sizeless(req: IncomingMessage, res: ServerResponse): boolean {
  if (askedRange(req, DATA.length) === undefined) return false
  res.writeHead(206, { 'content-range': 'bytes 0-99/*' }).end(DATA.subarray(0, 100))
  return true
}

describe('all of it, after an answer without a size or 416, is checked like any other answer', () => {
  const wholes: Record<string, [(res: ServerResponse) => void, code: string]> = {
    404: [(res) => res.writeHead(404).end(PAGE), 'NOT_FOUND'],
    403: [(res) => res.writeHead(403).end(PAGE), 'DENIED'],
    503: [(res) => res.writeHead(503).end(PAGE), 'NETWORK'],
    500: [(res) => res.writeHead(500).end(PAGE), 'NETWORK'],
    204: [(res) => res.writeHead(204).end(), 'IO'],
    'a part without a request for one': [
      (res) => res.writeHead(206, { 'content-range': 'bytes 0-99/500000' }).end(DATA.subarray(0, 100)),
      'IO',
    ],
    'a part without a size': [
      (res) => res.writeHead(206, { 'content-range': 'bytes 0-99/*' }).end(DATA.subarray(0, 100)),
      'IO',
    ],
    'packed on the way': [
      (res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(DATA)),
      'UNSUPPORTED',
    ],
    'all of it': [(res) => res.writeHead(200).end(DATA), 'done'],
  }
  for (const [what, [answer, code]] of Object.entries(wholes)) {
    test(`without a size, then ${what}`, async () => {
      const url = await webServer((req, res) => sizeless(req, res) || answer(res))
      expect(await codeOf(url)).toBe(code)
    })
    test(`416, then ${what}`, async () => {
      const url = await webServer((req, res) =>
        req.headers.range === undefined ? answer(res) : res.writeHead(416).end(),
      )
      expect(await codeOf(url)).toBe(code)
    })
  }

  test('compress makes no archive of an error page', async () => {
    const url = await webServer((req, res) => sizeless(req, res) || res.writeHead(404).end(PAGE))
    const directory = tempDir()
    const { code, err } = await blpk(['c', `${url}/raw`, join(directory, 'p.blp')])
    expect([code, err]).toEqual([1, expect.stringContaining('returned HTTP 404: no such file')])
    expect(filesIn(directory)).toEqual([])
  })
})

describe('every later answer is checked like the first', () => {
  const changed = (headers: Record<string, string>) => (d: Draft) => Object.assign(d.headers, headers)
  const ranged = (start: number, stop: number, size: number) =>
    changed({ 'content-range': `bytes ${start}-${stop - 1}/${size}` })
  const faults: Record<string, [(d: Draft, start: number) => unknown, code: string]> = {
    'all of it, of another size': [
      (d) => Object.assign(d, { status: 200, body: DATA.subarray(7), headers: { ...ETAG } }),
      'CHANGED',
    ],
    'all of it, of the same size': [
      (d) =>
        Object.assign(d, { status: 200, body: DATA, headers: { ...ETAG, 'content-length': DATA.length } }),
      'IO',
    ],
    'an error page': [(d) => Object.assign(d, { status: 404, headers: {}, body: PAGE }), 'NOT_FOUND'],
    'a page to sign in': [
      (d) => Object.assign(d, { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE }),
      'CHANGED',
    ],
    416: [(d) => Object.assign(d, { status: 416, headers: {}, body: PAGE }), 'CHANGED'],
    412: [(d) => Object.assign(d, { status: 412, headers: {}, body: PAGE }), 'CHANGED'],
    'another start': [(d, start) => ranged(start + 5, start + 5 + d.body.length, 600_000)(d), 'IO'],
    'another end': [
      (d, start) => {
        d.body = Buffer.concat([d.body, DATA.subarray(0, 9)])
        d.headers['content-length'] = d.body.length
        ranged(start, start + d.body.length, DATA.length + 9)(d)
      },
      'IO',
    ],
    'another size': [(d, start) => ranged(start, start + d.body.length, DATA.length + 7)(d), 'CHANGED'],
    'no size': [changed({ 'content-range': 'bytes 0-9/*' }), 'IO'],
    'no range': [(d) => delete d.headers['content-range'], 'IO'],
    'another ETag': [changed({ etag: '"b"' }), 'CHANGED'],
    'no ETag': [(d) => delete d.headers.etag, 'CHANGED'],
    'packed on the way': [changed({ 'content-encoding': 'gzip' }), 'UNSUPPORTED'],
    'several parts': [changed({ 'content-type': 'multipart/byteranges; boundary=x' }), 'IO'],
    'a longer body': [
      (d) => {
        delete d.headers['content-length']
        d.body = Buffer.concat([d.body, PAGE])
      },
      'IO',
    ],
    'a length beyond the range': [
      (d) => {
        d.body = Buffer.concat([d.body, PAGE])
        d.headers['content-length'] = d.body.length
      },
      'IO',
    ],
    'nothing wrong': [() => {}, 'done'],
  }
  for (const [what, [spoil, code]] of Object.entries(faults)) {
    test(`${what}: ${code}`, async () => {
      const url = await webServer((req, res) => {
        const answer = draft(req, DATA, ETAG)
        const [start] = askedRange(req, DATA.length) ?? [0]
        if (start > 0) spoil(answer, start)
        send(res, answer)
      })
      expect(await codeOf(url)).toBe(code)
    })

    test(`${what}, after an answer that was cut off: ${code}`, async () => {
      let cuts = 0
      const url = await webServer((req, res) => {
        const answer = draft(req, DATA, ETAG)
        const [start] = askedRange(req, DATA.length) ?? [0]
        if (start > 0 && cuts++ === 0) {
          res.writeHead(answer.status, answer.headers)
          res.write(answer.body.subarray(0, 70 * KIB), () => setTimeout(() => res.destroy(), 20))
          return
        }
        if (start > 0) spoil(answer, start)
        send(res, answer)
      })
      expect(await codeOf(url)).toBe(code)
    })
  }
})

describe('bounds', () => {
  test('an answer that brings a few bytes each time, and so starts over for ever, is given up', async () => {
    const givenUp = async (isHonest: boolean): Promise<void> => {
      let requests = 0
      const url = await webServer((req, res) => {
        const [start, stop] = askedRange(req, DATA.length) ?? [0, 0]
        requests++
        if (start === 0) return send(res, draft(req, DATA, ETAG))
        const last = isHonest ? start + 9 : stop - 1
        const range = `bytes ${start}-${last}/${DATA.length}`
        res.writeHead(206, { ...ETAG, 'content-range': range }).end(DATA.subarray(start, start + 10))
      })
      await expect(readAll(url, { retries: 5 })).rejects.toThrow(
        /ended too early \(the response broke off 20 times/,
      )
      expect(requests).toBeLessThan(30)
    }
    await Promise.all([givenUp(true), givenUp(false)])
  })

  test('an answer that breaks off now and then, after real progress, is taken up without a limit', async () => {
    const large = noise(2_000_000)
    let cuts = 0
    const url = await webServer((req, res) => {
      const answer = draft(req, large, ETAG)
      if (answer.body.length > 66_000) {
        cuts++
        answer.body = answer.body.subarray(0, 66_000)
        answer.headers['content-length'] = 66_000
      }
      send(res, answer)
    })
    expect((await readAll(url)).equals(large)).toBe(true)
    expect(cuts).toBeGreaterThan(25)
  })

  test('bytes without end behind a range are not read', async () => {
    const url = await webServer((req, res) => {
      const answer = draft(req, DATA, ETAG)
      delete answer.headers['content-length']
      res.writeHead(answer.status, answer.headers).write(answer.body)
      const timer = setInterval(() => res.write(Buffer.alloc(65_536)), 5)
      res.on('close', () => clearInterval(timer))
    })
    await expect(readAll(url)).rejects.toThrow('sent more bytes than announced')
  })
})

describe('versions', () => {
  const NOW = 'Fri, 27 Nov 2026 12:00:00 GMT'
  const young = { 'last-modified': 'Fri, 27 Nov 2026 11:59:01 GMT' }
  const settled = { 'last-modified': 'Fri, 27 Nov 2026 11:59:00 GMT' }

  async function conditions(first: Record<string, string>, later = first): Promise<[string, Set<unknown>]> {
    const sent = new Set<unknown>()
    const url = await webServer((req, res) => {
      res.sendDate = false
      const [start] = askedRange(req, DATA.length) ?? [0]
      if (start > 0) sent.add(req.headers['if-range'])
      expect(req.headers['if-match']).toBe(undefined)
      send(res, draft(req, DATA, start > 0 ? later : first))
    })
    return [await codeOf(url), sent]
  }

  test('only what proves that bytes are the same goes into If-Range', async () => {
    const cases: [Record<string, string>, string | undefined][] = [
      [{ etag: '"a"', date: NOW }, '"a"'],
      [{ etag: '"a"', date: NOW, ...young }, '"a"'],
      [{ etag: 'W/"a"', date: NOW }, undefined],
      [{ etag: 'w/"a"', date: NOW }, undefined],
      [{ etag: 'a', date: NOW }, undefined],
      [{ etag: 'W/"a"', date: NOW, ...young }, undefined],
      [{ etag: 'W/"a"', date: NOW, ...settled }, settled['last-modified']],
      [{ date: NOW, ...young }, undefined],
      [{ date: NOW, ...settled }, settled['last-modified']],
      [{ ...settled }, undefined],
      [{ date: NOW, 'last-modified': 'yesterday' }, undefined],
      [{ date: NOW }, undefined],
    ]
    for (const [headers, condition] of cases)
      expect([headers, ...(await conditions(headers))]).toEqual([headers, 'done', new Set([condition])])
  })

  test('a change is noticed where the validators are weak, too', async () => {
    const changes: [Record<string, string>, Record<string, string>][] = [
      [{ etag: 'W/"a"' }, { etag: 'W/"b"' }],
      [{ etag: '"a"' }, { etag: 'W/"a"' }],
      [young, settled],
      [
        { etag: 'W/"a"', ...young },
        { etag: 'W/"a"', ...settled },
      ],
      [young, {}],
    ]
    for (const [first, later] of changes)
      expect((await conditions({ date: NOW, ...first }, { date: NOW, ...later }))[0]).toBe('CHANGED')
  })
})
