import { describe, expect, test } from 'vitest'
import { dtypeRepr } from '../../dist/array/npy/dtype.js'
import { parseJson } from '../../dist/core/json/value.js'
import type { DatasetSpec, GroupSpec, Link } from '../../dist/format/hdf5/model.js'
import type { H5File } from '../../dist/format/hdf5/structure/tree.js'
import { arrayShape } from '../../dist/format/hdf5/types/array-shape.js'
import { bytesOf, entries, type ObjectFacts, open } from './fixtures.js'

async function linksOf(file: H5File, group: GroupSpec): Promise<Link[]> {
  const links: Link[] = []
  for await (const link of file.links(group)) links.push(link)
  return links
}

function linkFact(link: Link): string[] {
  if (link.kind === 'hard') return ['hard']
  return link.kind === 'soft' ? ['soft', link.path] : ['external', link.file, link.path]
}

/** What a manifest says of a dataset, by our own reading. */
function datasetFacts({ space, type, layout, filters }: DatasetSpec): Omit<ObjectFacts, 'attributes'> {
  return {
    shape: [...space.shape],
    maxshape: space.maxShape.map((extent) => extent ?? null),
    dtype: type.kind === 'numpy' ? dtypeRepr(type.descr) : null,
    chunks: layout.kind === 'chunked' ? [...layout.chunkShape] : null,
    filters: filters.map(({ id, values }) => [id, [...values]]),
  }
}

/** Attributes as JavaScript's values; those without a value are left out. */
async function attributesOf(file: H5File, address: number): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const attribute of await file.attributes(address))
    if ('json' in attribute) values[attribute.name] = parseJson(attribute.json)
  return values
}

describe.each(entries)('$path ($how)', ({ path, objects }) => {
  test('has the objects, types, links and attributes that other tools read', async () => {
    const file = await open(path)
    expect(file.superblock.endOfFile).toBe(bytesOf(path).length)
    const seen: string[] = []
    for await (const visit of file.walk()) {
      if ('error' in visit) throw visit.error
      const wanted = objects[visit.path]
      // Other tools visit each object once, not by each of its names.
      if (wanted === undefined) continue
      seen.push(visit.path)
      const { object } = visit
      const { attributes, links, nbytes, fill, ...rest } = wanted
      expect({ path: visit.path, ...(await attributesOf(file, object.address)) }).toEqual({
        path: visit.path,
        ...attributes,
      })
      if (object.kind === 'group') {
        const found = (await linksOf(file, object)).map((link) => [link.name, linkFact(link)])
        expect(Object.fromEntries(found)).toEqual(links)
      } else if (object.kind === 'dataset') {
        expect({ path: visit.path, ...datasetFacts(object) }).toEqual({ path: visit.path, ...rest })
        const given = object.fill ?? new Uint8Array(object.type.itemsize)
        if (fill !== undefined) expect(Buffer.from(given).toString('hex')).toBe(fill)
      }
    }
    expect(seen.sort()).toEqual(Object.keys(objects).sort())
  })
})

