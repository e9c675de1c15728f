import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ALL, some } from '../support/long.js'
import { blpk, isPosix, noise, npy, put, ramp, shell, tempDir } from './run.js'

interface Packed {
  nbytes: number
  nchunks: number
  typesize: number
  codec: string
  level: number
  shuffle: string
  chunkSize: number
}

interface Info {
  nbytes: number
  nchunks: number
  chunkSize: number
  typesize: number
  checksum: string
  offsets: boolean
  maxAppChunks: number
  firstChunk: { codec: string; shuffle: string; blocksize: number; typesize: number }
  metadata: unknown
}

async function json<T>(args: readonly string[], cwd: string): Promise<T> {
  const { code, out, err } = await blpk([...args, '--json'], { cwd })
  expect([code, err]).toEqual([0, ''])
  const result = JSON.parse(out.toString())
  return (Array.isArray(result) ? result[0] : result) as T
}

/** Packs, looks into the archive, unpacks and compares. */
async function roundTrip(data: Uint8Array, args: readonly string[] = []): Promise<Info & { packed: Packed }> {
  const dir = tempDir()
  put(dir, 'a', data)
  const packed = await json<Packed>(['c', ...args, 'a', 'a.blp'], dir)
  const info = await json<Info>(['i', 'a.blp'], dir)
  if (ALL || args.length < 2)
    expect((await blpk(['verify', '--deep', '--against', 'a', 'a.blp'], { cwd: dir })).code).toBe(0)
  expect((await blpk(['d', 'a.blp', 'b'], { cwd: dir })).code).toBe(0)
  expect(readFileSync(join(dir, 'b')).equals(data)).toBe(true)
  return { ...info, packed }
}

test('the defaults are those of the help', async () => {
  const info = await roundTrip(ramp(3_000_001))
  expect(info).toMatchObject({
    nbytes: 3_000_001,
    nchunks: 3,
    chunkSize: 2 ** 20,
    typesize: 4,
    checksum: 'crc32',
    offsets: true,
    maxAppChunks: 30,
    firstChunk: { codec: 'lz4', shuffle: 'byte', typesize: 4 },
    metadata: null,
    packed: { nbytes: 3_000_001, nchunks: 3, typesize: 4, codec: 'lz4', level: 5, shuffle: 'byte' },
  })
})

describe('the options of Bloscpack mean what they mean there', () => {
  test.each<[string[], object]>([
    [['-t', '8'], { typesize: 8, firstChunk: { typesize: 8 } }],
    [['--typesize', '3'], { typesize: 3 }],
    [['-t', 'auto'], { typesize: 4 }],
    [['-l', '0'], { packed: { level: 0 } }],
    [['-l9'], { packed: { level: 9 } }],
    [['-s'], { firstChunk: { shuffle: 'none' } }],
    [['--no-shuffle'], { firstChunk: { shuffle: 'none' } }],
    [['--shuffle', 'bit'], { firstChunk: { shuffle: 'bit' } }],
    [['-c', 'zstd'], { firstChunk: { codec: 'zstd' } }],
    [['--codec=blosclz'], { firstChunk: { codec: 'blosclz' } }],
    [['-c', 'lz4hc'], { firstChunk: { codec: 'lz4' }, packed: { codec: 'lz4hc' } }],
    [['-c', 'snappy'], { firstChunk: { codec: 'snappy' } }],
    [['-c', 'zlib'], { firstChunk: { codec: 'zlib' } }],
    [['-z', '128K'], { chunkSize: 131072, nchunks: 3 }],
    [['-z', 'max'], { nchunks: 1 }],
    [['-t', '3', '-z', '100'], { chunkSize: 99 }],
    [['--block-size', '4K'], { firstChunk: { blocksize: 4096 } }],
    [['-k', 'None'], { checksum: 'None' }],
    [['-k', 'none'], { checksum: 'None' }],
    [['-k', 'SHA256'], { checksum: 'sha256' }],
    [['-k', 'xxh64'], { checksum: 'xxh64' }],
    [['-o'], { offsets: false, maxAppChunks: 0 }],
    [['--max-app-chunks', '7'], { maxAppChunks: 7 }],
    [['-z', '128K', '--max-app-chunks', '2x'], { maxAppChunks: 6 }],
    [['-n', '1', '-f', '-d', '-v'], { nchunks: 1 }],
  ])('compress %j', async (args, expected) => {
    if (args.includes('-d')) {
      // Debugging says more, on standard error.
      const { code, err } = await blpk(['c', ...args, '-', '-'], { input: ramp(300_000) })
      expect(code).toBe(0)
      expect(err).toMatch(/^(blpk: .*\n)+$/)
      return
    }
    expect(await roundTrip(ramp(300_000), args)).toMatchObject(expected)
  })
})

