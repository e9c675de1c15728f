import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const LIBRARY = new URL('../../dist/index.js', import.meta.url).href

test('workers start in a program given on the command line', () => {
  const script = `
    import { packBytes, unpackBytes } from ${JSON.stringify(LIBRARY)}
    const plain = new Uint8Array(16e6).map((_, i) => i >> 5)
    const packed = await packBytes(plain, { chunkSize: 2 ** 19, threads: 2 })
    process.stdout.write(String((await unpackBytes(packed, { threads: 2 })).length))`
  const args = ['--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toBe('16000000')
})
