// npm run fuzz -- --seconds N [--seed S] [--iteration I]: looks for archives, frames and HDF5 files that crash, hang or fill the memory.
import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeSeeds, mutate } from './mutate.mjs'

const HANG_MS = 5000
/** Making the archives to damage takes longer than any try. */
const START_MS = 60_000
const MOST_RSS = 2 ** 30
/** A fresh process now and then, so that each has the memory for itself. */
const BATCH = 1500
const OUT = join(import.meta.dirname, '..', '..', '.fuzz')

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, iteration: { type: 'string' } },
})
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
const end = Date.now() + 1000 * Number(values.seconds ?? 60)

/** Runs a batch in a process. @returns the last iteration that was begun, and what was found */
function runBatch(first, count) {
  return new Promise((resolve) => {
    const script = join(import.meta.dirname, 'child.mjs')
    const child = fork(script, [seed, first, count], { execArgv: ['--max-old-space-size=256'] })
    const findings = []
    let last = first - 1
    let isDone = false
    let timer
    const stop = (finding) => {
      if (finding !== undefined) findings.push({ iteration: last, finding })
      isDone = true
      child.kill('SIGKILL')
    }
    const watch = (ms) => {
      clearTimeout(timer)
      timer = setTimeout(() => stop({ hang: `no answer for ${ms} ms` }), ms)
    }
    watch(START_MS)
    child.on('message', (message) => {
      if (isDone) return
      if (message.done) {
        isDone = true
        return
      }
      watch(HANG_MS)
      last = message.iteration
      if (message.finding !== undefined) findings.push(message)
      else if (message.rss > MOST_RSS) stop({ memory: `${message.rss} bytes before this iteration` })
      else if (Date.now() > end && values.iteration === undefined) stop()
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (!isDone)
        findings.push({ iteration: last, finding: { crash: `the process ended: ${code ?? signal}` } })
      resolve({ last, findings })
    })
  })
}

const all = []
let next = Number(values.iteration ?? 0)
const start = next
do {
  const { last, findings } = await runBatch(next, values.iteration === undefined ? BATCH : 1)
  all.push(...findings)
  next = Math.max(next, last) + 1
} while (values.iteration === undefined && Date.now() < end && all.length < 20)

console.log(`fuzz: seed ${seed}, ${next - start} archives, ${all.length} findings`)
if (all.length > 0) {
  mkdirSync(OUT, { recursive: true })
  const seeds = await makeSeeds()
  for (const { iteration, finding } of all) {
    const path = join(OUT, `${seed}-${iteration}`)
    const { kind, bytes } = await mutate(seeds, seed, iteration)
    const file = `${path}.${kind === 'frame' ? 'b2frame' : kind}`
    writeFileSync(file, bytes)
    writeFileSync(`${path}.json`, JSON.stringify({ seed, iteration, finding }, null, 2))
    console.log(`\n${file} (again: npm run fuzz -- --seed ${seed} --iteration ${iteration})`)
    for (const [what, said] of Object.entries(finding)) console.log(`  ${what}: ${said}`)
  }
  process.exitCode = 1
}
