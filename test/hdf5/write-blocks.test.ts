import { expect, test } from 'vitest'
import { parseMetadataDtype } from '../../dist/array/npy/index.js'
import { attributeMessages } from '../../dist/format/hdf5/write/attributes.js'
import { blosc2Filter } from '../../dist/format/hdf5/write/blosc2-filter.js'
import { dataspace } from '../../dist/format/hdf5/write/dataspace.js'
import { datatype } from '../../dist/format/hdf5/write/datatype.js'
import { GlobalHeap } from '../../dist/format/hdf5/write/global-heap.js'
import { objectHeader } from '../../dist/format/hdf5/write/object-header.js'
import { Put } from '../../dist/format/hdf5/write/put.js'
import { chunkedLayout, fillValue, filterPipeline } from '../../dist/format/hdf5/write/storage-messages.js'
import { superblock } from '../../dist/format/hdf5/write/superblock.js'

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex')
}

// The bytes of h5py 3.16 (HDF5 2.0.0), with libver v108.
test('the superblock', () => {
  expect(hex(superblock(48, 0x3af8))).toBe(
    '894844460d0a1a0a020808000000000000000000fffffffffffffffff83a0000000000003000000000000000838159c2',
  )
})

test('extents with a limit, without, and none', () => {
  expect(hex(dataspace([10, 10], [undefined, 10]))).toBe(
    '020201010a000000000000000a00000000000000ffffffffffffffff0a00000000000000',
  )
  expect(hex(dataspace([3]))).toBe('020100010300000000000000')
  expect(hex(dataspace([]))).toBe('02000000')
  expect(() => dataspace(Array(33).fill(1) as number[])).toThrow('33 dimensions')
})

test('fill value, layout and pipeline', () => {
  expect(hex(fillValue('chunked', undefined))).toBe('030b')
  expect(hex(fillValue('chunked', Uint8Array.of(0, 0)))).toBe('032b020000000000')
  expect(hex(fillValue('contiguous', undefined))).toBe('030a')
  expect(hex(chunkedLayout(0x2000, [3, 4], 4))).toBe('0302030020000000000000030000000400000004000000')
  const values = [1, 0, 4, 48, 5, 1, 0, 2, 3, 4]
  expect(hex(filterPipeline([{ id: 32026, name: 'blosc2', optional: true, values }]))).toBe(
    '02011a7d070001000a00626c6f736332000100000000000000040000003000000005000000010000000000000002000000' +
      '0300000004000000',
  )
})

test('what the filter of Blosc2 is told', () => {
  const how = { blocksize: 64, itemsize: 4, level: 5, filter: 1, codec: 5 }
  const values = (chunkShape: number[], itemsize = 4) => blosc2Filter({ ...how, itemsize, chunkShape }).values
  expect(values([20, 25, 30])).toEqual([1, 64, 4, 60_000, 5, 1, 5, 3, 20, 25, 30])
  expect(values([7])).toEqual([1, 64, 4, 28, 5, 1, 5])
  expect(values(Array(9).fill(2) as number[])).toEqual([1, 64, 4, 2048, 5, 1, 5])
  expect(values([2, 2], 300)).toEqual([1, 64, 1, 1200, 5, 1, 5, 2, 2, 2])
})

// h5py.h5t.py_create(dtype, logical=True).encode(), without the two bytes before the message.
const TYPES: [dtype: string, message: string][] = [
  ["'|i1'", '100800000100000000000800'],
  ["'<i2'", '100800000200000000001000'],
  ["'>u8'", '100100000800000000004000'],
  ["'<f2'", '11200f000200000000001000' + '0a05000a0f000000'],
  ["'>f4'", '11211f00040000000000200017080017' + '7f000000'],
  ["'<f8'", '11203f000800000000004000340b0034ff030000'],
  ["'|b1'", '18020000010000001008000001000000000008004' + '6414c5345000000545255450000000000' + '01'],
  ["'|S5'", '1301000005000000'],
  ["'|V7'", '1500000007000000'],
  ["'<U3'", '151000000c0000004e554d50593a3c553300000000000000'],
  ["'<M8[ns]'", '15100000080000004e554d50593a3c4d385b6e735d000000'],
]

test.each(TYPES)('the type %s', (dtype, message) => {
  expect(hex(datatype(parseMetadataDtype(dtype).descr))).toBe(message)
})

test('a type with subarrays and padding', () => {
  const { descr, itemsize } = parseMetadataDtype("[('a', '<i2', (2, 3)), ('', '|V4'), ('b', '>i4')]")
  const type = hex(datatype(descr))
  expect(itemsize).toBe(20)
  // Version 2 for the arrays and what holds them.
  expect(type).toBe(
    '260200001400000061000000000000000000000' +
      '02a0000000c0000000200000002000000030000000000000001000000100800000200000000001000' +
      '62000000000000001000000010090000040000000000' +
      '2000',
  )
})

test.each(["'|S0'", "[('a', '|V0')]", "[('', '<i4')]", "[('a', '<i4', (0,))]"])(
  'HDF5 has no items of %s',
  (dtype) => {
    expect(() => datatype(parseMetadataDtype(dtype).descr)).toThrow(/HDF5 has no/)
  },
)

test('an object header has room for what its messages need, and no more', () => {
  const header = (nbytes: number) => hex(objectHeader([{ type: 0x0c, body: new Uint8Array(nbytes) }]))
  expect(header(3).slice(0, 22)).toBe('4f4844520200070c030000')
  expect(header(300).slice(0, 24)).toBe('4f484452020130010c2c0100')
  expect(header(0xffff).slice(0, 28)).toBe('4f4844520202030001000cffff00')
  expect(() => objectHeader([{ type: 0x0c, body: new Uint8Array(0x10000) }])).toThrow('room')
})

