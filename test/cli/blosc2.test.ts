import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'
import { sameBytes } from '../support/scratch.js'
import { blpk, filesIn, noise, npy, put, ramp, tempDir } from './run.js'

const PLUGIN = join(import.meta.dirname, '..', '..', 'examples', 'arange-codec.mjs')
let dir: string

beforeEach(() => {
  dir = tempDir()
  put(dir, 'a.bin', ramp(100_000))
  put(dir, 'a.npy', npy('<f4', [50, 20, 25], ramp(100_000)))
})

async function run(...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(args, { cwd: dir })
  expect([code, err]).toEqual([0, ''])
  return out.toString()
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const result = JSON.parse(await run(...args, '--json'))
  return (Array.isArray(result) ? result[0] : result) as Record<string, unknown>
}

function read(name: string): Buffer {
  return readFileSync(join(dir, name))
}

/** Options that do not fit: each is one line, exit code 2, and nothing is written. */
test.each<[string[], string]>([
  [
    ['c', 'a.bin', 'x.blp', '--filters', 'shuffle'],
    '--filters cannot be used: a .blp archive has one filter: use --shuffle, or name a .b2frame or .b2nd',
  ],
  [
    ['c', 'a.bin', 'x.blp', '--split-mode', 'never'],
    '--split-mode cannot be used: it is for Blosc2: name a .b2frame or .b2nd',
  ],
  [
    ['c', 'a.bin', 'x.blp', '--chunks', '5'],
    '--chunks cannot be used: it is for arrays (b2nd); to set the chunk size, use --chunk-size',
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '--chunks', '5'],
    '--chunks cannot be used: it is for arrays (b2nd); to set the chunk size, use --chunk-size',
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '--blocks', '5'],
    '--blocks cannot be used: it is for arrays (b2nd); to set the block size, use --block-size',
  ],
  [
    ['c', 'a.npy', 'x.b2nd', '-z', '1M'],
    '--chunk-size cannot be used: chunks of an array have a shape: use --chunks',
  ],
  [
    ['c', 'a.npy', 'x.b2nd', '--block-size', '1M'],
    '--block-size cannot be used: blocks of an array have a shape: use --blocks',
  ],
  [['c', 'a.bin', 'x.b2frame', '-k', 'crc32'], 'the checksum of a Blosc2 frame is xxh64 or none, not crc32'],
  [
    ['c', 'a.bin', 'x.b2frame', '-o'],
    '--no-offsets cannot be used: a Blosc2 frame always stores the positions of its chunks',
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '--max-app-chunks', '5'],
    '--max-app-chunks cannot be used: a Blosc2 frame can grow without reserved room',
  ],
  [['c', 'a.bin', 'x.b2frame', '--filters', 'shuffle', '-s'], '--filters and --shuffle cannot be combined'],
  [
    ['c', 'a.bin', 'x.b2frame', '--filters', 'shufle'],
    "unknown filter 'shufle' (did you mean shuffle? choose from shuffle, bitshuffle, delta, trunc_prec, bytedelta, int_trunc)",
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '--filters', 'a b'],
    "'a b' is not a valid filter (use a name or number, or name:meta)",
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '--filters', 'shuffle,shuffle,shuffle,shuffle,shuffle,shuffle,shuffle'],
    'there are 7 filters; a chunk takes at most 6',
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '--filters', 'shuffle:300'],
    'the meta byte of the filter shuffle is 300; it must fit in a byte',
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '-c', 'snappy'],
    'Blosc2 has no codec snappy; it has blosclz, lz4, lz4hc, zlib, zstd',
  ],
  [
    ['c', 'a.bin', 'x.b2frame', '-c', 'gzip'],
    "unknown codec 'gzip' (choose from blosclz, lz4, lz4hc, zlib, zstd, and registered codecs)",
  ],
  [['c', 'a.bin', 'x', '--format', 'zip'], "unknown format 'zip' (choose from blp, b2frame, b2nd, h5)"],
  [['c', 'a.npy', 'x.b2nd', '--chunks', '5,x'], "'5,x' is not a shape (such as 10,25,150)"],
  [['c', 'a.npy', 'x.b2nd', '--chunks', '5'], 'the chunk shape has 1 dimension, the array 3'],
  [['c', 'a.npy', 'x.b2nd', '--chunks', '5,5'], 'the chunk shape has 2 dimensions, the array 3'],
  [
    ['c', 'a.npy', 'x.b2nd', '--chunks', '5,5,5', '--blocks', '6,5,5'],
    'blocks of 6 are larger than chunks of 5',
  ],
  [['c', 'a.npy', 'x.b2nd', '-t', '8'], 'the items of the array have 4 bytes, not 8 (use --raw)'],
  [['c', 'a.bin', 'x.b2nd', '-t', '7'], '100000 bytes are not a whole number of items of 7 bytes'],
  [
    ['convert', 'a.npy.blp', 'x.bin'],
    "the name of 'x.bin' does not say what to write (.blp, .b2frame, .b2nd, .h5): use --format",
  ],
])('%j: %s', async (args, message) => {
  await run('c', 'a.npy')
  const before = filesIn(dir)
  const { code, out, err } = await blpk(args, { cwd: dir })
  expect([code, out.toString(), err]).toEqual([2, '', `blpk: error: ${message}\n`])
  expect(filesIn(dir)).toEqual(before)
})

