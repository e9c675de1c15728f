import { describe, expect, test } from 'vitest'
import { CHANGES, changed, isRefused, misreading } from '../support/damage.js'
import { EACH, positions, sized } from '../support/long.js'
import { type MappedVictim, mappedVictims, recover, sameBut, verdict } from '../support/recovery.js'

const victims = await mappedVictims()
const TIMEOUT = 300_000

/** Index of the chunk that a byte lies in, or -1. */
function chunkAt({ extents }: MappedVictim, position: number): number {
  return extents.findIndex(({ start, stop }) => position >= start && position < stop)
}

async function checkFlip(victim: MappedVictim, copy: Uint8Array, hit: number, where: string): Promise<void> {
  const { extents, hasChecksums, plain } = victim
  const said = await verdict(copy)
  if (said === 'silent' && hasChecksums) {
    expect(await isRefused(copy), where).toBe(false)
    expect(await misreading(copy, plain), where).toBeUndefined()
  }
  const recovered = await recover(copy)
  if (extents.length === 1 && hit === 0) return
  expect(recovered, where).toBeDefined()
  if (recovered === undefined) return
  const { report, archive } = recovered
  expect(report.kept, where).toBeGreaterThanOrEqual(extents.length - (hit === -1 ? 0 : 1))
  expect(await verdict(archive), where).not.toBe('damage')
  if (!hasChecksums) return
  const lost = new Set(report.kept < extents.length ? [hit] : [])
  expect(sameBut(victim, recovered.plain, lost), where).toBe(true)
}

describe('a changed byte is reported or harmless, and costs one chunk at most', () => {
  for (const [turn, victim] of victims.entries()) {
    test(`${victim.name}: ${EACH} byte of ${victim.archive.length}`, { timeout: TIMEOUT }, async () => {
      for (const position of positions(victim.archive.length, turn)) {
        // Inside of chunks one change is as good as another; in front of them it is not.
        const changes = CHANGES.slice(0, chunkAt(victim, position) === -1 ? 2 : 1)
        for (const [i, change] of changes.entries()) {
          const copy = changed(victim.archive, position, change)
          await checkFlip(victim, copy, chunkAt(victim, position), `byte ${position}, change ${i}`)
        }
      }
    })
  }
})

describe('a truncation is reported, and costs no whole chunk', () => {
  for (const [turn, victim] of victims.entries()) {
    test(`${victim.name}: ${EACH} length under ${victim.archive.length}`, { timeout: TIMEOUT }, async () => {
      for (const length of positions(victim.archive.length, turn)) {
        const copy = victim.archive.slice(0, length)
        const whole = victim.extents.filter(({ stop }) => stop <= length).length
        expect(await verdict(copy), `${length} bytes`).toBe('damage')
        const recovered = await recover(copy)
        expect(recovered?.report.kept ?? 0, `${length} bytes`).toBe(whole)
        if (recovered !== undefined)
          expect(await verdict(recovered.archive), `${length} bytes`).toBe('silent')
      }
    })
  }
})

describe('bytes put in or taken out cost one chunk at most', () => {
  for (const victim of victims) {
    test(victim.name, { timeout: TIMEOUT }, async () => {
      const { archive, extents } = victim
      for (let position = 0; position < archive.length; position += sized(97, 13)) {
        for (const removed of [0, 3]) {
          const put = removed === 0 ? new Uint8Array([1, 2, 3, 4, 5]) : new Uint8Array(0)
          const copy = Buffer.concat([archive.slice(0, position), put, archive.slice(position + removed)])
          const hits = extents.filter(
            ({ start, stop }) => position + removed > start && position < stop,
          ).length
          const recovered = await recover(copy)
          expect(recovered?.report.kept ?? 0, `byte ${position}, ${removed} out`).toBeGreaterThanOrEqual(
            extents.length - hits,
          )
          if (recovered !== undefined) expect(await verdict(recovered.archive)).not.toBe('damage')
        }
      }
    })
  }
})
