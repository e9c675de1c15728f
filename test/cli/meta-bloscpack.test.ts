import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPeer } from '../support/peer.js'
import { blpk, filesIn, noise, npy, put, ramp, tempDir } from './run.js'

const peer = await startPeer('metadata of archives that were changed')
const data = ramp(8000)

async function run(cwd: string, ...args: string[]): Promise<{ code: number | null; text: string }> {
  const { code, out, err } = await blpk(args, { cwd })
  return { code, text: `${out}${err}` }
}

/** An array with metadata of its own, and what came before of appends. */
async function archive(): Promise<string> {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [50, 40], data))
  put(cwd, 'm.json', '{"source": "probe", "run": 7}')
  await run(cwd, 'c', '-m', 'm.json', 'a.npy')
  return cwd
}

test('members are shown, set and removed where they stand, and the array stays', async () => {
  const cwd = await archive()
  const size = readFileSync(join(cwd, 'a.npy.blp')).length
  expect(await run(cwd, 'meta', 'get', 'a.npy.blp', 'source')).toEqual({ code: 0, text: 'probe\n' })
  expect(await run(cwd, 'meta', 'set', 'a.npy.blp', 'run', '{"n": [8, 1e400]}')).toEqual({
    code: 0,
    text: '',
  })
  expect(await run(cwd, 'meta', 'set', 'a.npy.blp', 'note', 'some words')).toEqual({ code: 0, text: '' })
  expect(await run(cwd, 'meta', 'rm', 'a.npy.blp', 'source')).toEqual({ code: 0, text: '' })
  const all = await run(cwd, 'meta', 'get', 'a.npy.blp')
  expect(all.text).toContain('"run":{"n":[8,1e400]},"note":"some words"}')
  expect(all.text).toContain('"container":"numpy"')
  expect(all.text).not.toContain('source')
  expect(readFileSync(join(cwd, 'a.npy.blp'))).toHaveLength(size)
  expect(await run(cwd, 'verify', '--against', 'a.npy', 'a.npy.blp')).toMatchObject({ code: 0 })
  expect(filesIn(cwd)).toEqual(['a.npy', 'a.npy.blp', 'm.json'])
})

test.skipIf(peer === undefined)('Python still gets the array', async () => {
  const cwd = await archive()
  await run(cwd, 'meta', 'set', 'a.npy.blp', 'note', 'x')
  const seen = await peer?.call('unpack_ndarray', { input: join(cwd, 'a.npy.blp') })
  expect(seen).toMatchObject({ shape: [50, 40], dtype: "'<f4'" })
})

test('ids of appends stay, and neither they nor what describes the array can be changed', async () => {
  const cwd = await archive()
  await run(cwd, 'append', '--append-id', 'one', 'a.npy.blp', 'a.npy')
  await run(cwd, 'meta', 'set', 'a.npy.blp', 'note', 'x')
  expect((await run(cwd, 'meta', 'get', 'a.npy.blp', 'blpk')).text).toBe('{"appends":["one"]}\n')
  expect((await run(cwd, 'append', '-v', '--append-id', 'one', 'a.npy.blp', 'a.npy')).text).toContain(
    'nothing was done',
  )
  for (const args of [
    ['set', 'a.npy.blp', 'blpk', '1'],
    ['rm', 'a.npy.blp', 'blpk'],
    ['set', 'a.npy.blp', 'shape', '[1]'],
    ['rm', 'a.npy.blp', 'dtype'],
    ['rm', 'a.npy.blp', 'nothing'],
    ['get', 'a.npy.blp', 'nothing'],
    ['get', '--raw', 'a.npy.blp'],
  ])
    expect(await run(cwd, 'meta', ...args)).toMatchObject({ code: 2 })
})

test('what does not fit is refused, and with --grow the archive is rewritten', async () => {
  const cwd = tempDir()
  put(cwd, 'a', data)
  await run(cwd, 'c', '-k', 'sha256', 'a')
  const before = readFileSync(join(cwd, 'a.blp'))
  const none = await run(cwd, 'meta', 'set', 'a.blp', 'note', 'x')
  expect(none).toMatchObject({ code: 5, text: expect.stringContaining('--grow') })
  expect(readFileSync(join(cwd, 'a.blp')).equals(before)).toBe(true)
  expect(await run(cwd, 'meta', 'set', '--grow', 'a.blp', 'note', 'x')).toEqual({ code: 0, text: '' })
  const long = noise(6000).toString('base64')
  put(cwd, 'long', long)
  expect(await run(cwd, 'meta', 'set', 'a.blp', 'long', '@long')).toMatchObject({ code: 5 })
  expect((await run(cwd, 'meta', 'get', 'a.blp')).text).toBe('{"note":"x"}\n')
  expect(await run(cwd, 'meta', 'set', '--grow', 'a.blp', 'long', '@long')).toMatchObject({ code: 0 })
  expect((await run(cwd, 'meta', 'get', 'a.blp', 'long')).text).toBe(`${long}\n`)
  expect(await run(cwd, 'verify', '--against', 'a', 'a.blp')).toMatchObject({ code: 0 })
})

test('changes at the same time are all kept', async () => {
  const cwd = await archive()
  const names = ['p', 'q', 'r', 's', 't']
  const codes = await Promise.all(names.map((name) => run(cwd, 'meta', 'set', 'a.npy.blp', name, '1')))
  expect(codes.map(({ code }) => code)).toEqual(names.map(() => 0))
  const all = JSON.parse((await run(cwd, 'meta', 'get', 'a.npy.blp')).text)
  expect(all).toMatchObject({ p: 1, q: 1, r: 1, s: 1, t: 1, source: 'probe' })
})