describe('reading', () => {
  test.each<[string[], string]>([
    [
      ['--slice', '0:2', 'a.b2frame'],
      'a slice needs an array, but this is plain bytes: use --items or --bytes',
    ],
    [
      ['--slice', '0:2', 'raw.blp'],
      'a slice needs an array, but this is plain bytes: use --items or --bytes',
    ],
    [['--bytes', '0:2', 'a.b2nd'], 'the plain bytes of this array are spread over blocks: use --slice'],
    [['--items', '0:2', 'a.b2nd'], 'items are counted along one dimension, but the array has 3: use --slice'],
    [['--slice', '0:2', '--items', ':', 'a.b2nd'], '--bytes, --items and --slice cannot be combined'],
    [['--field', 'x', '--bytes', ':', 'a.blp'], '--bytes and --field cannot be combined'],
    [['--field', 'x', 'a.blp'], "the items have no field 'x': they are plain items of the dtype <f4"],
    [['--field', 'x', 'raw.blp'], 'fields need an array, but this is plain bytes: use --items or --bytes'],
    [['--slice', '1,2,3,4', 'a.b2nd'], 'the slice has 4 keys for an array of 3 dimensions'],
    [['--slice', '50', 'a.b2nd'], 'index 50 is out of bounds for an axis of 50'],
    [['--slice', '::0', 'a.b2nd'], 'the step of a slice must be an integer other than 0, not 0'],
    [
      ['--slice', '1:2:3:4', 'a.b2nd'],
      "'1:2:3:4' in '1:2:3:4' is not an index (such as 5, 0:10, ::-2, ..., or [1,5,7])",
    ],
    [
      ['--slice', '[1,x]', 'a.b2nd'],
      "'[1,x]' in '[1,x]' is not an index (such as 5, 0:10, ::-2, ..., or [1,5,7])",
    ],
    [['--slice', '...,0,...', 'a.b2nd'], "'...,0,...' has more than one '...'"],
  ])('%j: %s', async (args, message) => {
    await run('c', 'a.bin', 'a.b2frame')
    await run('c', 'a.npy', 'a.b2nd')
    await run('c', 'a.npy', 'a.blp')
    await run('c', '--raw', 'a.npy', 'raw.blp')
    const { code, err } = await blpk(['d', ...args, 'out'], { cwd: dir })
    expect([code, err]).toEqual([2, `blpk: error: ${message}\n`])
    expect(existsSync(join(dir, 'out'))).toBe(false)
  })

  test('the content tells what it is, whatever its name; names tell outputs', async () => {
    await run('c', '--format', 'b2nd', 'a.npy')
    await run('c', '--format', 'b2frame', 'a.npy', 'odd.blp')
    await run('d', '-f', 'a.npy.b2nd')
    await run('d', 'odd.blp', 'odd.npy')
    expect(sameBytes(read('odd.npy'), npy('<f4', [50, 20, 25], ramp(100_000)))).toBe(true)
    await run('c', 'a.npy', 'b.b2nd')
    await run('d', 'b.b2nd')
    expect(filesIn(dir)).toContain('b.npy')
    await run('d', '--raw', 'b.b2nd')
    expect(sameBytes(read('b'), ramp(100_000))).toBe(true)
  })

  test('a damaged frame is one line with exit code 3', async () => {
    await run('c', 'a.bin', 'a.b2frame')
    put(dir, 'cut.b2frame', read('a.b2frame').subarray(0, 500))
    for (const args of [
      ['d', 'cut.b2frame', 'out'],
      ['info', 'cut.b2frame'],
      ['convert', 'cut.b2frame', 'x.blp'],
    ]) {
      const { code, err } = await blpk(args, { cwd: dir })
      expect([code, err.split('\n').length]).toEqual([3, 2])
    }
    expect(filesIn(dir)).not.toContain('out')
  })

  test('metadata go along, and come out', async () => {
    put(dir, 'm.json', '{"unit": "K"}')
    for (const name of ['x.b2frame', 'x.b2nd']) {
      await run('c', '-f', '-m', 'm.json', 'a.bin', name)
      await run('d', '-f', '--metadata-out', 'out.json', name, 'out')
      expect(read('out.json').toString()).toBe('{"unit":"K"}\n')
    }
  })
})

