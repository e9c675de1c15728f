// The code that the build compiled ahead: node takes it, and what runs from it behaves like the rest.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BLPK, ROOT } from './run.js'

const REPORT = `
  const { cachedBundle } = require(${JSON.stringify(join(ROOT, 'bin', 'code-cache.js'))})
  const bundle = cachedBundle()
  const { main } = bundle.load('cli.js')
  main(['info', '--json', 'test/fixtures/README.md']).finally(() => {
    const taken = [...bundle.scripts].map(([name, script]) => [name.split('-')[0], script.cachedDataRejected])
    process.stderr.write('\\n' + JSON.stringify(taken))
  })`

/** Without options of a test runner, which would be other flags for V8. */
const env = { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' }

function node(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: 'utf8' })
}

test('V8 takes the code that the build compiled', () => {
  const taken = JSON.parse(node('-e', REPORT).stderr.split('\n').at(-1) ?? '') as [string, boolean][]
  expect(taken).toContainEqual(['start', false])
  expect(taken).toContainEqual(['open', false])
  expect(taken.map(([, isRejected]) => isRejected)).not.toContain(true)
})

test('plug-ins load, under flags that make V8 refuse the code too', () => {
  const args = [BLPK, 'info', '--plugin', 'test/conformance/toys/rows-codec.mjs', 'nothing.blp']
  for (const flags of [[], ['--no-opt']]) {
    const { stderr, status } = node(...flags, ...args)
    expect(stderr).toContain("'nothing.blp'")
    expect(stderr).not.toMatch(/plugin|Warning/)
    expect(status).toBe(1)
  }
})
