import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { open } from '../../dist/index.js'
import { blpk, tempDir } from '../cli/run.js'

const FOLDER = join(import.meta.dirname, '../fixtures/h5/strings')
const FILE = join(FOLDER, 'strings.h5')
const { values } = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as {
  values: Record<string, unknown>
}

/** Texts of so many characters each. */
function textsIn(data: Uint8Array, length: number): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  return Array.from({ length: data.length / (4 * length) }, (_, i) =>
    Array.from({ length }, (_, k) => view.getUint32(4 * (i * length + k), true))
      .filter((point) => point > 0)
      .map((point) => String.fromCodePoint(point))
      .join(''),
  )
}

test.each([
  ['text', '<U10', [5]],
  ['one', '<U5', []],
  ['ascii', '<U2', [2]],
  ['none', '<U1', [0]],
  ['chunked', '<U3', [40, 3]],
])('strings of variable length are text: %s', async (name, dtype, shape) => {
  await using array = await open(`${FILE}::/${name}`)
  expect([array.dtype, array.shape]).toEqual([dtype, shape])
  const { data } = await array.slice()
  expect(textsIn(data, Number(dtype.slice(2)))).toEqual([values[name]].flat(2))
})

test('slices read what they need, in chunks and in one piece', async () => {
  await using chunked = await open(`${FILE}::/chunked`)
  const { data } = await chunked.slice([{ start: 3, stop: 33, step: 3 }, 1])
  const all = values.chunked as string[][]
  const wanted = all.filter((_, i) => i >= 3 && i < 33 && i % 3 === 0).map((row) => row[1])
  expect(textsIn(data, 3)).toEqual(wanted)
  await using text = await open(`${FILE}::/text`)
  expect(textsIn((await text.slice([{ start: 1, stop: 4 }])).data, 10)).toEqual(['bäc', '', 'xxxxxxxxxx'])
})

test('one long string among many: slices can be read, all of it cannot', async () => {
  await using wide = await open(`${FILE}::/wide`)
  expect([wide.dtype, wide.nbytes]).toEqual(['<U5000', 280_000_000])
  expect(textsIn((await wide.slice([{ start: 6, stop: 8 }])).data, 5000)).toEqual(['', 'short'])
  for (const read of [() => wide.slice(), () => wide.bytes()])
    await expect(read()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('take a slice'),
    })
})

test('the command line', async () => {
  const cwd = tempDir()
  copyFileSync(FILE, join(cwd, 's.h5'))
  const info = await blpk(['info', 's.h5::/text'], { cwd })
  expect([info.code, info.out.toString()]).toEqual([0, expect.stringContaining('dtype <U10, shape (5,)')])
  const bytes = await blpk(['info', 's.h5::/bytes'], { cwd })
  expect(bytes.out.toString()).toContain('dtype |S2, shape (2,)')
  expect((await blpk(['decompress', '-q', 's.h5::/text', 'text.npy'], { cwd })).code).toBe(0)
  const npy = readFileSync(join(cwd, 'text.npy'))
  expect(npy.toString('latin1')).toContain("'descr': '<U10'")
  expect(textsIn(npy.subarray(-200), 10)).toEqual(values.text)
  const wide = await blpk(['decompress', '-q', 's.h5::/wide', 'wide.npy'], { cwd })
  expect([wide.code, wide.err]).toEqual([4, expect.stringContaining('take a slice')])
})

test('verify reads all strings', async () => {
  const cwd = tempDir()
  const bytes = readFileSync(FILE)
  writeFileSync(join(cwd, 's.h5'), bytes)
  expect((await blpk(['verify', 's.h5'], { cwd })).code).toBe(0)
  // A heap without its objects: only those who look for a string see it.
  const heap = bytes.indexOf('GCOL')
  bytes.writeUInt16LE(0, heap + 16)
  writeFileSync(join(cwd, 's.h5'), bytes)
  const { code, out, err } = await blpk(['verify', 's.h5'], { cwd })
  expect([code, `${out}${err}`]).toEqual([3, expect.stringContaining('has no object')])
})
