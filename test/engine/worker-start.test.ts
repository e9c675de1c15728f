import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const LIBRARY = new URL('../../dist/index.js', import.meta.url).href

test('workers start in a program given on the command line', () => {
  const script = `
    import { packBytes, unpackBytes } from ${JSON.stringify(LIBRARY)}
    const plain = new Uint8Array(100000)
    const packed = await packBytes(plain, { chunkSize: 4096, threads: 2 })
    process.stdout.write(String((await unpackBytes(packed, { threads: 2 })).length))`
  const args = ['--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toBe('100000')
})
