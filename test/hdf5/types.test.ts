import { describe, expect, test } from 'vitest'
import { Cursor } from '../../dist/format/hdf5/bytes/cursor.js'
import { lookup3 } from '../../dist/format/hdf5/bytes/lookup3.js'
import type { ItemType } from '../../dist/format/hdf5/model.js'
import { itemType } from '../../dist/format/hdf5/types/numpy.js'
import { parseDatatype } from '../../dist/format/hdf5/types/parse-datatype.js'

function parsed(bytes: number[]): ItemType {
  const sizes = { offset: 8, length: 8, base: 0 }
  return itemType(parseDatatype(new Cursor(Uint8Array.from(bytes), sizes, 0)))
}

/** The head of a datatype: version and class, 24 bits, size. */
function head(version: number, kind: number, flags: [number, number, number], size: number): number[] {
  return [version * 16 + kind, ...flags, size & 0xff, size >>> 8, 0, 0]
}

const F4 = [...head(1, 1, [0x20, 31, 0], 4), 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0]
const I2 = [...head(1, 0, [8, 0, 0], 2), 0, 0, 16, 0]
/** Padded to eight bytes, as names are in the older versions. */
const NAME = [0x61, 0, 0, 0, 0, 0, 0, 0]

describe('datatypes', () => {
  test.each<[string, number[], Partial<ItemType> & Record<string, unknown>]>([
    ['float32', F4, { descr: '<f4', itemsize: 4 }],
    ['int16', I2, { descr: '<i2', itemsize: 2 }],
    ['complex of HDF5 2.0', [...head(5, 11, [1, 0, 0], 8), ...F4], { descr: '<c8', itemsize: 8 }],
    [
      'bfloat16',
      [...head(1, 1, [0x20, 15, 0], 2), 0, 0, 16, 0, 7, 8, 0, 7, 127, 0, 0, 0],
      { kind: 'other', what: 'bfloat16 numbers' },
    ],
    [
      '24 bits in 4 bytes',
      [...head(1, 0, [8, 0, 0], 4), 0, 0, 24, 0],
      { kind: 'other', what: 'integers of 24 bits in 4 bytes' },
    ],
    [
      'array of version 2',
      [...head(2, 10, [0, 0, 0], 12), 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, ...Array(8).fill(0), ...I2],
      { descr: '<i2', itemsize: 12, axes: [2, 3] },
    ],
    [
      'member of version 1 with axes',
      [
        ...[...head(1, 6, [1, 0, 0], 8), ...NAME, 2, 0, 0, 0, 1, 0, 0, 0, ...Array(8).fill(0)],
        ...[3, 0, 0, 0, ...Array(12).fill(0), ...I2],
      ],
      {
        descr: [
          { name: '', type: '|V2' },
          { name: 'a', type: '<i2', shape: [3] },
        ],
        itemsize: 8,
      },
    ],
    [
      'opaque times',
      [...head(1, 13, [0, 0, 0], 8)]
        .with(0, 0x15)
        .with(1, 16)
        .concat([...Buffer.from('NUMPY:<M8[ns]\0\0\0')]),
      { descr: '<M8[ns]', itemsize: 8 },
    ],
    ['references', head(1, 7, [0, 0, 0], 8), { kind: 'other', what: 'object references' }],
  ])('%s', (_name, bytes, wanted) => {
    expect(parsed(bytes)).toMatchObject(wanted)
  })

  test.each<[string, number[]]>([
    ['a size of 0', head(1, 3, [0, 0, 0], 0)],
    ['more bits than bytes', [...head(1, 0, [0, 0, 0], 1), 4, 0, 8, 0]],
    ['an end in a field', head(1, 0, [0, 0, 0], 4)],
    ['a member beyond the end', [...head(3, 6, [1, 0, 0], 2), 0x61, 0, 1, ...I2]],
    ['extents of 0', [...head(3, 10, [0, 0, 0], 2), 1, 0, 0, 0, 0, ...I2]],
    [
      'far too many levels',
      Array(40)
        .fill(head(3, 9, [0, 0, 0], 16))
        .flat(),
    ],
  ])('with %s are refused', (_name, bytes) => {
    expect(() => parsed(bytes)).toThrow(expect.objectContaining({ code: 'DAMAGED' }))
  })
})

test('lookup3 gives the sums of its author', () => {
  expect(lookup3(new Uint8Array())).toBe(0xdeadbeef)
  expect(lookup3(Buffer.from('Four score and seven years ago'))).toBe(0x17770551)
})
