import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchDirectory } from '../support/scratch.js'

const directory = scratchDirectory()
const LIBRARY = new URL('../../dist/index.js', import.meta.url).href

test('the example in README.md runs and prints what it says', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
  const example = /### Blosc2 in the library\n[\s\S]*?```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const promised = [...example.matchAll(/console\.log\(.*\) \/\/ (.*)/g)].map(([, text]) => text)
  expect(promised.length).toBeGreaterThan(1)
  const script = join(directory, 'example.mjs')
  writeFileSync(script, example.replace("from 'blpk'", `from ${JSON.stringify(LIBRARY)}`))
  const { stdout, stderr } = spawnSync(process.execPath, [script], { cwd: directory, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n')).toEqual(promised)
})
