import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SChunk } from '../../dist/index.js'
import { sized } from '../support/long.js'
import { startPeer } from '../support/peer.js'
import { anyCompression, fitting, makeItems } from '../support/plain-array.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const TIMEOUT = 120_000
const directory = scratchDirectory()
const peer = await startPeer('super-chunks after any sequence of changes')

const anyChange = fc.record({
  kind: fc.constantFrom('append', 'set', 'insert', 'update', 'delete', 'reorder', 'slice'),
  where: fc.nat(10_000),
  items: fc.integer({ min: 1, max: 70 }),
  seed: fc.nat(1000),
})
const anySChunk = fc.record({
  typesize: fc.oneof(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 1, max: 300 })),
  chunkItems: fc.integer({ min: 1, max: 60 }),
  items: fc.nat(200),
  compression: anyCompression,
  blockItems: fc.nat(40),
  seed: fc.nat(1000),
})
type Made = typeof anySChunk extends fc.Arbitrary<infer T> ? T : never
type Change = typeof anyChange extends fc.Arbitrary<infer T> ? T : never

/** Chunks as they are when nothing is clever. */
async function chunksOf(s: SChunk): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of s) chunks.push(chunk)
  return chunks
}

/** Applies a change to the super-chunk. @returns the plain bytes that it should then have */
async function apply(
  s: SChunk,
  plain: Uint8Array,
  { kind, where, items, seed }: Change,
): Promise<Uint8Array> {
  const values = makeItems(items * s.typesize, seed)
  const chunks = await chunksOf(s)
  const at = where % Math.max(chunks.length, 1)
  if (kind === 'append') {
    await s.append(values)
    return Buffer.concat([plain, values])
  }
  if (kind === 'set' || kind === 'slice') {
    const total = plain.length / s.typesize
    const start = where % (total + 1)
    if (kind === 'slice') {
      const from = start * s.typesize
      expect(sameBytes(await s.slice(start, start + items), plain.subarray(from, from + values.length))).toBe(
        true,
      )
      if (start < total) expect(sameBytes(await s.slice(start - total), plain.subarray(from))).toBe(true)
      return plain
    }
    await s.set(start, values)
    const head = plain.subarray(0, start * s.typesize)
    return Buffer.concat([head, values, plain.subarray(head.length + values.length)])
  }
  if (kind === 'insert') {
    const place = where % (chunks.length + 1)
    await s.insertChunk(place, values)
    return Buffer.concat(chunks.toSpliced(place, 0, values))
  }
  if (chunks.length === 0) return plain
  if (kind === 'update') {
    await s.updateChunk(at, values)
    return Buffer.concat(chunks.with(at, values))
  }
  if (kind === 'delete') {
    await s.deleteChunk(at)
    return Buffer.concat(chunks.toSpliced(at, 1))
  }
  const order = chunks.map((_, i) => (i + at) % chunks.length).reverse()
  await s.reorderChunks(order)
  return Buffer.concat(order.map((i) => chunks[i] ?? new Uint8Array()))
}

async function make(m: Made): Promise<[SChunk, Uint8Array]> {
  const plain = makeItems(m.items * m.typesize, m.seed)
  const options = {
    typesize: m.typesize,
    chunkSize: m.chunkItems * m.typesize,
    ...fitting(m.compression, m.typesize),
  }
  return [await SChunk.create({ ...options, blockSize: m.blockItems * m.typesize }, plain), plain]
}

describe('super-chunks of any kind', () => {
  test('any sequence of changes is that of plain bytes', { timeout: TIMEOUT }, async () => {
    await fc.assert(
      fc.asyncProperty(anySChunk, fc.array(anyChange, { maxLength: 8 }), async (made, changes) => {
        let [s, plain] = await make(made)
        for (const change of changes) {
          plain = await apply(s, plain, change)
          expect(s.nbytes).toBe(plain.length)
          if (change.seed % 3 === 0) s = await SChunk.fromCframe(await s.toCframe())
        }
        expect(sameBytes(await s.bytes(), plain)).toBe(true)
        const back = await SChunk.fromCframe(await s.toCframe())
        expect([back.nchunks, back.chunkSize]).toEqual([s.nchunks, s.chunkSize])
        expect(sameBytes(await back.bytes(), plain)).toBe(true)
      }),
      { numRuns: sized(60, 250) },
    )
  })

  test('Python reads the same, in one file and in many', { timeout: TIMEOUT }, async () => {
    if (peer === undefined) return
    const inputs = fc.tuple(anySChunk, fc.array(anyChange, { maxLength: 5 }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(inputs, async ([made, changes, sparse]) => {
        const large = made.typesize > 127
        const filters = made.compression.filters?.filter((name) => name !== 'bytedelta' || !large) ?? []
        let [s, plain] = await make({ ...made, compression: { ...made.compression, filters } })
        for (const change of changes) plain = await apply(s, plain, change)
        const input = join(directory, sparse ? 'sparse.b2frame' : 'one.b2frame')
        await s.save(input, { overwrite: true, sparse })
        const seen = await peer.call('b2_describe', { input })
        expect(seen).toMatchObject({ nchunks: s.nchunks, nbytes: plain.length, sha256: sha256(plain) })
      }),
      { numRuns: sized(30, 120) },
    )
  })
})
