import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sized } from '../support/long.js'
import { blpk, filesIn, put, ramp, tempDir } from './run.js'

const HOLDER = join(import.meta.dirname, 'hold-locks.mjs')
const WAIT_SECONDS = sized(1, 3)
/** A timer may be early by a little. */
const WAIT_MS = WAIT_SECONDS * 1000 - 50

/** Commands that would each change a file of its own, named after its verb. */
function commands(extension: string, seconds: number): string[][] {
  const source = `a.${extension}`
  const timeout = ['--lock-timeout', `${seconds}`]
  const concat = ['concat', '-f', ...timeout, `concat.${extension}`, source, source]
  const isArchive = extension === 'blp'
  return [
    ...(isArchive ? [concat] : []),
    ['convert', '-f', ...timeout, source, `convert.${extension}`],
    ['repair', '-f', ...timeout, source, `repair.${extension}`],
    ['meta', 'set', ...(isArchive ? ['--grow'] : []), ...timeout, `meta.${extension}`, 'k', '1'],
  ]
}

async function place(extension: string): Promise<{ cwd: string; paths: string[] }> {
  const cwd = tempDir()
  put(cwd, 'a', ramp(10_000))
  expect((await blpk(['c', 'a', `a.${extension}`], { cwd })).code).toBe(0)
  const paths = commands(extension, 0).map(([verb]) => join(cwd, `${verb}.${extension}`))
  for (const path of paths) copyFileSync(join(cwd, `a.${extension}`), path)
  return { cwd, paths }
}

async function hold(paths: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [HOLDER, ...paths], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)))
  })
  return child
}

describe.each(['blp', 'b2frame'])('commands that change a .%s that another process locks', (extension) => {
  test('wait for as long as --lock-timeout says, then end with exit code 6', async () => {
    const { cwd, paths } = await place(extension)
    const before = filesIn(cwd)
    await hold(paths)
    const runs = commands(extension, WAIT_SECONDS).map(async ([verb = '', ...args]) => {
      const start = performance.now()
      const { code, err } = await blpk([verb, ...args], { cwd })
      expect([verb, code, err]).toEqual([
        verb,
        6,
        expect.stringContaining(`is locked by another process for more than ${WAIT_SECONDS} s`),
      ])
      expect(performance.now() - start).toBeGreaterThan(WAIT_MS)
    })
    await Promise.all(runs)
    const atOnce = await Promise.all(commands(extension, 0).map((args) => blpk(args, { cwd })))
    expect(new Set(atOnce.map(({ code }) => code))).toEqual(new Set([6]))
    for (const path of paths)
      expect(readFileSync(path).equals(readFileSync(join(cwd, `a.${extension}`)))).toBe(true)
    expect(filesIn(cwd).filter((name) => !name.endsWith('.b2lock'))).toEqual(before)
  }, 60_000)

  test('go on when the lock is free in time', async () => {
    const { cwd, paths } = await place(extension)
    const holder = await hold(paths)
    let isFree = false
    setTimeout(() => {
      isFree = true
      holder.stdin?.end()
    }, WAIT_SECONDS * 1000)
    const runs = commands(extension, 60).map(async (args) => {
      const { code, err } = await blpk(args, { cwd })
      expect([args, code, err, isFree]).toEqual([args, 0, '', true])
    })
    await Promise.all(runs)
    const info = await blpk(['meta', 'get', `meta.${extension}`, 'k'], { cwd })
    expect(info.out.toString()).toBe('1\n')
  }, 90_000)
})
