import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sized, some } from '../support/long.js'
import { blpk, isPosix, noise, npy, put, ramp, shell, tempDir } from './run.js'

const FULL = '/dev/full'
const NO_SPACE = "blpk: error: cannot write 'standard output': no space left on the device\n"

/** A directory with an archive, a frame and an array, each with metadata. */
async function place(): Promise<string> {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [500, 5], ramp(10_000)))
  put(cwd, 'a', ramp(10_000))
  put(cwd, 'big', noise(3_000_000))
  for (const [input, output] of [
    ['a.npy', 'a.npy.blp'],
    ['a.npy', 'a.b2nd'],
    ['a', 'a.b2frame'],
  ] as const)
    expect((await blpk(['c', input, output], { cwd })).code).toBe(0)
  expect((await blpk(['meta', 'set', '--raw', 'a.b2frame', 'layer', '@big'], { cwd })).code).toBe(0)
  return cwd
}

const PRINTING: readonly string[] = [
  '--help',
  'help append',
  'append --help',
  '--version',
  'info a.npy.blp a.b2nd',
  'info --json --chunks a.npy.blp',
  'verify a.npy.blp',
  'verify --json a.b2nd',
  'meta get a.npy.blp',
  'meta get a.npy.blp shape',
  'meta get a.b2frame',
  'meta get --raw a.b2frame layer',
  'convert -f --json a.npy.blp c.b2nd',
  'append --json a.npy.blp a.npy',
  'compress -f --json a c.blp',
  'decompress -f --json a.b2frame c',
  'concat -f --json c.blp a.npy.blp a.npy.blp',
  'repair -f a.npy.blp c.blp',
]

test.runIf(existsSync(FULL))('a full device behind standard output ends with 1 and one line', async () => {
  const cwd = await place()
  for (const line of some(PRINTING, 9)) {
    const { code, err } = await shell(`blpk ${line} > ${FULL}`, { cwd })
    expect([line, code, err]).toEqual([line, 1, NO_SPACE])
  }
})

test.runIf(existsSync(FULL))('what was found out still counts where it is worse', async () => {
  const cwd = await place()
  const bytes = readFileSync(join(cwd, 'a.npy.blp'))
  put(cwd, 'cut.blp', bytes.subarray(0, bytes.length - 10))
  const { code, err } = await shell(`blpk verify cut.blp > ${FULL}`, { cwd })
  expect([code, err]).toEqual([3, NO_SPACE])
})

test.runIf(isPosix)('a file that can take only a part: exit code 1, for results and for data', async () => {
  const cwd = await place()
  expect((await blpk(['c', 'big'], { cwd })).code).toBe(0)
  put(cwd, 'begun', 'x')
  for (const line of [
    'blpk meta get --raw a.b2frame layer > out',
    'blpk meta get --raw a.b2frame layer >> begun',
    'blpk d big.blp - > out',
    'blpk d big.blp - >> begun',
    'blpk d --bytes 0:2500000 big.blp - >> begun',
  ]) {
    const { code, err } = await shell(`trap "" XFSZ; ulimit -f 1024; ${line}`, { cwd })
    expect([line, code, err]).toEqual([
      line,
      1,
      "blpk: error: cannot write 'standard output': the file would grow too large for the file system\n",
    ])
    put(cwd, 'begun', 'x')
  }
})

test.runIf(isPosix)('a standard output that is only open for reading ends with 1', async () => {
  const cwd = await place()
  for (const line of ['--version', 'info a.b2nd', 'meta get a.b2frame', 'd a.b2frame -']) {
    const { code, err } = await shell(`blpk ${line} 1< a`, { cwd })
    expect([line, code, err]).toEqual([
      line,
      1,
      "blpk: error: cannot write 'standard output': it is not open for this operation\n",
    ])
  }
})

test.runIf(isPosix)('a reader that closes its pipe early is nothing wrong', async () => {
  const cwd = await place()
  for (const line of [...some(PRINTING, 9), 'd a.b2frame -', 'c big -']) {
    const { code, out, err } = await shell(`blpk ${line} | true; echo "\${PIPESTATUS[0]}"`, { cwd })
    expect([line, code, out.toString(), err]).toEqual([line, 0, '0\n', ''])
  }
})

test.runIf(isPosix)('all of a long result reaches a slow reader', async () => {
  const cwd = await place()
  const { out } = await shell('blpk meta get --raw a.b2frame layer | (sleep 0.5; cat)', { cwd })
  expect(out.equals(readFileSync(join(cwd, 'big')))).toBe(true)
})

test.runIf(isPosix)('a standard error that cannot be written changes nothing', async () => {
  const cwd = await place()
  const sinks = ['2>&-', '2< a', '2> >(true)', ...(existsSync(FULL) ? [`2> ${FULL}`] : [])]
  for (const [i, sink] of sinks.entries()) {
    const lines: [string, number][] = [
      ['-v --progress always compress -f big', 0],
      ['verify a.npy.blp', 0],
      ['info none', 1],
      ['--wrong', 2],
      ['', 2],
      ['-d d a', 2],
    ]
    // Each line meets two of the four.
    for (const [line, expected] of sized(
      lines.filter((_, j) => (i + j) % 2 === 0),
      lines,
    )) {
      const { code } = await shell(`blpk ${line} ${sink}`, { cwd })
      expect([sink, line, code]).toEqual([sink, line, expected])
    }
  }
})
