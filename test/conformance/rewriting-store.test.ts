// Changes by writing all of it again, of objects in a store: writers at once, ids, metadata, and runs that fail.

import { beforeEach, describe, expect, test } from 'vitest'
import type { AppendRequest, AppendResult } from '../../dist/format/change.js'
import { containerOf, findMutable, formatById, loadContainer } from '../../dist/format/registry.js'
import {
  append,
  BytesPlainSource,
  compress,
  decompress,
  MemorySource,
  type PlainSource,
  registerContainer,
  registerPlace,
} from '../../dist/index.js'
import { changePlace } from '../../dist/places/change.js'
import { changeByRewriting } from '../../dist/verbs/change-by-rewriting.js'
import { verify } from '../../dist/verbs/verify.js'
import { noise, ramp } from '../cli/run.js'
import { MemoryStore } from './toys/memory-store.js'
import { toy } from './toys/plain-container.mjs'

const WRITERS = 20
let store = new MemoryStore()
registerContainer(toy)
registerPlace({ schemes: ['mem'], store: () => store })

const sourceOf = (bytes: Uint8Array): PlainSource => new BytesPlainSource(new MemorySource(bytes))
const change = async (format: string) => {
  const found = formatById(format)
  if (found === undefined) throw new Error(format)
  return changeByRewriting(await loadContainer(containerOf(found)))
}

/** Appends to a container that could change itself by writing all of it again, as if it could not. */
async function appendAnew(name: string, bytes: Uint8Array, o: AppendRequest = {}): Promise<AppendResult> {
  const { append } = await change('blp')
  return changePlace(name, findMutable, o, (source) => append({ source }, sourceOf(bytes), o))
}

async function seed(name: string, bytes: Uint8Array): Promise<void> {
  await store.put(name, bytes, { metadata: { own: 'kept' } }, {})
}

function bytesOf(name: string): Uint8Array {
  return store.objects.get(name)?.bytes ?? new Uint8Array()
}

function toyOf(plain: Uint8Array): Uint8Array {
  const head = Buffer.alloc(16)
  head.write('TOY1')
  head.writeUInt32LE(1, 4)
  head.writeBigUInt64LE(BigInt(plain.length), 8)
  return Buffer.concat([head, plain])
}

const records = Array.from({ length: WRITERS }, (_, i) => Buffer.alloc(500, `w${i};`.padEnd(5, '.')))
const inOrder = (bytes: Uint8Array, size: number): string[] =>
  Array.from({ length: bytes.length / size }, (_, i) =>
    Buffer.from(bytes.subarray(i * size, (i + 1) * size)).toString(),
  ).sort()

beforeEach(() => {
  store = new MemoryStore()
})

describe('appends at once, none lost and none twice', { timeout: 60_000 }, () => {
  const all = inOrder(Buffer.concat(records), 500)

  test('of a container that makes no changes', async () => {
    const name = 'mem://box/a.toy'
    await seed(name, toyOf(new Uint8Array()))
    await Promise.all(records.map((record) => append(name, sourceOf(record))))
    const whole = bytesOf(name)
    expect(inOrder(whole.subarray(16), 500)).toEqual(all)
    expect(Number(Buffer.from(whole).readBigUInt64LE(8))).toBe(whole.length - 16)
    expect(store.uploads.size).toBe(0)
  })

  test('with ids, each of which comes twice', async () => {
    const name = 'mem://box/a.blp'
    await seed(name, await compress(new Uint8Array(), { typesize: 1 }))
    const results = await Promise.all(
      [...records, ...records].map((record, i) => appendAnew(name, record, { appendId: `${i % WRITERS}` })),
    )
    expect(results.filter(({ skipped }) => skipped)).toHaveLength(WRITERS)
    expect(inOrder(await decompress(bytesOf(name)), 500)).toEqual(all)
    expect(await verify(name, { deep: true })).toMatchObject({ ok: true, findings: [] })
  })

  test('and metadata that are set meanwhile', async () => {
    const name = 'mem://box/a.blp'
    await seed(name, await compress(new Uint8Array(), { typesize: 1 }))
    const { setMetadata, readMetadata } = await change('blp')
    await Promise.all([
      ...records.map((record) => appendAnew(name, record)),
      ...records.map((_, i) =>
        changePlace(name, findMutable, {}, (source) =>
          setMetadata({ source }, { name: `k${i}`, value: `${i}` }, {}),
        ),
      ),
    ])
    expect(inOrder(await decompress(bytesOf(name)), 500)).toEqual(all)
    const metadata = await readMetadata({ source: new MemorySource(bytesOf(name)) }, {})
    expect(records.map((_, i) => metadata.get(`k${i}`).json())).toEqual(records.map((_, i) => `${i}`))
  })
})

