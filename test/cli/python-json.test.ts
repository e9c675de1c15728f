import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blpk, isPosix, npy, put, ramp, shell, tempDir } from './run.js'

const PYTHON = join(import.meta.dirname, '..', '..', '.venv', 'bin', 'python')

/** What Python's json module writes and JavaScript cannot read, or not without losing digits. */
const ODD =
  '{"fill":NaN,"range":[-Infinity,Infinity],"t":1700000000123456789,"e":1e400,"z":-0.0,"one":1.0,"s":"\\ud800"}'

/** Says at the end how much memory was used at most, in KiB. */
const RSS = `
import { writeSync } from 'node:fs'
process.on('exit', () => writeSync(2, 'rss ' + process.resourceUsage().maxRSS + '\\n'))
`

async function ok(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(args, { cwd })
  expect([args, code, err]).toEqual([args, 0, ''])
  return out.toString()
}

test('metadata as Python writes them go in and through, digit for digit', async () => {
  const cwd = tempDir()
  put(cwd, 'a.npy', npy('<f4', [50, 40], ramp(8000)))
  put(cwd, 'm.json', `${ODD}\n`)
  await ok(cwd, 'c', '-m', 'm.json', 'a.npy', 'a.blp')
  const own = ODD.slice(1, -1)
  expect(await ok(cwd, 'meta', 'get', 'a.blp')).toContain(own)
  await ok(cwd, 'append', 'a.blp', 'a.npy')
  await ok(cwd, 'meta', 'set', 'a.blp', 'more', '[Infinity]')
  await ok(cwd, 'verify', 'a.blp')
  await ok(cwd, 'convert', 'a.blp', 'a.b2frame')
  await ok(cwd, 'convert', 'a.b2frame', 'b.blp')
  await ok(cwd, 'concat', 'c.blp', 'b.blp', 'a.blp')
  await ok(cwd, 'repair', 'c.blp', 'd.blp')
  await ok(cwd, 'd', '--metadata-out', 'out.json', 'd.blp', 'out.npy')
  const text = readFileSync(join(cwd, 'out.json'), 'utf8')
  expect(text).toContain(`${own},"more":[Infinity]`)
  expect(text).toContain('"shape":[200,40]')
  expect(await ok(cwd, 'info', 'd.blp')).toContain('"t": 1700000000123456789')
  const json = await ok(cwd, 'info', '--json', 'd.blp')
  expect(json).toContain('"t": 1700000000123456789')
  expect(json).toContain('"e": 1e400')
  expect(JSON.parse(json)).toBeDefined()
  expect(json).toContain('"fill": "NaN"')
})

test('JSON is decoded or refused, never changed', async () => {
  const cwd = tempDir()
  put(cwd, 'p', 'data')
  put(cwd, 'bom.json', Buffer.from(`\ufeff{"é": NaN}`, 'utf16le'))
  await ok(cwd, 'c', '-m', 'bom.json', 'p', 'p.blp')
  expect(await ok(cwd, 'meta', 'get', 'p.blp')).toBe('{"\\u00e9":NaN}\n')
  const latin = Buffer.from('{"a": "é"}', 'latin1')
  put(cwd, 'latin.json', latin)
  const file = await blpk(['c', '-f', '-m', 'latin.json', 'p', 'p.blp'], { cwd })
  expect(file.code).toBe(2)
  expect(file.err).toContain(
    "'latin.json': the metadata is not JSON: it is not UTF-8: byte 7 is 0xe9 (is it Latin-1?",
  )
  const piped = await blpk(['c', '-f', '-m', '-', 'p', 'p.blp'], { cwd, input: latin })
  expect(piped.code).toBe(2)
  const value = await blpk(['meta', 'set', 'p.blp', 'x', '-'], { cwd, input: latin })
  expect([value.code, value.err.includes('not UTF-8')]).toEqual([2, true])
})

