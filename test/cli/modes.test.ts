import { chmodSync, chownSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { FileSink, NDArray, SChunk } from '../../dist/index.js'
import { scratchDirectory } from '../support/scratch.js'
import { blpk, isPosix, put, shell, tempDir } from './run.js'

const isRoot = process.getuid?.() === 0
const data = Buffer.alloc(3_000_000, 'some data to be kept from others, ')
const PRELOAD = join(import.meta.dirname, 'log-modes.cjs')

interface Made {
  what: 'file' | 'directory'
  path: string
  mode: number
}

function modeOf(...path: string[]): number {
  return statSync(join(...path)).mode & 0o777
}

/** Runs blpk, and tells with which modes it made files. */
async function madeBy(cwd: string, line: string, umask = '022'): Promise<Made[]> {
  const log = join(tempDir(), 'log')
  const env = { MODES_LOG: log, NODE_OPTIONS: `--require ${PRELOAD}` }
  const { code, err } = await shell(`umask ${umask}; blpk ${line}`, { cwd, env })
  expect([line, err.includes('error'), code]).toEqual([line, false, 0])
  const lines = readFileSync(log, 'utf8').trim().split('\n')
  return lines.map((text) => JSON.parse(text) as Made)
}

/** A secret, an archive and a frame of it, and an archive that everybody may read. */
const original = scratchDirectory()

beforeAll(async () => {
  put(original, 's.bin', data)
  put(original, 'open.bin', data)
  const lines = [
    'chmod 600 s.bin; chmod 644 open.bin',
    'blpk c -q s.bin s.blp; blpk c -q --sparse s.bin s.b2frame; blpk c -q open.bin open.blp',
  ]
  expect((await shell(lines.join('; '), { cwd: original })).code).toBe(0)
})

async function secrets(): Promise<string> {
  const cwd = tempDir()
  expect((await shell('cp -a "$ORIGINAL"/. .', { cwd, env: { ORIGINAL: original } })).code).toBe(0)
  return cwd
}

describe.runIf(isPosix)('of a file that only its owner may read', () => {
  test.each([
    ['c s.bin o.blp', 'o.blp'],
    ['c s.bin o.b2frame', 'o.b2frame'],
    ['c --sparse s.bin o.b2frame', 'o.b2frame/chunks.b2frame'],
    ['c - o.blp < s.bin', 'o.blp'],
    ['c -f s.bin open.blp', 'open.blp'],
    ['d s.blp o.bin', 'o.bin'],
    ['d s.b2frame o.bin', 'o.bin'],
    ['d --salvage s.blp o.bin', 'o.bin'],
    ['convert s.blp o.b2frame', 'o.b2frame'],
    ['convert s.b2frame o.blp', 'o.blp'],
    ['repair s.blp o.blp', 'o.blp'],
    ['concat o.blp open.blp s.blp', 'o.blp'],
    ['append -q s.blp s.bin', 's.blp'],
    ['append -q --grow s.blp - < open.bin', 's.blp'],
    ['append -q s.blp - < open.bin', 's.blp'],
    ['c -f -q open.bin s.blp', 's.blp'],
  ])('blpk %s makes nothing that others may read, at any time', async (line, output) => {
    const cwd = await secrets()
    const made = await madeBy(cwd, line)
    expect(made.length).toBeGreaterThan(0)
    for (const file of made) expect([file, file.mode & 0o077]).toEqual([file, 0])
    expect(modeOf(cwd, output)).toBe(0o600)
    if (output.includes('/')) expect(modeOf(cwd, output, '..')).toBe(0o700)
  })

  test('metadata, and what a directory keeps others out of', async () => {
    const cwd = await secrets()
    put(cwd, 'm.json', '{"a":1}')
    await blpk(['c', '-f', '-m', 'm.json', 's.bin', 's.blp'], { cwd })
    await madeBy(cwd, 'd --metadata-out o.json s.blp o.bin')
    expect(modeOf(cwd, 'o.json')).toBe(0o600)
    chmodSync(join(cwd, 's.b2frame', 'chunks.b2frame'), 0o644)
    await madeBy(cwd, 'convert s.b2frame o.b2frame')
    expect(modeOf(cwd, 'o.b2frame')).toBe(0o600)
  })

  test('the library: frames and arrays that are saved elsewhere', async () => {
    const cwd = tempDir()
    const array = await NDArray.fromTypedArray(new Float32Array(100))
    await array.save(join(cwd, 'a.b2nd'))
    chmodSync(join(cwd, 'a.b2nd'), 0o600)
    const opened = await NDArray.open(join(cwd, 'a.b2nd'))
    await opened.save(join(cwd, 'b.b2nd'))
    await opened.saveNpy(join(cwd, 'b.npy'))
    await opened.save(join(cwd, 'c.b2nd'), { sparse: true })
    await opened.close()
    const frame = await SChunk.open(join(cwd, 'c.b2nd'))
    await frame.save(join(cwd, 'd.b2frame'))
    await frame.close()
    const names = ['b.b2nd', 'b.npy', 'c.b2nd/chunks.b2frame', 'd.b2frame']
    expect(names.map((name) => modeOf(cwd, name))).toEqual([0o600, 0o600, 0o600, 0o600])
    expect(modeOf(cwd, 'c.b2nd')).toBe(0o700)
  })
})

describe.runIf(isPosix)('otherwise', () => {
  test('modes are those of the input, and of the umask where there is none', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    for (const [mode, umask] of [
      [0o644, '077'],
      [0o444, '022'],
      [0o640, '022'],
    ] as const) {
      chmodSync(join(cwd, 'a'), mode)
      for (const { mode: made } of await madeBy(cwd, 'c -f -q a x.blp', umask)) expect(made & ~mode).toBe(0)
      expect(modeOf(cwd, 'x.blp')).toBe(mode)
      await shell('rm -f x.blp', { cwd })
    }
    const piped = await shell('umask 027; head -c 1000 /dev/zero | blpk c - y.blp; stat -c %a y.blp', { cwd })
    expect(piped.out.toString()).toBe('640\n')
    const sparse = await shell(
      'umask 027; head -c 900 /dev/urandom | blpk c --sparse - y.b2frame; stat -c %a y.b2frame y.b2frame/*',
      { cwd },
    )
    expect(sparse.out.toString()).toBe('750\n640\n640\n')
  })

  test('what is replaced keeps its mode, but for what the input does not give', () => {
    const cwd = tempDir()
    const path = put(cwd, 'x', data)
    const replace = (like?: { mode: number }): number => {
      const sink = new FileSink(path, { overwrite: true, like })
      sink.commit()
      return modeOf(path)
    }
    chmodSync(path, 0o664)
    expect(replace()).toBe(0o664)
    expect(replace({ mode: 0o640 })).toBe(0o640)
    expect(replace({ mode: 0o644 })).toBe(0o640)
  })

  test.runIf(isRoot)('what only a group may is not given to another one', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    chownSync(join(cwd, 'a'), 4242, 4242)
    for (const [mode, last] of [
      [0o640, 0o600],
      [0o664, 0o644],
      [0o604, 0o600],
    ] as const) {
      chmodSync(join(cwd, 'a'), mode)
      for (const { mode: made } of await madeBy(cwd, 'c -f -q a x.blp')) expect(made & ~last).toBe(0)
      expect(modeOf(cwd, 'x.blp')).toBe(last)
      await shell('rm -f x.blp', { cwd })
    }
  })

  test('files without a name are nobody else’s', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    mkdirSync(join(cwd, 't'))
    const log = join(cwd, 'log')
    const env = { MODES_LOG: log, NODE_OPTIONS: `--require ${PRELOAD}`, TMPDIR: join(cwd, 't') }
    const { out } = await shell('umask 0; cat a | blpk c --format b2frame - - | wc -c', { cwd, env })
    expect(Number(out)).toBeGreaterThan(100)
    const made = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Made)
    expect(made.map(({ mode }) => mode)).toEqual([0o600])
  })
})
