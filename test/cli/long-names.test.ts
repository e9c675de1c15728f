import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { namesBeside } from '../../dist/disk/names.js'
import { sized } from '../support/long.js'
import { sameBytes } from '../support/scratch.js'
import { BLPK, blpk, filesIn, isPosix, noise, npy, put, ramp, tempDir, until } from './run.js'

/** A name of so many bytes of UTF-8, most of them in characters of three. */
function nameOf(nbytes: number, extension: string): string {
  const room = nbytes - extension.length
  return '日'.repeat(Math.floor(room / 3)) + 'x'.repeat(room % 3) + extension
}

async function run(cwd: string, ...args: string[]): Promise<void> {
  const { code, err } = await blpk(args, { cwd })
  expect([args[0], code, err]).toEqual([args[0], 0, ''])
}

describe.runIf(isPosix)('names of as many bytes as the file system takes', () => {
  test.each([243, 255])(
    'archives of %i bytes, whatever is done with them',
    async (n) => {
      const cwd = tempDir()
      const data = ramp(50_000)
      const archive = nameOf(n, '.blp')
      put(cwd, 'a', data)
      await run(cwd, 'c', 'a', archive)
      await run(cwd, 'c', '-f', 'a', archive)
      await run(cwd, 'info', archive)
      await run(cwd, 'append', archive, 'a')
      await run(cwd, 'append', '--grow', '--append-id', 'x', archive, 'a')
      await run(cwd, 'verify', archive)
      await run(cwd, 'd', archive, nameOf(n, 'out'))
      expect(sameBytes(readFileSync(join(cwd, nameOf(n, 'out'))), Buffer.concat([data, data, data]))).toBe(
        true,
      )
      await run(cwd, 'concat', nameOf(n, '2.blp'), archive, archive)
      await run(cwd, 'repair', archive, nameOf(n, '3.blp'))
      await run(cwd, 'meta', 'set', archive, 'k', '1')
      await run(cwd, 'convert', archive, nameOf(n, '.b2frame'))
      await run(cwd, 'append', nameOf(n, '.b2frame'), 'a')
      await run(cwd, 'd', nameOf(n, '.b2frame'), 'back')
      expect(readFileSync(join(cwd, 'back')).length).toBe(4 * data.length)
      expect(readdirSync(cwd).filter((name) => /tmp|journal/.test(name))).toEqual([])
    },
    60_000,
  )

  test('sparse directories and arrays', async () => {
    const cwd = tempDir()
    put(cwd, 'a.npy', npy('<f4', [2500], ramp(10_000)))
    for (const extension of ['.b2nd', '.b2frame']) {
      await run(cwd, 'c', '--sparse', 'a.npy', nameOf(255, extension))
      await run(cwd, 'c', '-f', '--sparse', 'a.npy', nameOf(255, extension))
      await run(cwd, 'verify', nameOf(255, extension))
    }
    expect(filesIn(cwd).length).toBe(3)
  })

  test('one that is too long with its extension is said', async () => {
    const cwd = tempDir()
    put(cwd, nameOf(253, ''), 'x')
    const { code, err } = await blpk(['c', nameOf(253, '')], { cwd })
    expect(code).toBe(1)
    expect(err).toMatch(/: the name is too long for the file system\n$/)
  })
})

test('a shortened name is never cut within a character, always the same, and no other archive has it', () => {
  for (let n = 1; n < 256; n++) {
    const path = join('/d', nameOf(n, ''))
    const { plain, short } = namesBeside(path, '.blpk-journal')
    expect(plain).toBe(`${path}.blpk-journal`)
    if (n <= 122) expect(short).toBeUndefined()
    if (short === undefined) continue
    const name = short.slice('/d/'.length)
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(135)
    expect(name).not.toContain('\ufffd')
    expect(name).toMatch(/^日+\.[0-9a-f]{32}\.blpk-journal$/)
    expect(namesBeside(path, '.blpk-journal').short).toBe(short)
    expect(namesBeside(`${path}y`, '.blpk-journal').short).not.toBe(short)
  }
})

/** Kills an append in the middle of its change. @returns the name of the journal that it left */
async function killAppend(cwd: string, archive: string): Promise<string> {
  const child = spawn(process.execPath, [BLPK, 'append', '-c', 'zstd', '-l', '9', archive, 'big'], { cwd })
  const journal = (): string | undefined => filesIn(cwd).find((name) => name.endsWith('.blpk-journal'))
  const before = statSync(join(cwd, archive)).size
  await until(() => journal() !== undefined && statSync(join(cwd, archive)).size > before)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.on('close', resolve))
  return journal() ?? ''
}

test.runIf(isPosix)(
  'what a killed append left is found under its shortened name, and under the plain one',
  async () => {
    const cwd = tempDir()
    put(cwd, 'big', noise(sized(8_000_000, 20_000_000)))
    put(cwd, 'a', ramp(1_500_000))
    for (const n of [255, 200]) {
      const archive = nameOf(n, '.blp')
      await run(cwd, 'c', 'a', archive)
      const before = readFileSync(join(cwd, archive))
      const journal = await killAppend(cwd, archive)
      const { plain, short = '' } = namesBeside(join(cwd, archive), '.blpk-journal')
      expect(join(cwd, journal)).toBe(n === 255 ? short : plain)
      // From a file system that takes fewer bytes.
      if (n === 200) renameSync(plain, short)
      expect((await blpk(['info', archive], { cwd })).err).toContain('was rolled back')
      expect(readFileSync(join(cwd, archive)).equals(before)).toBe(true)
      expect(existsSync(join(cwd, journal))).toBe(false)
      expect(filesIn(cwd).filter((name) => name.includes('journal'))).toEqual([])
    }
  },
  60_000,
)

test.runIf(isPosix)('a journal that is set aside has a name that the file system takes', async () => {
  const cwd = tempDir()
  put(cwd, 'a', ramp(1000))
  for (const n of [239, 255]) {
    const archive = nameOf(n, '.blp')
    await run(cwd, 'c', 'a', archive)
    const { plain, short = '' } = namesBeside(join(cwd, archive), '.blpk-journal')
    put('', n === 255 ? short : plain, 'BLPKJRN? of somebody else')
    const { code } = await blpk(['append', archive, 'a'], { cwd })
    expect(code).toBe(0)
  }
  expect(
    filesIn(cwd).filter((name) => name.endsWith('.blpk-journal.stale') || name.endsWith('.stale')).length,
  ).toBe(2)
})
