// What a container may be besides one that is written as a whole: only read, known by a signature behind other bytes, of several
// extensions, with names inside. The toy in toys/box-container.mjs is all of it.

import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  BlpkError,
  compress,
  convert,
  decompress,
  info,
  open,
  registerContainer,
  registerPlace,
  verify,
} from '../../dist/index.js'
import { list } from '../../dist/verbs/list.js'
import { blpk, put, ramp, tempDir } from '../cli/run.js'
import { pluginsOnce, warmBlpk } from '../support/warm.js'
import { boxContainer, makeBox } from './toys/box-container.mjs'
import { MemoryStore } from './toys/memory-store.js'

registerContainer(boxContainer(BlpkError))
const store = new MemoryStore()
registerPlace({ schemes: ['mem'], store: () => store })

const PLUGIN = ['--plugin', join(import.meta.dirname, 'toys', 'box-container.mjs')]
const nails = ramp(4000)
const screws = ramp(9000).subarray(5000)
const tools = makeBox([
  ['/iron/nails', 4, nails],
  ['/iron/screws', 4, screws],
  ['/wood', 1, nails.subarray(0, 9)],
])

const plugin = pluginsOnce(PLUGIN)

async function run(cwd: string, ...args: string[]) {
  const { code, out, err } = await warmBlpk([...args, ...plugin()], { cwd })
  return { code, out: out.toString(), err }
}

function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: BlpkError) => error.code,
  )
}

test('help offers it to read, and not to write; without its plug-in it does not', async () => {
  const cwd = tempDir()
  const { out } = await run(cwd, '--help')
  expect(out.replace(/\s+/g, ' ')).toContain('It also reads a box of things (.box, .crate).')
  expect((await blpk(['--help'], { cwd })).out.toString()).not.toContain('box')
  const compressing = (await run(cwd, 'compress', '--help')).out
  expect(compressing).toContain('b2nd')
  expect(compressing).not.toContain('box')
  expect((await run(cwd, 'decompress', '--help')).out).toMatch(/\.h5\s+or\s+\.box/)
  const listing = (await run(cwd, 'ls', '--help')).out.replace(/\s+/g, ' ')
  expect(listing).toContain('s3://bucket/prefix, or a .h5 or .box file, for what is inside')
})

test('an output is never of that kind, nor in the place of such a file', async () => {
  const cwd = tempDir()
  put(cwd, 'in', nails)
  put(cwd, 'a.box', tools)
  put(cwd, 'unnamed', makeBox([['/a', 1, nails]], 2048))
  const format = await run(cwd, 'c', '--format', 'box', 'in', 'out')
  expect(format).toMatchObject({
    code: 2,
    err: expect.stringMatching(/box of things is only read, .*--format takes blp, b2frame, b2nd, h5\n$/),
  })
  const byName = await run(cwd, 'c', 'in', 'new.crate')
  expect(byName).toMatchObject({
    code: 2,
    err: expect.stringContaining("'new.crate' is named like a box of things"),
  })
  for (const name of ['a.box', 'unnamed']) {
    const before = readFileSync(join(cwd, name))
    for (const args of [
      ['c', '-f', '--format', 'blp', 'in', name],
      ['c', '-f', '--format', 'b2nd', '--sparse', 'in', name],
      ['convert', '-f', '--format', 'b2frame', 'a.box::/wood', name],
      ['d', '-f', 'a.box::/wood', name],
    ]) {
      const { code, err } = await run(cwd, ...args)
      expect([args, code, err]).toEqual([
        args,
        1,
        expect.stringMatching(/never replaces it|input and output are/),
      ])
    }
    const to = join(cwd, name)
    expect(await codeOf(compress(nails, to, { format: 'blp', overwrite: true }))).toBe('EXISTS')
    expect(await codeOf(compress(nails, to, { overwrite: true }))).toMatch(/^(EXISTS|UNSUPPORTED)$/)
    expect(readFileSync(to).equals(before)).toBe(true)
  }
  expect(await codeOf(compress(nails, { format: 'box' }))).toBe('UNSUPPORTED')
  expect(existsSync(join(cwd, 'new.crate'))).toBe(false)
})

test.each([0, 512, 1024, 4096])('it is known by its signature at byte %i', async (before) => {
  const cwd = tempDir()
  put(cwd, 'some', makeBox([['/a', 4, nails]], before))
  const opened = await open(join(cwd, 'some'))
  try {
    expect([opened.format, Buffer.from(await opened.bytes()).equals(nails)]).toEqual(['box', true])
  } finally {
    await opened.close()
  }
  expect((await run(cwd, 'append', '-e', 'some', 'some')).err).toContain(
    'which blpk can read, but not change or write',
  )
  put(cwd, 'none', Buffer.concat([Buffer.alloc(before + 1), makeBox([['/a', 4, nails]])]))
  expect(await codeOf(info(join(cwd, 'none')))).toBe('DAMAGED')
})