test.each(some([0, 1, 15, 16, 17, 1023, 1024, 1025], 5))('%d bytes come back', async (nbytes) => {
  await roundTrip(noise(nbytes), ['-z', '1K'])
})

test('global options may stand before and after the command', async () => {
  const dir = tempDir()
  put(dir, 'a', ramp(10_000))
  for (const args of [
    ['-f', '-n', '1', '--json', 'c', 'a'],
    ['c', 'a', '-f', '-n', '1', '--json'],
    ['-f', 'c', '-n1', 'a', 'a.blp', '--json'],
    ['--nthreads=2', 'c', '--force', '--json', 'a'],
  ]) {
    const { code, out } = await blpk(args, { cwd: dir })
    expect(code).toBe(0)
    expect(JSON.parse(out.toString())).toMatchObject({ input: 'a', file: 'a.blp', nbytes: 10_000 })
  }
})

test('nothing is printed by default, what was done with -v', async () => {
  const dir = tempDir()
  put(dir, 'a', ramp(10_000))
  const silent = await blpk(['c', 'a'], { cwd: dir })
  expect([silent.code, silent.out.length, silent.err]).toEqual([0, 0, ''])
  const { out, err } = await blpk(['-v', '-n', '1', '-f', 'c', 'a'], { cwd: dir })
  expect(out.length).toBe(0)
  const lines = [
    "blpk: input is 'a', 9\\.8K \\(10000 bytes\\); output is 'a\\.blp'",
    'blpk: using 1 thread',
    'blpk: codec lz4, level 5, shuffle byte, typesize 4 \\(estimated from a sample\\)',
    'blpk: chunks of 1\\.0M \\(1048576 bytes\\), checksum crc32',
    'blpk: 1 chunk, 9\\.8K \\(10000 bytes\\) to \\S+ \\(\\d+ bytes\\), ratio \\d+\\.\\d\\d',
    'blpk: done in \\d+\\.\\d s',
  ]
  expect(err).toMatch(new RegExp(`^${lines.join('\\n')}\\n$`))
})

