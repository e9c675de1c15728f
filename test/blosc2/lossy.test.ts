import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, packTensor, registerCodec, registerFilter, SChunk } from '../../dist/index.js'
import { blpk, filesIn, npy, put, tempDir } from '../cli/run.js'
import { sized, some } from '../support/long.js'

const floats = new Float32Array(1000).map((_, i) => Math.sqrt(i))
const bytes = (list: ArrayBufferView): Uint8Array =>
  new Uint8Array(list.buffer, list.byteOffset, list.byteLength)

describe('lossy filters', () => {
  test('are refused on items that they ruin, and on bytes of which nothing is known, unless forced', async () => {
    const dir = tempDir()
    put(dir, 'f4.npy', npy('<f4', [1000], bytes(floats)))
    put(dir, 'i4.npy', npy('<i4', [1000], bytes(floats)))
    put(dir, 'b4.npy', npy('>f4', [1000], bytes(floats)))
    put(dir, 'u1.npy', npy('|u1', [4000], bytes(floats)))
    put(dir, 'b1.npy', npy('|b1', [4000], bytes(floats)))
    put(dir, 'c8.npy', npy('<c8', [500], bytes(floats)))
    put(dir, 'S4.npy', npy('|S4', [1000], bytes(floats)))
    put(dir, 'm8.npy', npy('<m8[s]', [500], bytes(floats)))
    put(dir, 'raw', bytes(floats))
    const before = filesIn(dir)
    const ruined: [string, string][] = [
      ...['i4', 'b4', 'u1', 'b1', 'c8', 'S4', 'm8'].map((type): [string, string] => [
        `${type}.npy`,
        'trunc_prec:10',
      ]),
      ...['f4', 'b4', 'b1', 'c8', 'S4', 'm8'].map((type): [string, string] => [`${type}.npy`, 'int_trunc:4']),
      ['raw', 'trunc_prec:10'],
      ['raw', 'int_trunc:4'],
    ]
    await Promise.all(
      ruined.flatMap(([input, filter], i) =>
        some(['b2frame', 'b2nd'], 1 + (i % 2)).map(async (kind) => {
          const { code, err } = await blpk(['c', '-t', '4', input, `x${i}.${kind}`, '--filters', filter], {
            cwd: dir,
          })
          expect([input, filter, code, err]).toEqual([
            input,
            filter,
            2,
            expect.stringMatching(/lossy|have \d bytes/),
          ])
        }),
      ),
    )
    expect(filesIn(dir)).toEqual(before)
    const forced = ['c', '-f', 'i4.npy', 'forced.b2nd', '--filters', 'trunc_prec:10']
    expect((await blpk(forced, { cwd: dir })).code).toBe(0)
    const told = ['c', 'raw', 'told.b2nd', '--dtype', '<f4', '--filters', 'trunc_prec:10']
    expect((await blpk(told, { cwd: dir })).code).toBe(0)
  }, 60_000)

  test('-v, --json and info say that they are lossy, and say nothing of others', async () => {
    const dir = tempDir()
    put(dir, 'f4.npy', npy('<f4', [1000], bytes(floats)))
    for (const [filters, lossy] of [
      ['trunc_prec:10,bitshuffle', true],
      ['bitshuffle', false],
    ] as const) {
      for (const name of sized([lossy ? 'a.b2nd' : 'a.b2frame'], ['a.b2nd', 'a.b2frame'])) {
        const packed = await blpk(['c', '-f', '--json', 'f4.npy', name, '--filters', filters], { cwd: dir })
        expect(JSON.parse(`${packed.out}`)).toMatchObject({ lossy })
        const { err } = await blpk(['c', '-f', '-v', 'f4.npy', name, '--filters', filters], { cwd: dir })
        expect(err.includes('lossy')).toBe(lossy)
        expect(JSON.parse(`${(await blpk(['info', '--json', name], { cwd: dir })).out}`)).toMatchObject([
          { lossy },
        ])
        expect(`${(await blpk(['info', name], { cwd: dir })).out}`.includes('lossy')).toBe(lossy)
      }
    }
    const help = `${(await blpk(['help', 'compress'])).out}`.replace(/\s+/g, ' ')
    expect(help).toContain('are lossy')
    expect(help.slice(help.indexOf('Examples'))).not.toMatch(/trunc/)
  }, 60_000)

  test('of the library', async () => {
    const filters = ['trunc_prec', 'shuffle'].map((filter) => ({
      filter,
      meta: filter === 'shuffle' ? 0 : 10,
    }))
    const ints = new Int32Array(100)
    const refused: (() => Promise<unknown>)[] = [
      () => NDArray.fromTypedArray(ints, { filters }),
      () => NDArray.zeros([10], '>f4', { filters }),
      () => SChunk.create({ typesize: 4, filters }),
      () => SChunk.create({ typesize: 4, filters }, bytes(floats)),
      () => packTensor(ints, { filters }),
      async () => (await NDArray.fromTypedArray(ints)).schunk.setCompression({ filters }),
    ]
    for (const run of refused) await expect(run()).rejects.toThrow('lossy')
    await NDArray.fromTypedArray(floats, { filters })
    await SChunk.create({ typesize: 4, filters }, floats)
    await SChunk.create({ typesize: 4, filters, force: true }, bytes(floats))
    await NDArray.fromTypedArray(ints, { filters, force: true })
    await packTensor(floats, { filters })
  })

  test('codecs and filters of users say so of themselves', async () => {
    const dir = tempDir()
    const copy = (input: Uint8Array, output: Uint8Array): void => output.set(input)
    registerFilter({ id: 171, name: 'loses', traits: { lossy: true }, forward: copy, backward: copy })
    registerFilter({ id: 172, name: 'keeps', forward: copy, backward: copy })
    registerCodec({
      name: 'halves',
      ids: { blosc2: 173 },
      traits: { lossy: true },
      encode: () => 0,
      decode: () => 0,
    })
    const plugin = put(
      dir,
      'plugin.mjs',
      `export function register({ registerFilter, registerCodec }) {
         const copy = (input, output) => output.set(input)
         registerFilter({ id: 171, name: 'loses', traits: { lossy: true }, forward: copy, backward: copy })
         registerFilter({ id: 172, name: 'keeps', forward: copy, backward: copy })
         registerCodec({ name: 'halves', ids: { blosc2: 173 }, traits: { lossy: true }, encode: () => 0, decode: () => 0 })
       }`,
    )
    for (const [options, lossy] of [
      [{ filters: ['loses'] }, true],
      [{ filters: ['keeps'] }, false],
      [{ filters: [], codec: 'halves' }, true],
    ] as const) {
      await (await NDArray.fromTypedArray(floats, options)).save(join(dir, 'x.b2nd'), { overwrite: true })
      const known = await blpk(['info', '--json', '--plugin', plugin, 'x.b2nd'], { cwd: dir })
      expect(JSON.parse(`${known.out}`)).toMatchObject([{ lossy }])
      const unknown = await blpk(['info', '--json', 'x.b2nd'], { cwd: dir })
      expect(JSON.parse(`${unknown.out}`)).toMatchObject([{ lossy: null }])
    }
  })
})

test('README, docs and help call them lossy, and examples lose nothing', () => {
  const root = join(import.meta.dirname, '..', '..')
  const golden = join(root, 'test', 'cli', 'golden')
  const help = readdirSync(golden).map((name) => join(golden, name))
  let named = 0
  // The format is told to those who read bytes, and not to those who choose options.
  const docs = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'format.md')
    .map((name) => join(root, 'docs', name))
  for (const file of [join(root, 'README.md'), ...docs, ...help]) {
    const text = readFileSync(file, 'utf8')
    for (const part of text.split(/\n\s*\n|\n(?= {2}-)/)) {
      if (!/trunc_prec|int_trunc/.test(part)) continue
      named++
      expect([file, part]).toEqual([file, expect.stringContaining('lossy')])
    }
    for (const line of text.split('\n')) {
      if (/^\s*(\$ )?blpk /.test(line))
        expect([file, line]).not.toEqual([file, expect.stringContaining('trunc')])
    }
  }
  expect(named).toBeGreaterThan(2)
})
