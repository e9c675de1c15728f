import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { container } from '../../dist/format/hdf5/index.js'
import { openFile } from '../../dist/format/hdf5/structure/tree.js'
import {
  append,
  type BlpkError,
  compress,
  convert,
  decompress,
  MemorySource,
  readMetadata,
  registerPlace,
  setMetadata,
} from '../../dist/index.js'
import { npy } from '../cli/run.js'
import { MemoryStore } from '../conformance/toys/memory-store.js'
import { group, NewFile } from '../support/hdf5-files.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const store = new MemoryStore()
registerPlace({ schemes: ['mem'], store: () => store })
const directory = scratchDirectory()
const FIXTURES = join(import.meta.dirname, '../fixtures/h5')
const DATA = { codec: 'lz4', threads: 1 } as const

let made = 0
const fresh = (): string => join(directory, `${made++}.h5`)

function ints(from: number, count: number): Uint8Array {
  return new Uint8Array(Int32Array.from({ length: count }, (_, i) => from + i).buffer)
}

/** A file with a dataset in a group, and one beside it. */
function sample(plain = false, fill?: Uint8Array): Uint8Array {
  const file = new NewFile()
  const array = { descr: '<i4', itemsize: 4, shape: [7, 5], chunkShape: [4, 3], plain } as const
  const more = fill === undefined ? {} : { fill }
  const maxShape = [undefined, 5]
  const x = file.array({ ...array, ...more, data: ints(0, 35), maxShape, attributes: { unit: '"m"' } })
  const limited = file.array({ ...array, data: ints(0, 35), maxShape: [9, 5] })
  const fixed = file.array({ ...array, data: ints(0, 35) })
  return file.finish(group({ g: group({ x }, { n: '1' }), limited, fixed }, { title: '"t"' }))
}

function saved(bytes: Uint8Array): string {
  const path = fresh()
  writeFileSync(path, bytes)
  return path
}

const rows = (from: number, count: number): Buffer => npy('<i4', [count, 5], ints(from, 5 * count))
const plainOf = async (path: string): Promise<Uint8Array> => decompress(path, { threads: 1, raw: true })

async function valuesOf(source: MemorySource, inner: string): Promise<string> {
  try {
    const opened = await container.open({ source, inner }, { threads: 1 })
    const plain = new Uint8Array(opened.nbytes ?? 0)
    await opened.fill?.(0, plain, {})
    return `${JSON.stringify(opened.array?.()?.shape)} ${sha256(plain)}`
  } catch (error) {
    return (error as Error).message
  }
}

/** All objects of a file with their attributes, links and values. */
async function contentOf(bytes: Uint8Array): Promise<Map<string, unknown>> {
  const source = new MemorySource(bytes)
  const file = await openFile(source)
  const content = new Map<string, unknown>()
  for await (const visit of file.walk('/')) {
    if (!('object' in visit)) {
      content.set(visit.path, visit.error.message)
      continue
    }
    const { object, path } = visit
    const attributes = await file.attributes(object.address)
    const soft: unknown[] = []
    if (object.kind === 'group')
      for await (const link of file.links(object)) if (link.kind !== 'hard') soft.push(link)
    const values = object.kind === 'dataset' ? await valuesOf(source, path) : ''
    content.set(path, [object.kind, attributes, soft, values])
  }
  return content
}

/** Checks that a file has nothing else than before, but for some paths. */
function expectSame(
  before: Map<string, unknown>,
  after: Map<string, unknown>,
  without: readonly string[],
): void {
  const others = (content: Map<string, unknown>) => [...content].filter(([path]) => !without.includes(path))
  expect(others(after)).toEqual(others(before))
}