describe('arrays', () => {
  const data = ramp(24_000)
  const array = npy('<f4', [100, 60], data)

  test('a .npy comes back as it was, with its typesize and metadata', async () => {
    const info = await roundTrip(array)
    expect(info).toMatchObject({ nbytes: 24_000, typesize: 4, packed: { typesize: 4 } })
    expect(info.metadata).toEqual({ dtype: "'<f4'", shape: [100, 60], order: 'C', container: 'numpy' })
  })

  test('with --raw it is plain bytes', async () => {
    const info = await roundTrip(array, ['--raw'])
    expect(info).toMatchObject({ nbytes: array.length, metadata: null })
  })

  test('decompress --raw gives its plain bytes', async () => {
    const dir = tempDir()
    put(dir, 'a.npy', array)
    await blpk(['c', 'a.npy'], { cwd: dir })
    const { code, out } = await blpk(['d', '--raw', 'a.npy.blp', '-'], { cwd: dir })
    expect([code, out.equals(data)]).toEqual([0, true])
  })

  test('from a pipe it is an array too', async () => {
    const packed = await blpk(['c', '-', '-'], { input: array })
    const { code, out } = await blpk(['d', '-', '-'], { input: packed.out })
    expect([code, out.equals(array)]).toEqual([0, true])
  })

  test("metadata of one's own stand beside those of the array", async () => {
    const dir = tempDir()
    put(dir, 'm.json', '{ "who": "me", "n": 12345678901234567890 }')
    put(dir, 'a.npy', array)
    expect((await blpk(['c', '-m', 'm.json', 'a.npy'], { cwd: dir })).code).toBe(0)
    const out = await blpk(['d', 'a.npy.blp', '-', '--metadata-out', 'out.json'], { cwd: dir })
    expect(out.out.equals(array)).toBe(true)
    const text = readFileSync(join(dir, 'out.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ who: 'me', shape: [100, 60], container: 'numpy' })
    expect(text).toContain('12345678901234567890')
    for (const bad of ['[1]', '{"shape": 1}']) {
      const refused = await blpk(['c', '-f', '-m', '-', 'a.npy'], { cwd: dir, input: bad })
      expect(refused.code).toBe(2)
      expect(refused.err).toContain('use --raw')
    }
  })
})

describe('parts', () => {
  const data = ramp(40_000)

  async function archives(): Promise<string> {
    const dir = tempDir()
    put(dir, 'p.bin', data)
    put(dir, 'a.npy', npy('<f4', [100, 100], data))
    await blpk(['c', '-z', '1K', '-t', '4', 'p.bin'], { cwd: dir })
    await blpk(['c', '-z', '1K', 'a.npy'], { cwd: dir })
    return dir
  }

  test.each<[string, number, number]>([
    [':', 0, 40_000],
    ['0:1', 0, 1],
    ['1000:3000', 1000, 3000],
    ['-100:', 39_900, 40_000],
    [':-39999', 0, 1],
    ['39000:99999', 39_000, 40_000],
    ['7:7', 0, 0],
    ['9:3', 0, 0],
  ])('--bytes %s', async (range, start, stop) => {
    const cwd = await archives()
    for (const file of ['p.bin.blp', 'a.npy.blp']) {
      const { code, out, err } = await blpk(['d', '--bytes', range, file, '-'], { cwd })
      expect([code, err, out.equals(data.subarray(start, stop))]).toEqual([0, '', true])
    }
    const { code } = await blpk(['d', `--bytes=${range}`, 'p.bin.blp', 'part'], { cwd })
    expect([code, readFileSync(join(cwd, 'part')).equals(data.subarray(start, stop))]).toEqual([0, true])
  })

  test('--items of an array are an array, of other archives plain bytes', async () => {
    const cwd = await archives()
    const part = data.subarray(400, 1600)
    const [plain, array, raw] = await Promise.all([
      blpk(['d', '--items', '100:400', 'p.bin.blp', '-'], { cwd }),
      blpk(['d', '--items', '100:400', 'a.npy.blp', '-'], { cwd }),
      blpk(['d', '--items', '100:400', '--raw', 'a.npy.blp', '-'], { cwd }),
    ])
    expect(plain.out.equals(part)).toBe(true)
    expect(raw.out.equals(part)).toBe(true)
    expect(array.out.toString('latin1')).toContain("'shape': (300,)")
    expect(array.out.subarray(-part.length).equals(part)).toBe(true)
  })

  test('the result as JSON', async () => {
    const cwd = await archives()
    const result = await json(['d', '--items', '-10:', 'p.bin.blp', 'part'], cwd)
    expect(result).toMatchObject({ nbytes: 40, range: { start: 39_960, stop: 40_000 }, output: 'part' })
  })

  test('of an archive that came through a pipe there are no parts', async () => {
    const { out } = await blpk(['c', '-z', '1K', '-', '-'], { input: data })
    const { code, err } = await blpk(['d', '--bytes', '0:1', '-', '-'], { input: out })
    expect(code).toBe(2)
    expect(err).toContain('does not record its size')
  })
})

describe('metadata', () => {
  test('go in with -m and come out with --metadata-out', async () => {
    const cwd = tempDir()
    put(cwd, 'm.json', '{\n "a": [1, 2.50, "\u00fc x"]\n}\n')
    put(cwd, 'a', ramp(1000))
    await blpk(['c', '-m', 'm.json', 'a'], { cwd })
    const run = (...args: string[]) => blpk(['d', 'a.blp', ...args], { cwd })
    expect((await run('b', '--metadata-out', 'o.json')).code).toBe(0)
    expect(readFileSync(join(cwd, 'o.json'), 'utf8')).toBe('{"a":[1,2.50,"\\u00fc x"]}\n')
    const again = await run('b2', '--metadata-out', 'o.json')
    expect([again.code, again.err]).toEqual([
      1,
      "blpk: error: output file 'o.json' exists (use --force to overwrite)\n",
    ])
    const printed = await run('b3', '--metadata-out', '-')
    expect(printed.out.toString()).toBe('{"a":[1,2.50,"\\u00fc x"]}\n')
    const piped = await blpk(['c', '-f', '-m', '-', 'a'], { cwd, input: '[]' })
    expect(piped.code).toBe(0)
    expect(await json<Info>(['i', 'a.blp'], cwd)).toMatchObject({ metadata: [] })
  })
})

describe.runIf(isPosix)('standard input and output, in all combinations', () => {
  const data = ramp(3_000_000)
  const sum = createHash('sha256').update(data).digest('hex')

  async function check(line: string): Promise<void> {
    const cwd = tempDir()
    put(cwd, 'a', data)
    const { code, out, err } = await shell(`set -o pipefail; ${line} | sha256sum`, { cwd })
    expect([code, err, out.toString().slice(0, 64)]).toEqual([0, '', sum])
  }

  test.each([
    'blpk c - - < a | blpk d - -',
    'cat a | blpk c - | blpk d -',
    'cat a | blpk c - x.blp; blpk d - - < x.blp',
    'cat a | blpk c - x.blp; blpk d x.blp -',
    'blpk c a - | blpk d - -',
    'blpk c a - > x.blp; cat x.blp | blpk d - o; cat o',
    'blpk c - - < a > x.blp; blpk d - - < x.blp > o; cat o',
    'cat a | blpk c - > x.blp; blpk d x.blp - >> o; cat o',
    'blpk c a /dev/stdout | blpk d -e /dev/stdin /dev/stdout',
    'blpk c <(cat a) x.blp; blpk d -e <(cat x.blp) -',
    'mkfifo f; (blpk c -f a f &); blpk d -e f -',
  ])('%s', check)

  async function info(line: string): Promise<Info> {
    const cwd = tempDir()
    put(cwd, 'a', data)
    const { code, out, err } = await shell(`${line}; blpk i --json x.blp`, { cwd })
    expect([code, err]).toEqual([0, ''])
    return (JSON.parse(out.toString()) as [Info])[0]
  }

  test('a redirect to a file gets everything', async () => {
    expect(await info('blpk c - < a > x.blp')).toMatchObject({ nchunks: 3, offsets: true, maxAppChunks: 30 })
    expect(await info('cat a | blpk c - > x.blp')).toMatchObject({ nchunks: 3, offsets: true })
  })

  test('a pipe gets an archive in one pass', async () => {
    expect(await info('cat a | blpk c - | cat > x.blp')).toMatchObject({
      nchunks: 3,
      nbytes: data.length,
      offsets: false,
    })
  })

  test('what stands in a file is kept by >>', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    const { code, out } = await shell(
      "printf head > x; blpk c a - >> x; head -c 4 x; tail -c +5 x | blpk d - - | cmp - a && printf ' same'",
      { cwd },
    )
    expect([code, out.toString()]).toEqual([0, 'head same'])
    const parts = await shell(
      'blpk d -e <(tail -c +5 x) - >> y; blpk d -e <(tail -c +5 x) - >> y; cat a a | cmp - y',
      {
        cwd,
      },
    )
    expect([parts.code, parts.err]).toEqual([0, ''])
  })
})
