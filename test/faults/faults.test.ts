import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ALL, sized } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import { seeded } from '../support/random.js'
import { scratchDirectory, sha256 } from '../support/scratch.js'
import { makeFrameShapes } from './frame-shapes.js'
import { makeHdf5Shapes } from './hdf5-shapes.js'
import { killForReal } from './kill9.js'
import { makeShapes } from './shapes.js'
import { sweep, type Tally } from './sweep.js'

// `npm run faults` sets these; npm test and npm run test:all are bounded forms of it.
const POWER_CUTS = Number(process.env.BLPK_FAULTS_CUTS ?? sized(1, 2))
const REAL_KILLS = Number(process.env.BLPK_FAULTS_REAL ?? sized(2, 12))
const MINUTES = 60_000

const directory = scratchDirectory()
const peer = await startPeer('archives that outlived a kill')
const tallies: Tally[] = []
let pythonRead = 0

async function readByPython({ survivors, shape, peer: command }: Tally): Promise<void> {
  if (peer === undefined || command === undefined) return
  for (const { bytes, plain } of survivors.values()) {
    const input = join(directory, command === 'unpack' ? 'survivor.blp' : 'survivor.b2nd')
    writeFileSync(input, bytes)
    const { sha256: theirs } = await peer.call(command, { input, output: join(directory, 'survivor') })
    expect(theirs, shape).toBe(sha256(plain))
    pythonRead++
  }
}

async function account(tally: Tally): Promise<void> {
  tallies.push(tally)
  expect(tally.lost.slice(0, 20)).toEqual([])
  expect(tally.before + tally.after).toBe(tally.kills)
  await readByPython(tally)
}

function table(): string {
  const rows = tallies.map((t) => [t.shape, t.operations || '', t.kills, t.before, t.after, t.lost.length])
  const sum = (of: (t: Tally) => number): number => tallies.reduce((all, t) => all + of(t), 0)
  rows.push([
    'all',
    '',
    sum((t) => t.kills),
    sum((t) => t.before),
    sum((t) => t.after),
    sum((t) => t.lost.length),
  ])
  const all = [['shape', 'operations', 'kills', 'before', 'after', 'lost'], ...rows].map((row) =>
    row.map(String),
  )
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(46) : cell.padStart(11))).join('')
  return `${all.map(line).join('\n')}\n${pythonRead} different survivors read by Python's bloscpack and blosc2\n`
}

afterAll(() => process.stdout.write(table()))

describe('killed at every operation, with power cuts', async () => {
  for (const shape of [...(await makeShapes()), ...(await makeFrameShapes(ALL)), ...makeHdf5Shapes()]) {
    test(shape.name, { timeout: 10 * MINUTES }, async () => {
      await account(await sweep(shape, POWER_CUTS, seeded(4)))
    })
  }
})

test('killed by kill -9 at any time', { timeout: 20 * MINUTES }, async () => {
  for (const tally of await killForReal(directory, REAL_KILLS)) await account(tally)
})
