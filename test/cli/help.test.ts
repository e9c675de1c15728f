import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blpk } from './run.js'

const COMMANDS = [
  'compress',
  'decompress',
  'info',
  'append',
  'meta',
  'verify',
  'repair',
  'concat',
  'convert',
  'ls',
  'clean',
]
const packageJson = join(import.meta.dirname, '..', '..', 'package.json')
const { version } = JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }

test('the main help', async () => {
  const { code, out, err } = await blpk(['--help'])
  expect([code, err]).toEqual([0, ''])
  await expect(out.toString()).toMatchFileSnapshot('golden/help.txt')
  expect((await blpk(['-h'])).out).toEqual(out)
  expect((await blpk(['help'])).out).toEqual(out)
})

test.each(COMMANDS)('the help of %s', async (command) => {
  const { code, out, err } = await blpk([command, '-h'])
  expect([code, err]).toEqual([0, ''])
  await expect(out.toString()).toMatchFileSnapshot(`golden/help-${command}.txt`)
  expect((await blpk(['help', command])).out).toEqual(out)
})

test.each(['c', 'd', 'i', 'a'])('the alias %s has the help of its command', async (alias) => {
  const { code, out } = await blpk(['help', alias])
  expect(code).toBe(0)
  expect(out.toString()).toMatch(new RegExp(`^Usage: blpk \\w+\\|${alias} `))
})

test('without arguments the help goes to standard error', async () => {
  const { code, out, err } = await blpk([])
  expect([code, out.length]).toEqual([2, 0])
  expect(err).toMatch(/^Usage: blpk /)
})

test('the version, before and after a command', async () => {
  for (const args of [['--version'], ['compress', '--version']]) {
    const { code, out, err } = await blpk(args)
    expect([code, out.toString(), err]).toEqual([0, `blpk ${version}\n`, ''])
  }
})
