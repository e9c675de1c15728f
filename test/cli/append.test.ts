import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, linkSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sized } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import { sha256 } from '../support/scratch.js'
import { BLPK, blpk, filesIn, isPosix, noise, npy, put, ramp, shell, tempDir, until } from './run.js'

const peer = await startPeer('archives with ids of appends')
const data = ramp(10_000)

/** A directory with an archive `a.blp` of `data`. */
async function place(...args: string[]): Promise<string> {
  const cwd = tempDir()
  put(cwd, 'a', data)
  expect((await blpk(['c', '-z', '1K', '-t', '4', ...args, 'a'], { cwd })).code).toBe(0)
  return cwd
}

async function unpacked(cwd: string, file = 'a.blp'): Promise<Buffer> {
  const { code, out, err } = await blpk(['d', file, '-'], { cwd })
  expect([code, err]).toEqual([0, ''])
  return out
}

async function metadataOf(cwd: string, file: string): Promise<string> {
  expect((await blpk(['d', '-f', '--metadata-out', 'meta', file, 'out'], { cwd })).code).toBe(0)
  return readFileSync(join(cwd, 'meta'), 'utf8').trim()
}

describe('several inputs', () => {
  test('are one append, standard input among them', async () => {
    const cwd = await place()
    put(cwd, 'b', ramp(1500))
    const { code, out, err } = await blpk(['a', '--json', 'a.blp', 'b', '-', 'a'], {
      cwd,
      input: 'from a pipe',
    })
    expect([code, err]).toEqual([0, ''])
    const whole = Buffer.concat([data, ramp(1500), Buffer.from('from a pipe'), data])
    expect(JSON.parse(out.toString())).toMatchObject({
      inputs: ['b', '-', 'a'],
      appended: 11_511,
      nbytes: whole.length,
    })
    expect((await unpacked(cwd)).equals(whole)).toBe(true)
  })

  test('go in all or not at all', async () => {
    const cwd = await place()
    const before = readFileSync(join(cwd, 'a.blp'))
    put(cwd, 'x.npy', npy('<f4', [5, 5], data.subarray(0, 100)))
    const cases: [string[], RegExp, number][] = [
      [['a', 'none'], /no such file/, 1],
      [['a', 'x.npy'], /'x.npy' is an array, but 'a' is not/, 2],
      [['-', '-'], /only once/, 2],
      [['a', 'a.blp'], /same file/, 1],
    ]
    for (const [inputs, message, expected] of cases) {
      const { code, err } = await blpk(['a', 'a.blp', ...inputs], { cwd })
      expect(err).toMatch(message)
      expect(code).toBe(expected)
      expect(readFileSync(join(cwd, 'a.blp')).equals(before)).toBe(true)
    }
  })

  test('of arrays go together by their rows', async () => {
    const cwd = tempDir()
    const rows = (n: number, width = 5): Buffer => npy('<f4', [n, width], data.subarray(0, 4 * n * width))
    for (const [name, n] of [
      ['a.npy', 50],
      ['b.npy', 10],
      ['c.npy', 7],
    ] as const) {
      put(cwd, name, rows(n))
    }
    put(cwd, 'wide.npy', rows(10, 6))
    await blpk(['c', 'a.npy'], { cwd })
    const refused = await blpk(['a', 'a.npy.blp', 'b.npy', 'wide.npy'], { cwd })
    expect([refused.code, refused.err]).toEqual([
      2,
      "blpk: error: 'wide.npy' has shape (10, 6), but 'b.npy' has (10, 5)\n",
    ])
    expect((await blpk(['a', 'a.npy.blp', 'b.npy', 'c.npy'], { cwd })).code).toBe(0)
    const both = Buffer.concat([data.subarray(0, 1000), data.subarray(0, 200), data.subarray(0, 140)])
    expect((await unpacked(cwd, 'a.npy.blp')).equals(npy('<f4', [67, 5], both))).toBe(true)
  })
})

