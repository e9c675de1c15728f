import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { compress } from '../../dist/index.js'
import { blpk, filesIn, noise, npy, ramp, tempDir } from '../cli/run.js'
import { sized } from '../support/long.js'
import { peersRequired } from '../support/peer.js'
import { Relay } from '../support/proxy.js'
import { freePort, listening } from '../support/s3-server.js'
import { scratchDirectory } from '../support/scratch.js'
import { warmBlpk } from '../support/warm.js'
import { webServer } from '../support/web-server.js'

const MIB = 2 ** 20
const root = scratchDirectory()
const DATA = noise(12 * MIB)
mkdirSync(join(root, 'tmp'))
writeFileSync(join(root, 'data.blp'), await compress(DATA, { level: 0, typesize: 1 }))
writeFileSync(join(root, 'empty.blp'), '')

function config(port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(root, 'tmp')};`,
  )
  return `daemon off; master_process off; pid ${join(root, 'tmp', 'pid')}; error_log stderr;
events {} http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; root ${root};
location /moved/ { rewrite ^/moved/(.*)$ /$1 redirect; } location /norange/ { alias ${root}/; max_ranges 0; } } }`
}

async function startNginx(): Promise<{ child: ChildProcess; relay: Relay } | undefined> {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined
  const port = await freePort()
  const path = join(root, 'tmp', 'nginx.conf')
  writeFileSync(path, config(port))
  const child = spawn('nginx', ['-c', path, '-p', root], { stdio: 'ignore' })
  await listening(port)
  return { child, relay: await new Relay(port).start() }
}

const nginx = await startNginx()
afterAll(() => {
  nginx?.relay.stop()
  nginx?.child.kill()
})

test('nginx is there to test against', () => {
  if (peersRequired()) expect(nginx, 'nginx is missing (apt-get install nginx-light)').toBeDefined()
  else if (nginx === undefined) console.warn('not checked, for want of nginx: ranges over HTTP')
})

describe.skipIf(nginx === undefined)('nginx', () => {
  if (nginx === undefined) return
  const { relay } = nginx
  const received = (): number => relay.requests('GET').reduce((sum, { received }) => sum + received, 0)
  beforeEach(() => relay.reset())

  test('info takes one request, a slice the chunks it touches', async () => {
    const info = await blpk(['info', `${relay.url}/data.blp`])
    expect([info.code, info.err]).toEqual([0, ''])
    expect(relay.requests('GET').length).toBe(1)
    relay.reset()
    const { out, err } = await blpk(['d', '--bytes', '7000000:9000000', `${relay.url}/data.blp`, '-'])
    expect(err).toBe('')
    expect(out.equals(DATA.subarray(7_000_000, 9_000_000))).toBe(true)
    expect(received()).toBeLessThanOrEqual(4 * MIB)
    expect(relay.requests('GET')[1]?.headers['if-range']).toMatch(/^"/)
  })

  test('whole, verified, and behind a redirect', async () => {
    for (const path of ['data.blp', 'moved/data.blp']) {
      const { code, out, err } = await warmBlpk(['d', `${relay.url}/${path}`, '-'])
      expect([code, err]).toEqual([0, ''])
      expect(out.equals(DATA)).toBe(true)
    }
    const { out } = await warmBlpk(['verify', '--deep', `${relay.url}/data.blp`])
    expect(out.toString()).toContain(': ok (12 chunks')
  })

  test('a server without ranges: all of it as a stream, no parts', async () => {
    const url = `${relay.url}/norange/data.blp`
    const { code, out } = await warmBlpk(['d', url, '-'])
    expect(code).toBe(0)
    expect(out.equals(DATA)).toBe(true)
    const part = await warmBlpk(['d', '--bytes', '0:10', url, '-'])
    expect([part.code, part.err]).toEqual([4, expect.stringContaining('does not support range requests')])
    expect((await warmBlpk(['info', url])).code).toBe(0)
  })

  test('dropped connections, truncated bodies, 500 and 503: taken up again', async () => {
    for (const [n, kind] of (['cut', 'shorten'] as const).entries()) {
      relay.reset()
      let count = 0
      relay.mischief = () => (count++ % 2 === 1 ? { kind, after: 100_000 + n } : undefined)
      const { code, out, err } = await warmBlpk(['d', `${relay.url}/data.blp`, '-'])
      expect([code, err]).toEqual([0, ''])
      expect(out.equals(DATA)).toBe(true)
    }
    for (const statuses of sized(
      [[500, 503, 500]],
      [
        [500, 500, 500],
        [503, 503, 503],
      ],
    )) {
      relay.mischief = () => {
        const status = statuses.shift()
        return status === undefined ? undefined : { kind: 'answer', status }
      }
      const { code, out } = await warmBlpk(['d', `${relay.url}/data.blp`, '-'])
      expect(code).toBe(0)
      expect(out.equals(DATA)).toBe(true)
      expect(statuses).toEqual([])
    }
    relay.mischief = () => ({ kind: 'drop' })
    const { code, err } = await warmBlpk(['info', '--retries', '1', `${relay.url}/data.blp`])
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/^blpk: error: cannot read 'http:.*tried 2 times.*\n$/),
    ])
  })

  test('a change while it is read is an error and no mixture', async () => {
    writeFileSync(join(root, 'changes.blp'), await compress(DATA, { level: 0, typesize: 1 }))
    relay.mischief = async () => {
      if (relay.seen.length === 2)
        writeFileSync(join(root, 'changes.blp'), await compress(DATA.subarray(1), { level: 0, typesize: 1 }))
      return undefined
    }
    const directory = tempDir()
    const { code, err } = await warmBlpk(['d', `${relay.url}/changes.blp`, join(directory, 'out')])
    expect([code, err]).toEqual([1, expect.stringContaining('was changed on the server while it was read')])
    expect(filesIn(directory)).toEqual([])
  })

  test('what is not there, what is empty, and outputs', async () => {
    expect((await warmBlpk(['info', `${relay.url}/none.blp`])).err).toContain(
      'returned HTTP 404: no such file',
    )
    expect((await warmBlpk(['info', `${relay.url}/empty.blp`])).code).toBe(3)
    const { code, err } = await warmBlpk(['c', '-', `${relay.url}/out.blp`], { input: 'x' })
    expect([code, err]).toEqual([2, expect.stringContaining('web servers can only be read')])
  })

  test('the library opens addresses too', async () => {
    const archive = await openArchive(`${relay.url}/data.blp`)
    expect(archive.nbytes).toBe(DATA.length)
    await archive.close()
  })
})

describe('servers that misbehave', () => {
  const refused = async (handler: RequestListener, args: string[] = []): Promise<string> => {
    const url = await webServer(handler)
    const { code, err } = await warmBlpk(['info', '--retries', '0', ...args, `${url}/x.blp`])
    expect(code).toBeGreaterThan(0)
    expect(err).toMatch(/^blpk: error: [^\n]*\n$/)
    return err
  }

  test('ranges that were not asked for, and sizes that cannot be', async () => {
    for (const range of ['bytes 5-20/100', 'bytes 0-99999999/100000000']) {
      expect(
        await refused((_, res) => res.writeHead(206, { 'content-range': range }).end('x'.repeat(16))),
      ).toContain('a different range')
    }
    for (const range of ['bytes 0-0/*', 'bytes 9-5/3', 'nonsense', 'bytes 0-5/99999999999999999999'])
      await refused((_, res) => res.writeHead(206, { 'content-range': range }).end('x'))
  })

  test('compressed on the way is refused, and identity is asked for', async () => {
    let asked: unknown
    const err = await refused((req, res) => {
      asked = req.headers['accept-encoding']
      res.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
    })
    expect(asked).toBe('identity')
    expect(err).toContain('Content-Encoding: gzip')
  })

  test('a server that says nothing is given up', async () => {
    expect(await refused(() => {}, ['--timeout', '1'])).toContain('did not respond for 1 s')
  })

  test('a server that stops in the middle is given up', async () => {
    const handler: RequestListener = (_, res) => {
      res.writeHead(206, { 'content-range': 'bytes 0-99/100', 'content-length': 100 })
      res.write('x')
    }
    expect(await refused(handler, ['--timeout', '1'])).toContain('did not respond for 1 s')
  })

  test('a truncated stream is noticed', async () => {
    const whole = await compress(noise(3 * MIB))
    const url = await webServer((_, res) => {
      res.writeHead(200, { 'content-length': whole.length })
      res.write(whole.subarray(0, MIB), () => res.destroy())
    })
    const directory = tempDir()
    const { code } = await warmBlpk(['d', `${url}/x.blp`, join(directory, 'x')])
    expect(code).toBeGreaterThan(0)
    expect(filesIn(directory)).toEqual([])
  })

  test('user, password and signature of an address are shown nowhere', async () => {
    let login: string | undefined
    const url = await webServer((req, res) => {
      login = req.headers.authorization
      res.writeHead(403).end()
    })
    const secret = url.replace('http://', 'http://user:pass-7c2e@')
    const address = `${secret}/x.blp?X-Amz-Signature=sig-4d1f`
    for (const command of ['info', 'verify', 'd']) {
      const { out, err } = await warmBlpk([command, '-v', '--debug', address])
      expect(out + err).not.toMatch(/pass-7c2e|sig-4d1f/)
      expect(out + err).toContain('127.0.0.1')
    }
    await warmBlpk(['info', address])
    expect(login).toBe(`Basic ${Buffer.from('user:pass-7c2e').toString('base64')}`)
  })

  test('a .npy on a web server is packed as an array', async () => {
    const array = npy('<f8', [10, 2], ramp(160))
    const url = await webServer((_, res) => res.writeHead(200).end(array))
    const directory = tempDir()
    expect((await warmBlpk(['c', `${url}/a.npy`, join(directory, 'a.blp')])).err).toBe('')
    const { out } = await warmBlpk(['d', join(directory, 'a.blp'), '-'])
    expect(out.subarray(128).equals(array.subarray(array.length - 160))).toBe(true)
  })
})
