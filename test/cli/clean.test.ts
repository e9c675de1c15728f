import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sized } from '../support/long.js'
import { BLPK, blpk, filesIn, isPosix, noise, put, ramp, tempDir, until } from './run.js'

/** Starts a run that waits for more on its standard input, once its temporary file is there. */
async function startRun(cwd: string, ...args: string[]) {
  const child = spawn(process.execPath, [BLPK, 'c', ...args], { cwd })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.on('error', () => {})
  child.stdin.write(noise(1_000_000))
  const temporaries = (): string[] => readdirSync(cwd).filter((name) => name.endsWith('.tmp'))
  const before = temporaries().length
  await until(() => temporaries().length > before)
  return child
}

async function kill(child: Awaited<ReturnType<typeof startRun>>): Promise<void> {
  const ended = new Promise((resolve) => child.on('close', resolve))
  child.kill('SIGKILL')
  await ended
}

/** Kills an append in the middle of its change. */
async function killAppend(cwd: string): Promise<void> {
  put(cwd, 'big', noise(sized(8_000_000, 20_000_000)))
  const child = spawn(process.execPath, [BLPK, 'append', '-c', 'zstd', '-l', '9', 'a.blp', 'big'], { cwd })
  const before = statSync(join(cwd, 'a.blp')).size
  await until(() => statSync(join(cwd, 'a.blp')).size > before, 50_000)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.on('close', resolve))
}

describe.runIf(isPosix)('clean removes what killed runs left', () => {
  test('temporary files and directories, deep ones too; those of runs that live stay', async () => {
    const cwd = tempDir()
    mkdirSync(join(cwd, 'deep'))
    await kill(await startRun(cwd, '-', 'x.blp'))
    await kill(await startRun(cwd, '--sparse', '-z', '64K', '-', 'x.b2frame'))
    await kill(await startRun(join(cwd, 'deep'), '-', `${'日'.repeat(83)}.blp`))
    const live = await startRun(cwd, '-', 'live.blp')
    // Not ours, whatever they look like.
    for (const name of ['.x.blp.tmp', '.x.blp.abc123.tmp', 'x.tmp', 'x.blpk-journal.stale.txt'])
      put(cwd, name, 'mine')
    const before = filesIn(cwd)
    const dry = await blpk(['clean', '--dry-run', '.'], { cwd })
    expect([dry.code, dry.err]).toEqual([0, ''])
    expect(dry.out.toString()).toMatch(/3 leftovers, 1 kept\n$/)
    expect(filesIn(cwd)).toEqual(before)
    const { code, out } = await blpk(['clean', '--json', '.'], { cwd })
    expect(code).toBe(0)
    const found = JSON.parse(out.toString()) as { removed: boolean; why: string }[]
    expect(found.filter(({ removed }) => removed).length).toBe(3)
    expect(found.find(({ removed }) => !removed)?.why).toContain('may be running')
    expect(readdirSync(join(cwd, 'deep'))).toEqual([])
    expect(filesIn(cwd).filter((name) => name.endsWith('.tmp')).length).toBe(4)
    live.stdin.end()
    await new Promise((resolve) => live.on('close', resolve))
    expect(existsSync(join(cwd, 'live.blp'))).toBe(true)
  }, 120_000)

  test('files of other machines only when they are old', async () => {
    const cwd = tempDir()
    const name = '.x.blp.blpk-0000000-1z-abcdefgh.tmp'
    put(cwd, name, 'x')
    expect((await blpk(['clean', '.'], { cwd })).out.toString()).toContain('kept')
    expect(filesIn(cwd)).toEqual([name])
    utimesSync(join(cwd, name), new Date(0), new Date(Date.now() - 25 * 3600_000))
    expect((await blpk(['clean', '.'], { cwd })).code).toBe(0)
    expect(filesIn(cwd)).toEqual([])
  })

  test('journals that count no more, and never one that an archive still needs', async () => {
    const cwd = tempDir()
    put(cwd, 'a', ramp(1_500_000))
    await blpk(['c', 'a', 'a.blp'], { cwd })
    await blpk(['c', 'a', 'b.blp'], { cwd })
    const sound = readFileSync(join(cwd, 'a.blp'))
    await killAppend(cwd)
    const journal = readFileSync(join(cwd, 'a.blp.blpk-journal'))
    writeFileSync(join(cwd, 'a.blp.blpk-journal.stale'), 'set aside')
    writeFileSync(join(cwd, 'b.blp.blpk-journal'), journal.subarray(0, 100))
    writeFileSync(join(cwd, 'gone.blp.blpk-journal'), journal)
    for (const dry of [true, false]) {
      const { code, out } = await blpk(['clean', ...(dry ? ['--dry-run'] : []), '.'], { cwd })
      expect(code).toBe(0)
      expect(out.toString()).toMatch(/2 leftovers( removed)?, 2 kept\n$/)
      expect(existsSync(join(cwd, 'b.blp.blpk-journal'))).toBe(dry)
    }
    expect(filesIn(cwd)).toEqual([
      'a',
      'a.blp',
      'a.blp.blpk-journal',
      'b.blp',
      'big',
      'gone.blp.blpk-journal',
    ])
    await blpk(['info', 'a.blp'], { cwd })
    expect(readFileSync(join(cwd, 'a.blp')).equals(sound)).toBe(true)
    // Another archive's.
    renameSync(join(cwd, 'gone.blp.blpk-journal'), join(cwd, 'b.blp.blpk-journal'))
    await blpk(['append', 'b.blp', 'a'], { cwd })
    expect((await blpk(['clean', cwd], { cwd })).code).toBe(0)
    expect(filesIn(cwd)).toEqual(['a', 'a.blp', 'b.blp', 'big'])
  }, 120_000)

  test('and refuses what is no directory', async () => {
    const cwd = tempDir()
    put(cwd, 'a', 'x')
    expect((await blpk(['clean', 'a'], { cwd })).code).toBe(2)
    expect((await blpk(['clean', 'missing'], { cwd })).code).toBe(1)
    expect((await blpk(['clean', 'https://h/x'], { cwd })).code).toBe(2)
  })
})
