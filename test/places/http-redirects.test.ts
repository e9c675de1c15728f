import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { compress, openSource } from '../../dist/index.js'
import { blpk, noise, tempDir } from '../cli/run.js'
import { draft, send, webServer } from '../support/web-server.js'

const ARCHIVE = await compress(noise(200_000), { typesize: 1 })

test('a circle of redirects ends, and is not tried again', async () => {
  let requests = 0
  const url = await webServer((req, res) => {
    requests++
    res.writeHead(302, { location: `${req.url}x` }).end()
  })
  await expect(openSource(`${url}/a`)).rejects.toThrow('redirects more than 10 times')
  expect(requests).toBeLessThan(15)
})

test('what must not be followed is not', async () => {
  for (const [location, why] of [
    ['file:///etc/passwd', 'only http and https are followed'],
    ['data:text/plain,x', 'only http and https are followed'],
    ['http://user:pass@localhost/x', 'a URL with credentials is not followed'],
    ['http://[', 'which is not a valid URL'],
  ] as const) {
    const url = await webServer((_, res) => res.writeHead(301, { location }).end())
    await expect(openSource(url)).rejects.toThrow(why)
  }
})

test('a login goes to its own server alone, on every request', async () => {
  const logins: (string | undefined)[] = []
  const other = await webServer((req, res) => {
    logins.push(req.headers.authorization)
    send(res, draft(req, ARCHIVE, { etag: '"a"' }))
  })
  const first: (string | undefined)[] = []
  const url = await webServer((req, res) => {
    first.push(req.headers.authorization)
    if (req.url === '/a') res.writeHead(307, { location: '/b' }).end()
    else res.writeHead(302, { location: `${other}/x.blp` }).end()
  })
  const { code, err } = await blpk(['d', `${url.replace('//', '//me:secret@')}/a`, '-e', '-'])
  expect([code, err]).toEqual([0, ''])
  expect(new Set(first).size).toBe(1)
  expect(first[0]).toMatch(/^Basic /)
  expect(logins.length).toBeGreaterThan(1)
  expect(new Set(logins)).toEqual(new Set([undefined]))
})

const openssl = spawnSync('openssl', ['version']).status === 0

test.skipIf(!openssl)(
  'from https to http is not followed, from http to https is (needs openssl)',
  async () => {
    const directory = tempDir()
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
    expect(spawnSync('openssl', [...made, ...subject]).status).toBe(0)
    const plain = await webServer((req, res) => send(res, draft(req, ARCHIVE, { etag: '"a"' })))
    const secure = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (req, res) => {
      if (req.url === '/down') res.writeHead(302, { location: `${plain}/x.blp` }).end()
      else send(res, draft(req, ARCHIVE, { etag: '"a"' }))
    })
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      secure.close()
      secure.closeAllConnections()
    })
    const address = `https://127.0.0.1:${(secure.address() as AddressInfo).port}`
    const up = await webServer((_, res) => res.writeHead(302, { location: `${address}/x.blp` }).end())
    const env = { NODE_EXTRA_CA_CERTS: cert }
    const down = await blpk(['verify', `${address}/down`], { env })
    expect([down.code, down.err]).toEqual([1, expect.stringContaining('from https to http is not followed')])
    const upwards = await blpk(['verify', `${up}/x.blp`], { env })
    expect([upwards.code, upwards.err]).toEqual([0, ''])
  },
)

test('what a server says is printed without control characters, under --debug too', async () => {
  const url = await webServer((req, res) => {
    const evil = 'http://[\x9b31mred\x9d0;pwn\x07'
    res.socket?.end(
      `HTTP/1.1 302 \x1b[31mFound\r\nLocation: ${req.url === '/1' ? evil : 'ftp://x/\x1b[31m\xe2\x80\xaegnp'}\r\n\r\n`,
    )
  })
  for (const path of ['/1', '/2']) {
    for (const flags of [[], ['--debug'], ['-v']]) {
      const { code, out, err } = await blpk(['info', ...flags, '--retries', '0', url + path])
      expect(code).toBe(1)
      expect(out.toString() + err).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e]/u)
      if (flags.length === 0) expect(err).toMatch(/^blpk: error: [^\n]+\n$/)
    }
  }
})
