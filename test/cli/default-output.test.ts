import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { blpk, filesIn, npy, put, ramp, tempDir } from './run.js'

const ARRAY = npy('<f4', [500, 5], ramp(10_000))
const BYTES = ramp(10_000)

/** Unpacks an archive in a directory that has nothing else. @returns the file that comes of it */
async function unpacked(input: Buffer, archive: string, packing: string[], args: string[]) {
  const cwd = tempDir()
  put(cwd, 'in', input)
  expect((await blpk(['c', ...packing, 'in', archive], { cwd })).code).toBe(0)
  const { code, err } = await blpk(['d', '-q', ...args, archive], { cwd })
  expect([code, err]).toEqual([0, ''])
  const [name = ''] = filesIn(cwd).filter((file) => file !== 'in' && file !== archive)
  return { name, content: readFileSync(join(cwd, name)) }
}

test.each<[string, string, string[], string[], string]>([
  ['an array', 'y.blp', [], [], 'y.npy'],
  ['an array', 'y.npy.blp', [], [], 'y.npy'],
  ['an array', 'y.NPY.blp', [], [], 'y.NPY'],
  ['an array', 'y.b2nd', [], [], 'y.npy'],
  ['an array', 'y.npy.b2nd', [], [], 'y.npy'],
  ['an array in a frame', 'y.b2frame', [], [], 'y.npy'],
  ['a salvaged array', 'y.blp', [], ['--salvage'], 'y.npy'],
  ['a salvaged array', 'y.b2nd', [], ['--salvage'], 'y.npy'],
])('%s, %s, comes out as a .npy file', async (_, archive, packing, args, name) => {
  expect(await unpacked(ARRAY, archive, packing, args)).toEqual({ name, content: ARRAY })
})

test.each<[string, string[]]>([
  ['y.blp', []],
  ['y.b2nd', []],
  ['y.b2frame', []],
  ['y.blp', ['--salvage']],
])('its plain bytes do not (%s)', async (archive, args) => {
  const { name, content } = await unpacked(ARRAY, archive, [], ['--raw', ...args])
  expect([name, content.equals(BYTES)]).toEqual(['y', true])
})

test.each(['y.blp', 'y.b2frame'])('other data keep the name that is left (%s)', async (archive) => {
  expect(await unpacked(BYTES, archive, [], [])).toEqual({ name: 'y', content: BYTES })
  expect(await unpacked(ARRAY, archive, ['--raw'], [])).toEqual({ name: 'y', content: ARRAY })
})

test('a file of that name is not replaced, and -v and --json name it', async () => {
  const cwd = tempDir()
  put(cwd, 'in', ARRAY)
  await blpk(['c', 'in', 'y.blp'], { cwd })
  put(cwd, 'y.npy', 'mine')
  const refused = await blpk(['d', 'y.blp'], { cwd })
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("'y.npy' exists")])
  const { out, err } = await blpk(['d', '-f', '-v', '--json', 'y.blp'], { cwd })
  expect(err).toContain("input is 'y.blp'; output is 'y.npy'\n")
  expect(JSON.parse(out.toString())).toMatchObject({ output: 'y.npy' })
})
