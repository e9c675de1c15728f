import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../dist/cli/commands.js'
import { flags } from '../../dist/cli/flags/index.js'
import { optionsOf } from '../../dist/cli/help/words.js'
import { haveTool } from '../support/tools.js'
import { blpk, isPosix, put, tempDir } from './run.js'

const SHELLS = join(import.meta.dirname, 'shells')
const ALL = commands().map(({ name }) => name)
const FILES = ['a.blp', 'b.b2nd', 'c.b2frame', 'd.npy', 'e.h5', 'sub/']
const ARCHIVES = ['a.blp', 'b.b2nd', 'c.b2frame', 'e.h5', 'sub/']

/** A command line to which the tab key is pressed, and what is offered. */
type Case = [line: string, offers: readonly string[]]

/** Every option of a command that may be typed, in both spellings. */
function optionsAfter(command: string, start = '-'): string[] {
  const options = optionsOf(flags(), commands().find(({ name }) => name === command)?.name)
  return options
    .flatMap(({ letter, name }) => [...(letter === undefined ? [] : [`-${letter}`]), `--${name}`])
    .filter((spelling) => spelling.startsWith(start))
}

const CASES: Case[] = [
  ['blpk ', ALL],
  ['blpk co', ['compress', 'concat', 'convert', 'completion']],
  ['blpk --prog', ['--progress']],
  ['blpk -n 4 ver', ['verify']],
  ...ALL.map((command): Case => [`blpk ${command} --`, optionsAfter(command, '--')]),
  ['blpk c --codec ', ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']],
  ['blpk compress --codec=lz', ['lz4', 'lz4hc']],
  ['blpk compress -k sha', ['sha1', 'sha224', 'sha256', 'sha384', 'sha512']],
  ['blpk --progress never convert --format ', ['blp', 'b2frame', 'b2nd', 'h5']],
  ['blpk convert --split-mode a', ['always', 'auto']],
  ['blpk c --filters ', ['shuffle', 'bitshuffle', 'delta', 'bytedelta', 'none']],
  ['blpk convert --filters bit', ['bitshuffle']],
  ['blpk repair --fill ', ['zeros']],
  ['blpk meta ', ['get', 'set', 'rm']],
  ['blpk help com', ['compress', 'completion']],
  ['blpk completion ', ['bash', 'zsh', 'fish', 'powershell']],
  ['blpk info ', ARCHIVES],
  ['blpk i a.blp b', ['b.b2nd']],
  ['blpk meta get ', ARCHIVES],
  ['blpk c -l 9 ', FILES],
  ['blpk c -m ', FILES],
  ['blpk c d.npy ', ARCHIVES],
  ['blpk append a.blp ', FILES],
  ['blpk verify --against d.npy ', ARCHIVES],
  ['blpk clean ', ['sub/']],
]

/** A folder with archives, other files and a folder. */
function folder(): string {
  const cwd = tempDir()
  for (const name of FILES) {
    if (name.endsWith('/')) mkdirSync(join(cwd, name))
    else put(cwd, name, '')
  }
  return cwd
}

async function script(shell: string): Promise<string> {
  const { code, out, err } = await blpk(['completion', shell])
  expect([code, err]).toEqual([0, ''])
  return put(tempDir(), `blpk.${shell === 'powershell' ? 'ps1' : shell}`, out)
}

/** Offers as they come out of a shell: in any order, perhaps twice, values with their option, folders with a slash or without one. */
function sorted(offers: readonly string[]): string[] {
  return [...new Set(offers.map((offer) => offer.replace(/^--[\w-]+=(?=.)|[/=]$/g, '')))].sort()
}

/** Types the lines of all cases into a shell on a terminal. */
async function typeInto(
  shell: string,
  args: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string[][]> {
  const offered = put(tempDir(), 'offered', '')
  execFileSync(
    'python3',
    [join(SHELLS, 'press-tab.py'), CASES.map(([line]) => line).join('\n'), shell, ...args],
    {
      cwd,
      env: { ...process.env, ...env, SCRIPT: await script(shell), OFFERED: offered, TERM: 'xterm' },
    },
  )
  return readFileSync(offered, 'utf8')
    .split(/^--\n/m)
    .map((group) => group.split('\n').filter((offer) => offer !== ''))
}

function expectOffers(offered: readonly string[][]): void {
  const got = CASES.map(([line], i) => [line, sorted(offered[i] ?? [])])
  expect(got).toEqual(CASES.map(([line, offers]) => [line, sorted(offers)]))
}

const hasPython = isPosix && haveTool('python3', ['-c', 'import pty'], 'completion in bash and zsh')

describe.runIf(hasPython && haveTool('bash', ['-c', 'exit'], 'completion in bash'))('bash', () => {
  test('completes commands, options, values and archives at the tab key', async () => {
    expectOffers(await typeInto('bash', ['--rcfile', join(SHELLS, 'bashrc'), '-i'], folder(), {}))
  })
})

describe.runIf(hasPython && haveTool('zsh', ['-c', 'exit'], 'completion in zsh'))('zsh', () => {
  test('completes commands, options, values and archives at the tab key', async () => {
    const cwd = folder()
    const home = tempDir()
    put(home, '.zshrc', readFileSync(join(SHELLS, 'zshrc')))
    expectOffers(await typeInto('zsh', ['-d', '-i'], cwd, { ZDOTDIR: home }))
  })
})

describe.runIf(haveTool('fish', ['--version'], 'completion in fish'))('fish', () => {
  test('completes commands, options, values and archives', async () => {
    const cwd = folder()
    const ask = CASES.map(
      ([line]) => `complete -C '${line}' | string replace -r '\\t.*' ''; printf '%s\\n' --`,
    ).join('\n')
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', `source "$SCRIPT"\n${ask}`], {
      cwd,
      env: { ...process.env, SCRIPT: await script('fish'), HOME: tempDir() },
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expectOffers(stdout.split(/^--\n/m).map((group) => group.split('\n').filter((offer) => offer !== '')))
  })
})

const PWSH_CASES = CASES.filter(([line]) => !line.includes('='))

describe.runIf(haveTool('pwsh', ['-Version'], 'completion in PowerShell', { isOptional: true }))(
  'PowerShell',
  () => {
    test('completes commands, options, values and archives', async () => {
      const cwd = folder()
      const ask = PWSH_CASES.map(
        ([line]) =>
          `(TabExpansion2 -inputScript '${line}' -cursorColumn ${line.length}).CompletionMatches.CompletionText; '--'`,
      )
      const command = [`. '${await script('powershell')}'`, ...ask].join('\n')
      const out = execFileSync('pwsh', ['-NoProfile', '-Command', command], { cwd, encoding: 'utf8' })
      const offered = out
        .split(/^--\r?\n/m)
        .map((group) => group.split(/\r?\n/).filter((offer) => offer !== ''))
      for (const [i, [line, offers]] of PWSH_CASES.entries())
        expect([line, sorted((offered[i] ?? []).map((one) => one.replace(/^\.[\\/]/, '')))]).toEqual([
          line,
          sorted(offers),
        ])
    })
  },
)

test.each(['bash', 'zsh', 'fish', 'powershell'])(
  'the script for %s has every option of the table',
  async (shell) => {
    const text = (await blpk(['completion', shell])).out.toString()
    for (const { name } of optionsOf(flags())) expect(text).toContain(name)
    for (const { name, values = [] } of flags()) {
      expect(text).toMatch(shell === 'fish' ? new RegExp(`-l ${name} `) : new RegExp(`--${name}\\b`))
      for (const value of values) expect(text).toMatch(new RegExp(`\\b${value}\\b`))
    }
  },
)

test('options that a plug-in adds are completed', async () => {
  const toy = join(import.meta.dirname, '..', 'conformance', 'toys', 'plain-container.mjs')
  const { out } = await blpk(['completion', 'bash', '--plugin', toy])
  expect(out.toString()).toMatch(/case \$file in .*\*\.toy/)
})
