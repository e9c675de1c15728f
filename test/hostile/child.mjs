// Tries all archives of a directory, one after the other, in a process whose memory is measured.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attemptAll } from './attempt.mjs'

const [directory, count] = process.argv.slice(2)
for (let i = 0; i < Number(count); i++) {
  const start = performance.now()
  const result = await attemptAll(readFileSync(join(directory, `${i}.blp`)))
  const { maxRSS } = process.resourceUsage()
  console.log(JSON.stringify({ i, ...result, ms: performance.now() - start, maxRSS: maxRSS * 1024 }))
}