/** Name, type, extents and value of each attribute, as hex. */
function attributesOf(values: Record<string, string>) {
  const heap = new GlobalHeap(1000)
  const messages = attributeMessages(new Map(Object.entries(values)), heap)
  return { bodies: messages.map(({ body }) => hex(body)), heaps: heap.finish() }
}

const F8 = '11203f000800000000004000340b0034ff030000'
const I8 = '100800000800000000004000'
const U8 = '100000000800000000004000'
const STRING = '190101001000000010000000010000000000' + '0800'
const SCALAR = '02000000'

test.each([
  ['-5', I8, SCALAR, 'fbffffffffffffff'],
  ['18446744073709551615', U8, SCALAR, 'ffffffffffffffff'],
  ['[1, 2.5]', F8, '020100010200000000000000', '000000000000f03f0000000000000440'],
  ['-Infinity', F8, SCALAR, '000000000000f0ff'],
  ['1.500', F8, SCALAR, '000000000000f83f'],
  ['[[1],[2]]', I8, '0202000102000000000000000100000000000000', '01000000000000000200000000000000'],
  ['[]', F8, '020100010000000000000000', ''],
  ['[[],[]]', F8, '0202000102000000000000000000000000000000', ''],
])('the attribute %s', (json, type, space, data) => {
  const sizes = `${hex(Uint8Array.of(type.length / 2, 0, space.length / 2, 0))}`
  const { bodies, heaps } = attributesOf({ ab: json })
  expect(bodies).toEqual([`03000300${sizes}00616200${type}${space}${data}`])
  expect(heaps).toEqual([])
})

test('truth values are an enumeration', () => {
  const [body = ''] = attributesOf({ a: '[true, false]' }).bodies
  expect(body.endsWith('02010001' + '0200000000000000' + '0100')).toBe(true)
  expect(body).toContain('46414c5345')
})

test('strings are in a heap', () => {
  const { bodies, heaps } = attributesOf({ é: '["é", ""]' })
  const first = '02000000e8030000000000000100000000000000e80300000000000002000000'
  expect(bodies).toEqual([`0300030014000c0001c3a900${STRING}020100010200000000000000${first}`])
  expect(heaps.map(({ length }) => length)).toEqual([4096])
  expect(hex(heaps[0]?.subarray(0, 80))).toBe(
    '47434f4c010000000010000000000000' +
      '01000000000000000200000000000000c3a9000000000000' +
      '02000000000000000000000000000000' +
      '0000000000000000c80f000000000000' +
      '0000000000000000',
  )
})

test('many strings take several heaps, back to back, and each string is where its attribute says', () => {
  const heap = new GlobalHeap(5000)
  const texts = Array.from({ length: 300 }, (_, i) => `${i}`.repeat(1 + i * 7))
  const places = texts.map((text) => heap.add(new TextEncoder().encode(text)))
  const all = Buffer.concat(heap.finish())
  const starts = new Set(places.map(({ address }) => address))
  expect(starts.size).toBeGreaterThan(3)
  for (const [i, { address, index }] of places.entries()) {
    let at = address - 5000
    expect(all.toString('latin1', at, at + 4)).toBe('GCOL')
    at += 16
    while (all.readUInt16LE(at) !== index) at += 16 + Math.ceil(Number(all.readBigUInt64LE(at + 8)) / 8) * 8
    const size = Number(all.readBigUInt64LE(at + 8))
    expect(all.toString('utf8', at + 16, at + 16 + size)).toBe(texts[i])
  }
})

const AS_JSON = {
  none: 'null',
  object: '{"a": 1}',
  mixed: '[1, "a"]',
  ragged: '[[1, 2], [3]]',
  deeper: '[[], 1]',
  uneven: '[1, []]',
  hollow: '[[[]], []]',
  nul: '"a\\u0000"',
  surrogate: '"\\ud800"',
  digits: '0.10000000000000000001',
  large: '18446744073709551616',
  both: '[-1, 18446744073709551615]',
  long: JSON.stringify(Array.from({ length: 9000 }, (_, i) => i)),
  strings: JSON.stringify(Array.from({ length: 4200 }, (_, i) => `${i}`)),
  axes: `${'['.repeat(33)}1${']'.repeat(33)}`,
}

test('what HDF5 cannot hold is JSON text, and listed', () => {
  const { bodies, heaps } = attributesOf({ plain: '1', ...AS_JSON })
  const text = Buffer.concat(heaps).toString('utf8')
  for (const json of Object.values(AS_JSON)) expect(text).toContain(json)
  expect(text).toContain(JSON.stringify(Object.keys(AS_JSON)))
  expect(bodies.at(-1)).toContain(Buffer.from('blpk-json').toString('hex'))
  expect(bodies.length).toBe(Object.keys(AS_JSON).length + 2)
})

test.each(['', 'a\0', 'blpk-json'])('no attribute is called %j', (name) => {
  expect(() => attributesOf({ [name]: '1' })).toThrow(/attribute/)
})

test('numbers that do not fit are refused', () => {
  expect(() => new Put().u16(65_536)).toThrow('2 bytes')
  expect(() => new Put().u8(-1)).toThrow('1 bytes')
  expect(() => new Put().length64(2 ** 53)).toThrow('no length')
  expect(
    hex(
      new Put()
        .length64(2 ** 53 - 1)
        .u8(255)
        .finish(),
    ),
  ).toBe('ffffffffffff1f00ff')
})
