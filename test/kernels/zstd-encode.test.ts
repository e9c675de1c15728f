import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { Workspace } from '../../dist/kernels/workspace.js'
import { sized, some } from '../support/long.js'

const libzstd = createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
  decompress(data: Uint8Array): Promise<Uint8Array>
}

function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 2 ** 24
  }
}

const random = randoms(11)
const SIZE = 300_000

/** The bytes of items as the shuffle filter puts them: plane after plane. */
function planes(items: ArrayBufferView, typesize: number): Uint8Array {
  const bytes = new Uint8Array(items.buffer, items.byteOffset, items.byteLength)
  const plane = bytes.length / typesize
  return new Uint8Array(bytes.length).map(
    (_, i) => bytes[(i % plane) * typesize + Math.floor(i / plane)] ?? 0,
  )
}

function walk(length: number): Float64Array {
  let value = 0
  return new Float64Array(length).map(() => {
    value += random() - 0.5
    return value
  })
}

const text = Buffer.from(
  Array.from(
    { length: 20_000 },
    (_, i) => `${i};sensor ${Math.floor(random() * 16)};${random().toFixed(3)}\n`,
  ).join(''),
).subarray(0, SIZE)
const noise = new Uint8Array(SIZE).map(() => Math.floor(random() * 256))

const DATA: Record<string, Uint8Array> = {
  text,
  'planes of a walk': planes(walk(SIZE / 8), 8),
  'planes of a quantised walk': planes(
    Float32Array.from(walk(SIZE / 4), (v) => Math.round(v * 1000) / 1000),
    4,
  ),
  'planes of integers': planes(
    Int32Array.from({ length: SIZE / 4 }, (_, i) => i),
    4,
  ),
  'planes of a noisy image': planes(
    Uint16Array.from(
      { length: SIZE / 2 },
      (_, i) => 300 + 200 * Math.sin(i / 90) + 20 * (random() + random() + random()),
    ),
    2,
  ),
  noise,
  'noise twice': new Uint8Array([...noise.subarray(0, 140_000), ...noise.subarray(0, 140_000)]),
  zeros: new Uint8Array(SIZE),
  'zeros, then noise': new Uint8Array(SIZE).map((_, i) => (i < 140_000 ? 0 : (noise[i] ?? 0))),
  'two symbols': new Uint8Array(SIZE).map(() => (random() < 0.02 ? 1 : 0)),
  'all symbols once': new Uint8Array(256).map((_, i) => i),
  'a skewed distribution': new Uint8Array(SIZE).map(() => Math.floor(-Math.log(random() + 1e-9) * 8)),
  'a very skewed one': new Uint8Array(SIZE).map(() => Math.min(255, Math.floor(random() ** -0.7))),
  'a period of seven': new Uint8Array(SIZE).map((_, i) => i % 7),
  'a period of a thousand': new Uint8Array(SIZE).map((_, i) => noise[i % 1000] ?? 0),
  'long literals, long matches': new Uint8Array(SIZE).map(
    (_, i) => noise[i % 90_000 < 70_000 ? i % 70_000 : i] ?? 0,
  ),
}
const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9]

const ws = new Workspace()
const GUARD = 64
const src = ws.arena.alloc(SIZE)
const plainAgain = ws.arena.alloc(SIZE)
const dst = ws.arena.alloc(SIZE + 4096) + GUARD
const scratch = ws.arena.alloc(ws.kernels.zstdCompressScratch(SIZE, 9) + GUARD)

