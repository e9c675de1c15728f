import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commands } from '../../dist/cli/commands.js'
import { EXIT_CODES } from '../../dist/cli/exit.js'
import { flags } from '../../dist/cli/flags/index.js'
import { EXIT_CODE_TEXTS } from '../../dist/cli/help/exit-codes.js'
import { fullPage, shortPage } from '../../dist/cli/help/page.js'
import { GROUPS, optionsOf } from '../../dist/cli/help/words.js'
import { blpk } from './run.js'

const SCREEN = { lines: 24, columns: 80 }
const packageJson = join(import.meta.dirname, '..', '..', 'package.json')
const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }

async function page(...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(args)
  expect([code, err]).toEqual([0, ''])
  return out.toString()
}

function expectScreen(text: string): void {
  const lines = text.replace(/\n$/, '').split('\n')
  expect(lines.length).toBeLessThanOrEqual(SCREEN.lines)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(SCREEN.columns)
}

test('the main help', async () => {
  const text = await page('--help')
  await expect(text).toMatchFileSnapshot('golden/help.txt')
  expect(await page('help')).toBe(text)
  for (const [code, meaning] of EXIT_CODE_TEXTS)
    expect(text.replace(/\s+/g, ' ')).toContain(` ${code} ${meaning}`)
})

test('the main help on one screen', async () => {
  const text = await page('-h')
  await expect(text).toMatchFileSnapshot('golden/help-short.txt')
  expectScreen(text)
  for (const { name: command } of commands()) expect(text).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
})

test.each(commands())('the help of $name', async (command) => {
  const [full, short] = [fullPage(command, flags()), shortPage(command, flags())]
  await expect(full).toMatchFileSnapshot(`golden/help-${command.name}.txt`)
  await expect(short).toMatchFileSnapshot(`golden/short-${command.name}.txt`)
  expectScreen(short)
})

test('-h is short, --help and help are in full', async () => {
  const [command] = commands()
  if (command === undefined) throw new Error('there are no commands')
  expect(await page('compress', '-h', 'a')).toBe(shortPage(command, flags()))
  for (const args of [
    ['compress', '--help'],
    ['-q', 'help', 'compress'],
    ['help', 'c'],
  ])
    expect(await page(...args)).toBe(fullPage(command, flags()))
})

test.each(commands().filter(({ isAboutBlpk }) => isAboutBlpk !== true))(
  'the help of $name has the options of the table and no others, under the title of their group',
  (command) => {
    const full = fullPage(command, flags())
    const options = optionsOf(flags(), command.name)
    for (const { name, group } of options) {
      const title = GROUPS.find(([id]) => id === group)?.[1]
      const [section = ''] = new RegExp(`^${title}:\n(?: .*\n)+`, 'm').exec(full) ?? []
      expect(section).toMatch(new RegExp(`^  (-\\w, )?--${name}( |$)`, 'm'))
    }
    const shown = [...full.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map(([, name]) => name)
    expect(shown.sort()).toEqual(options.map(({ name }) => name).sort())
  },
)

test('help lists the exit codes that there are', () => {
  const documented = EXIT_CODE_TEXTS.map(([code]) => code)
  expect(documented).toEqual([...new Set(Object.values(EXIT_CODES))].sort((a, b) => a - b))
})

test('without arguments the five most used commands go to standard error', async () => {
  const { code, out, err } = await blpk([])
  expect([code, out.length]).toEqual([2, 0])
  expect(err).toMatch(/^Usage: blpk /)
  expect(err.match(/^ {2}blpk \w+/gm)).toEqual(
    ['compress', 'decompress', 'info', 'append', 'verify'].map((name) => `  blpk ${name}`),
  )
  expectScreen(err)
})

test('the version, before and after a command', async () => {
  for (const args of [['--version'], ['compress', '--version']]) {
    const { code, out, err } = await blpk(args)
    expect([code, out.toString(), err]).toEqual([0, `blpk ${version}\n`, ''])
  }
})
