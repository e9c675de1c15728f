import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sized, some } from '../support/long.js'
import { blpk, filesIn, isPosix, noise, npy, put, ramp, shell, tempDir } from './run.js'

/** Makes a pseudo-terminal around a command line, and gives its exit code; ours may have none. */
const PTY = `
import fcntl, os, pty, struct, sys, termios
widths = [int(width) for width in os.environ['WIDTHS'].split()]
most = int(os.environ['DRAWS'])
def resize(fd, width):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, width, 0, 0))
pid, fd = pty.fork()
if pid == 0:
    resize(0, widths[0])
    os.execvp('bash', ['bash', '-c', sys.argv[1]])
# After some lines of progress comes the next width.
rest, draws = widths[1:], 0
while True:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
    draws += data.count(b'\\x1b[K')
    if rest and draws >= most:
        os.write(1, b'<resized to %d>' % rest[0])
        resize(fd, rest.pop(0))
        draws = 0
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
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
    env: { WIDTHS: '100', DRAWS: `${sized(4, 6)}`, ...env, SCRIPT: script, LINE: program },
  })
  return { code, text: out.toString() }
}

const BAR = /\d+% \| [\d.]+[KMB] of [\d.]+[KMB] \| [\d.]+[KMGB]\/s \| (ratio [\d.]+ \| )?.* left/

const ESCAPE = '\u001b'

/** The lines of progress that were drawn. */
function drawn(text: string): string[] {
  return [...text.matchAll(new RegExp(`\r([^\r\n]*?)${ESCAPE}\\[K`, 'g'))].map(([, line = '']) => line)
}

/** A file that takes over half a second to pack with {@link SLOWLY}. */
function slowFile(mebibytes = 6): string {
  const cwd = tempDir()
  put(cwd, 'a', noise(mebibytes * 2 ** 20))
  return cwd
}
const SLOWLY = '-n 1 -c zstd -l 9'
/** A bar from the beginning, and in the long form only where it takes its time. */
const AT_ONCE = sized(`--progress always -z 128K ${SLOWLY}`, SLOWLY)

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
    expect(rest?.replace(`${ESCAPE}[?25h`, '')).toMatch(
      /^a: 6\.0M → [\d.]+M \(ratio [\d.]+\) in [\d.]+ s → a\.blp\r\n$/,
    )
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
    const { code, text } = await terminal(`blpk c ${SLOWLY} ${options} a`, slowFile(sized(3, 6)), env)
    expect(code).toBe(0)
    expect(text).not.toContain('%')
    expect(text).not.toContain(ESCAPE)
    expect(text === '').toBe(options === '-q')
  })

  test('with NO_COLOR there is a bar without colours', async () => {
    const { text } = await terminal(`blpk c ${AT_ONCE} a`, slowFile(sized(1, 6)), { NO_COLOR: '1' })
    expect(text).toMatch(BAR)
    expect(text.split(ESCAPE).some((piece) => /^\[[\d;]*m/.test(piece))).toBe(false)
  })

  test('an interrupt clears the bar and shows the cursor again', async () => {
    const cwd = slowFile(40)
    // The bar is there before anything is written.
    const line = `"$NODE" "$BLPK" c --progress always ${SLOWLY} a & until test -s .a.blp.*.tmp; do sleep 0.1; done; kill -INT $!; wait $!`
    const { code, text } = await terminal(line, cwd)
    expect(code).toBe(130)
    expect(text).toMatch(BAR)
    expect(text.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(text.lastIndexOf(`${ESCAPE}[?25l`))
    expect(text).toMatch(/blpk: error: interrupted\r\n$/)
    expect(filesIn(cwd)).toEqual(['.pty.py', 'a'])
  })

  test.each(some([80, 40, 20, 9], 2))('a bar fits in %i columns', async (width) => {
    const { code, text } = await terminal(`blpk c ${AT_ONCE} a`, slowFile(sized(2, 6)), {
      WIDTHS: `${width}`,
    })
    expect(code).toBe(0)
    expect(drawn(text).length).toBeGreaterThan(1)
    for (const line of drawn(text)) {
      expect(line.length).toBeLessThan(width)
      expect(line).toMatch(width > 30 ? /\d+% \| .* left$/ : /\d+%$|left$/)
    }
  })

  test('a bar is drawn anew when the terminal is resized', async () => {
    const { code, text } = await terminal(
      `blpk c --progress always ${sized('-z 128K', '')} ${SLOWLY} a`,
      slowFile(sized(10, 24)),
      {
        WIDTHS: '80 40 80',
      },
    )
    expect(code).toBe(0)
    const [before = '', narrow = '', wide = ''] = text.split(/<resized to \d+>/)
    expect(drawn(before).some((line) => line.length > 40)).toBe(true)
    // What was on its way before the signal does not count.
    const [first = '', ...rest] = narrow.split(`${ESCAPE}[2K`)
    expect(drawn(first).length).toBeLessThan(3)
    expect(drawn(rest.join('')).length).toBeGreaterThan(1)
    for (const line of drawn(rest.join(''))) expect(line.length).toBeLessThan(40)
    expect(drawn(wide).some((line) => line.length > 40)).toBe(true)
  })

  test.each<[Record<string, string>, RegExp]>([
    [{ LC_ALL: 'C' }, /^[=-]+ \d+% /],
    [{ LC_ALL: '', LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }, /^[=-]+ \d+% /],
    [{ LC_ALL: 'en_US.UTF-8' }, /^[\u2588\u2591]+ \d+% /],
  ])('the locale %o decides on its characters', async (env, expected) => {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    const line = `export ${variables.join(' ')}; blpk --progress always c ${SLOWLY} a`
    const { code, text } = await terminal(line, slowFile(1))
    expect(code).toBe(0)
    expect(drawn(text).length).toBeGreaterThan(0)
    for (const line of drawn(text)) expect(line).toMatch(expected)
    expect(/[^\0-~]/.test(text)).toBe(env.LC_ALL === 'en_US.UTF-8')
  })

  test('names of several archives are shortened by what they take on the screen', async () => {
    const cwd = tempDir()
    const name = `${'資料'.repeat(20)}.blp`
    put(cwd, 'a', noise(2 ** sized(22, 25)))
    expect((await blpk(['c', 'a', name], { cwd })).code).toBe(0)
    const line = `blpk verify --progress always '${name}' '${name}'`
    const { text } = await terminal(line, cwd, { WIDTHS: '60' })
    expect(drawn(text).length).toBeGreaterThan(0)
    for (const one of drawn(text)) expect(one).toMatch(/^資料資料資…資料\.blp .*left$/)
  })

  test('nothing is left of a bar after an error', async () => {
    const cwd = slowFile(sized(3, 12))
    const line = `ulimit -f ${sized(1024, 4096)}; trap "" XFSZ; blpk c -q a b.blp; blpk --progress always c ${SLOWLY} a`
    const { code, text } = await terminal(line, cwd)
    expect(code).toBe(1)
    expect(drawn(text).length).toBeGreaterThan(0)
    expect(text.slice(text.lastIndexOf(`${ESCAPE}[2K`))).toBe(
      `${ESCAPE}[2K${ESCAPE}[?25hblpk: error: cannot write 'a.blp': the file would grow too large for the file system\r\n`,
    )
  })

  test('compressed bytes are not written to it', async () => {
    const cwd = tempDir()
    put(cwd, 'a', ramp(1000))
    for (const line of ['blpk c a -', 'blpk -f c - < a', 'blpk c a /dev/tty', 'blpk c a /dev/stdout']) {
      const { code, text } = await terminal(line, cwd)
      expect(code).toBe(2)
      expect(text).toBe(
        'blpk: error: blpk does not write compressed data to a terminal: name an output file, or redirect the output\r\n',
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
  const cwd = slowFile(sized(3, 6))
  const { code, err, out } = await blpk(['c', ...SLOWLY.split(' '), 'a'], { cwd })
  expect([code, err, out.length]).toEqual([0, '', 0])
})

test('--progress always writes plain lines into a log', async () => {
  const mebibytes = sized(2, 6)
  const cwd = slowFile(mebibytes)
  const { code, err } = await blpk(['c', ...SLOWLY.split(' '), '--progress', 'always', 'a'], { cwd })
  expect(code).toBe(0)
  const line = `blpk: [\\d.]+M of ${mebibytes}\\.0M, [\\d.]+[KM]/s, ratio [\\d.]+, .* left\\n`
  expect(err).toMatch(new RegExp(`^(${line})+$`))
  expect(readFileSync(join(cwd, 'a.blp')).length).toBeGreaterThan(1000)
})

test('verify, convert, concat, repair, salvage and append show how much there is and the time left', async () => {
  const cwd = tempDir()
  const rows = 2 ** sized(17, 20)
  put(cwd, 'a.npy', npy('<f4', [rows, 16], noise(rows * 64)))
  for (const args of [
    ['-c', 'lz4', 'a.npy', 'a.blp'],
    ['-c', 'lz4', 'a.npy', 'a.b2nd'],
  ])
    expect((await blpk(['c', ...args], { cwd })).code).toBe(0)
  for (const line of [
    'verify --deep a.blp',
    'verify a.b2nd',
    'convert a.blp b.b2frame',
    'convert a.b2nd b.b2nd',
    'convert -c lz4 a.blp c.b2nd',
    'concat b.blp a.blp a.blp',
    'repair a.blp c.blp',
    'repair a.b2nd d.b2nd',
    'd --salvage a.blp e.npy',
    'd --salvage a.b2nd f.npy',
    'append a.blp a.npy',
    'append a.b2nd a.npy',
  ]) {
    const { code, err } = await blpk(['--progress', 'always', ...line.split(' ')], { cwd })
    expect([line, code]).toEqual([line, 0])
    expect(err).toMatch(/^(blpk: [\d.]+[KMB] of [\d.]+[KMB], [\d.]+[KMGB]\/s, (ratio [\d.]+, )?.* left\n)+/)
  }
}, 120_000)
