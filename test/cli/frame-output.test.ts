import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startPeer } from '../support/peer.js'
import { sha256 } from '../support/scratch.js'
import { BLPK, blpk, filesIn, isPosix, noise, npy, put, ramp, tempDir, until } from './run.js'

const peer = await startPeer('sparse frames and their checksums from the command line')
const data = ramp(100_000)

async function run(cwd: string, ...args: string[]) {
  const { code, out, err } = await blpk(args, { cwd })
  return { code, text: `${out}${err}` }
}

async function info(
  cwd: string,
  name: string,
): Promise<{ checksum: string; format: string; cbytes: number }> {
  return JSON.parse((await blpk(['info', '--json', name], { cwd })).out.toString())[0]
}

function place(): string {
  const cwd = tempDir()
  put(cwd, 'a', data)
  put(cwd, 'a.npy', npy('<f4', [50, 20, 25], data))
  return cwd
}

describe('--sparse', () => {
  test('writes frames and arrays as directories that the wheel reads', async () => {
    const cwd = place()
    const made: [string, string, string[]][] = [
      ['a', 'a.b2frame', ['-t', '4', '-z', '16K']],
      ['a.npy', 'a.b2nd', ['--chunks', '20,20,25']],
    ]
    for (const [input, output, options] of made) {
      expect(await run(cwd, 'c', '--sparse', ...options, input, output)).toMatchObject({ code: 0 })
      expect(readdirSync(join(cwd, output))).toContain('chunks.b2frame')
      expect(readdirSync(join(cwd, output))).toContain('00000000.chunk')
      expect(await run(cwd, 'verify', '--against', input, output)).toMatchObject({ code: 0 })
      const { format, cbytes } = await info(cwd, output)
      expect(format).toContain('sparse')
      const { cbytes: said } = JSON.parse(
        (await run(cwd, 'c', '-f', '--json', '--sparse', ...options, input, output)).text,
      )
      expect(said).toBe(cbytes)
      const seen = await peer?.call('b2_describe', { input: join(cwd, output) })
      if (seen !== undefined) expect(seen.sha256).toBe(sha256(data))
    }
  })

  test('convert makes them of frames in one file and back, by copying chunks', async () => {
    const cwd = place()
    await run(cwd, 'c', '-z', '16K', 'a', 'one.b2frame')
    await run(cwd, 'c', 'a', 'a.blp')
    for (const input of ['one.b2frame', 'a.blp']) {
      const there = await run(cwd, 'convert', '-f', '--json', '--sparse', input, 'many.b2frame')
      expect(JSON.parse(there.text)).toMatchObject({ recompressed: 0 })
      expect(await run(cwd, 'verify', '--against', 'a', 'many.b2frame')).toMatchObject({ code: 0 })
    }
    await run(cwd, 'convert', '-f', '--sparse', 'one.b2frame', 'many.b2frame')
    expect(
      JSON.parse((await run(cwd, 'convert', '--json', 'many.b2frame', 'back.b2frame')).text),
    ).toMatchObject({
      recompressed: 0,
    })
    expect(readFileSync(join(cwd, 'back.b2frame')).equals(readFileSync(join(cwd, 'one.b2frame')))).toBe(true)
  })

  test('what is there is kept without -f, and a directory that holds anything else with it', async () => {
    const cwd = place()
    await run(cwd, 'c', '--sparse', 'a', 'a.b2frame')
    const before = readFileSync(join(cwd, 'a.b2frame', 'chunks.b2frame'))
    expect(await run(cwd, 'c', '--sparse', '-l', '1', 'a', 'a.b2frame')).toEqual({
      code: 1,
      text: "blpk: error: output file 'a.b2frame' exists (use --force to overwrite)\n",
    })
    expect(readFileSync(join(cwd, 'a.b2frame', 'chunks.b2frame')).equals(before)).toBe(true)
    expect((await run(cwd, 'c', '--sparse', '-f', '-l', '0', 'a', 'a.b2frame')).code).toBe(0)
    expect(readFileSync(join(cwd, 'a.b2frame', 'chunks.b2frame')).equals(before)).toBe(false)
    mkdirSync(join(cwd, 'mine'))
    put(cwd, 'mine/letter', 'dear')
    const mine = await run(cwd, 'c', '--sparse', '--format', 'b2frame', '-f', 'a', 'mine')
    expect(mine).toMatchObject({
      code: 1,
      text: expect.stringContaining("also holds 'letter', so it is not replaced"),
    })
    expect(readFileSync(join(cwd, 'mine', 'letter'), 'utf8')).toBe('dear')
    const itself = await run(cwd, 'convert', '-f', '--sparse', 'a.b2frame', 'a.b2frame')
    expect(itself).toMatchObject({ code: 1, text: expect.stringContaining('are the same file') })
    expect(filesIn(cwd)).toEqual(['a', 'a.b2frame', 'a.npy', 'mine'])
  })

  test('is refused where there can be no directory', async () => {
    const cwd = place()
    expect(await run(cwd, 'c', '--sparse', 'a')).toMatchObject({
      code: 2,
      text: expect.stringContaining('--sparse cannot be used: it is for Blosc2'),
    })
    for (const output of ['-', 's3://bucket/a.b2frame'])
      expect(await run(cwd, 'c', '--sparse', '--format', 'b2frame', 'a', output)).toMatchObject({ code: 2 })
    expect(filesIn(cwd)).toEqual(['a', 'a.npy'])
  })

  test.skipIf(!isPosix)('an interrupted or failed run leaves nothing', async () => {
    const cwd = tempDir()
    const child = spawn(process.execPath, [BLPK, 'c', '--sparse', '-z', '64K', '-', 'a.b2frame'], { cwd })
    child.stdin.on('error', () => {})
    const ended = new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)))
    child.stdin.write(noise(1_000_000))
    await until(() => filesIn(cwd).some((name) => readdirSync(join(cwd, name)).length > 3))
    child.kill('SIGINT')
    expect(await ended).toBe('SIGINT')
    expect(filesIn(cwd)).toEqual([])
    put(cwd, 'bad.npy', npy('<f4', [10], ramp(40)).subarray(0, -4))
    expect((await run(cwd, 'c', '--sparse', 'bad.npy', 'bad.b2nd')).code).not.toBe(0)
    expect(existsSync(join(cwd, 'bad.b2nd'))).toBe(false)
    expect(filesIn(cwd)).toEqual(['bad.npy'])
  })
})

