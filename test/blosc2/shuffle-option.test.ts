// `shuffle` as the short form of `filters`, where super-chunks, arrays and tensors are made.

import { expect, test } from 'vitest'
import { NDArray, packTensor, SChunk } from '../../dist/index.js'

const items = Int32Array.from({ length: 1000 }, (_, i) => i * 3)

test.each([
  ['none', []],
  ['byte', ['shuffle']],
  ['bit', ['bitshuffle']],
] as const)('shuffle %s packs as its filters do', async (shuffle, filters) => {
  const made = await Promise.all(
    [{ shuffle }, { filters }].flatMap((how) => [
      SChunk.create({ typesize: 4, ...how }, items).then((schunk) => schunk.toCframe()),
      NDArray.fromTypedArray(items, { shape: [20, 50], ...how }).then((array) => array.toCframe()),
      packTensor(items, how),
    ]),
  )
  expect(made.slice(0, 3).map((bytes, i) => Buffer.compare(bytes, made[i + 3] as Uint8Array))).toEqual([
    0, 0, 0,
  ])
})

test('a super-chunk changes to it', async () => {
  const [one, other] = await Promise.all(
    [0, 1].map(() => SChunk.create({ typesize: 4, shuffle: 'none' }, items)),
  )
  one?.setCompression({ shuffle: 'bit' })
  other?.setCompression({ filters: ['bitshuffle'] })
  for (const schunk of [one, other]) await schunk?.append(items)
  expect(await one?.toCframe()).toEqual(await other?.toCframe())
})

test('both names at once, and what is no shuffle, are refused', async () => {
  const both = { shuffle: 'bit', filters: ['shuffle'] } as const
  const refused = { code: 'USAGE', message: /exclude each other/ }
  await expect(SChunk.create({ ...both, typesize: 4 }, items)).rejects.toMatchObject(refused)
  await expect(NDArray.fromTypedArray(items, { ...both, shape: [1000] })).rejects.toMatchObject(refused)
  const schunk = await SChunk.create({ typesize: 4 }, items)
  expect(() => schunk.setCompression(both)).toThrow(/cannot be combined/)
  const unknown = SChunk.create({ typesize: 4, shuffle: 'toString' as never }, items)
  await expect(unknown).rejects.toMatchObject({ code: 'USAGE', message: /unknown shuffle/ })
})
