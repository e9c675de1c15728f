// Tries all frames of a directory, one after the other, in a process whose memory is measured.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FileSource } from '../../dist/index.js'
import { attemptFrame } from './attempt-frame.mjs'

const [directory, count] = process.argv.slice(2)
for (let i = 0; i < Number(count); i++) {
  const start = performance.now()
  const sparse = join(directory, `${i}.sparse`)
  const result = existsSync(sparse)
    ? await attemptFrame(sparse, new FileSource(join(sparse, 'chunks.b2frame')))
    : await attemptFrame(readFileSync(join(directory, `${i}.b2frame`)))
  const { maxRSS } = process.resourceUsage()
  console.log(JSON.stringify({ i, ...result, ms: performance.now() - start, maxRSS: maxRSS * 1024 }))
}
