import { describe, expect, test } from 'vitest'
import {
  type FrameVictim,
  frameVerdict,
  frameVictims,
  lostBytes,
  readFrame,
  recoverFrame,
} from '../support/frames.js'
import { EACH, positions } from '../support/long.js'
import { sameBytes } from '../support/scratch.js'

const victims = await frameVictims()
const TIMEOUT = 300_000
const CHANGES: ((byte: number, position: number) => number)[] = [
  (byte, position) => byte ^ (1 << (position % 8)),
  (byte) => byte ^ 0xff,
]

function hitBy(victim: FrameVictim, position: number): number | undefined {
  return victim.extents.find(({ start, stop }) => position >= start && position < stop)?.index
}

/** Are all plain bytes right, but those of a lost chunk, which are zeros? */
function isRight(victim: FrameVictim, plain: Uint8Array, lost: number | undefined): boolean {
  const mayBeLost = lost === undefined ? () => false : lostBytes(victim, lost)
  return (
    plain.length === victim.plain.length &&
    plain.every((byte, at) => byte === victim.plain[at] || (byte === 0 && mayBeLost(at)))
  )
}

async function checkFlip(victim: FrameVictim, copy: Uint8Array, hit: number | undefined, where: string) {
  const said = await frameVerdict(copy)
  if (said === 'silent') expect(await readFrame(victim, copy), where).toEqual(victim.plain)
  const recovered = await recoverFrame(copy)
  expect(recovered, where).toBeDefined()
  if (recovered === undefined) return
  const { report, frame, plain } = recovered
  expect(report.lost, where).toBeLessThanOrEqual(hit === undefined ? 0 : 1)
  if (hit !== undefined) expect(said, where).toBe('damage')
  expect(await frameVerdict(frame), where).not.toBe('damage')
  // What is only noted another tool may have done.
  if (said === 'note') return
  // Chunks of their own size are left out where they are lost.
  if (victim.chunksize === 0 && report.lost > 0) return
  expect(isRight(victim, plain, hit), where).toBe(true)
}

describe('a changed byte of a frame is reported or harmless, and costs one chunk at most', () => {
  for (const [turn, victim] of victims.entries()) {
    test(`${victim.name}: ${EACH} byte of ${victim.frame.length}`, { timeout: TIMEOUT }, async () => {
      for (const position of positions(victim.frame.length, turn)) {
        const hit = hitBy(victim, position)
        for (const [i, change] of CHANGES.slice(0, hit === undefined ? 2 : 1).entries()) {
          const copy = victim.frame.slice()
          copy[position] = change(copy[position] ?? 0, position)
          await checkFlip(victim, copy, hit, `byte ${position}, change ${i}`)
        }
      }
    })
  }
})

describe('a frame that is cut short is reported, and loses no whole chunk', () => {
  for (const [turn, victim] of victims.entries()) {
    test(`${victim.name}: ${EACH} length under ${victim.frame.length}`, { timeout: TIMEOUT }, async () => {
      for (const length of positions(victim.frame.length, turn)) {
        const copy = victim.frame.slice(0, length)
        const whole = victim.extents.filter(({ stop }) => stop <= length)
        expect(await frameVerdict(copy), `${length} bytes`).toBe('damage')
        const recovered = await recoverFrame(copy)
        if (whole.length === 0) continue
        expect(recovered?.report.kept, `${length} bytes`).toBeGreaterThanOrEqual(whole.length)
        if (recovered !== undefined)
          expect(await frameVerdict(recovered.frame), `${length} bytes`).not.toBe('damage')
      }
    })
  }
})

test('a sound frame is repaired into one that says the same', async () => {
  for (const victim of victims) {
    expect(await frameVerdict(victim.frame)).toBe('silent')
    const recovered = await recoverFrame(victim.frame)
    expect(recovered?.report).toMatchObject({ ok: true, lost: 0, kept: victim.nchunks })
    expect(sameBytes(recovered?.plain ?? new Uint8Array(), victim.plain)).toBe(true)
    expect(sameBytes(recovered?.frame ?? new Uint8Array(), victim.frame)).toBe(true)
  }
})