describe('rows are appended', () => {
  test.each([
    ['frames', false],
    ['chunks without a filter', true],
  ])('%s', async (_, plain) => {
    const path = saved(sample(plain))
    const before = await contentOf(readFileSync(path))
    const name = `${path}::/g/x`
    expect(await append(name, rows(35, 3), DATA)).toMatchObject({
      nbytes: 60,
      totalBytes: 200,
      shape: [10, 5],
    })
    expect(await append(name, rows(50, 2), DATA)).toMatchObject({ totalBytes: 240, nchunks: 6 })
    expect(await append(name, ints(60, 5), { ...DATA, raw: true })).toMatchObject({ shape: [13, 5] })
    expect(sameBytes(await plainOf(name), ints(0, 65))).toBe(true)
    expectSame(before, await contentOf(readFileSync(path)), ['/g/x'])
  })

  test('chunks that reach over the end are filled up with the fill value', async () => {
    const fill = Uint8Array.of(7, 0, 0, 0)
    const path = saved(sample(true, fill))
    await append(`${path}::/g/x`, npy('<i4', [2, 5], new Uint8Array(40)), DATA)
    const file = await openFile(new MemorySource(readFileSync(path)))
    const { object } = await file.resolve('/g/x')
    expect(object).toMatchObject({ space: { shape: [9, 5] }, fill })
    // The last row of chunks has one row of zeros, and three of sevens.
    const chunk = Buffer.concat([Buffer.alloc(12), ...Array.from({ length: 9 }, () => Buffer.from(fill))])
    expect(readFileSync(path).includes(chunk)).toBe(true)
  })

  test.each<[string, string, Uint8Array, object, string]>([
    ['more than there may be', 'limited', rows(0, 3), {}, '9 rows at most'],
    ['to a dataset that never grows', 'fixed', rows(0, 1), {}, 'shape is fixed'],
    ['of other items', 'g/x', npy('<f4', [1, 5], ints(0, 5)), {}, 'dtype'],
    ['of another width', 'g/x', npy('<i4', [1, 4], ints(0, 4)), {}, 'shape'],
    ['in another order', 'g/x', npy('<i4', [2, 5], ints(0, 10), true), {}, 'order'],
    ['that are no array', 'g/x', ints(0, 5), {}, 'append a .npy file'],
    ['that are not whole', 'g/x', ints(0, 4), { raw: true }, 'whole number of rows'],
    ['to a group', 'g', rows(0, 1), {}, 'is a group'],
    ['to nothing', 'nix', rows(0, 1), {}, "no '/nix'"],
  ])('not: rows %s', async (_, inner, input, o, message) => {
    const path = saved(sample())
    const before = readFileSync(path)
    await expect(append(`${path}::/${inner}`, input, { ...DATA, ...o })).rejects.toThrow(message)
    expect(sameBytes(readFileSync(path), before)).toBe(true)
  })
})

describe('datasets are added', () => {
  test('beside others, in groups that are there or new, and with other names', async () => {
    const path = saved(sample())
    const before = await contentOf(readFileSync(path))
    for (const name of ['y', 'g/y', 'h/i/y', 'ä'])
      expect(await compress(rows(0, 6), `${path}::/${name}`, DATA)).toMatchObject({ nbytes: 120 })
    const after = await contentOf(readFileSync(path))
    for (const name of ['/y', '/g/y', '/h/i/y', '/ä']) {
      expect(sameBytes(await plainOf(`${path}::${name}`), ints(0, 30))).toBe(true)
      after.delete(name)
    }
    expectSame(before, after, ['/h', '/h/i'])
  })

  test('from other containers, and from others of the same file by way of a copy', async () => {
    const path = saved(sample())
    const blp = join(directory, 'a.blp')
    await compress(rows(0, 4), blp, { threads: 1 })
    await convert(blp, `${path}::/y`, DATA)
    expect(sameBytes(await plainOf(`${path}::/y`), ints(0, 20))).toBe(true)
    await expect(convert(`${path}::/y`, `${path}::/z`, DATA)).rejects.toMatchObject({ code: 'SAME_FILE' })
  })

  test('in the place of one of the same name only if that is wanted', async () => {
    const path = saved(sample())
    const before = readFileSync(path)
    await expect(compress(rows(1, 2), `${path}::/g/x`, DATA)).rejects.toMatchObject({ code: 'EXISTS' })
    expect(sameBytes(readFileSync(path), before)).toBe(true)
    await compress(rows(1, 2), `${path}::/g/x`, { ...DATA, overwrite: true })
    expect(sameBytes(await plainOf(`${path}::/g/x`), ints(1, 10))).toBe(true)
    expectSame(await contentOf(before), await contentOf(readFileSync(path)), ['/g/x'])
    await expect(compress(rows(1, 2), `${path}::/g`, { ...DATA, overwrite: true })).rejects.toThrow(
      'is a group',
    )
    await expect(compress(rows(1, 2), `${path}::/g/x/y`, DATA)).rejects.toThrow('is a dataset')
  })

  test('not to a file of another kind', async () => {
    const path = saved(Buffer.from('something else'))
    const o = { ...DATA, overwrite: true }
    await expect(compress(rows(0, 1), `${path}::/y`, o)).rejects.toMatchObject({ code: 'EXISTS' })
    expect(readFileSync(path).toString()).toBe('something else')
  })

  test('a failure leaves the file as it was', async () => {
    const path = saved(sample())
    const before = readFileSync(path)
    const abort = new AbortController()
    abort.abort()
    const o = { ...DATA, signal: abort.signal }
    await expect(compress(rows(0, 2), `${path}::/y`, o)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    await expect(append(`${path}::/g/x`, rows(0, 2), o)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(sameBytes(readFileSync(path), before)).toBe(true)
    expect(existsSync(`${path}.blpk-journal`)).toBe(false)
  })
})

/** Files of h5py, netCDF4 and PyTables. */
const files = ['structure', 'chunks'].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder))
    .filter((name) => /\.(h5|nc)$/.test(name))
    .map((name) => join(folder, name)),
)