describe('checksums of frames', () => {
  test('are xxh64 or none, as info says', async () => {
    const cwd = place()
    for (const [name, input] of [
      ['a.b2frame', 'a'],
      ['a.b2nd', 'a.npy'],
    ] as const) {
      await run(cwd, 'c', input, name)
      expect((await info(cwd, name)).checksum).toBe('xxh64')
      expect((await run(cwd, 'c', '-f', '-k', 'none', input, name)).code).toBe(0)
      expect((await info(cwd, name)).checksum).toBe('none')
      expect((await run(cwd, 'verify', name)).text).toContain('no checksums, decompressed')
      // Copying chunks gives them checksums, or takes them away.
      await run(cwd, 'convert', name, `x-${name}`)
      expect((await info(cwd, `x-${name}`)).checksum).toBe('xxh64')
      await run(cwd, 'convert', '--checksum', 'none', `x-${name}`, `y-${name}`)
      expect((await info(cwd, `y-${name}`)).checksum).toBe('none')
      const other = await run(cwd, 'c', '-f', '-k', 'crc32', input, name)
      expect(other).toMatchObject({ code: 2, text: expect.stringContaining('is xxh64 or none, not crc32') })
    }
  })

  test.skipIf(peer === undefined)('are stale where Python changed the frame', async () => {
    const cwd = place()
    await run(cwd, 'c', '-z', '16K', 'a', 'a.b2frame')
    await peer?.call('b2_append', { archive: join(cwd, 'a.b2frame'), input: join(cwd, 'a') })
    expect((await info(cwd, 'a.b2frame')).checksum).toBe('stale')
    expect((await run(cwd, 'info', 'a.b2frame')).text).toContain(
      'stale: another tool changed the frame since',
    )
  })
})
