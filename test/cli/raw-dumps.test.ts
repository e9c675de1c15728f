import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NDArray } from '../../dist/index.js'
import { sameBytes } from '../support/scratch.js'
import { blpk, filesIn, npy, put, tempDir } from './run.js'

const ROWS = 30
const COLUMNS = 20
const items = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => i / 4)
const plain = new Uint8Array(items.buffer)
const wanted = npy('<f4', [ROWS, COLUMNS], plain)

async function ok(directory: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(['-q', ...args], { cwd: directory })
  expect([args, code, err]).toEqual([args, 0, ''])
  return `${out}`
}

/** Shape, order and items of a `.npy`, without the padding of its header. */
function sense(file: string): string {
  const bytes = readFileSync(file)
  const end = 10 + bytes.readUInt16LE(8)
  return bytes.subarray(10, end).toString('latin1').trim() + bytes.subarray(end).toString('base64')
}

test('a raw dump becomes an array of the dtype and shape that it is said to have, in every container', async () => {
  const dir = tempDir()
  put(dir, 'dump', plain)
  put(dir, 'wanted.npy', wanted)
  for (const [name, shape] of [
    ['a.blp', '30,20'],
    ['a.b2frame', '-1,20'],
    ['a.b2nd', '30,-1'],
  ] as const) {
    await ok(dir, 'c', 'dump', name, '--dtype', '<f4', '--shape', shape)
    await ok(dir, 'd', '-f', name, 'back.npy')
    expect(sense(join(dir, 'back.npy'))).toBe(sense(join(dir, 'wanted.npy')))
    const piped = await blpk(['-q', 'c', '-', `pipe-${name}`, '--dtype', 'float32', '--shape', shape], {
      cwd: dir,
      input: plain,
    })
    expect([piped.code, piped.err]).toEqual([0, ''])
    expect(sameBytes(readFileSync(join(dir, `pipe-${name}`)), readFileSync(join(dir, name)))).toBe(true)
  }
  await ok(dir, 'c', 'dump', 'one.b2nd', '--dtype', '<f4')
  expect(JSON.parse(await ok(dir, 'info', '--json', 'one.b2nd'))[0]).toMatchObject({
    array: { shape: [600] },
  })
})

test('items in Fortran order are those of the transposed dump', async () => {
  const dir = tempDir()
  const turned = Float32Array.from(
    { length: 600 },
    (_, i) => items[(i % ROWS) * COLUMNS + Math.floor(i / ROWS)] ?? 0,
  )
  put(dir, 'dump', new Uint8Array(turned.buffer))
  put(dir, 'wanted.npy', wanted)
  await ok(dir, 'c', 'dump', 'a.b2nd', '--dtype', '<f4', '--shape', '30,20', '--order', 'F')
  await ok(dir, 'd', 'a.b2nd', 'back.npy')
  expect(sense(join(dir, 'back.npy'))).toBe(sense(join(dir, 'wanted.npy')))
})

test('what does not fit is refused before anything is written', async () => {
  const dir = tempDir()
  put(dir, 'dump', plain)
  put(dir, 'a.npy', wanted)
  const before = filesIn(dir)
  const wrong: [string, string[], RegExp][] = [
    ['dump', ['--dtype', '<f4', '--shape', '30,21'], /2400 bytes are 600 items of <f4.* 30,21/],
    ['dump', ['--dtype', '<f8', '--shape', '7,-1'], /do not fill the shape/],
    ['dump', ['--dtype', '|V7'], /not a whole number of items of 7 bytes/],
    ['dump', ['--dtype', 'O'], /object arrays/],
    ['dump', ['--dtype', '<q9'], /not supported/],
    ['dump', ['--shape', '-1,-1'], /is not a shape/],
    ['dump', ['--shape', ',4'], /is not a shape/],
    ['a.npy', ['--dtype', '<f4'], /has a dtype and shape already/],
  ]
  for (const [input, options, message] of wrong) {
    for (const output of ['x.blp', 'x.b2frame', 'x.b2nd']) {
      const { code, err } = await blpk(['c', input, output, ...options], { cwd: dir })
      expect([options, code, err]).toEqual([options, 2, expect.stringMatching(message)])
    }
  }
  const piped = await blpk(['c', '-', '-', '--dtype', '<f8', '--shape', '5'], { cwd: dir, input: plain })
  expect([piped.code, piped.out.length]).toEqual([2, 0])
  expect(filesIn(dir)).toEqual(before)
})

