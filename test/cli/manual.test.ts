import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../../dist/cli/commands.js'
import { flags } from '../../dist/cli/flags/index.js'
import { EXIT_CODE_TEXTS } from '../../dist/cli/help/exit-codes.js'
import { manual } from '../../dist/cli/help/man.js'
import { optionsOf } from '../../dist/cli/help/words.js'
import { haveTool } from '../support/tools.js'

const ROOT = join(import.meta.dirname, '..', '..')
const PLACE = join(ROOT, 'dist', 'man')
const PAGES = ['blpk.1', ...commands().map(({ name }) => `blpk-${name}.1`)]

function page(name: string): string {
  return readFileSync(join(PLACE, name), 'utf8')
}

test('a page of the manual is built for blpk and for each command, from the tables as they are', () => {
  expect(readdirSync(PLACE).sort()).toEqual([...PAGES].sort())
  const settings = { version: '0', date: '2026-01-02' }
  const steady = (text: string | undefined): string | undefined =>
    text?.replace(/^\.Dd .*|^sion .*|version \S+\.$/gm, '')
  for (const [name, text] of manual(commands(), flags(), settings))
    expect(steady(page(name))).toBe(steady(text))
})

test('npm installs the pages', () => {
  const { man } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { man: string[] }
  expect([...man].sort()).toEqual(PAGES.map((name) => `./dist/man/${name}`).sort())
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const listing = execFileSync('npm', args, {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const [{ files }] = JSON.parse(listing) as [{ files: { path: string }[] }]
  const packed = files.map(({ path }) => path).filter((path) => path.startsWith('dist/man/'))
  expect(packed.sort()).toEqual(PAGES.map((name) => `dist/man/${name}`).sort())
})

test.each(PAGES)('%s has every option of the table, its values, and every exit code', (name) => {
  const text = page(name).replaceAll('\\-', '-')
  const command = commands().find((one) => name === `blpk-${one.name}.1`)
  const items = [...text.matchAll(/^\.It .*?Fl Fl (\S+)/gm)].map(([, option]) => option)
  if (command?.isAboutBlpk !== true) {
    const options = optionsOf(flags(), command?.name)
    expect(items.sort()).toEqual(options.map((option) => option.name).sort())
    for (const value of options.flatMap(({ values }) => values)) expect(text).toContain(value)
  }
  const [, codes = ''] = /^\.Sh EXIT STATUS\n([\s\S]*?)^\.El/m.exec(text) ?? []
  const listed = [...codes.matchAll(/^\.It (\d+)/gm)].map(([, code]) => Number(code))
  expect(listed).toEqual(EXIT_CODE_TEXTS.map(([code]) => code))
  for (const [, other] of text.matchAll(/^\.Xr (\S+) 1/gm)) expect(PAGES).toContain(`${other}.1`)
})

describe.runIf(haveTool('mandoc', [join(PLACE, 'blpk.1')], 'the manual in mdoc'))('mandoc', () => {
  test.each(PAGES)('finds nothing wrong with %s', (name) => {
    const { stdout, stderr, error } = spawnSync('mandoc', ['-T', 'lint', join(PLACE, name)], {
      encoding: 'utf8',
    })
    expect(error).toBeUndefined()
    // It looks for other pages among those that are installed; that they are built is checked above.
    const faults = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => !/referenced manual not found: Xr blpk/.test(line))
    expect(faults).toEqual([''])
  })
})
