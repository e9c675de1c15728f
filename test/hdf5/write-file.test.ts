import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { group, NewFile } from '../support/hdf5-files.js'
import { sha256 } from '../support/scratch.js'

/** A file with something of everything. */
function sample(): Uint8Array {
  const file = new NewFile()
  const data = new Uint8Array(Int32Array.from({ length: 210 }, (_, i) => i).buffer)
  const seven = Uint8Array.of(7, 0, 0, 0)
  const i4 = { descr: '<i4', itemsize: 4, data } as const
  const shapes: [number[], number[]][] = [
    [[210], [100]],
    [
      [14, 15],
      [4, 6],
    ],
    [
      [5, 6, 7],
      [2, 6, 3],
    ],
  ]
  const arrays = shapes.map(([shape, chunkShape]) =>
    file.array({ ...i4, shape, chunkShape, attributes: { n: '1' } }),
  )
  const scalar = {
    kind: 'dataset',
    descr: '<i4',
    itemsize: 4,
    shape: [],
    attributes: new Map(),
    storage: { kind: 'compact', bytes: seven },
  } as const
  const plain = file.array({ ...i4, shape: [210], chunkShape: [2], plain: true })
  const open = {
    shape: [14, 15],
    chunkShape: [4, 6],
    maxShape: [undefined, 15],
    fill: seven,
    missing: [0, 5],
  }
  return file.finish(
    group(
      {
        ...Object.fromEntries(arrays.map((array, i) => [`r${i + 1}`, array])),
        plain,
        scalar,
        open: file.array({ ...i4, ...open }),
        many: group(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, scalar]))),
        a: group({ b: group({ c: group({}, { deep: 'true' }) }) }),
      },
      { title: '"é"', list: '[1,2]', object: '{"a":1}' },
    ),
  )
}

// This file was read by h5py 3.16 with hdf5plugin 7.1.0, and by PyTables 3.11.1: all values, names and attributes are right.
test('a file is the one that others have read', () => {
  const bytes = sample()
  if (process.env.BLPK_SAVE_H5 !== undefined) writeFileSync(process.env.BLPK_SAVE_H5, bytes)
  expect(sha256(bytes)).toBe('4908dcf97ea95f82f29388bb00b4df43619d0f3cbbd10fcdf055605336dd03fb')
})