test('convert makes arrays of plain archives and frames, and changes dtype and shape of arrays', async () => {
  const dir = tempDir()
  put(dir, 'dump', plain)
  put(dir, 'wanted.npy', wanted)
  for (const input of ['raw.blp', 'raw.b2frame']) {
    await ok(dir, 'c', 'dump', input)
    for (const output of ['y.blp', 'y.b2frame', 'y.b2nd']) {
      if (input.endsWith('.blp') && output === 'y.blp') continue
      await ok(dir, 'convert', '-f', input, output, '--dtype', '<f4', '--shape', '30,20')
      await ok(dir, 'd', '-f', output, 'back.npy')
      expect([input, output, sense(join(dir, 'back.npy'))]).toEqual([
        input,
        output,
        sense(join(dir, 'wanted.npy')),
      ])
    }
  }
  await ok(dir, 'convert', 'y.b2nd', 'i4.b2nd', '--dtype', '<i4')
  expect(JSON.parse(await ok(dir, 'info', '--json', 'i4.b2nd'))[0]).toMatchObject({
    array: { dtype: '<i4', shape: [30, 20] },
  })
  await ok(dir, 'convert', 'y.b2nd', 'turned.b2nd', '--shape', '20,-1')
  expect(JSON.parse(await ok(dir, 'info', '--json', 'turned.b2nd'))[0]).toMatchObject({
    array: { dtype: '<f4', shape: [20, 30] },
  })
  const { code, err } = await blpk(['convert', 'y.b2nd', 'z.b2nd', '--dtype', '<f8'], { cwd: dir })
  expect([code, err]).toEqual([2, expect.stringContaining('8 bytes')])
})

/** An array as a C program writes it that says nothing of the dtype: C-Blosc2 then writes `|u1`. */
async function withoutDtype(path: string): Promise<void> {
  const array = await NDArray.fromTypedArray(items, { shape: [ROWS, COLUMNS], chunks: [10, 20] })
  const layer = Buffer.from(array.schunk.meta.get('b2nd') ?? [])
  layer.write('|u1', layer.indexOf('<f4'), 'latin1')
  array.schunk.meta.set('b2nd', layer)
  await array.save(path)
}

test('items wider than the default dtype |u1 are opaque, or what --dtype says, on every verb', async () => {
  const dir = tempDir()
  const at = join(dir, 'c.b2nd')
  await withoutDtype(at)
  put(dir, 'f4.npy', wanted)
  put(dir, 'V4.npy', npy('|V4', [ROWS, COLUMNS], plain))
  const noted = await blpk(['d', 'c.b2nd', 'x.npy'], { cwd: dir })
  expect([noted.code, noted.err]).toEqual([0, expect.stringMatching(/note: .*\|u1.*\|V4/)])
  expect(sense(join(dir, 'x.npy'))).toBe(sense(join(dir, 'V4.npy')))
  await ok(dir, 'd', '-f', 'c.b2nd', 'x.npy', '--dtype', '<f4')
  expect(sense(join(dir, 'x.npy'))).toBe(sense(join(dir, 'f4.npy')))
  await ok(dir, 'd', '-f', '--slice', '1,2:4', 'c.b2nd', 'x.npy', '--dtype', '<f4')
  expect(sense(join(dir, 'x.npy'))).toBe(sense(put(dir, 's.npy', npy('<f4', [2], plain.subarray(88, 96)))))
  expect(JSON.parse(await ok(dir, 'info', '--json', 'c.b2nd'))[0]).toMatchObject({ array: { dtype: '|V4' } })
  expect(JSON.parse(await ok(dir, 'info', '--json', 'c.b2nd', '--dtype', '<f4'))[0]).toMatchObject({
    array: { dtype: '<f4' },
  })
  expect((await blpk(['verify', 'c.b2nd'], { cwd: dir })).code).toBe(0)
  await ok(dir, 'verify', '--against', 'f4.npy', '--dtype', '<f4', 'c.b2nd')
  await ok(dir, 'verify', '--against', 'V4.npy', 'c.b2nd')
  await ok(dir, 'convert', 'c.b2nd', 'same.b2nd')
  await ok(dir, 'convert', 'c.b2nd', 'f4.b2nd', '--dtype', '<f4')
  await ok(dir, 'd', '-f', 'f4.b2nd', 'x.npy')
  expect(sense(join(dir, 'x.npy'))).toBe(sense(join(dir, 'f4.npy')))
  for (const verb of [
    ['d', '-f', 'c.b2nd', 'x.npy'],
    ['info', 'c.b2nd'],
    ['append', 'c.b2nd', 'f4.npy'],
  ])
    expect((await blpk([...verb, '--dtype', '<f8'], { cwd: dir })).code).toBe(2)
  await ok(dir, 'append', 'c.b2nd', 'f4.npy', '--dtype', '<f4')
  await ok(dir, 'append', 'c.b2nd', 'V4.npy')
  expect(JSON.parse(await ok(dir, 'info', '--json', 'c.b2nd'))[0]).toMatchObject({
    array: { shape: [90, 20] },
  })
  expect((await blpk(['d', '-f', '--salvage', 'same.b2nd', 'x.npy'], { cwd: dir })).code).toBe(0)
  expect(sense(join(dir, 'x.npy'))).toBe(sense(join(dir, 'V4.npy')))

  const array = await NDArray.open(at, { dtype: '<f4' })
  expect((await array.slice([{ stop: 30 }])).values).toEqual(items)
  await array.close()
  const opaque = await NDArray.open(at)
  expect([opaque.dtype, (await opaque.slice([0])).dtype]).toEqual(['|V4', '|V4'])
  await opaque.close()
  await expect(NDArray.open(at, { dtype: '<f8' })).rejects.toThrow('8 bytes')
})