test('a large input needs no more memory than a small one', async () => {
  const block = noise(2 ** 20)
  const chunks = Array.from({ length: 300 }, () => block)
  put(dir, 'large.npy', npy('<f4', [300, 512, 512], Buffer.concat(chunks)))
  const env = { NODE_OPTIONS: '--max-old-space-size=64' }
  for (const args of [
    ['c', '-c', 'lz4', 'large.npy', 'large.b2nd', '--chunks', '16,64,64'],
    ['d', 'large.b2nd', 'large.out'],
  ]) {
    let peak = 0
    const { code } = await blpk(args, {
      cwd: dir,
      env,
      started: (pid) => {
        const timer = setInterval(() => {
          const status = `/proc/${pid}/status`
          if (!existsSync(status)) return clearInterval(timer)
          const kib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0)
          peak = Math.max(peak, kib)
        }, 20)
      },
    })
    expect([args[0], code]).toEqual([args[0], 0])
    // The file has 300 MiB.
    expect(peak).toBeLessThan(250 * 1024)
  }
  expect(sameBytes(read('large.out'), read('large.npy'))).toBe(true)
}, 120_000)

describe('info', () => {
  test('of an array', async () => {
    await run(
      'c',
      'a.npy',
      'a.b2nd',
      '--chunks',
      '10,20,25',
      '--blocks',
      '5,20,25',
      '--filters',
      'trunc_prec:10,bitshuffle',
    )
    expect(await json('info', '--chunks', 'a.b2nd')).toMatchObject({
      format: 'Blosc2 array',
      nbytes: 100_000,
      nchunks: 5,
      chunkSize: 20_000,
      typesize: 4,
      codec: 'zstd',
      level: 5,
      filters: [
        { name: 'trunc_prec', id: 4, meta: 10 },
        { name: 'bitshuffle', id: 2, meta: 0 },
      ],
      array: { shape: [50, 20, 25], chunks: [10, 20, 25], blocks: [5, 20, 25], dtype: '<f4' },
      metalayers: [{ name: 'b2nd' }],
      chunks: [{ index: 0, nbytes: 20_000, codec: 'zstd', nblocks: 2 }, {}, {}, {}, {}],
    })
    const text = await run('info', 'a.b2nd')
    expect(text).toContain('shape (50, 20, 25)')
    expect(text).toContain('chunks (10, 20, 25), blocks (5, 20, 25)')
    expect(text).toContain('trunc_prec:10, bitshuffle')
  })

  test('of special chunks and metalayers', async () => {
    const schunk = await SChunk.create({
      typesize: 4,
      chunkSize: 4000,
      meta: [['own', Uint8Array.of(0x93, 1, 2, 3)]],
    })
    await schunk.fillSpecial(3500, 'nans')
    schunk.vlmeta.set('note', Uint8Array.of(0xa2, 0x68, 0x69))
    schunk.vlmeta.set('bytes', Uint8Array.of(0xc1, 0xff))
    await schunk.save(join(dir, 's.b2frame'))
    expect(await json('info', 's.b2frame')).toMatchObject({
      special: { nans: 4 },
      metalayers: [{ name: 'own', size: 4, content: [1, 2, 3] }],
      vlmetalayers: [
        { name: 'note', content: 'hi' },
        { name: 'bytes', content: '0xc1ff' },
      ],
    })
    expect(await run('info', '--chunks', 's.b2frame')).toMatch(/\n {4}3 +- +2000 +- +- +nans/)
  })
})

