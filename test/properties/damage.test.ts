import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compress } from '../../dist/index.js'
import { anyInput } from '../support/arbitrary.js'
import { CHANGES, changed, isRefused, makeVictims, metadataOf, misreading } from '../support/damage.js'
import { EACH, positions, sized } from '../support/long.js'

const victims = await makeVictims()
const TIMEOUT = 120_000
/** Headers and metadata lie within the first so many bytes of the victims. */
const FRONT_BYTES = 500

describe('a changed byte is reported, or does the data no harm', () => {
  for (const [turn, { name, archive, plain }] of victims.entries()) {
    test(`${name}: ${EACH} byte of ${archive.length}`, { timeout: TIMEOUT }, async () => {
      const metadata = await metadataOf(archive)
      for (const position of positions(archive.length, turn)) {
        for (const [i, change] of CHANGES.entries()) {
          const copy = changed(archive, position, change)
          expect(await misreading(copy, plain), `byte ${position}, change ${i}`).toBeUndefined()
          const read = position < FRONT_BYTES ? await metadataOf(copy) : undefined
          if (read !== undefined) expect(read, `byte ${position}, change ${i}`).toEqual(metadata)
        }
      }
    })
  }

  test('any archive, any bytes', { timeout: TIMEOUT }, async () => {
    const input = anyInput(30_000).filter(({ options }) => options.checksum !== 'None')
    const changes = fc.array(fc.record({ at: fc.nat(), value: fc.integer({ min: 1, max: 255 }) }), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(input, changes, async ({ plain, options }, places) => {
        let archive: Uint8Array = await compress(plain, { ...options, threads: 1 })
        for (const { at, value } of places)
          archive = changed(archive, at % archive.length, (byte) => byte ^ value)
        expect(await misreading(archive, plain)).toBeUndefined()
      }),
      { numRuns: sized(40, 200) },
    )
  })
})

describe('without a checksum there may be wrong data, but no other errors than ours', () => {
  for (const [turn, { name, plain }] of victims.entries()) {
    test(name, { timeout: TIMEOUT }, async () => {
      const codec = name.split(',')[0]?.replace('stored', 'lz4') as 'lz4'
      const options = { codec, typesize: 4, chunkSize: 240, checksum: 'None', threads: 1, level: 5 } as const
      const archive = await compress(plain, options)
      for (const position of positions(archive.length, turn)) {
        for (const change of CHANGES) {
          const wrong = await misreading(changed(archive, position, change), plain)
          expect(wrong ?? '', `byte ${position}`).not.toMatch(/^threw/)
        }
      }
    })
  }
})

describe('a truncation is reported', () => {
  for (const [turn, { name, archive }] of victims.entries()) {
    test(`${name}: ${EACH} length under ${archive.length}`, { timeout: TIMEOUT }, async () => {
      for (const length of positions(archive.length, turn)) {
        expect(await isRefused(archive.slice(0, length)), `${length} bytes`).toBe(true)
      }
    })
  }
})
