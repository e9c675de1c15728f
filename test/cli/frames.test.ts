import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compress, NDArray, SChunk } from '../../dist/index.js'
import { startPeer } from '../support/peer.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'
import { blpk } from './run.js'

const directory = scratchDirectory()
const peer = await startPeer('metalayers set by the command line')
const at = (name: string): string => join(directory, name)

async function output(args: string[], options: { input?: Uint8Array | string } = {}): Promise<string> {
  const { out } = await blpk(args, options)
  return out.toString()
}

function npy(descr: string, shape: string, data: Uint8Array, fortran = 'False'): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`
  const text = `${dict.padEnd(117)}\n`
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(text), data])
}

const rows = Float32Array.from({ length: 15 }, (_, i) => 100 + i)
writeFileSync(at('rows.npy'), npy('<f4', '(3, 5)', Buffer.from(rows.buffer)))
writeFileSync(at('wide.npy'), npy('<f4', '(3, 4)', new Uint8Array(48)))
writeFileSync(at('double.npy'), npy('<f8', '(3, 5)', new Uint8Array(120)))
writeFileSync(at('fortran.npy'), npy('<f4', '(3, 5)', new Uint8Array(60), 'True'))
writeFileSync(at('items'), new Uint8Array(120).fill(3))

async function makeFrame(name: string): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 1000 }, (_, i) => i)
  const meta: [string, Uint8Array][] = [['note', Uint8Array.of(0xa3, 0x6f, 0x6e, 0x65)]]
  await (await SChunk.create({ typesize: 4, chunkSize: 300 * 4, meta }, data)).save(at(name))
  return data
}

describe('append', () => {
  test('of items fills the last chunk up', async () => {
    const data = await makeFrame('a.b2frame')
    const run = await blpk(['append', '--json', at('a.b2frame'), at('items'), '-'], {
      input: new Uint8Array(400),
    })
    expect(run).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(run.out.toString())).toMatchObject({ appended: 520, nbytes: 1520, nchunks: 2 })
    const schunk = await SChunk.open(at('a.b2frame'))
    const expected = Buffer.concat([data, new Uint8Array(120).fill(3), new Uint8Array(400)])
    expect(sameBytes(await schunk.bytes(), expected)).toBe(true)
    await schunk.close()
  })

  test('of rows to an array, several inputs at once, with an id', async () => {
    const values = Float32Array.from({ length: 70 }, (_, i) => i)
    const array = await NDArray.fromTypedArray(values, { shape: [14, 5], chunks: [4, 5] })
    await array.save(at('a.b2nd'))
    const append = ['append', '--json', '--append-id', 'x', at('a.b2nd'), at('rows.npy'), '-']
    const input = readFileSync(at('rows.npy'))
    expect(JSON.parse(await output(append, { input }))).toMatchObject({ shape: [20, 5], skipped: false })
    expect(JSON.parse(await output(append, { input }))).toMatchObject({ shape: [20, 5], skipped: true })
    expect(await blpk(['append', '--raw', at('a.b2nd'), at('items')])).toMatchObject({ code: 0 })
    const read = await NDArray.open(at('a.b2nd'))
    const plain = [values, rows, rows].map((part) => Buffer.from(part.buffer))
    expect(sameBytes((await read.slice()).data, Buffer.concat([...plain, new Uint8Array(120).fill(3)]))).toBe(
      true,
    )
    await read.close()
  })

  test.each([
    ['wide.npy', /has shape \(3, 4\), but the array has/],
    ['double.npy', /has dtype '<f8', but the array has '<f4'/],
    ['fortran.npy', /is in F order, but the array is in C order/],
    ['items', /holds an array: append a \.npy file/],
  ])('of %s to an array is refused', async (name, message) => {
    await (await NDArray.zeros([14, 5], '<f4', { chunks: [4, 5] })).save(at('b.b2nd'), { overwrite: true })
    const before = readFileSync(at('b.b2nd'))
    const run = await blpk(['append', at('b.b2nd'), at(name)])
    expect(run.code).toBe(2)
    expect(run.err).toMatch(message)
    expect(sameBytes(readFileSync(at('b.b2nd')), before)).toBe(true)
  })

  test.each([
    [['-m', 'x.json'], /use blpk meta set/],
    [['-t', '4'], /the typesize of a frame cannot change/],
    [['--max-chunk', '100'], /more than allowed/],
  ])('with %s is refused', async (options, message) => {
    await makeFrame(`refused-${options[0]}`)
    const run = await blpk(['append', ...options, at(`refused-${options[0]}`), at('items')])
    expect(run.code).toBeGreaterThan(1)
    expect(run.err).toMatch(message)
  })
})

describe('meta', () => {
  const VALUES = {
    text: 'some text',
    list: [1, -5, 300, 2 ** 40, 1.5, true, null, 'é'],
    nested: { a: { b: ['x'.repeat(40)] } },
    number: 7,
  }

  test('sets what Python reads, and shows what Python set', async () => {
    await makeFrame('m.b2frame')
    const path = at('m.b2frame')
    for (const [name, value] of Object.entries(VALUES)) {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      expect(await blpk(['meta', 'set', path, name, text])).toMatchObject({ code: 0, err: '' })
    }
    const shown = JSON.parse(await output(['meta', 'get', path]))
    expect(shown).toEqual({ meta: { note: 'one' }, vlmeta: VALUES })
    if (peer === undefined) return
    expect((await peer.call('b2_describe', { input: path })).vlmeta).toEqual(VALUES)
    const steps = Object.entries(VALUES).map(([name, value]) => ({
      kind: 'set' as const,
      name: `p-${name}`,
      value,
    }))
    await peer.call('b2_change', { archive: path, steps })
    for (const [name, value] of Object.entries(VALUES)) {
      expect(JSON.parse(await output(['meta', 'get', '--json', path, `p-${name}`])).value).toEqual(value)
      // The very bytes, too.
      const bytes = await output(['meta', 'get', '--raw', path, name])
      expect(await output(['meta', 'get', '--raw', path, `p-${name}`])).toBe(bytes)
    }
  })

  test('takes values from files and standard input, raw ones too, and removes', async () => {
    await makeFrame('f.b2frame')
    const path = at('f.b2frame')
    writeFileSync(at('value.json'), '{"big": 9007199254740993}')
    await blpk(['meta', 'set', path, 'file', `@${at('value.json')}`])
    await blpk(['meta', 'set', path, 'in', '-'], { input: 'line' })
    await blpk(['meta', 'set', '--raw', path, 'raw', '-'], { input: Uint8Array.of(0xc1, 0, 255) })
    expect(await output(['meta', 'get', path, 'file'])).toBe('{"big":9007199254740993}\n')
    expect(await output(['meta', 'get', path, 'in'])).toBe('line\n')
    expect((await blpk(['meta', 'get', path, 'raw'])).err).toMatch(
      /does not hold a msgpack value .*use --raw/,
    )
    expect(await blpk(['meta', 'rm', path, 'in'])).toMatchObject({ code: 0 })
    expect(JSON.parse(await output(['meta', 'get', path])).vlmeta).toEqual({
      file: { big: 9007199254740992 },
      raw: { $bytes: 'wQD/' },
    })
  })

  test('sets fixed ones of the same size', async () => {
    await makeFrame('x.b2frame')
    const path = at('x.b2frame')
    expect(await blpk(['meta', 'set', '--fixed', path, 'note', 'two'])).toMatchObject({ code: 0, err: '' })
    expect(await output(['meta', 'get', path, 'note'])).toBe('two\n')
    expect((await blpk(['meta', 'set', '--fixed', path, 'note', 'longer'])).err).toMatch(/has 4 bytes, not 7/)
  })

  test.each([
    [['set', 'e.b2frame', 'note', 'x'], 2, /is a fixed metalayer: use --fixed/],
    [['set', 'e.b2frame', 'blpk', 'x'], 2, /is managed by blpk/],
    [['set', 'e.b2frame', 'b2nd', 'x'], 2, /holds the shape of the array/],
    [['set', 'e.b2frame', 'x'.repeat(32), 'x'], 2, /has 32 bytes; it must have 1 to 31/],
    [
      ['set', 'e.b2frame', 'x', '99999999999999999999'],
      2,
      /the number 9{20} is too large; msgpack integers have 64 bits/,
    ],
    [['set', 'e.b2frame', 'x'], 2, /the value is missing/],
    [['rm', 'e.b2frame', 'x'], 2, /there is no variable-length metalayer 'x'/],
    [['get', 'e.b2frame', 'x'], 2, /there is no metalayer 'x' \(available: note\)/],
    [['put', 'e.b2frame', 'x'], 2, /unknown action 'put' \(choose from get, set, rm\)/],
    [['get', 'e.blp', 'x'], 2, /the metadata has no member 'x' \(available: none\)/],
    [['get', 'missing'], 1, /no such file/],
    [['get', 'items'], 3, /not a Bloscpack archive/],
  ])('%j says what is wrong', async ([action = '', name = '', ...rest], code, message) => {
    if (action !== 'get' || name === 'e.b2frame') await makeFrame('e.b2frame').catch(() => undefined)
    writeFileSync(at('e.blp'), await compress(new Uint8Array(10)))
    const run = await blpk(['meta', action, at(name), ...rest])
    expect(run.err).toMatch(message)
    expect(run.code).toBe(code)
  })
})
