import { expect, test } from 'vitest'
import { blpk, npy, put, ramp, tempDir } from './run.js'

const HEAD = ['file', 'format', 'shape', 'dtype', 'nbytes', 'cbytes', 'ratio']

interface Entry {
  file: string
  [key: string]: unknown
}

async function ok(cwd: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await blpk(args, { cwd })
  expect([args, code, err]).toEqual([args, 0, ''])
  return out.toString()
}

/** One container of each kind, by name, with the shape and dtype that it tells. */
const KINDS: [name: string, input: string, options: string[], shape: number[] | null, format: string][] = [
  ['plain.blp', 'a', [], null, 'Bloscpack 3'],
  ['array.blp', 'a.npy', [], [50, 20], 'Bloscpack 3'],
  ['plain.b2frame', 'a', [], null, 'Blosc2 frame'],
  ['tensor.b2frame', 'a.npy', [], [50, 20], 'Blosc2 frame'],
  ['array.b2nd', 'a.npy', [], [50, 20], 'Blosc2 array'],
  ['sparse.b2nd', 'a.npy', ['--sparse'], [50, 20], 'Blosc2 array, sparse'],
]

async function containers(): Promise<string> {
  const cwd = tempDir()
  put(cwd, 'a', ramp(4000))
  put(cwd, 'a.npy', npy('<f4', [50, 20], ramp(4000)))
  for (const [name, input, options, shape, format] of KINDS) {
    const packed = JSON.parse(await ok(cwd, 'compress', '--json', ...options, input, name))
    expect(Object.keys(packed).slice(0, 7)).toEqual(HEAD)
    expect(packed).toMatchObject({ file: name, format, shape, nbytes: 4000, input })
  }
  return cwd
}

test('entries of all commands begin alike, for every container', async () => {
  const cwd = await containers()
  const names = KINDS.map(([name]) => name)
  for (const command of ['info', 'verify']) {
    const entries = JSON.parse(await ok(cwd, command, '--json', ...names)) as Entry[]
    expect(entries.map((entry) => Object.keys(entry).slice(0, 7))).toEqual(names.map(() => HEAD))
    expect(
      entries.map(({ file, shape, dtype, format, nbytes }) => [file, shape, dtype, format, nbytes]),
    ).toEqual(KINDS.map(([name, , , shape, format]) => [name, shape, shape && '<f4', format, 4000]))
    for (const { cbytes, ratio } of entries)
      expect([typeof cbytes, typeof ratio]).toEqual(['number', 'number'])
    const [one] = JSON.parse(await ok(cwd, command, '--json', 'array.b2nd')) as Entry[]
    expect(one).toEqual(entries[4])
  }
  const head = { format: 'Blosc2 array', shape: [50, 20], dtype: '<f4', nbytes: 4000 }
  const verb = async (...args: string[]): Promise<Entry> => JSON.parse(await ok(cwd, ...args, '--json'))
  expect(await verb('decompress', 'array.b2nd', 'o.npy')).toMatchObject({
    ...head,
    file: 'array.b2nd',
    output: 'o.npy',
  })
  expect(await verb('convert', 'tensor.b2frame', 'c.b2nd')).toMatchObject({ ...head, file: 'c.b2nd' })
  expect(await verb('repair', 'array.b2nd', 'r.b2nd')).toMatchObject({ ...head, file: 'r.b2nd', ok: true })
  expect(await verb('meta', 'set', 'array.b2nd', 'k', 'NaN')).toMatchObject({
    ...head,
    name: 'k',
    done: 'set',
  })
  expect(await verb('meta', 'get', 'array.b2nd', 'k')).toMatchObject({ ...head, name: 'k', value: 'NaN' })
  expect(await verb('meta', 'get', 'array.b2nd')).toMatchObject({ ...head, vlmeta: { k: 'NaN' } })
  expect(await verb('append', 'c.b2nd', 'a.npy')).toMatchObject({
    shape: [100, 20],
    nbytes: 8000,
    appended: 4000,
  })
  expect(await verb('concat', 'two.blp', 'array.blp', 'array.blp')).toMatchObject({
    file: 'two.blp',
    shape: [100, 20],
    nbytes: 8000,
    inputs: ['array.blp', 'array.blp'],
  })
}, 120_000)

test('what fails has an entry, and the worst code counts; --ndjson has a line each', async () => {
  const cwd = tempDir()
  put(cwd, 'a', ramp(4000))
  await ok(cwd, 'c', 'a', 'a.blp')
  put(cwd, 'bad.blp', 'this is no archive at all, is it')
  const { code, out } = await blpk(['info', '--json', 'none', 'bad.blp', 'a.blp'], { cwd })
  expect(code).toBe(3)
  const entries = JSON.parse(out.toString()) as Entry[]
  expect(entries.map(({ file, code, shape }) => [file, code, shape])).toEqual([
    ['none', 'NOT_FOUND', null],
    ['bad.blp', 'DAMAGED', null],
    ['a.blp', undefined, null],
  ])
  const lines = await blpk(['verify', '--ndjson', 'none', 'a.blp'], { cwd })
  expect(lines.code).toBe(1)
  const parsed = lines.out
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Entry)
  expect(parsed.map(({ file, ok }) => [file, ok])).toEqual([
    ['none', false],
    ['a.blp', true],
  ])
  const failed = await blpk(['d', '--json', 'none.blp', 'x'], { cwd })
  expect(failed.code).toBe(1)
  expect(JSON.parse(failed.out.toString())).toMatchObject({ file: 'none.blp', code: 'NOT_FOUND' })
  const usage = await blpk(['d', '--json', 'a.blp', '-'], { cwd })
  expect([usage.code, usage.out.length]).toEqual([2, 0])
})

test('a place that cannot be listed or cleaned has an entry too, and the others are tried', async () => {
  const cwd = tempDir()
  const cleaned = await blpk(['clean', '--json', 'none', '.'], { cwd })
  expect([cleaned.code, cleaned.err]).toEqual([
    1,
    "blpk: error: cannot open 'none': no such file or directory\n",
  ])
  expect(JSON.parse(cleaned.out.toString())).toMatchObject([{ file: 'none', code: 'NOT_FOUND' }])
  const unreachable = ['--s3-endpoint', 'http://127.0.0.1:9', '--retries', '0']
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
  for (const verb of ['ls', 'clean']) {
    const { code, out } = await blpk([verb, '--json', 's3://one', 's3://two', ...unreachable], { cwd, env })
    expect([verb, code]).toEqual([verb, 1])
    expect(JSON.parse(out.toString()).map(({ file }: Entry) => file)).toEqual(['s3://one', 's3://two'])
  }
})