test('what lies inside is read by every verb that reads', async () => {
  const cwd = tempDir()
  put(cwd, 'tools.crate', tools)
  put(cwd, 'nails', nails)
  const name = 'tools.crate::/iron/nails'
  expect(JSON.parse((await run(cwd, 'info', '--json', name)).out)).toMatchObject([
    { file: name, format: 'box', nbytes: nails.length, cbytes: null },
  ])
  expect(await run(cwd, 'd', name, '-f', '--bytes', '8:16', 'part')).toMatchObject({ code: 0 })
  expect(readFileSync(join(cwd, 'part')).equals(nails.subarray(8, 16))).toBe(true)
  expect(await run(cwd, 'd', 'tools.crate::/iron/screws')).toMatchObject({ code: 0, err: '' })
  expect(readFileSync(join(cwd, 'screws')).equals(screws)).toBe(true)
  expect(await run(cwd, 'verify', '--against', 'nails', name)).toMatchObject({ code: 0 })
  expect(await run(cwd, 'verify', '--against', 'nails', 'tools.crate::/wood')).toMatchObject({ code: 3 })
  expect(await run(cwd, 'convert', name, 'nails.blp')).toMatchObject({ code: 0 })
  expect(Buffer.from(await decompress(join(cwd, 'nails.blp'))).equals(nails)).toBe(true)
  expect(await run(cwd, 'concat', 'both.blp', name, 'tools.crate::/iron/screws')).toMatchObject({ code: 0 })
  expect(await run(cwd, 'info', 'tools.crate')).toMatchObject({
    code: 1,
    err: expect.stringContaining('has /iron/nails, /iron/screws, /wood'),
  })
  const listed = JSON.parse((await run(cwd, 'ls', '--json', 'tools.crate')).out)
  expect(listed.map(({ file, nbytes }: { file: string; nbytes: number }) => [file, nbytes])).toEqual([
    [name, 4000],
    ['tools.crate::/iron/screws', 4000],
    ['tools.crate::/wood', 9],
  ])
  const { out } = await run(cwd, 'ls', 'tools.crate::/iron/')
  expect(out.split('\n')).toHaveLength(4)
  const path = join(cwd, name)
  const opened = await open(path)
  expect([opened.name, opened.nbytes]).toEqual([path, nails.length])
  await opened.close()
  expect(await verify(path, { against: nails })).toMatchObject({ ok: true })
  expect(await convert(path, join(cwd, 'b.b2frame'))).toMatchObject({ nbytes: nails.length })
})

test('nothing inside is changed, and what has no names inside says so', async () => {
  const cwd = tempDir()
  put(cwd, 'tools.box', tools)
  put(cwd, 'in', nails)
  await run(cwd, 'c', 'in', 'a.blp')
  expect(await run(cwd, 'append', 'tools.box::/wood', 'in')).toMatchObject({ code: 4 })
  const refused = "'a.blp' contains no named parts; it is a Bloscpack archive: leave out '::/x'"
  for (const args of [['info'], ['d'], ['verify'], ['meta', 'get'], ['meta', 'set']])
    expect(await run(cwd, ...args, 'a.blp::/x', ...(args[1] === 'set' ? ['b', '1'] : []))).toMatchObject({
      code: 4,
      err: expect.stringContaining(refused),
    })
  expect(await codeOf(open(join(cwd, 'a.blp::x')))).toBe('UNSUPPORTED')
  expect(await codeOf(open(join(cwd, 'in::x')))).toBe('UNSUPPORTED')
  expect(await codeOf(open(join(cwd, 'missing.box::/x')))).toBe('NOT_FOUND')
  expect(await codeOf(open(join(cwd, 'tools.box::/x')))).toBe('NOT_FOUND')
})

test.skipIf(process.platform === 'win32')('a file with :: in its name is that file', async () => {
  const cwd = tempDir()
  put(cwd, 'tools.box', tools)
  const whole = join(cwd, 'tools.box::wood')
  await compress(nails, whole, { format: 'blp' })
  expect(Buffer.from(await decompress(whole)).equals(nails)).toBe(true)
  put(cwd, 'a::b.box', tools)
  expect(Buffer.from(await decompress(join(cwd, 'a::b.box::/iron/screws'))).equals(screws)).toBe(true)
  symlinkSync('a::b.box', join(cwd, 'link'))
  expect(Buffer.from(await decompress(join(cwd, 'link::/iron/screws'))).equals(screws)).toBe(true)
  expect(await run(cwd, 'info', 'tools.box::wood')).toMatchObject({ code: 0 })
})

test('names go on inside of objects too', async () => {
  await store.put('mem://bucket/a/tools.box', tools, { metadata: {} }, {})
  await store.put('mem://bucket/a/plain', tools, { metadata: {} }, {})
  for (const name of ['mem://bucket/a/tools.box::/iron/nails', 'mem://bucket/a/plain::/iron/nails'])
    expect(Buffer.from(await decompress(name)).equals(nails)).toBe(true)
  const listed: string[] = []
  for await (const { row } of list('mem://bucket/a/tools.box::')) listed.push(row.file)
  expect(listed).toHaveLength(3)
  expect(await codeOf(open('mem://bucket/a/missing.box::/x'))).toBe('NOT_FOUND')
  await compress(nails, 'mem://bucket/run::/1.blp', { format: 'blp' })
  expect(Buffer.from(await decompress('mem://bucket/run::/1.blp')).equals(nails)).toBe(true)
  expect(await codeOf(compress(screws, 'mem://bucket/a/plain', { overwrite: true }))).toBe('EXISTS')
})

test('and of addresses, whose hosts may have :: as well', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/tools.box' && request.url !== '/tools?key=1') response.statusCode = 404
    response.end(response.statusCode === 404 ? '' : tools)
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  const base = `http://[::1]:${(server.address() as AddressInfo).port}`
  for (const name of [`${base}/tools.box::/iron/nails`, `${base}/tools?key=1::/iron%2Fnails`])
    expect(Buffer.from(await decompress(name)).equals(nails)).toBe(true)
  expect(Buffer.from(await decompress(new URL(`${base}/tools.box::/iron/screws`))).equals(screws)).toBe(true)
  expect(await codeOf(open(`${base}/missing.box::/x`))).toBe('NOT_FOUND')
})
