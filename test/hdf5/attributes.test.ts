import { join } from 'node:path'
import { expect, test } from 'vitest'
import { floatText } from '../../dist/format/hdf5/types/number-text.js'
import { opaqueDescr } from '../../dist/format/hdf5/types/numpy-opaque.js'
import { NDArray } from '../../dist/index.js'
import { blpk, npy, put, ramp, tempDir } from '../cli/run.js'

const METADATA =
  '{"unit":"m/s","n":9007199254740993,"f":0.1,"one":1.0,"list":[1,2,3],"long":0.10000000000000000001,' +
  '"nested":{"a":[1,{"b":null}]},"mixed":[1,"two"],"none":null,"text":"[1]","yes":[true,false]}'

async function run(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(args, { cwd })
  expect([args, code, err]).toEqual([args, 0, ''])
  return out.toString()
}

async function attributesOf(cwd: string, name: string): Promise<unknown> {
  const [facts] = JSON.parse(await run(cwd, 'info', '--json', name)) as { attributes: unknown }[]
  return facts?.attributes
}

test.each(['a.blp', 'a.b2nd', 'a.b2frame'])(
  'metadata of %s become attributes, and come back',
  async (name) => {
    const cwd = tempDir()
    put(cwd, 'a.npy', npy('<i4', [20, 10], ramp(800)))
    put(cwd, 'm.json', METADATA)
    await run(cwd, 'compress', '-q', '-m', 'm.json', 'a.npy', name)
    await run(cwd, 'convert', '-q', name, 'a.h5::/a')
    expect(await attributesOf(cwd, 'a.h5::/a')).toEqual(JSON.parse(METADATA))
    await run(cwd, 'convert', '-q', 'a.h5::/a', 'back.b2nd')
    const back = await NDArray.open(join(cwd, 'back.b2nd'))
    const content = Buffer.from(back.schunk.vlmeta.get('bloscpack') ?? []).toString()
    await back.close()
    for (const digits of [
      '9007199254740993',
      '"f":0.1',
      '"one":1.0',
      '0.10000000000000000001',
      '"text":"[1]"',
    ])
      expect(content).toContain(digits)
  },
)

test('metalayers become attributes too', async () => {
  const cwd = tempDir()
  const array = await NDArray.zeros([4, 5], '<f4')
  array.schunk.vlmeta.set('unit', Uint8Array.of(0xa1, 0x6d))
  array.schunk.vlmeta.set('raw', Uint8Array.of(0xc1))
  await array.save(join(cwd, 'a.b2nd'))
  const { code, err } = await blpk(['convert', 'a.b2nd', 'a.h5::/a'], { cwd })
  expect([code, err]).toEqual([0, expect.stringContaining('left out: raw')])
  expect(await attributesOf(cwd, 'a.h5::/a')).toEqual({ unit: 'm' })
})

const bits = { offset: 0, normalization: 2, mantissaAt: 0 }
const types = {
  2: { ...bits, precision: 16, sign: 15, exponentAt: 10, exponentBits: 5, mantissaBits: 10, bias: 15 },
  4: { ...bits, precision: 32, sign: 31, exponentAt: 23, exponentBits: 8, mantissaBits: 23, bias: 127 },
  8: { ...bits, precision: 64, sign: 63, exponentAt: 52, exponentBits: 11, mantissaBits: 52, bias: 1023 },
}

test.each([
  [2, [0x00, 0x3c], '1.0'],
  [2, [0x66, 0x2e], '0.1'],
  [2, [0x66, 0xae], '-0.1'],
  [2, [0xff, 0x7b], '65500.0'],
  [2, [0x01, 0x00], '6e-8'],
  [4, [0xcd, 0xcc, 0xcc, 0x3d], '0.1'],
  [4, [0xff, 0xff, 0x7f, 0x7f], '3.4028235e+38'],
  [4, [0, 0, 0, 0x80], '-0.0'],
  [8, [0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f], '0.1'],
] as const)('a float of %i bytes %j is %s', (size, bytes, text) => {
  const type = { kind: 'float', size, order: 'little', bits: types[size] } as const
  expect(floatText(type, Uint8Array.from(bytes))).toBe(text)
})

test.each([
  ['NUMPY:<U3', 12, '<U3'],
  ['NUMPY:<M8[ns]', 8, '<M8[ns]'],
  ['NUMPY:<f16', 16, '<f16'],
  ['NUMPY:<U3', 8, '|V8'],
  ['NUMPY:O', 8, '|V8'],
  ['other', 5, '|V5'],
])('opaque items with the tag %s of %i bytes are %s', (tag, size, descr) => {
  expect(opaqueDescr({ kind: 'opaque', tag, size })).toBe(descr)
})