/** @returns the frame, or undefined where it does not fit */
function encode(plain: Uint8Array, level: number, capacity = plain.length + 1024): Uint8Array | undefined {
  ws.view(src, plain.length).set(plain)
  ws.view(dst - GUARD, capacity + 2 * GUARD).fill(0xaa)
  const scratchEnd = scratch + ws.kernels.zstdCompressScratch(plain.length, level)
  ws.view(scratchEnd, GUARD).fill(0xaa)
  const size = ws.kernels.zstdCompress(src, plain.length, dst, capacity, level, 0, scratch)
  expect(size).toBeLessThanOrEqual(capacity)
  for (const guard of [dst - GUARD, dst + capacity, scratchEnd])
    if (!ws.view(guard, GUARD).every((byte) => byte === 0xaa)) throw new Error(`byte ${guard} is overwritten`)
  expect(Buffer.compare(ws.view(src, plain.length), plain)).toBe(0)
  return size === 0 ? undefined : ws.view(dst, size).slice()
}

async function expectReadable(plain: Uint8Array, level: number): Promise<Uint8Array> {
  const frame = encode(plain, level)
  if (frame === undefined) throw new Error('there was room for it')
  expect(Buffer.compare(await libzstd.decompress(Buffer.from(frame)), plain)).toBe(0)
  expect(ws.kernels.zstdDecompress(dst, frame.length, plainAgain, plain.length, plain.length, ws.table)).toBe(
    plain.length,
  )
  expect(Buffer.compare(ws.view(plainAgain, plain.length), plain)).toBe(0)
  return frame
}

describe.each(Object.keys(DATA))('%s', (name) => {
  const plain = DATA[name] as Uint8Array

  test.each(LEVELS)('of level %i is read by libzstd and here', async (level) => {
    await expectReadable(plain, level)
  })

  test('starts of any length', async () => {
    for (const length of [
      1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 255, 256, 257, 511, 1023, 1024, 1025,
    ])
      for (const level of some(LEVELS, 3))
        if (length <= plain.length) await expectReadable(plain.subarray(0, length), level)
    for (const length of [4095, 8191, 8192, 8193, 16384, 65535, 65791, 65792, 131071, 131072, 131073, 262145])
      for (const level of sized([1 + (length % LEVELS.length)], [1, 3, 5, 7, 9]))
        if (length <= plain.length) await expectReadable(plain.subarray(plain.length - length), level)
  })

  test('says where it does not fit, and writes nothing beyond', () => {
    for (const length of [20, 300, 3000, 20_000]) {
      const part = plain.subarray(0, Math.min(length, plain.length))
      const needed = encode(part, 5)?.length ?? 0
      for (let capacity = 0; capacity < needed; capacity += Math.max(1, Math.floor(needed / 97)))
        expect(encode(part, 5, capacity)).toBeUndefined()
    }
  })
})

/** Level of C-Blosc and the level of libzstd that it stands for. */
test.each([
  [2, 3],
  [3, 5],
  [4, 7],
  [5, 9],
  [6, 11],
  [7, 13],
  [8, 15],
  [9, 22],
])('level %i is as strong as level %i of libzstd', async (level, theirs) => {
  const names = [
    'text',
    'planes of a walk',
    'planes of a quantised walk',
    'planes of a noisy image',
    'planes of integers',
  ]
  for (const name of some(names, level === 9 ? 2 : 3)) {
    const plain = DATA[name] as Uint8Array
    const reference = await libzstd.compress(Buffer.from(plain), theirs)
    // Where next to nothing is left, a few bytes more do not count.
    const most = Math.max(1.02 * reference.length, reference.length + 0.0015 * plain.length)
    expect(encode(plain, level)?.length, name).toBeLessThan(most)
  }
})

test('pieces of everything, mixed', async () => {
  const all = Object.values(DATA)
  for (let i = 0; i < sized(60, 300); i++) {
    const pieces = Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
      const from = all[Math.floor(random() * all.length)] as Uint8Array
      const start = Math.floor(random() * from.length)
      return from.subarray(start, start + Math.floor(random() ** 3 * 60_000))
    })
    const plain = Buffer.concat(pieces).subarray(0, SIZE)
    if (plain.length > 0) await expectReadable(plain, 1 + Math.floor(random() * 9))
  }
})