describe('--append-id', () => {
  test('makes a second run do nothing', async () => {
    const cwd = tempDir()
    put(cwd, 'a.npy', npy('<f4', [500, 5], data))
    put(cwd, 'b.npy', npy('<f4', [20, 5], data.subarray(0, 400)))
    await blpk(['c', 'a.npy'], { cwd })
    const args = ['a', '--json', '--append-id', 'job 2024-06-01 é', 'a.npy.blp', 'b.npy']
    const first = await blpk(args, { cwd })
    expect([first.code, first.err]).toEqual([0, ''])
    expect(JSON.parse(first.out.toString())).toMatchObject({ appended: 400, skipped: false })
    const bytes = readFileSync(join(cwd, 'a.npy.blp'))
    const second = await blpk(args, { cwd })
    expect(second.code).toBe(0)
    expect(JSON.parse(second.out.toString())).toMatchObject({ appended: 0, nbytes: 10_400, skipped: true })
    expect(readFileSync(join(cwd, 'a.npy.blp')).equals(bytes)).toBe(true)
    expect(await metadataOf(cwd, 'a.npy.blp')).toContain('"blpk":{"appends":["job 2024-06-01 \\u00e9"]}')
    if (peer === undefined) return
    const array = await peer.call('unpack_ndarray', { input: join(cwd, 'a.npy.blp') })
    const both = Buffer.concat([data, data.subarray(0, 400)])
    expect([array.shape, array.sha256]).toEqual([[520, 5], sha256(both)])
  })

  test('makes its room in an archive without metadata; ids are kept when others are put in', async () => {
    const cwd = await place()
    expect((await blpk(['a', '--append-id', 'x', 'a.blp', 'a'], { cwd })).code).toBe(0)
    put(cwd, 'm.json', '{"a":1}')
    expect(
      (await blpk(['a', '-m', 'm.json', '--grow', '--append-id', 'y', 'a.blp', 'a'], { cwd })).code,
    ).toBe(0)
    expect(await metadataOf(cwd, 'a.blp')).toBe('{"a":1,"blpk":{"appends":["x","y"]}}')
    put(cwd, 'm.json', '[1]')
    expect((await blpk(['a', '-m', 'm.json', 'a.blp', 'a'], { cwd })).code).toBe(2)
    expect((await unpacked(cwd)).equals(Buffer.concat([data, data, data]))).toBe(true)
    for (const id of ['', 'a\nb', 'x'.repeat(201)]) {
      expect((await blpk(['a', '--append-id', id, 'a.blp', 'a'], { cwd })).code).toBe(2)
    }
  })

  test('never runs out of room: the archive is rewritten once for a thousand of its length', async () => {
    const cwd = await place()
    const idOf = (i: number): string => `job ${sha256(Buffer.from([i]))}`
    const grown: boolean[] = []
    const TIMES = sized(12, 30)
    for (let i = 0; i < TIMES; i++) {
      const { code, out } = await blpk(['a', '--json', '--append-id', idOf(i), 'a.blp', '-'], {
        cwd,
        input: 'x',
      })
      expect(code).toBe(0)
      grown.push((JSON.parse(out.toString()) as { grown: boolean }).grown)
    }
    expect(grown.filter((is) => is)).toHaveLength(1)
    expect((await unpacked(cwd)).equals(Buffer.concat([data, Buffer.from('x'.repeat(TIMES))]))).toBe(true)
    const repeated = await blpk(['a', '--json', '--append-id', idOf(0), 'a.blp', '-'], { cwd, input: 'x' })
    expect(JSON.parse(repeated.out.toString())).toMatchObject({ skipped: true })
  })

  test('makes room for itself alone: chunks and metadata of the user take --grow', async () => {
    const cwd = await place('--max-app-chunks', '0')
    put(cwd, 'big', noise(3 * 2 ** 20))
    put(cwd, 'm.json', JSON.stringify({ long: noise(3000).toString('hex') }))
    const before = readFileSync(join(cwd, 'a.blp'))
    for (const more of [
      ['a.blp', 'big'],
      ['-m', 'm.json', 'a.blp', 'a'],
    ]) {
      const { code, err } = await blpk(['a', '--append-id', 'x', ...more], { cwd })
      expect(code).toBe(5)
      expect(err).toMatch(/^blpk: error: no room left for .* in 'a\.blp' \(use --grow .*\)\n$/)
    }
    expect(readFileSync(join(cwd, 'a.blp')).equals(before)).toBe(true)
    expect((await blpk(['a', '--grow', '--append-id', 'x', 'a.blp', 'big'], { cwd })).code).toBe(0)
  })

  test.runIf(isPosix)('does not part a file from its other names', async () => {
    const cwd = await place()
    linkSync(join(cwd, 'a.blp'), join(cwd, 'b.blp'))
    const { code, err } = await blpk(['a', '--append-id', 'x', 'a.blp', 'a'], { cwd })
    expect([code, err]).toEqual([
      4,
      "blpk: error: 'a.blp' is a file with 2 hard links: change a copy of it\n",
    ])
    expect(filesIn(cwd)).toEqual(['a', 'a.blp', 'b.blp'])
  })

  test('remembers the last thousand', async () => {
    const { withAppendId } = await import('../../dist/format/append-ids.js')
    let metadata = '{"blpk":{"other":[1,{"a":2}]},"x":12345678901234567890}'
    for (let i = 0; i < 1003; i++) metadata = withAppendId(metadata, undefined, false, `${i}`) ?? ''
    const { blpk: own } = JSON.parse(metadata) as { blpk: { appends: string[]; other: unknown } }
    expect([own.appends.length, own.appends[0], own.appends.at(-1)]).toEqual([1000, '3', '1002'])
    expect(own.other).toEqual([1, { a: 2 }])
    expect(metadata).toContain('"x":12345678901234567890')
  })
})

