// Workers start wherever the program comes from, and do what they are prepared for first.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { JobModule } from '../../dist/engine/job.js'
import { lendThreads } from '../../dist/engine/pools.js'
import { prepareWorkers } from '../../dist/engine/preparation.js'
import { scratchDirectory } from '../support/scratch.js'

const LIBRARY = new URL('../../dist/index.js', import.meta.url).href

test('workers start in a program given on the command line', () => {
  const script = `
    import { compress, decompress } from ${JSON.stringify(LIBRARY)}
    const plain = new Uint8Array(16e6).map((_, i) => i >> 5)
    const packed = await compress(plain, { chunkSize: 2 ** 19, threads: 2 })
    process.stdout.write(String((await decompress(packed, { threads: 2 })).length))`
  const args = ['--input-type=module', '-e', script]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout).toBe('16000000')
})

test('a worker does what it is prepared for before its first job', async () => {
  const dir = scratchDirectory()
  const [path, log] = [join(dir, 'toy-job.mjs'), join(dir, 'log')]
  writeFileSync(
    path,
    `import { appendFileSync } from 'node:fs'
    let prepared = 0
    export const jobs = {
      url: import.meta.url,
      open: () => ({
        prepare: ({ log }) => { appendFileSync(log, 'prepared\\n'); return ++prepared },
        answer: ({ n }) => n + prepared,
      }),
    }`,
  )
  const toy = ((await import(pathToFileURL(path).href)) as { jobs: JobModule }).jobs
  const load = { threads: 2, jobs: 2, nbytes: 1e9, speed: 1, slot: { plain: 1, packed: 1 } }
  const { threads, end } = lendThreads(load, toy)
  try {
    expect(await threads.run(toy, 'answer', { n: 41 })).toBe(41)
    prepareWorkers(toy, 'prepare', { log })
    expect(await threads.run(toy, 'answer', { n: 41 })).toBe(42)
    expect(readFileSync(log, 'utf8')).toBe('prepared\n')
  } finally {
    await end()
  }
})
