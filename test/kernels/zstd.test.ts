import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { decodeZstd, parseZstdDictionary } from '../../dist/codecs/zstd-decoder/index.js'
import { Workspace } from '../../dist/kernels/workspace.js'

const { compress } = createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
}

function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 2 ** 24
  }
}

const SIZE = 200_000
const random = randoms(1)
const text = Buffer.from(
  Array.from(
    { length: 20_000 },
    (_, i) => `${i},sensor-${Math.floor(random() * 16)},${random().toFixed(3)}\n`,
  ).join(''),
)
const DATA: Record<string, Uint8Array> = {
  text: text.subarray(0, SIZE),
  'text, several blocks': Buffer.concat([text, text, text]),
  'a skewed distribution': new Uint8Array(SIZE).map(() => Math.floor(-Math.log(random() + 1e-9) * 8)),
  'two symbols': new Uint8Array(SIZE).map(() => (random() < 0.01 ? 1 : 0)),
  noise: new Uint8Array(SIZE).map(() => Math.floor(random() * 256)),
  zeros: new Uint8Array(SIZE),
  'a few bytes': text.subarray(0, 9),
  'some hundred bytes': text.subarray(0, 700),
}

const ws = new Workspace()
const GUARD = 64
const room = Math.max(...Object.values(DATA).map((plain) => plain.length))
const src = ws.arena.alloc(room + 4096)
const dst = ws.arena.alloc(room + 2 * GUARD) + GUARD

function decode(frame: Uint8Array, nbytes: number, want = nbytes): number {
  ws.view(src, frame.length).set(frame)
  ws.view(dst - GUARD, nbytes + 2 * GUARD).fill(0xaa)
  const size = ws.kernels.zstdDecompress(src, frame.length, dst, nbytes, want, ws.table)
  expect(ws.view(dst - GUARD, GUARD).every((byte) => byte === 0xaa)).toBe(true)
  expect(ws.view(dst + nbytes, GUARD).every((byte) => byte === 0xaa)).toBe(true)
  return size
}

describe.each(Object.keys(DATA))('the kernel decodes %s', (name) => {
  const plain = DATA[name] as Uint8Array

  test.each([1, 3, 6, 12, 19])('of level %i', async (level) => {
    const frame = await compress(Buffer.from(plain), level)
    expect(decode(frame, plain.length)).toBe(plain.length)
    expect(Buffer.compare(ws.view(dst, plain.length), plain)).toBe(0)
    for (const want of [1, plain.length >> 3, plain.length - 1]) {
      const size = decode(frame, plain.length, want)
      expect(size).toBeGreaterThanOrEqual(want)
      expect(Buffer.compare(ws.view(dst, size), plain.subarray(0, size))).toBe(0)
    }
    expect(decode(frame, plain.length - 1)).toBe(-1)
    expect(decode(frame.subarray(0, frame.length - 1), plain.length)).toBe(-1)
  })

  test('and stays within bounds where bytes were changed', async () => {
    const frame = await compress(Buffer.from(plain.subarray(0, 20_000)), 5)
    const nbytes = Math.min(plain.length, 20_000)
    const none = parseZstdDictionary(new Uint8Array())
    if (none === undefined) throw new Error('an empty dictionary is none')
    const next = randoms(7)
    for (let round = 0; round < 400; round++) {
      const changed = Uint8Array.from(frame)
      for (let i = 0; i <= round % 3; i++)
        changed[Math.floor(next() * changed.length)] = Math.floor(next() * 256)
      const size = decode(changed, nbytes)
      if (size !== nbytes) continue
      // What it takes for a frame, the other decoder decodes to the same.
      const other = decodeZstd(changed, none, nbytes)
      expect(other !== undefined && Buffer.compare(ws.view(dst, nbytes), other) === 0).toBe(true)
    }
  })
})
