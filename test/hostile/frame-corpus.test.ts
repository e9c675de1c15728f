import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { scratchDirectory } from '../support/scratch.js'
import { FRAME_CORPUS, SPARSE_CORPUS } from './frame-corpus.js'

/** What a try of one frame may take, and the memory of the process that tries all of them. */
const MOST_MS = 5000
const MOST_MEMORY = 400 * 2 ** 20

interface Answers {
  i: number
  open: string
  read: string
  array: string
  verify: string
  repair: string
  filled: string
  kept: number
  isOk: boolean
  ms: number
  maxRSS: number
}

const ALL = [...FRAME_CORPUS, ...SPARSE_CORPUS]

function write(directory: string): void {
  FRAME_CORPUS.forEach(({ bytes }, i) => {
    writeFileSync(join(directory, `${i}.b2frame`), bytes)
  })
  SPARSE_CORPUS.forEach(({ bytes, files }, i) => {
    const sparse = join(directory, `${FRAME_CORPUS.length + i}.sparse`)
    mkdirSync(sparse)
    writeFileSync(join(sparse, 'chunks.b2frame'), bytes)
    for (const [name, content] of Object.entries(files)) writeFileSync(join(sparse, name), content)
  })
}

async function tryAll(directory: string): Promise<Answers[]> {
  write(directory)
  const script = join(import.meta.dirname, 'child-frame.mjs')
  const args = ['--max-old-space-size=128', script, directory, `${ALL.length}`]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const answers: Answers[] = []
  for await (const line of createInterface(child.stdout)) answers.push(JSON.parse(line) as Answers)
  return answers
}

const answers = await tryAll(scratchDirectory())

test('no frame ends the process, or takes much memory', () => {
  expect(answers).toHaveLength(ALL.length)
  expect(Math.max(...answers.map(({ maxRSS }) => maxRSS))).toBeLessThan(MOST_MEMORY)
})

describe('a hostile frame is answered as it must be', () => {
  ALL.forEach(({ name, open, read, array, kept, repair }, i) => {
    test(name, () => {
      const found = answers[i]
      expect(found).toBeDefined()
      if (found === undefined) return
      expect(found.ms).toBeLessThan(MOST_MS)
      for (const value of Object.values(found)) expect(`${value}`).not.toMatch(/^threw/)
      expect(found.open).toBe(open)
      expect(found.read).toBe(read ?? open)
      if (array !== undefined) expect(found.array).toBe(array)
      expect(found.verify).toBe('ok')
      expect(found.isOk).toBe((read ?? open) === 'ok' && (array ?? 'ok') === 'ok')
      // What is written stays in memory here, and is cut off.
      expect(repair === undefined ? ['ok', 'DAMAGED', 'NO_SPACE'] : [repair]).toContain(found.repair)
      if (kept !== undefined) expect(found.kept).toBe(kept)
    })
  })
})