describe.each(files)('%s', (name) => {
  const bytes = readFileSync(join(FIXTURES, name))
  const copy = (): string => {
    const path = fresh()
    copyFileSync(join(FIXTURES, name), path)
    return path
  }

  test('gets another dataset, or stays as it is', async () => {
    const path = copy()
    const refused = await compress(rows(0, 6), `${path}::/blpk/new`, DATA).then(
      () => undefined,
      (error: BlpkError) => error,
    )
    if (refused !== undefined) {
      expect(refused).toMatchObject({ code: 'UNSUPPORTED' })
      expect(sameBytes(readFileSync(path), bytes)).toBe(true)
      return
    }
    expect(sameBytes(await plainOf(`${path}::/blpk/new`), ints(0, 30))).toBe(true)
    const after = await contentOf(readFileSync(path))
    after.delete('/blpk/new')
    expectSame(await contentOf(bytes), after, ['/blpk'])
  })

  test('each dataset grows, or stays as it is', async () => {
    const before = await contentOf(bytes)
    for (const [inner, content] of before) {
      if (!Array.isArray(content) || content[0] !== 'dataset') continue
      const path = copy()
      const source = new MemorySource(bytes)
      const opened = await container.open({ source, inner }, { threads: 1 }).catch(() => undefined)
      const old = opened === undefined ? new Uint8Array() : new Uint8Array(opened.nbytes ?? 0)
      const readable = await opened?.fill?.(0, old, {}).then(
        () => true,
        () => false,
      )
      const [count = 0] = opened?.array?.()?.shape ?? []
      const added = old.subarray(0, count === 0 ? 0 : (3 * old.length) / count)
      const done = await append(`${path}::${inner}`, added, { threads: 1, raw: true }).catch(
        (error: BlpkError) => error.code,
      )
      if (typeof done === 'string' || done.nbytes === 0) {
        expect(sameBytes(readFileSync(path), bytes), inner).toBe(true)
        continue
      }
      expect(readable).toBe(true)
      expect(sameBytes(await plainOf(`${path}::${inner}`), Buffer.concat([old, added])), inner).toBe(true)
      expectSame(before, await contentOf(readFileSync(path)), [inner])
    }
  })
})

test('writers at once lose nothing', { timeout: 60_000 }, async () => {
  const path = saved(sample())
  const many = Array.from({ length: 6 }, (_, i) => i)
  await Promise.all(
    many.flatMap((i) => [
      append(`${path}::/g/x`, npy('<i4', [1, 5], new Uint8Array(20).fill(100 + i)), DATA),
      compress(rows(i, 3), `${path}::/g/n${i}`, DATA),
    ]),
  )
  const x = await plainOf(`${path}::/g/x`)
  expect([...x.subarray(140)].filter((_, i) => i % 20 === 0).sort()).toEqual(many.map((i) => 100 + i))
  for (const i of many) expect(sameBytes(await plainOf(`${path}::/g/n${i}`), ints(i, 15))).toBe(true)
})

test('an object in a store changes as a file does', { timeout: 60_000 }, async () => {
  const name = 'mem://box/a.h5'
  await store.put(name, sample(), { metadata: {} }, {})
  const path = saved(sample())
  const many = Array.from({ length: 4 }, (_, i) => i)
  for (const i of many) {
    await append(`${path}::/g/x`, rows(i, 1), DATA)
    await compress(rows(i, 3), `${path}::/g/n${i}`, DATA)
  }
  await Promise.all(
    many.flatMap((i) => [
      append(`${name}::/g/x`, rows(i, 1), DATA),
      compress(rows(i, 3), `${name}::/g/n${i}`, DATA),
    ]),
  )
  const [ours, theirs] = [readFileSync(path), store.objects.get(name)?.bytes ?? new Uint8Array()]
  expectSame(await contentOf(ours), await contentOf(theirs), ['/g/x'])
  await compress(rows(0, 2), 'mem://box/new.h5::/a/b', DATA)
  expect(sameBytes(await plainOf('mem://box/new.h5::/a/b'), ints(0, 10))).toBe(true)
})

test('attributes are read, and not changed', async () => {
  const path = saved(sample())
  expect((await readMetadata(`${path}::/g/x`)).get('unit').json()).toBe('"m"')
  expect((await readMetadata(`${path}::/g`)).get('n').json()).toBe('1')
  const edit = { name: 'unit', value: '"s"' }
  await expect(setMetadata(`${path}::/g/x`, edit)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
})
