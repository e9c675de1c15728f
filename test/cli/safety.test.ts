import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sized } from '../support/long.js'
import {
  blpk,
  filesIn,
  hasTemporary,
  isPosix,
  noise,
  type Outcome,
  put,
  ramp,
  shell,
  tempDir,
  until,
} from './run.js'

const data = ramp(100_000)

/** A directory with a file and its archive. */
async function place(): Promise<string> {
  const cwd = tempDir()
  put(cwd, 'a', data)
  expect((await blpk(['c', 'a'], { cwd })).code).toBe(0)
  return cwd
}

function read(directory: string, name: string): Buffer {
  return readFileSync(join(directory, name))
}

describe('existing outputs', () => {
  test('are kept without -f and replaced with it', async () => {
    const cwd = await place()
    put(cwd, 'old', 'old')
    for (const args of [
      ['c', 'a', 'old'],
      ['d', 'a.blp', 'old'],
    ]) {
      const refused = await blpk(args, { cwd })
      expect(refused.code).toBe(1)
      expect(refused.err).toBe("blpk: error: output file 'old' exists (use --force to overwrite)\n")
      expect(read(cwd, 'old').toString()).toBe('old')
    }
    expect((await blpk(['d', '-f', 'a.blp', 'old'], { cwd })).code).toBe(0)
    expect(read(cwd, 'old').equals(data)).toBe(true)
    expect(filesIn(cwd)).toEqual(['a', 'a.blp', 'old'])
  })

  test('are kept when the run fails', async () => {
    const cwd = await place()
    const broken = read(cwd, 'a.blp')
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1
    put(cwd, 'b.blp', broken)
    put(cwd, 'old', 'old')
    expect((await blpk(['-f', 'd', 'b.blp', 'old'], { cwd })).code).toBe(3)
    expect(read(cwd, 'old').toString()).toBe('old')
    expect(filesIn(cwd)).toEqual(['a', 'a.blp', 'b.blp', 'old'])
  })

  test.runIf(isPosix)('behind a link are replaced, and the link stays', async () => {
    const cwd = await place()
    mkdirSync(join(cwd, 'd'))
    put(join(cwd, 'd'), 'target', 'old')
    symlinkSync('d/target', join(cwd, 'link'))
    symlinkSync('d/missing', join(cwd, 'dangling'))
    expect((await blpk(['d', 'a.blp', 'link'], { cwd })).code).toBe(1)
    expect((await blpk(['d', '-f', 'a.blp', 'link'], { cwd })).code).toBe(0)
    expect((await blpk(['d', 'a.blp', 'dangling'], { cwd })).code).toBe(0)
    expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true)
    expect(readlinkSync(join(cwd, 'dangling'))).toBe('d/missing')
    expect(read(cwd, 'd/target').equals(data)).toBe(true)
    expect(read(cwd, 'd/missing').equals(data)).toBe(true)
    expect(filesIn(join(cwd, 'd'))).toEqual(['missing', 'target'])
  })
})

describe('input and output being the same file', () => {
  function expectRefused({ code, err }: Outcome): void {
    expect(code).toBe(1)
    expect(err).toMatch(/^blpk: error: input and output are the same file: '.*'\n$/)
  }

  test('is refused, even with -f', async () => {
    const cwd = await place()
    linkSync(join(cwd, 'a'), join(cwd, 'hard'))
    if (isPosix) symlinkSync('a', join(cwd, 'soft'))
    const archive = read(cwd, 'a.blp')
    for (const output of ['a', './a', 'hard', ...(isPosix ? ['soft'] : [])]) {
      expectRefused(await blpk(['c', '-f', 'a', output], { cwd }))
      expectRefused(await blpk(['c', 'a', output], { cwd }))
    }
    expectRefused(await blpk(['d', '-f', 'a.blp', 'a.blp'], { cwd }))
    expectRefused(await blpk(['a', 'a.blp', 'a.blp'], { cwd }))
    expect(read(cwd, 'a').equals(data)).toBe(true)
    expect(read(cwd, 'a.blp').equals(archive)).toBe(true)
  })

  test.runIf(isPosix)('is noticed through redirects', async () => {
    const cwd = await place()
    expectRefused(await shell('blpk c a - >> a', { cwd }))
    expectRefused(await shell('blpk c -f - a < a', { cwd }))
    expectRefused(await shell('blpk c - - < a >> a', { cwd }))
    expect(read(cwd, 'a').equals(data)).toBe(true)
  })
})

