import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BlpkError, decompress, MemorySource, NDArray, open, SChunk } from '../../dist/index.js'
import { sameBytes, scratchDirectory } from '../support/scratch.js'

const LAYER = 'blpk-xxh64'
const noise = (count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, i) => Math.imul(i + 1, 2654435761))
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    return error instanceof BlpkError ? error.code : String(error)
  }
}

/** Four chunks that do not compress, so that it is known where each byte of them lies. */
async function sample(options = {}): Promise<Uint8Array> {
  return (await SChunk.create({ typesize: 4, chunkSize: 400, ...options }, noise(400))).toCframe()
}

/** The frame with a byte changed in the data of chunk 1. */
async function broken(): Promise<Uint8Array> {
  const frame = await sample()
  const at = 97 + 432 + 100
  frame[at] = (frame[at] ?? 0) ^ 4
  return frame
}

/** A source that counts the bytes that are asked for. */
class CountingSource extends MemorySource {
  bytes = 0

  override read(position: number, into: Uint8Array): number {
    this.bytes += into.length
    return super.read(position, into)
  }
}

describe('checksums of frames', () => {
  test('are written, unless they are not wanted, and nobody sees the layer', async () => {
    const frame = await sample()
    expect(Buffer.from(frame).includes(LAYER)).toBe(true)
    const s = await SChunk.open(frame)
    expect([...s.vlmeta.keys()]).toEqual([])
    s.vlmeta.set('note', Uint8Array.of(1))
    const again = await SChunk.open(await s.toCframe())
    expect([...again.vlmeta.keys()]).toEqual(['note'])
    expect(sameBytes(await again.bytes(), bytesOf(noise(400)))).toBe(true)
    expect(Buffer.from(await sample({ checksum: 'none' })).includes(LAYER)).toBe(false)
    const without = await SChunk.open(frame, { checksum: 'none' })
    expect(Buffer.from(await without.toCframe()).includes(LAYER)).toBe(false)
  })

  test('the name of the layer is refused, and any other checksum', async () => {
    const s = await SChunk.open(await sample())
    expect(() => s.vlmeta.set(LAYER, Uint8Array.of(1))).toThrow('reserved')
    expect(await codeOf(SChunk.create({ meta: [[LAYER, Uint8Array.of(1)]] }))).toBe('USAGE')
    expect(await codeOf(SChunk.create({ checksum: 'crc32' as 'none' }))).toBe('USAGE')
  })

  test('a broken chunk is refused where all of it is read, copied or handed out', async () => {
    const frame = await broken()
    const s = await SChunk.open(frame)
    expect(await codeOf(s.decompressChunk(1))).toBe('CHECKSUM')
    expect(await codeOf(s.chunk(1))).toBe('CHECKSUM')
    expect(await codeOf(s.bytes())).toBe('CHECKSUM')
    expect(await codeOf(s.toCframe())).toBe('CHECKSUM')
    expect(await codeOf(s.decompressChunk(2))).toBeUndefined()
    expect(await codeOf((await SChunk.open(frame, { check: 'never' })).bytes())).toBeUndefined()
  })

  test('a part of a chunk is checked on demand, which reads all of it', async () => {
    const data = noise(50_000)
    const frame = await (
      await SChunk.create({ typesize: 4, chunkSize: 200_000, blockSize: 4_096, filters: [] }, data)
    ).toCframe()
    frame[97 + 32 + 150_000] = 0
    const [cheap, careful] = [new CountingSource(frame), new CountingSource(frame)]
    const part = await (await SChunk.open(cheap)).slice(10, 20)
    expect(sameBytes(part, bytesOf(data.slice(10, 20)))).toBe(true)
    expect(cheap.bytes).toBeLessThan(20_000)
    expect(await codeOf((await SChunk.open(careful, { check: 'always' })).slice(10, 20))).toBe('CHECKSUM')
    expect(careful.bytes).toBeGreaterThan(200_000)
  })

  test('a slice of an array that holds a whole chunk checks it', async () => {
    const options = { chunks: [10, 10], blocks: [5, 5], filters: [], level: 0 }
    const a = await NDArray.zeros([20, 20], '<u4', options)
    await a.set([], noise(400))
    const frame = await a.toCframe()
    const at = Buffer.from(frame).indexOf(bytesOf(noise(400)).subarray(0, 20))
    frame[at] = (frame[at] ?? 0) ^ 1
    const b = await NDArray.open(frame)
    expect(
      await codeOf(
        b.slice([
          { start: 0, stop: 10 },
          { start: 0, stop: 12 },
        ]),
      ),
    ).toBe('CHECKSUM')
    expect(await codeOf(b.slice([{ start: 10, stop: 20 }]))).toBeUndefined()
  })

  test('a changed size, offset, shape of the trailer or digest is refused on opening', async () => {
    const frame = await sample()
    const trailerAt = Buffer.from(frame).indexOf(Buffer.from(LAYER))
    for (const at of [34, 52, 61, frame.length - 1, trailerAt + 100, frame.length - 60]) {
      const copy = frame.slice()
      copy[at] = (copy[at] ?? 0) ^ 1
      expect(['CHECKSUM', 'DAMAGED']).toContain(await codeOf(SChunk.open(copy)))
    }
  })

  test('frames of special values get no layer', async () => {
    const s = await SChunk.create({ typesize: 8, chunkSize: 8_000 })
    await s.fillSpecial(1_000_000, 'zeros')
    expect((await s.toCframe()).length).toBeLessThan(200)
    await s.updateChunk(500, noise(2_000))
    const t = await SChunk.open(await s.toCframe())
    expect(sameBytes(await t.decompressChunk(500), bytesOf(noise(2_000)))).toBe(true)
    expect((await t.decompressChunk(499)).every((byte) => byte === 0)).toBe(true)
  })
})

test('unpacking checks the last chunk, whose end is padding', async () => {
  const path = join(scratchDirectory(), 'padded.b2nd')
  const items = noise(1490)
  const made = await NDArray.fromTypedArray(items, {
    chunks: [500],
    blocks: [500],
    codec: 'lz4',
    filters: [],
  })
  await made.save(path)
  const frame = readFileSync(path)
  const at = frame.indexOf(bytesOf(items.subarray(1200, 1210)))
  frame[at] = (frame[at] ?? 0) ^ 1
  writeFileSync(path, frame)
  expect(await codeOf(decompress(path, `${path}.npy`))).toBe('CHECKSUM')
  await using opened = await open(path)
  expect(await codeOf(opened.bytes())).toBe('CHECKSUM')
})
