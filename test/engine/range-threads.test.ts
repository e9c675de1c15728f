import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Archive } from '../../dist/format/bloscpack/archive.js'
import { rangePieces } from '../../dist/format/bloscpack/range-threads.js'
import { FileSource } from '../../dist/sources/file.js'
import { blpk, noise, put, ramp, shell, tempDir } from '../cli/run.js'
import { ALL } from '../support/long.js'

const DATA = Buffer.concat([ramp(6_000_000), noise(300_000), ramp(700_001)])

async function packed(...args: string[]): Promise<{ cwd: string; path: string }> {
  const cwd = tempDir()
  put(cwd, 'a', DATA)
  expect((await blpk(['c', '-c', 'zstd', '-z', '100K', ...args, 'a'], { cwd })).code).toBe(0)
  return { cwd, path: join(cwd, 'a.blp') }
}

async function bytesOf(path: string, start: number, stop: number, threads: number): Promise<Buffer> {
  const source = new FileSource(path)
  try {
    const pieces: Uint8Array[] = []
    const archive = await Archive.open(source)
    for await (const piece of rangePieces(archive, { start, stop }, { threads })) pieces.push(piece.slice())
    return Buffer.concat(pieces)
  } finally {
    source.close()
  }
}

test.each([[[]], [['-o']], [['-k', 'none']]])(
  'ranges by any number of threads are the same (%j)',
  async (args) => {
    const { path } = await packed(...args)
    for (const threads of [1, 2, 5])
      for (const [start, stop] of [
        [0, DATA.length],
        [0, 0],
        [99_999, 5_000_001],
        [6_000_000, DATA.length],
        [123, 124],
      ] as const)
        expect((await bytesOf(path, start, stop, threads)).equals(DATA.subarray(start, stop))).toBe(true)
  },
)

test('a damaged chunk is named, and a reader that stops early leaves no thread behind', async () => {
  const { path } = await packed()
  const bytes = readFileSync(path)
  bytes[bytes.length - 300_000] = (bytes[bytes.length - 300_000] ?? 0) ^ 1
  writeFileSync(path, bytes)
  await expect(bytesOf(path, 0, DATA.length, 3)).rejects.toMatchObject({
    code: 'CHECKSUM',
    message: expect.stringMatching(/^chunk \d+ at byte \d+: crc32 mismatch$/),
  })
  const source = new FileSource(path)
  const archive = await Archive.open(source)
  for await (const piece of rangePieces(archive, { start: 0, stop: DATA.length }, { threads: 3 })) {
    expect(piece.length).toBeGreaterThan(0)
    break
  }
  source.close()
})

const THREADS = `
import { writeSync } from 'node:fs'
import { createRequire } from 'node:module'
const workers = createRequire(import.meta.url)('node:worker_threads')
let count = 0
const { Worker } = workers
workers.Worker = class extends Worker { constructor(...args) { super(...args); count++ } }
createRequire(import.meta.url)('node:module').syncBuiltinESMExports()
process.on('exit', () => writeSync(2, 'threads ' + count + '\\n'))
`

/** Nothing starts more than three threads by itself: to see five is enough. Elsewhere to see none is. */
const hasFewCores = availableParallelism() < 3

test('-n reaches parts, conversions and appends, of archives and of frames', async () => {
  const { cwd } = await packed()
  put(cwd, 'count.mjs', THREADS)
  put(cwd, 'big', ramp(80_000_000))
  await blpk(['c', '-c', 'zstd', '-l', '1', 'big'], { cwd })
  await blpk(['c', '-l', '1', 'big', 'big.b2frame'], { cwd })
  for (const line of [
    'd -f --bytes 1: big.blp out',
    'd -f big.b2frame out',
    'convert -f big.blp out.b2nd',
    'convert -f -c lz4 big.b2frame out.b2nd',
    'verify --deep big.blp',
    'repair -f big.blp out.blp',
    'd -f --salvage big.blp out',
    'append -c zstd big.blp big',
    'append big.b2frame big',
    'c -f -c zstd -l 1 big out.blp',
  ]) {
    const run = async (n: number): Promise<number> => {
      const { code, err } = await shell(`"$NODE" --import ./count.mjs "$BLPK" -n ${n} ${line}`, { cwd })
      expect([line, code]).toEqual([line, 0])
      return Number(/threads (\d+)/.exec(err)?.[1])
    }
    if (hasFewCores || ALL) expect([line, (await run(5)) > 3]).toEqual([line, true])
    if (!hasFewCores || ALL) expect([line, await run(1)]).toEqual([line, 0])
  }
}, 120_000)
