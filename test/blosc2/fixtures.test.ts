import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'
import { sha256 } from '../support/scratch.js'

interface Entry {
  name: string
  path: string
  original_sha256: string
  original_size: number
  undefined_content?: true | string
  meta?: Record<string, string>
  vlmeta?: Record<string, string>
  vlmeta_sha256?: Record<string, string>
  frame_offset?: number
  b2nd?: {
    shape: number[]
    chunkshape: number[]
    blockshape: number[]
    dtype: string
    slices: { start: number[]; stop: number[]; sha256: string }[]
  }
}

/** All 398, where they are; else those that are kept here. */
const ROOT = process.env.BLPK_B2_FIXTURES ?? join(import.meta.dirname, '..', 'fixtures', 'b2')
const { entries } = JSON.parse(readFileSync(join(ROOT, 'manifest.json'), 'utf8')) as { entries: Entry[] }

function checkPlain(e: Entry, plain: Uint8Array): void {
  expect(plain.length).toBe(e.original_size)
  if (e.undefined_content === undefined) expect(sha256(plain)).toBe(e.original_sha256)
  else {
    const from = e.undefined_content === 'second chunk' ? plain.length / 2 : 0
    expect(plain.subarray(from).every((byte) => byte === 0)).toBe(true)
  }
}

function checkLayers(e: Entry, s: SChunk): void {
  for (const [name, hex] of Object.entries(e.meta ?? {})) expect(s.meta.get(name)).toEqual(bytesOf(hex))
  for (const [name, hex] of Object.entries(e.vlmeta ?? {})) expect(s.vlmeta.get(name)).toEqual(bytesOf(hex))
  for (const [name, digest] of Object.entries(e.vlmeta_sha256 ?? {})) {
    expect(sha256(s.vlmeta.get(name) ?? new Uint8Array())).toBe(digest)
  }
  if (e.vlmeta !== undefined) expect([...s.vlmeta.keys()].sort()).toEqual(Object.keys(e.vlmeta).sort())
}

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

describe.each(entries.filter((e) => e.b2nd === undefined))('$name', (e) => {
  test('decodes to its original and has its metalayers', async () => {
    const s = await SChunk.open(join(ROOT, e.path), { offset: e.frame_offset ?? 0 })
    checkPlain(e, await s.bytes())
    checkLayers(e, s)
    await s.close()
  })
})

describe.each(entries.filter((e) => e.b2nd !== undefined))('array $name', (e) => {
  const nd = e.b2nd
  if (nd === undefined) return

  test('has its shape and decodes to its original, whole and in slices', async () => {
    const array = await NDArray.open(join(ROOT, e.path))
    expect([array.shape, array.chunks, array.blocks]).toEqual([nd.shape, nd.chunkshape, nd.blockshape])
    expect(array.dtype).toBe(nd.dtype)
    checkPlain(e, (await array.slice()).data)
    for (const { start, stop, sha256: digest } of nd.slices) {
      const part = await array.slice(start.map((first, i) => ({ start: first, stop: stop[i] })))
      expect(sha256(part.data)).toBe(digest)
    }
    checkLayers(e, array.schunk)
    await array.close()
  })
})

test('a frame in memory, and one at an offset, read like the file', async () => {
  const e = entries.find(({ name }) => name === 'embedded-at-offset')
  const bytes = readFileSync(join(ROOT, e?.path ?? ''))
  const s = await SChunk.open(bytes, { offset: e?.frame_offset ?? 0 })
  expect(sha256(await s.bytes())).toBe(e?.original_sha256)
})