describe('meta set', () => {
  test('refuses what looks like JSON and is not, unless --raw', async () => {
    const cwd = tempDir()
    put(cwd, 'p', 'data')
    put(cwd, 'm.json', '{}')
    await ok(cwd, 'c', '-m', 'm.json', 'p', 'p.blp')
    await ok(cwd, 'c', '--format', 'b2frame', 'p', 'p.b2frame')
    for (const value of ['{"a":1', '[1,', '"x', '01', '.5', '1_000', '0x10', 'True', 'tru', 'None', 'nan']) {
      const { code, err } = await blpk(['meta', 'set', 'p.blp', 'x', value], { cwd })
      expect([value, code, err.includes('looks like JSON')]).toEqual([value, 2, true])
    }
    const frame = await blpk(['meta', 'set', 'p.b2frame', 'x', '{"a":1'], { cwd })
    expect([frame.code, frame.err.includes('looks like JSON')]).toEqual([2, true])
    await ok(cwd, 'meta', 'set', '--raw', 'p.blp', 'x', '{"a":1')
    expect(await ok(cwd, 'meta', 'get', 'p.blp')).toBe('{"x":"{\\"a\\":1"}\n')
    expect(await ok(cwd, 'meta', 'get', '--raw', 'p.blp', 'x')).toBe('{"a":1')
    for (const value of ['2024-06-01', 'some words', '1.2.3', 'none', 'x{'])
      await ok(cwd, 'meta', 'set', 'p.blp', 'x', value)
    expect(await ok(cwd, 'meta', 'get', 'p.blp', 'x')).toBe('x{\n')
  })

  test('takes strings and lists of tens of megabytes, in archives and frames', async () => {
    const cwd = tempDir()
    put(cwd, 'p', 'data')
    put(cwd, 'm.json', '{}')
    put(cwd, 'text.json', JSON.stringify('x'.repeat(2e7)))
    put(cwd, 'list.json', `[${'1,'.repeat(2e6)}1]`)
    await ok(cwd, 'c', '-m', 'text.json', 'p', 'p.blp')
    await ok(cwd, 'c', '--format', 'b2frame', 'p', 'p.b2frame')
    for (const file of ['text.json', 'list.json']) await ok(cwd, 'meta', 'set', 'p.b2frame', file, `@${file}`)
    await ok(cwd, 'append', '--grow', '-m', 'list.json', 'p.blp', 'p')
    expect((await ok(cwd, 'meta', 'get', 'p.b2frame', 'text.json')).length).toBe(2e7 + 1)
    expect((await ok(cwd, 'meta', 'get', 'p.blp')).length).toBe(4e6 + 4)
    expect((await ok(cwd, 'info', 'p.blp')).length).toBeLessThan(1e6)
  })

  test.skipIf(!isPosix)('needs little memory for them', async () => {
    const cwd = tempDir()
    put(cwd, 'p', 'data')
    put(cwd, 'rss.mjs', RSS)
    put(cwd, 'both.json', `{"text":${JSON.stringify('x'.repeat(1e7))},"list":[${'1,'.repeat(3e6)}1]}`)
    const mib = async (line: string): Promise<number> => {
      const { code, err } = await shell(`"$NODE" --import ./rss.mjs "$BLPK" ${line} > out`, { cwd })
      expect([line, code]).toEqual([line, 0])
      return Number(/rss (\d+)/.exec(err)?.[1]) / 1024
    }
    const least = await mib('c p small.blp')
    expect(least).toBeGreaterThan(20)
    // As values of JavaScript they took 900.
    for (const line of [
      'c -m both.json p p.blp',
      'info p.blp',
      'meta get p.blp text',
      'meta set --grow p.blp x 1',
    ])
      expect([line, (await mib(line)) - least]).toEqual([
        line,
        expect.toSatisfy((more: number) => more < 200),
      ])
  })
})

describe.skipIf(!existsSync(PYTHON))('beside Python', () => {
  const python = (cwd: string, code: string): string =>
    execFileSync(PYTHON, ['-c', code], { cwd, encoding: 'utf8' })

  test('archives and metalayers keep what its json and msgpack have', async () => {
    const cwd = tempDir()
    python(
      cwd,
      `
import blosc2, bloscpack
deep = 1
for _ in range(900): deep = [deep]
bloscpack.pack_bytes_to_file(b'x' * 100, 'py.blp', metadata={'n': float('nan'), 'big': 2**200, 's': '\\ud800', 'deep': deep})
s = blosc2.SChunk(urlpath='py.b2frame', mode='w')
s.vlmeta['v'] = {'n': float('nan'), 'u': 2**64 - 1, 'b': b'\\x00\\xff', 'f': 1.0, 'c': 3 + 4j}
`,
    )
    put(cwd, 'p', 'data')
    await ok(cwd, 'append', 'py.blp', 'p')
    await ok(cwd, 'meta', 'set', 'py.blp', 'k', 'Infinity')
    const value = await ok(cwd, 'meta', 'get', 'py.b2frame', 'v')
    put(cwd, 'v.json', value)
    await ok(cwd, 'meta', 'set', 'py.b2frame', 'w', '@v.json')
    const said = python(
      cwd,
      `
import blosc2, bloscpack, json
data, meta = bloscpack.unpack_bytes_from_file('py.blp')
print(len(data), meta['n'], meta['big'] == 2**200, ascii(meta['s']), json.dumps(meta['deep']).count('['), meta['k'])
s = blosc2.open('py.b2frame')
print(repr(s.vlmeta['v']) == repr(s.vlmeta['w']))
`,
    )
    expect(said).toBe("104 nan True '\\ud800' 900 inf\nTrue\n")
  })
})