/** A web server with one file, which answers ranges and counts what is asked for. */
async function serve(file: Buffer): Promise<{ url: string; seen: { requests: number; bytes: number } }> {
  const seen = { requests: 0, bytes: 0 }
  const server = createServer((request, response) => {
    const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
    const [from, to] = [Number(first), last === '' ? file.length : Math.min(file.length, Number(last) + 1)]
    seen.requests++
    seen.bytes += to - from
    const range = `bytes ${from}-${to - 1}/${file.length}`
    response.writeHead(206, { 'content-range': range, 'content-length': to - from, etag: '"1"' })
    response.end(file.subarray(from, to))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.b2nd`, seen }
}

test('over HTTP: info in two requests, a slice fetches what it touches', async () => {
  const data = noise(16 * 2 ** 20)
  put(dir, 'n.npy', npy('<f4', [64, 256, 256], data))
  await run('c', 'n.npy', 'n.b2nd', '--chunks', '4,64,256', '--blocks', '2,16,256')
  const { url, seen } = await serve(read('n.b2nd'))
  expect(await json('info', url)).toMatchObject({ nchunks: 64, array: { shape: [64, 256, 256] } })
  expect(seen.requests).toBeLessThanOrEqual(2)
  seen.bytes = 0
  await run('d', '--slice', '63,200,:', url, 'row.npy')
  const row = (63 * 256 + 200) * 1024
  expect(sameBytes(read('row.npy').subarray(-1024), data.subarray(row, row + 1024))).toBe(true)
  // Front and end with 64 KiB each, a block of 32 KiB, and the table of its chunk.
  expect(seen.bytes).toBeLessThan(256 * 1024)
  await run('d', url, 'whole.npy')
  expect(sameBytes(read('whole.npy').subarray(-data.length), data)).toBe(true)
})

describe('convert', () => {
  test('copies what it can, and says so', async () => {
    put(dir, 'm.json', '{"unit": "K"}')
    await run('c', '-m', 'm.json', '-z', '16K', 'a.bin', 'a.blp')
    expect(await json('convert', 'a.blp', 'a.b2frame')).toMatchObject({ copied: 7, recompressed: 0 })
    expect(await json('convert', 'a.b2frame', 'b.b2frame')).toMatchObject({ copied: 7, recompressed: 0 })
    expect(await json('convert', '-l', '1', 'a.b2frame', 'c.b2frame')).toMatchObject({ copied: 0 })
    expect(await json('convert', '-z', '16K', 'a.b2frame', 'back.blp')).toMatchObject({ recompressed: 7 })
    await run('d', '--metadata-out', 'out.json', 'back.blp', 'back.bin')
    expect(read('out.json').toString()).toBe('{"unit":"K"}\n')
    expect(sameBytes(read('back.bin'), ramp(100_000))).toBe(true)
    const { err } = await blpk(['convert', '-v', 'a.blp', 'd.b2frame'], { cwd: dir })
    expect(err).toContain('7 chunks copied, 0 recompressed')
  })

  test('pipes, both ways', async () => {
    await run('c', '-z', '16K', '-o', 'a.bin', 'a.blp')
    const frame = await blpk(['convert', '--format', 'b2frame', '-', '-'], { input: read('a.blp') })
    expect([frame.code, frame.err]).toEqual([0, ''])
    const array = await blpk(['convert', '--format', 'b2nd', '-', '-'], { input: frame.out })
    const archive = await blpk(['convert', '--format', 'blp', '-', '-'], { input: array.out })
    const { out } = await blpk(['d', '-', '-'], { input: archive.out })
    expect(sameBytes(out.subarray(-100_000), ramp(100_000))).toBe(true)
  })

  test('an array is a frame where its chunks lie in order', async () => {
    await run('c', 'a.npy', 'rows.b2nd', '--chunks', '10,20,25', '--blocks', '5,20,25')
    await run('c', 'a.npy', 'boxes.b2nd', '--chunks', '10,10,25', '--blocks', '5,5,25')
    expect(await json('convert', 'rows.b2nd', 'rows.b2frame')).toMatchObject({ copied: 5, recompressed: 0 })
    expect(await json('convert', 'boxes.b2nd', 'boxes.b2frame')).toMatchObject({ copied: 0 })
    expect(await json('convert', 'boxes.b2nd', 'same.b2nd')).toMatchObject({ copied: 10, recompressed: 0 })
    for (const name of ['rows.b2frame', 'boxes.b2frame', 'same.b2nd']) {
      await run('d', '-f', name, 'out.npy')
      expect(sameBytes(read('out.npy').subarray(-100_000), ramp(100_000))).toBe(true)
    }
  })

  test('metalayers that have no place are named', async () => {
    const array = await NDArray.fromTypedArray(new Float32Array(10), { meta: [['own', Uint8Array.of(1)]] })
    await array.save(join(dir, 'own.b2nd'))
    const { code, err } = await blpk(['convert', 'own.b2nd', 'own.blp'], { cwd: dir })
    expect([code, err]).toEqual([
      0,
      'blpk: note: a .blp archive has no place for metalayers; left out: own\n',
    ])
    await run('convert', 'own.b2nd', 'own.b2frame')
    expect((await json('info', 'own.b2frame')).metalayers).toMatchObject([{ name: 'own', content: 1 }])
  })
})

describe('plugins', () => {
  const counts = new BigInt64Array(100_000).map((_, i) => BigInt(i) * 5n)

  test('a codec and a filter of a module of one’s own', async () => {
    put(dir, 'counts.npy', npy('<i8', [100_000], new Uint8Array(counts.buffer)))
    const how = ['-c', 'arange', '--filters', 'none', '--plugin', PLUGIN]
    const packed = await json('c', ...how, 'counts.npy', 'counts.b2nd')
    expect(packed.ratio).toBeGreaterThan(833)
    const without = await blpk(['d', 'counts.b2nd', 'out.npy'], { cwd: dir })
    expect([without.code, without.err]).toEqual([
      4,
      "blpk: error: 'counts.b2nd': the data were compressed with codec number 184, which is not known; " +
        'register it first (registerCodec, or --plugin)\n',
    ])
    await run('--plugin', PLUGIN, 'd', 'counts.b2nd', 'out.npy')
    expect(sameBytes(read('out.npy').subarray(-800_000), new Uint8Array(counts.buffer))).toBe(true)

    copyFileSync(PLUGIN, join(dir, 'mine.mjs'))
    await run('c', '--plugin', './mine.mjs', '--filters', 'differences', '-c', 'lz4', 'a.bin', 'a.b2frame')
    await run('d', '--plugin', pathToFileURL(join(dir, 'mine.mjs')).href, 'a.b2frame', 'a.out')
    expect(sameBytes(read('a.out'), ramp(100_000))).toBe(true)
    expect(await json('info', '--plugin', 'mine.mjs', 'a.b2frame')).toMatchObject({
      filters: [{ name: 'differences', id: 190 }],
    })
  })

  test.each<[string, string, number]>([
    ['none.mjs', "the plugin './none.mjs' does not exist", 1],
    [
      'empty.mjs',
      "exports no function: it needs 'export function register({ registerCodec, registerFilter })'",
      2,
    ],
    ['syntax.mjs', "the plugin './syntax.mjs' cannot be loaded: ", 2],
    ['idle.mjs', "the plugin './idle.mjs' registers neither a codec nor a filter", 2],
    ['throws.mjs', "the plugin './throws.mjs' failed: no luck today", 2],
    ['range.mjs', 'a codec of your own needs a number from 160 to 255, not 5', 2],
    ['half.mjs', 'a filter needs { id, forward, backward }', 2],
    ['folder', "the plugin './folder' cannot be loaded: ", 2],
  ])('%s: %s', async (name, message, exit) => {
    mkdirSync(join(dir, 'folder'))
    put(dir, 'empty.mjs', 'export const nothing = 1')
    put(dir, 'syntax.mjs', 'export function {')
    put(dir, 'idle.mjs', 'export default () => {}')
    put(dir, 'throws.mjs', "export function register() { throw new Error('no luck\\ntoday') }")
    put(
      dir,
      'range.mjs',
      "export default (a) => a.registerCodec({ name: 'x', ids: { blosc2: 5 }, decode() {} })",
    )
    put(dir, 'half.mjs', 'export default (a) => a.registerFilter({ id: 200, forward() {} })')
    const { code, out, err } = await blpk(['info', '--plugin', `./${name}`, 'a.bin'], { cwd: dir })
    expect([code, out.length, err.split('\n').length]).toEqual([exit, 0, 2])
    expect(err).toContain(message)
  })
})

test('--dict puts dictionaries into the chunks of a frame or array, and nowhere else', async () => {
  const cwd = tempDir()
  const text = Buffer.from(
    Array.from({ length: 9000 }, (_, i) => `row ${i * 37}: temperature ${i % 40}\n`).join(''),
  )
  put(cwd, 'a', text)
  for (const name of ['a.b2frame', 'a.b2nd']) {
    const args = ['c', '-c', 'lz4', '-t', '1', '--shuffle', 'none', '--dict', 'a', name]
    expect((await blpk(args, { cwd })).code).toBe(0)
    expect((await blpk(['verify', '--against', 'a', name], { cwd })).code).toBe(0)
    const [info] = JSON.parse((await blpk(['info', '--json', name], { cwd })).out.toString())
    expect(info).toMatchObject({ codec: 'lz4', dictionary: true })
    expect((await blpk(['info', name], { cwd })).out.toString()).toContain('with dictionaries')
  }
  const blp = await blpk(['c', '--dict', 'a', 'a.blp'], { cwd })
  expect([blp.code, blp.err]).toEqual([2, expect.stringContaining('--dict cannot be used: it is for Blosc2')])
  const zlib = await blpk(['c', '-c', 'zlib', '--dict', 'a', 'z.b2frame'], { cwd })
  expect([zlib.code, zlib.err]).toEqual([2, expect.stringContaining('only lz4, lz4hc and zstd')])
})