describe.runIf(isPosix)('devices and pipes', () => {
  test('/dev/null stays what it is', async () => {
    const cwd = await place()
    for (const args of [
      ['c', 'a', '/dev/null'],
      ['d', '-f', 'a.blp', '/dev/null'],
      ['c', '/dev/null', '/dev/null'],
    ]) {
      expect(await blpk(args, { cwd })).toMatchObject({ code: 0, err: '' })
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('a directory on standard input is no input', async () => {
    const { code, out, err } = await shell('blpk c - - < .', { cwd: tempDir() })
    expect([code, out.length, err]).toEqual([
      2,
      0,
      'blpk: error: standard input is a directory: name a file, or pipe one in\n',
    ])
  })

  test('a closed pipe ends quietly', async () => {
    const cwd = tempDir()
    put(cwd, 'big', noise(sized(1_000_000, 4_000_000)))
    await blpk(['c', '-z', '100', 'big'], { cwd })
    for (const line of [
      'blpk help | head -c 1 | wc -c',
      'blpk c big - | head -c 1 | wc -c',
      'blpk d big.blp - | head -c 1 | wc -c',
      'blpk i --chunks big.blp | head -c 1 | wc -c',
      'blpk i --json --chunks big.blp | head -c 1 | wc -c',
    ]) {
      const { out, err } = await shell(`${line}; echo "\${PIPESTATUS[0]}"`, { cwd })
      expect([err, out.toString().trim().split(/\s+/)]).toEqual(['', ['1', '0']])
    }
  })
})

describe.runIf(isPosix)('mode and times', () => {
  test('carry over to the output, and back', async () => {
    const cwd = tempDir()
    put(cwd, 'a', data)
    chmodSync(join(cwd, 'a'), 0o640)
    const time = new Date('2020-02-03T04:05:06.789Z')
    utimesSync(join(cwd, 'a'), time, time)
    await blpk(['c', 'a', 'x.blp'], { cwd })
    await blpk(['d', 'x.blp', 'b'], { cwd })
    for (const name of ['x.blp', 'b']) {
      const stat = statSync(join(cwd, name))
      expect(stat.mode & 0o777).toBe(0o640)
      expect(stat.mtimeMs).toBe(time.getTime())
    }
  })
})

/** A file that takes long to pack. */
function longWork(directory: string): void {
  put(directory, 'big', noise(sized(16, 32) * 2 ** 20))
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Runs blpk, and sends it signals once its output has begun. */
async function interrupted(
  cwd: string,
  args: string[],
  signals: NodeJS.Signals[],
  ready: () => boolean,
): Promise<Outcome> {
  let pid = 0
  const run = blpk(args, {
    cwd,
    started: (started) => {
      pid = started
    },
  })
  await until(ready)
  for (const [i, signal] of signals.entries()) {
    // It may have ended at the first one already.
    if (i > 0 && !isRunning(pid)) break
    process.kill(pid, signal)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return run
}

describe.runIf(isPosix)('an interrupt', () => {
  test.each<[string, NodeJS.Signals[], string[]]>([
    ['of threads', ['SIGINT'], ['-n', '2']],
    ['of a single thread', ['SIGINT'], ['-n', '1']],
    ['by SIGTERM', ['SIGTERM'], []],
    ['by SIGHUP', ['SIGHUP'], []],
  ])('%s leaves what was there before', async (_, signals, options) => {
    const cwd = tempDir()
    longWork(cwd)
    put(cwd, 'big.blp', 'old')
    const args = ['-f', 'c', '-c', 'zstd', '-l', '9', ...options, 'big']
    const { signal, err } = await interrupted(cwd, args, signals, () => hasTemporary(cwd))
    expect([signal, err]).toEqual([signals[0], 'blpk: error: interrupted\n'])
    expect(filesIn(cwd)).toEqual(['big', 'big.blp'])
    expect(read(cwd, 'big.blp').toString()).toBe('old')
  })

  test('a second one ends at once, and leaves nothing either', async () => {
    const cwd = tempDir()
    longWork(cwd)
    const args = ['c', '-c', 'zstd', '-l', '9', 'big']
    const { signal } = await interrupted(cwd, args, ['SIGINT', 'SIGINT'], () => hasTemporary(cwd))
    expect(signal).toBe('SIGINT')
    expect(filesIn(cwd)).toEqual(['big'])
  })

  test('of decompress leaves nothing', async () => {
    const cwd = tempDir()
    longWork(cwd)
    await blpk(['c', '-z', '16K', '-k', 'sha512', 'big'], { cwd })
    const args = ['d', '-n', '1', 'big.blp', 'out']
    const { code } = await interrupted(cwd, args, ['SIGINT'], () => hasTemporary(cwd))
    // On a fast machine it may be done first.
    expect(filesIn(cwd)).toEqual(code === 130 ? ['big', 'big.blp'] : ['big', 'big.blp', 'out'])
  })

  test('of append leaves the archive as it was', async () => {
    const cwd = tempDir()
    longWork(cwd)
    put(cwd, 'a', noise(3_000_000))
    await blpk(['c', '--max-app-chunks', '1000', 'a'], { cwd })
    const before = read(cwd, 'a.blp')
    const args = ['a', '-c', 'zstd', '-l', '9', 'a.blp', 'big']
    const grows = () => statSync(join(cwd, 'a.blp')).size > before.length
    const { code, err } = await interrupted(cwd, args, ['SIGINT', 'SIGINT'], grows)
    expect([code, err]).toEqual([130, 'blpk: error: interrupted\n'])
    expect(read(cwd, 'a.blp').equals(before)).toBe(true)
  })

  test('ends the wait for a pipe', async () => {
    const cwd = tempDir()
    const lines = [
      'mkfifo f1; "$NODE" "$BLPK" c f1 x.blp',
      'mkfifo f2; sleep 5 > f2 2>&1 & "$NODE" "$BLPK" c f2 x.blp',
      'mkfifo f3; sleep 5 > f3 2>&1 & "$NODE" "$BLPK" c - x.blp < f3',
    ]
    const ends = lines.map((line) => shell(`${line} & sleep 1; kill -TERM $!; wait $!`, { cwd }))
    for (const { code, err } of await Promise.all(ends)) {
      expect(code).toBe(143)
      expect(err).toContain('blpk: error: interrupted\n')
    }
    expect(filesIn(cwd)).toEqual(['f1', 'f2', 'f3'])
  })
})

/** Mounts a small file system, where one may. */
function smallDisk(): string | undefined {
  const path = tempDir()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => {
    execFileSync('umount', [path])
  })
  return path
}

test.runIf(existsSync('/dev/full'))('a device that takes nothing is said', async () => {
  const cwd = await place()
  for (const line of ['blpk c a /dev/full', 'blpk d a.blp - >> /dev/full', 'blpk i a.blp > /dev/full']) {
    const { code, err } = await shell(line, { cwd })
    expect(code).toBe(1)
    expect(err).toMatch(/^blpk: error: cannot write '.*': no space left on the device\n$/)
  }
})

test('no space left is said, and nothing is left behind', async () => {
  const disk = isPosix ? smallDisk() : undefined
  if (disk === undefined) {
    process.stdout.write('not checked: a full disk (mounting a small tmpfs takes root on Linux)\n')
    return
  }
  const cwd = tempDir()
  put(cwd, 'a', noise(1_000_000))
  await blpk(['c', 'a'], { cwd })
  const outputs: [string[], string][] = [
    [['c', 'a', join(disk, 'x.blp')], 'x.blp'],
    [['d', 'a.blp', join(disk, 'x')], 'x'],
  ]
  for (const [args, name] of outputs) {
    const { code, err } = await blpk(args, { cwd })
    expect([code, err]).toEqual([
      1,
      `blpk: error: cannot write '${join(disk, name)}': no space left on the device\n`,
    ])
    expect(filesIn(disk)).toEqual([])
  }
  put(disk, 's', 'small')
  expect((await blpk(['c', join(disk, 's')], { cwd })).code).toBe(0)
  const before = read(disk, 's.blp')
  const full = await blpk(['a', join(disk, 's.blp'), 'a'], { cwd })
  expect(full.code).toBe(1)
  expect(full.err).toMatch(/no space left on the device \(the archive is unchanged\)\n$/)
  expect(read(disk, 's.blp').equals(before)).toBe(true)
  const grown = await blpk(['a', '--grow', join(disk, 's.blp'), 'a'], { cwd })
  expect(grown.code).toBe(1)
  expect(read(disk, 's.blp').equals(before)).toBe(true)
  expect(filesIn(disk)).toEqual(['s', 's.blp'])
})
