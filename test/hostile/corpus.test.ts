import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { scratchDirectory } from '../support/scratch.js'
import { CORPUS } from './corpus.js'

/** What a try of one archive may take, and the memory of the process that tries all of them. */
const MOST_MS = 5000
const MOST_MEMORY = 400 * 2 ** 20

interface Answers {
  i: number
  open: string
  info: string
  read: string
  range: string
  verify: string
  deep: string
  repair: string
  filled: string
  kept: number
  isOk: boolean
  ms: number
  maxRSS: number
}

async function tryAll(directory: string): Promise<Answers[]> {
  CORPUS.forEach(({ bytes }, i) => {
    writeFileSync(join(directory, `${i}.blp`), bytes)
  })
  const script = join(import.meta.dirname, 'child.mjs')
  const args = ['--max-old-space-size=128', script, directory, `${CORPUS.length}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const answers: Answers[] = []
  for await (const line of createInterface(child.stdout)) answers.push(JSON.parse(line) as Answers)
  return answers
}

const answers = await tryAll(scratchDirectory())

test('no archive ends the process, or takes much memory', () => {
  expect(answers).toHaveLength(CORPUS.length)
  expect(Math.max(...answers.map(({ maxRSS }) => maxRSS))).toBeLessThan(MOST_MEMORY)
})

describe('a hostile archive is answered as it must be', () => {
  CORPUS.forEach(({ name, open, read, kept, repair }, i) => {
    test(name, () => {
      const found = answers[i]
      expect(found).toBeDefined()
      if (found === undefined) return
      expect(found.ms).toBeLessThan(MOST_MS)
      for (const value of Object.values(found)) expect(`${value}`).not.toMatch(/^threw/)
      expect(found.open).toBe(open)
      expect(found.read).toBe(read ?? (open === 'ok' ? 'ok' : open))
      expect([found.verify, found.deep]).toEqual(['ok', 'ok'])
      expect(found.isOk).toBe((read ?? open) === 'ok')
      expect(repair === undefined ? ['ok', 'DAMAGED'] : [repair]).toContain(found.repair)
      if (kept !== undefined) expect(found.kept).toBe(kept)
    })
  })
})
