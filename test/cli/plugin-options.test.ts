// What plug-ins add is part of the parser and of the help: formats, places and their options.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blpk, put, tempDir } from './run.js'

/** A place that is only read: the text that an option gives. */
const PLACE = `
export function register({ registerPlace }) {
  registerPlace({
    schemes: ['said'],
    flags: [{ name: 'said-text', setting: 'words', value: 'text', description: 'what is said', default: 'hello' }],
    identity: (name) => name,
    source: (name, { words = 'hello' }) => {
      const bytes = Buffer.from(words)
      const read = (position, into) => into.set(bytes.subarray(position, position + into.length)) ??
        Math.min(into.length, Math.max(0, bytes.length - position))
      return { name, size: bytes.length, seekable: true, read, close() {} }
    },
    list: async function* () {},
  })
}
`

function prepared(text: string): { cwd: string; plugin: string } {
  const cwd = tempDir()
  const plugin = join(cwd, 'place.mjs')
  writeFileSync(plugin, text)
  return { cwd, plugin }
}

test.each([
  ['before', (plugin: string, args: string[]) => ['--plugin', plugin, ...args]],
  ['behind', (plugin: string, args: string[]) => [...args, `--plugin=${plugin}`]],
])('options of a place are parsed and shown, with the plug-in %s the command', async (_, withPlugin) => {
  const { cwd, plugin } = prepared(PLACE)
  const run = (...args: string[]) => blpk(withPlugin(plugin, args), { cwd })
  for (const args of [['--help'], ['compress', '--help'], ['help', 'info']]) {
    const { code, out } = await run(...args)
    expect([code, out.toString()]).toEqual([0, expect.stringContaining('--said-text <text>')])
  }
  const listing = (await run('ls', '--help')).out.toString().replace(/\s+/g, ' ')
  expect(listing).toContain('s3://bucket/prefix or said://bucket/prefix')
  expect(await run('c', '-q', 'said://it', 'a.blp')).toMatchObject({ code: 0, err: '' })
  expect((await blpk(['d', 'a.blp', '-'], { cwd })).out.toString()).toBe('hello')
  expect(await run('c', '-qf', '--said-text', 'good bye', 'said://it', 'a.blp')).toMatchObject({ code: 0 })
  expect((await blpk(['d', 'a.blp', '-'], { cwd })).out.toString()).toBe('good bye')
})

test('without the plug-in there is no such option', async () => {
  const { cwd } = prepared(PLACE)
  const { code, err } = await blpk(['info', '--said-text', 'x', 'a.blp'], { cwd })
  expect([code, err]).toEqual([2, expect.stringContaining("unknown option '--said-text'")])
  expect((await blpk(['--help'], { cwd })).out.toString()).not.toContain('said-text')
})

test('a file called --plugin is no plug-in', async () => {
  const { cwd, plugin } = prepared(PLACE)
  put(cwd, '--plugin', Buffer.from('abc'))
  expect(await blpk(['c', '-q', '--', '--plugin', 'a.blp'], { cwd })).toMatchObject({ code: 0, err: '' })
  expect(plugin).toContain(cwd)
})

test('a plug-in that does not load is told, and not what is wrong without it', async () => {
  const { cwd } = prepared(PLACE)
  for (const args of [['info', 'a.blp'], ['info', '--said-text', 'x', 'a.blp'], ['--help']]) {
    const { code, err } = await blpk([...args, '--plugin', 'none.mjs'], { cwd })
    expect([code, err]).toEqual([1, expect.stringContaining("the plugin 'none.mjs' does not exist")])
  }
  const json = await blpk(['c', '--json', 'in', 'out', '--plugin', 'none.mjs'], { cwd })
  expect(JSON.parse(json.out.toString())).toMatchObject({ code: 'NOT_FOUND' })
})

test('an option whose name is taken is refused', async () => {
  const { cwd, plugin } = prepared(PLACE.replace('said-text', 'json'))
  const { code, err } = await blpk(['info', 'a.blp', '--plugin', plugin], { cwd })
  expect([code, err]).toEqual([2, expect.stringContaining('--json, which already exists')])
})