test('numbers in the metadata keep all of their digits', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [500, 5], data))
  put(cwd, 'm.json', '{"id":9007199254740993,"tiny":1e-400,"exact":0.10000000000000000001,"q":"a\\"b,}]"}')
  await blpk(['c', '-m', 'm.json', 'a.npy'], { cwd })
  expect((await blpk(['a', 'a.npy.blp', 'a.npy'], { cwd })).code).toBe(0)
  const metadata = await metadataOf(cwd, 'a.npy.blp')
  expect(metadata).toContain(
    '"id":9007199254740993,"tiny":1e-400,"exact":0.10000000000000000001,"q":"a\\"b,}]"',
  )
  expect(metadata).toContain('"shape":[1000,5]')
})

/** Starts an append that lasts until it is killed: most of its input is still to come. */
async function longAppend(cwd: string): Promise<ChildProcess> {
  put(cwd, 'big', noise(48 * 2 ** 20))
  const args = ['a', '-c', 'zstd', '-l', '9', '--grow', 'a.blp', 'big']
  const child = spawn(process.execPath, [BLPK, ...args], { cwd, stdio: 'ignore' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

describe('while another one appends', () => {
  test('it is waited, then exit code 6; readers go on; after a kill all is as before', async () => {
    const cwd = await place('--max-app-chunks', '100000')
    const before = readFileSync(join(cwd, 'a.blp'))
    const child = await longAppend(cwd)
    const ended = new Promise((resolve) => child.on('close', resolve))
    await until(() => statSync(join(cwd, 'a.blp')).size > before.length)
    const refused = await blpk(['a', '--lock-timeout', '0.2', 'a.blp', 'a'], { cwd })
    expect(refused.code).toBe(6)
    expect(refused.err).toMatch(
      new RegExp(`^blpk: error: 'a.blp' is locked by process ${child.pid} on .*--lock-timeout.*\\n$`),
    )
    const replaced = await blpk(['c', '-f', '--lock-timeout', '0', 'a'], { cwd })
    expect(replaced.code).toBe(6)
    expect((await unpacked(cwd)).equals(data)).toBe(true)
    expect((await blpk(['verify', '--deep', 'a.blp'], { cwd })).code).toBe(0)
    const [info] = JSON.parse((await blpk(['i', '--json', 'a.blp'], { cwd })).out.toString())
    expect(info).toMatchObject({ nbytes: 10_000, cbytes: before.length })
    expect(existsSync(join(cwd, 'a.blp.blpk-journal'))).toBe(true)
    child.kill('SIGKILL')
    await ended
    const { code, err } = await blpk(['i', 'a.blp'], { cwd })
    expect(code).toBe(0)
    expect(err).toMatch(new RegExp(`^blpk: note: .*process ${child.pid} .*was rolled back\\n$`))
    expect(readFileSync(join(cwd, 'a.blp')).equals(before)).toBe(true)
  })

  test.runIf(isPosix)('a file size limit leaves the archive as it was', async () => {
    const cwd = await place()
    const before = readFileSync(join(cwd, 'a.blp'))
    writeFileSync(join(cwd, 'big'), noise(2_000_000))
    const { code, err } = await shell('trap "" XFSZ; ulimit -f 256; blpk a --grow a.blp big', { cwd })
    expect(code).toBe(1)
    expect(err).toMatch(/the file would grow too large/)
    expect(readFileSync(join(cwd, 'a.blp')).equals(before)).toBe(true)
    expect(existsSync(join(cwd, 'a.blp.blpk-journal'))).toBe(false)
  })
})
