import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packBytes } from '../../dist/index.js'
import { anyInput } from '../support/arbitrary.js'
import { isRefused, makeVictims, metadataOf, misreading } from '../support/damage.js'

const victims = await makeVictims()
const TIMEOUT = 120_000
/** What is done to each byte: every bit once, and the values that stand for ends, signs and nothing. */
const CHANGES: ((byte: number) => number)[] = [
  ...Array.from({ length: 8 }, (_, bit) => (byte: number) => byte ^ (1 << bit)),
  () => 0,
  () => 0xff,
  (byte) => byte + 1,
]

function changed(archive: Uint8Array, position: number, change: (byte: number) => number): Uint8Array {
  const copy = archive.slice()
  copy[position] = change(copy[position] ?? 0)
  return copy
}

describe('a changed byte is reported, or does the data no harm', () => {
  for (const { name, archive, plain } of victims) {
    test(`${name}: every byte of ${archive.length}`, { timeout: TIMEOUT }, async () => {
      const metadata = await metadataOf(archive)
      for (let position = 0; position < archive.length; position++) {
        for (const [i, change] of CHANGES.entries()) {
          const copy = changed(archive, position, change)
          expect(await misreading(copy, plain), `byte ${position}, change ${i}`).toBeUndefined()
          const read = await metadataOf(copy)
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
        const archive = (await packBytes(plain, { ...options, threads: 1 })).slice()
        for (const { at, value } of places) archive[at % archive.length] ^= value
        expect(await misreading(archive, plain)).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })
})

describe('without a checksum there may be wrong data, but no other errors than ours', () => {
  for (const { name, plain } of victims) {
    test(name, { timeout: TIMEOUT }, async () => {
      const codec = name.split(',')[0]?.replace('stored', 'lz4') as 'lz4'
      const options = { codec, typesize: 4, chunkSize: 240, checksum: 'None', threads: 1, level: 5 } as const
      const archive = await packBytes(plain, options)
      for (let position = 0; position < archive.length; position++) {
        for (const change of CHANGES) {
          const wrong = await misreading(changed(archive, position, change), plain)
          expect(wrong ?? '', `byte ${position}`).not.toMatch(/^threw/)
        }
      }
    })
  }
})

describe('a truncation is reported', () => {
  for (const { name, archive } of victims) {
    test(`${name}: every length under ${archive.length}`, { timeout: TIMEOUT }, async () => {
      for (let length = 0; length < archive.length; length++) {
        expect(await isRefused(archive.slice(0, length)), `${length} bytes`).toBe(true)
      }
    })
  }
})
