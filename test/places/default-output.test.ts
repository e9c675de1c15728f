import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compress } from '../../dist/index.js'
import { blpk, filesIn, noise, npy, type Outcome, put, ramp, tempDir } from '../cli/run.js'
import { draft, send, webServer } from '../support/web-server.js'

const PLAIN = noise(100_000)
const ARCHIVE = await compress(PLAIN)
const NPY = npy('<f8', [10, 2], ramp(160))
const ARRAY = await compress(new Float64Array(20))

/** Serves some bytes under every name, as a web server and as a store. */
async function serving(bytes: Uint8Array, directory: string) {
  const url = await webServer((req, res) => send(res, draft(req, bytes, { etag: '"a"' })))
  const env = {
    AWS_ACCESS_KEY_ID: 'blpk-test-access',
    AWS_SECRET_ACCESS_KEY: 'blpk-test-secret-7f3a',
    AWS_ENDPOINT_URL_S3: url,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  }
  const run = (args: readonly string[]): Promise<Outcome> => blpk(args, { env, cwd: directory })
  return { url, run }
}

test('decompress of an object or address writes into the current folder', async () => {
  for (const scheme of ['http', 's3']) {
    const directory = tempDir()
    const { url, run } = await serving(ARCHIVE, directory)
    const place = scheme === 's3' ? 's3://bucket/run-7' : `${url}/dir`
    const name = scheme === 's3' ? 'a b.bin' : 'a%20b.bin'
    const query = scheme === 's3' ? '' : '?sig=/c/d.blp#part'
    const { code, err } = await run(['d', `${place}/${name}.blp${query}`])
    expect([code, err]).toEqual([0, ''])
    expect(filesIn(directory)).toEqual(['a b.bin'])
    expect(readFileSync(join(directory, 'a b.bin')).equals(PLAIN)).toBe(true)
    const again = await run(['d', `${place}/${name}.blp${query}`])
    expect([again.code, again.err]).toEqual([1, expect.stringContaining("'a b.bin' exists")])
  }
})

test('an array comes out as a .npy there, too', async () => {
  const directory = tempDir()
  const { url, run } = await serving(ARRAY, directory)
  expect((await run(['d', `${url}/x.npy.blp`])).err).toBe('')
  expect((await run(['d', '-q', '--salvage', 's3://bucket/y.npy.blp'])).err).toBe('')
  expect(filesIn(directory)).toEqual(['x.npy', 'y.npy'])
})

test('compress of an object or address writes into the current folder', async () => {
  const directory = tempDir()
  const { url, run } = await serving(NPY, directory)
  expect((await run(['c', `${url}/dir/x.npy`])).err).toBe('')
  expect((await run(['c', '--format', 'b2nd', 's3://bucket/dir/y.npy'])).err).toBe('')
  expect(filesIn(directory)).toEqual(['x.npy.blp', 'y.npy.b2nd'])
})

test('where an address does not end with a name for a file, an output must be named', async () => {
  const directory = tempDir()
  const { url, run } = await serving(ARCHIVE, directory)
  for (const address of ['', '/', '/dir/', '/..%2f..%2fx', '/a%5cb', '/a%1b[31m', '/%2e%2e%2f']) {
    const { code, err } = await run(['c', `${url}${address}`])
    expect([address, code, err]).toEqual([address, 2, expect.stringContaining('name an output file')])
    expect(err).not.toMatch(/[^\P{Cc}\n]/u)
  }
  for (const address of [`${url}/..%2fx.blp`, `${url}/.blp`, 's3://bucket/a\\b.blp', `${url}/x.bin`]) {
    const { code, err } = await run(['d', '-e', address])
    expect([address, code, err]).toEqual([address, 2, expect.stringContaining('name an output file')])
  }
  expect(filesIn(directory)).toEqual([])
})

test('a named output in a bucket is written there', async () => {
  const puts: string[] = []
  const directory = tempDir()
  const url = await webServer((req, res) => {
    req.resume()
    if (req.method === 'PUT') puts.push(req.url ?? '')
    if (req.method === 'PUT') res.writeHead(200, { etag: '"a"' }).end()
    else res.writeHead(404).end()
  })
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL_S3: url }
  const { code, err } = await blpk(['c', put(directory, 'x', PLAIN), 's3://bucket/x.blp'], { env })
  expect([code, err]).toEqual([0, ''])
  expect(puts[0]).toContain('/bucket/x.blp')
})
