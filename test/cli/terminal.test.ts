import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blpk, filesIn, isPosix, noise, put, ramp, shell, tempDir } from './run.js'

/** Makes a pseudo-terminal around a command line, and gives its exit code; ours may have none. */
const PTY = `
import os, pty, sys
status = pty.spawn(['bash', '-c', sys.argv[1]], stdin_read=lambda fd: b'')
sys.exit(os.waitstatus_to_exitcode(status))
`

function hasPty(): boolean {
  try {
    execFileSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode(0)'], { stdio: 'ignore' })
    return isPosix
  } catch {
    return false
  }
}

interface Screen {
  code: number | null
  /** Everything that was written, with its control characters. */
  text: string
}

/** Runs a line of bash in a pseudo-terminal. */
async function terminal(line: string, cwd: string, env: Record<string, string> = {}): Promise<Screen> {
  const script = put(cwd, '.pty.py', PTY)
  const program = `blpk() { "$NODE" "$BLPK" "$@"; }; ${line}`
  const { code, out } = await shell('python3 "$SCRIPT" "$LINE"', {
    cwd,
    env: { ...env, SCRIPT: script, LINE: program },
  })
  return { code, text: out.toString() }
}

const BAR = /\d+% \| [\d.]+[KMB] of [\d.]+[KMB] \| [\d.]+[KMGB]\/s \| ratio [\d.]+ \| .* left/
const ESCAPE = '\u001b'

/** A file that takes over half a second to pack with {@link SLOWLY}. */
function slowFile(mebibytes = 6): string {
  const cwd = tempDir()
  put(cwd, 'a', noise(mebibytes * 2 ** 20))
  return cwd
}
const SLOWLY = '-n 1 -c zstd -l 9'

test('a pseudo-terminal is there', () => {
  if (!hasPty())
    process.stdout.write('not checked: what a terminal shows (it takes python3 with its module pty)\n')
})

describe.runIf(hasPty())('on a terminal', () => {
  test('long work shows a bar, which is gone at the end', async () => {
    const cwd = slowFile()
    const { code, text } = await terminal(`blpk c ${SLOWLY} a`, cwd)
    expect(code).toBe(0)
    expect(text).toMatch(BAR)
    // The bar's line is cleared, then comes the summary.
    const [, rest] = text.split(`${ESCAPE}[2K`).slice(-2)
    expect(rest).toMatch(/^a: 6\.0M → [\d.]+M \(ratio [\d.]+\) in [\d.]+ s → a\.blp\r\n$/)
  })

  test('short work shows none', async () => {
    const cwd = tempDir()
    put(cwd, 'a', ramp(100_000))
    const { code, text } = await terminal('blpk c a', cwd)
    expect(code).toBe(0)
    expect(text).toMatch(/^a: 97\.7K → [\d.]+K \(ratio [\d.]+\) in [\d.]+ s → a\.blp\r\n$/)
  })

  test.each<[string, string, Record<string, string>]>([
    ['-q', '-q', {}],
    ['--progress never', '--progress never', {}],
    ['a dumb terminal', '', { TERM: 'dumb' }],
  ])('%s shows none', async (_, options, env) => {
    const { code, text } = await terminal(`blpk c ${SLOWLY} ${options} a`, slowFile(), env)
    expect(code).toBe(0)
    expect(text).not.toContain('%')
    expect(text).not.toContain(ESCAPE)
    expect(text === '').toBe(options === '-q')
  })

  test('with NO_COLOR there is a bar without colours', async () => {
    const { text } = await terminal(`blpk c ${SLOWLY} a`, slowFile(), { NO_COLOR: '1' })
    expect(text).toMatch(BAR)
    expect(text.split(ESCAPE).some((piece) => /^\[[\d;]*m/.test(piece))).toBe(false)
  })

  test('an interrupt clears the bar and shows the cursor again', async () => {
    const cwd = slowFile(40)
    const line = `"$NODE" "$BLPK" c ${SLOWLY} a & sleep 1.5; kill -INT $!; wait $!`
    const { code, text } = await terminal(line, cwd)
    expect(code).toBe(130)
    expect(text).toMatch(BAR)
    expect(text.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(text.lastIndexOf(`${ESCAPE}[?25l`))
    expect(text).toMatch(/blpk: error: interrupted\r\n$/)
    expect(filesIn(cwd)).toEqual(['.pty.py', 'a'])
  })

  test('compressed bytes are not written to it', async () => {
    const cwd = tempDir()
    put(cwd, 'a', ramp(1000))
    for (const line of ['blpk c a -', 'blpk -f c - < a', 'blpk c a /dev/tty', 'blpk c a /dev/stdout']) {
      const { code, text } = await terminal(line, cwd)
      expect(code).toBe(2)
      expect(text).toBe(
        'blpk: error: compressed bytes are not written to a terminal: name an output file, or redirect it\r\n',
      )
    }
  })

  test('an archive is not read from it', async () => {
    for (const command of ['d -', 'i -', 'verify -']) {
      const { code, text } = await terminal(`blpk ${command}`, tempDir())
      expect(code).toBe(2)
      expect(text).toBe('blpk: error: standard input is a terminal: name an archive, or pipe one in\r\n')
    }
  })

  test('data are shown on it, without a bar among them', async () => {
    const cwd = tempDir()
    put(cwd, 'a', 'hello\n')
    const { code, text } = await terminal('blpk c a - | blpk d -q - -', cwd)
    expect([code, text]).toEqual([0, 'hello\r\n'])
  })
})

test('nothing of the progress reaches a pipe', async () => {
  const cwd = slowFile()
  const { code, err, out } = await blpk(['c', ...SLOWLY.split(' '), 'a'], { cwd })
  expect([code, err, out.length]).toEqual([0, '', 0])
})

test('--progress always writes plain lines into a log', async () => {
  const cwd = slowFile()
  const { code, err } = await blpk(['c', ...SLOWLY.split(' '), '--progress', 'always', 'a'], { cwd })
  expect(code).toBe(0)
  expect(err).toMatch(/^(blpk: [\d.]+M of 6\.0M, [\d.]+[KM]\/s, ratio [\d.]+, .* left\n)+$/)
  expect(readFileSync(join(cwd, 'a.blp')).length).toBeGreaterThan(1000)
})
