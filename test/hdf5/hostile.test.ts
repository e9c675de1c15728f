import { describe, expect, test } from 'vitest'
import { openFile } from '../../dist/format/hdf5/structure/tree.js'
import { BlpkError } from '../../dist/index.js'
import { pick, seeded } from '../support/random.js'
import { bytesOf, entries, sourceOf } from './fixtures.js'

const CODES = ['DAMAGED', 'CHECKSUM', 'UNSUPPORTED']
/** Far more than all objects of a fixture, by all their paths. */
const MOST_VISITS = 2000

/** Reads everything. @returns how many objects could be read */
async function readAll(bytes: Uint8Array): Promise<number> {
  let count = 0
  let visits = 0
  const check = (error: unknown): void => {
    if (!(error instanceof BlpkError) || !CODES.includes(error.code)) throw error
  }
  try {
    const file = await openFile(sourceOf(bytes))
    for await (const visit of file.walk()) {
      expect(++visits).toBeLessThan(MOST_VISITS)
      if ('error' in visit) {
        check(visit.error)
        continue
      }
      count++
      await file.attributes(visit.object.address).catch(check)
    }
  } catch (error) {
    check(error)
  }
  return count
}

describe.each(entries)('$path', ({ path }) => {
  const sound = bytesOf(path)

  test('cut anywhere, gives what is left or an error with a code', async () => {
    const random = seeded(1)
    for (let i = 0; i < 15; i++) await readAll(sound.subarray(0, Math.floor(random() * sound.length)))
  })

  test('with changed bits, gives what is sound or an error with a code', async () => {
    const random = seeded(2)
    for (let i = 0; i < 40; i++) {
      const bytes = sound.slice()
      for (let k = i % 2 === 0 ? 1 : 20; k > 0; k--) {
        const position = Math.floor(random() * bytes.length)
        bytes[position] = pick(random, [0, 1, 127, 128, 255, (bytes[position] ?? 0) ^ 4])
      }
      await readAll(bytes)
    }
  })
})

/** Where some text lies. */
function placesOf(bytes: Uint8Array, text: string): number[] {
  const places: number[] = []
  const all = Buffer.from(bytes)
  for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) places.push(at)
  return places
}

test('a damaged object does not hide the others', async () => {
  const bytes = bytesOf('latest.h5').slice()
  const file = await openFile(sourceOf(bytes))
  const before = await readAll(bytes)
  const { object } = await file.resolve('/types/S5')
  bytes[object.address + 20] = (bytes[object.address + 20] ?? 0) ^ 1
  expect(await readAll(bytes)).toBe(before - 1)
  await expect((await openFile(sourceOf(bytes))).resolve('/types/S5')).rejects.toMatchObject({
    code: 'CHECKSUM',
  })
})

test.each([
  ['OHDR', 'latest.h5'],
  ['OCHK', 'latest.h5'],
  ...['FRHP', 'FHDB', 'FHIB', 'BTHD', 'BTLF'].map((text): [string, string] => [text, 'dense.h5']),
])('checksums of %s are checked', async (text, path) => {
  const sound = bytesOf(path)
  const places = placesOf(sound, text)
  expect(places.length).toBeGreaterThan(0)
  let refused = 0
  for (const place of places) {
    const bytes = sound.slice()
    bytes[place + 12] = (bytes[place + 12] ?? 0) ^ 0x10
    const file = await openFile(sourceOf(bytes))
    try {
      for await (const visit of file.walk()) {
        if ('error' in visit) throw visit.error
        await file.attributes(visit.object.address)
      }
    } catch (error) {
      expect(error).toBeInstanceOf(BlpkError)
      refused++
    }
  }
  // Some blocks index by the order of creation, and are not read.
  expect(refused).toBeGreaterThan(0)
})

test('a group that leads back to itself by its B-tree is refused', async () => {
  const bytes = bytesOf('earliest.h5').slice()
  const view = new DataView(bytes.buffer)
  // The first child of each node of a group is the node itself.
  for (const place of placesOf(bytes, 'TREE'))
    if (bytes[place + 4] === 0) {
      view.setBigUint64(place + 32, BigInt(place), true)
      bytes[place + 5] = 1
    }
  const errors: string[] = []
  for await (const visit of (await openFile(sourceOf(bytes))).walk())
    if ('error' in visit) errors.push(visit.error.code)
  expect(errors).toEqual(['DAMAGED'])
})

test('bytes that are no HDF5 file are refused', async () => {
  await expect(openFile(sourceOf(new Uint8Array(5000)))).rejects.toMatchObject({ code: 'DAMAGED' })
  await expect(openFile(sourceOf(new Uint8Array()))).rejects.toMatchObject({ code: 'DAMAGED' })
})