test('an object of many parts is uploaded in parts, and keeps its traits', async () => {
  const name = 'mem://box/a.toy'
  const plain = noise(5 * store.limits.usual)
  await seed(name, toyOf(plain))
  const begun: string[] = []
  const { begin } = store
  store.begin = (object, traits) => {
    begun.push(object)
    return begin.call(store, object, traits)
  }
  await append(name, sourceOf(ramp(3000)))
  expect(Buffer.compare(bytesOf(name).subarray(16), Buffer.concat([plain, ramp(3000)]))).toBe(0)
  expect(begun).toEqual([name])
  expect(store.objects.get(name)?.traits.metadata).toMatchObject({ own: 'kept' })
  expect(store.uploads.size).toBe(0)
})

describe('what fails leaves the object as it was', () => {
  const name = 'mem://box/a.toy'
  const before = toyOf(noise(20_000))
  const expectAsBefore = (): void => {
    expect(Buffer.compare(bytesOf(name), before)).toBe(0)
    expect(store.uploads.size).toBe(0)
  }

  beforeEach(() => seed(name, before))

  test('a source that ends early', async () => {
    const source = new BytesPlainSource(new MemorySource(ramp(100)), { size: 200 })
    await expect(append(name, source)).rejects.toMatchObject({ code: 'IO' })
    expectAsBefore()
  })

  test('a store that takes no part, or does not complete', async () => {
    const denied = () => Promise.reject(Object.assign(new Error('no'), { code: 'DENIED' }))
    const { begin } = store
    store.begin = async (object, traits) =>
      Object.assign(await begin.call(store, object, traits), { part: denied })
    await expect(append(name, sourceOf(ramp(100)))).rejects.toMatchObject({ code: 'DENIED' })
    expectAsBefore()
    store.begin = async (object, traits) =>
      Object.assign(await begin.call(store, object, traits), { complete: denied })
    await expect(append(name, sourceOf(ramp(100)))).rejects.toMatchObject({ code: 'DENIED' })
    expectAsBefore()
  })

  test('a signal', async () => {
    const controller = new AbortController()
    const { begin } = store
    store.begin = (object, traits) => {
      controller.abort()
      return begin.call(store, object, traits)
    }
    const options = { signal: controller.signal }
    await expect(append(name, sourceOf(ramp(100)), options)).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expectAsBefore()
  })

  test('others who are always quicker', async () => {
    let writes = 0
    const { begin } = store
    store.begin = async (object, traits) => {
      await seed(name, toyOf(Buffer.from(`${writes++}`)))
      return begin.call(store, object, traits)
    }
    await expect(append(name, sourceOf(ramp(9000)), { lockTimeout: 0.3 })).rejects.toMatchObject({
      code: 'LOCKED',
      advice: { option: 'lockTimeout' },
    })
    expect(writes).toBeGreaterThan(1)
    expect(Buffer.compare(bytesOf(name), toyOf(Buffer.from(`${writes - 1}`)))).toBe(0)
    expect(store.uploads.size).toBe(0)
  })
})