describe.each(['earliest.h5', 'v108.h5', 'latest.h5'])('paths in %s', (path) => {
  test('lead through soft links', async () => {
    const file = await open(path)
    expect((await file.resolve('/links/soft')).path).toBe('/types/scalar')
    expect((await file.resolve('links//relative')).path).toBe('/links/deeper/hard')
    expect((await file.resolve('/links/group/S5')).object).toMatchObject({
      kind: 'dataset',
      type: { descr: '|S5' },
    })
    expect((await file.resolve('/')).object.kind).toBe('group')
    expect((await file.resolve('/types/named')).object.kind).toBe('type')
  })

  test('that lead nowhere list the datasets that there are', async () => {
    const file = await open(path)
    await expect(file.resolve('/types/nothing')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('/layouts/compact'),
    })
    await expect(file.resolve('/types/S5/inside')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('in loops, and into other files, are refused', async () => {
    const file = await open(path)
    await expect(file.resolve('/links/loop')).rejects.toMatchObject({ code: 'DAMAGED' })
    await expect(file.resolve('/links/elsewhere')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining("'other.h5'"),
    })
  })

  test('of a group limit a walk', async () => {
    const paths: string[] = []
    for await (const visit of (await open(path)).walk('/links/deeper')) paths.push(visit.path)
    expect(paths).toEqual(['/links/deeper', '/links/deeper/hard'])
  })
})

describe('layouts', () => {
  async function dataset(path: string, name: string): Promise<DatasetSpec> {
    const { object } = await (await open(path)).resolve(name)
    if (object.kind !== 'dataset') throw new Error(`${name} is no dataset`)
    return object
  }

  test.each([
    ['filled', 'fixed'],
    ['one_unlimited', 'extensible'],
    ['unlimited', 'btree2'],
    ['single', 'single'],
    ['single_plain', 'single'],
    ['implicit', 'implicit'],
    ['no_chunks', 'none'],
  ])('%s has the index %s in new files, and a B-tree in old ones', async (name, kind) => {
    const { layout } = await dataset('latest.h5', `/layouts/${name}`)
    expect(layout).toMatchObject({ kind: 'chunked', index: { kind } })
    const old = await dataset('earliest.h5', `/layouts/${name}`)
    const kind1 = name === 'no_chunks' ? 'none' : 'btree1'
    expect(old.layout).toMatchObject({ kind: 'chunked', index: { kind: kind1 } })
  })

  test.each(['earliest.h5', 'v108.h5', 'latest.h5'])('of %s without chunks', async (path) => {
    const { layout } = await dataset(path, '/layouts/compact')
    expect(layout).toEqual({ kind: 'compact', bytes: new Uint8Array(16) })
    expect((await dataset(path, '/layouts/no_room')).layout).toEqual({
      kind: 'contiguous',
      address: undefined,
      nbytes: 400,
    })
    expect((await dataset(path, '/layouts/external')).layout.kind).toBe('elsewhere')
  })

  test('behind a user block have absolute addresses', async () => {
    const { layout } = await dataset('userblock.h5', '/contiguous')
    if (layout.kind !== 'contiguous' || layout.address === undefined) throw new Error('it is not contiguous')
    const bytes = Buffer.from(bytesOf('userblock.h5'))
    expect([0, 1, 2, 3, 4].map((i) => bytes.readInt32LE((layout.address ?? 0) + 8 * i))).toEqual([
      0, 1, 2, 3, 4,
    ])
  })

  test('of array types keep the shape of the dataset', async () => {
    const { space, type } = await dataset('latest.h5', '/types/array')
    expect(space.shape).toEqual([4])
    expect(arrayShape({ space, type })).toEqual([4, 2, 3])
    expect(type).toEqual({ kind: 'numpy', descr: '<i4', itemsize: 24, axes: [2, 3] })
  })
})

test('items are shown as JSON, those of variable length too', async () => {
  const file = await open('latest.h5')
  const { object } = await file.resolve('/types/strings')
  if (object.kind !== 'dataset' || object.layout.kind !== 'contiguous')
    throw new Error('it is not contiguous')
  const { type, layout, space } = object
  if (type.kind !== 'vlen-string') throw new Error('it holds no strings')
  const at = layout.address ?? 0
  const bytes = bytesOf('latest.h5').slice(at, at + layout.nbytes)
  const datatype = { kind: 'vlen-string', size: type.itemsize, utf8: type.utf8 } as const
  expect(await file.json(datatype, bytes, space.shape)).toBe('["hello","wörld"]')
})

test('attributes keep all digits', async () => {
  const file = await open('latest.h5')
  const attributes = await file.attributes(file.root.address)
  const json = Object.fromEntries(
    attributes.map((one) => [one.name, 'json' in one ? one.json : one.unreadable]),
  )
  expect(json).toMatchObject({
    i8: '9007199254740993',
    u8: '18446744073709551615',
    odd: '[NaN,Infinity,-Infinity,1e+300]',
    bools: '[[true,false]]',
    complex: '{"r":1.0,"i":2.0}',
  })
})
