import { deflateSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Workspace } from '../../dist/kernels/workspace.js'
import { sized, some } from '../support/long.js'
import { guarded, numbers } from './guarded.js'

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const SIZE = 300_000
const WINDOW = 32_768
const LONGEST = 258
const next = numbers(31)
const noise = Uint8Array.from({ length: SIZE }, () => next() & 255)
const made = (byte: (i: number) => number, length = SIZE) =>
  Uint8Array.from({ length }, (_, i) => byte(i) & 255)

const text = Buffer.from(
  Array.from({ length: 20_000 }, (_, i) => `${i};sensor ${next() % 16};${(next() % 1000) / 1000}\n`).join(''),
).subarray(0, SIZE)

/** Counts that make the longest codes that there can be: each symbol comes about as often as all rarer ones. */
const fibonacci = (() => {
  const out: number[] = []
  for (let symbol = 0, a = 1, b = 1; out.length < 60_000; symbol++) {
    for (let i = 0; i < a; i++) out.push(symbol)
    const sum = a + b
    a = b
    b = sum
  }
  // Neighbours differ, so that all are literals.
  return Uint8Array.from(out, (_, i) => out[(i * 7919) % out.length] ?? 0)
})()

/** A match of one length at one distance, between bytes that do not match. */
function matchAt(distance: number, length: number): Uint8Array {
  const out = noise.slice(0, distance + length + 40)
  out.copyWithin(distance + 10, 10, 10 + length)
  return out
}

const DATA: Record<string, Uint8Array> = {
  text,
  noise,
  zeros: new Uint8Array(SIZE),
  'counting integers': new Uint8Array(Int32Array.from({ length: SIZE / 4 }, (_, i) => i).buffer),
  'zeros, then noise, then text': Buffer.concat([
    new Uint8Array(90_000),
    noise.subarray(0, 90_000),
    text.subarray(0, 90_000),
  ]),
  'two symbols': made(() => (next() % 50 === 0 ? 1 : 0)),
  'few symbols': made(() => next() % 5),
  'the longest codes': fibonacci,
  'a period of seven': made((i) => i % 7),
  'a period of a thousand': made((i) => noise[i % 1000] ?? 0),
  'a period as long as the window': made((i) => noise[i % WINDOW] ?? 0),
  'a period longer than the window': made((i) => noise[i % (WINDOW + 1)] ?? 0),
  'runs of all lengths': made((i) => Math.floor(Math.sqrt(2 * i))),
  'single bytes between zeros': made((i) => (next() % 100 === 0 ? i : 0)),
}

const ws = new Workspace()
const GUARD = 64
const MOST = sized(1_200_000, 5_000_000)
const src = ws.arena.alloc(MOST)
const dst = ws.arena.alloc(MOST + 4096) + GUARD
const scratch = ws.arena.alloc(Math.max(...LEVELS.map((l) => ws.kernels.zlibCompressScratch(l))) + GUARD)

/** @returns the stream, or undefined where it does not fit */
function encode(plain: Uint8Array, level: number, capacity = plain.length + 1024): Uint8Array | undefined {
  ws.view(src, plain.length).set(plain)
  ws.view(dst - GUARD, capacity + 2 * GUARD).fill(0xaa)
  const scratchEnd = scratch + ws.kernels.zlibCompressScratch(level)
  ws.view(scratchEnd, GUARD).fill(0xaa)
  const size = ws.kernels.zlibCompress(src, plain.length, dst, capacity, level, scratch)
  expect(size).toBeLessThanOrEqual(capacity)
  for (const guard of [dst - GUARD, dst + capacity, scratchEnd])
    if (!ws.view(guard, GUARD).every((byte) => byte === 0xaa)) throw new Error(`byte ${guard} is overwritten`)
  expect(Buffer.compare(ws.view(src, plain.length), plain)).toBe(0)
  return size === 0 ? undefined : ws.view(dst, size).slice()
}

function expectReadable(plain: Uint8Array, level: number): Uint8Array {
  const stream = encode(plain, level)
  if (stream === undefined) throw new Error('there was room for it')
  expect(Buffer.compare(inflateSync(stream), plain)).toBe(0)
  return stream
}

describe.each(Object.keys(DATA))('%s', (name) => {
  const plain = DATA[name] as Uint8Array

  test.each(LEVELS)('of level %i is read by zlib', (level) => {
    expectReadable(plain, level)
  })

  test('says where it does not fit, and writes nothing beyond', () => {
    for (const length of [0, 1, 20, 300, 3000, 70_000])
      for (const level of [1, 5, 9]) {
        const part = plain.subarray(0, length)
        const needed = encode(part, level)?.length ?? 0
        for (let capacity = 0; capacity < needed; capacity += Math.max(1, Math.floor(needed / 23)))
          expect(encode(part, level, capacity)).toBeUndefined()
        expect(encode(part, level, needed - 1)).toBeUndefined()
        expect(encode(part, level, needed)?.length).toBe(needed)
      }
  })

  test('is hardly larger than what the first level of zlib makes of it', () => {
    const theirs = deflateSync(plain, { level: 1 }).length
    for (const level of LEVELS)
      expect(expectReadable(plain, level).length).toBeLessThan(1.02 * theirs + 0.0015 * plain.length)
  })
})

test('all lengths up to 600', () => {
  const kinds = Object.values(DATA)
  for (let length = 0; length <= 600; length++)
    for (const level of some(LEVELS, 3))
      expectReadable((kinds[(length + level) % kinds.length] as Uint8Array).subarray(0, length), level)
})

test('noise is stored, and grows by no more than a stored block does', () => {
  for (const length of [1, 100, 65_535, 65_536, 131_070, 200_000]) {
    const plain = noise.subarray(0, length)
    for (const level of [1, 6, 9])
      expect(expectReadable(plain, level).length).toBeLessThanOrEqual(
        length + 6 + 5 * Math.ceil(length / 30_000),
      )
  }
})

test('a match of any length at any distance', () => {
  for (const distance of [1, 2, 3, 4, 5, 255, 256, 257, 4096, 24_576, WINDOW - 1, WINDOW, WINDOW + 1])
    for (const length of [3, 4, 10, 11, 18, 19, 130, 131, LONGEST - 1, LONGEST, LONGEST + 1, LONGEST + 3])
      for (const level of some([1, 4, 8, 9], 2)) expectReadable(matchAt(distance, length), level)
})

test('a match reaches back to the first byte of the window, and no further', () => {
  const long = 200
  for (const level of LEVELS) {
    const [near, far] = [WINDOW, WINDOW + 1].map((d) => expectReadable(matchAt(d, long), level).length)
    expect((far ?? 0) - (near ?? 0)).toBeGreaterThan(long / 2)
  }
})

test('streams of megabytes', () => {
  const pieces = Object.values(DATA)
  const plain = Buffer.concat([...pieces, ...pieces]).subarray(0, MOST)
  for (const level of sized([1, 6, 9], LEVELS)) expectReadable(plain, level)
})

test('pieces of everything, mixed', () => {
  const all = Object.values(DATA)
  for (let i = 0; i < sized(60, 300); i++) {
    const pieces = Array.from({ length: 1 + (next() % 8) }, () => {
      const from = all[next() % all.length] as Uint8Array
      const start = next() % from.length
      return from.subarray(start, start + (next() % sized(9000, 60_000)))
    })
    expectReadable(Buffer.concat(pieces), 1 + (next() % 9))
  }
})

test('reads and writes nothing outside, wherever the bytes lie', () => {
  const pieces = Object.values(DATA)
  for (let nbytes = 0; nbytes < 300; nbytes += 1 + (nbytes >> 4)) {
    for (const level of some(LEVELS, 3)) {
      const from = pieces[next() % pieces.length] as Uint8Array
      const start = next() % (from.length - nbytes)
      const input = from.slice(start, start + nbytes)
      const attempt = (capacity: number) =>
        guarded({
          input,
          capacity,
          scratch: ws.kernels.zlibCompressScratch(level),
          call: (k, source, target, table) =>
            k.zlibCompress(source, input.length, target, capacity, level, table),
        }).output
      const packed = attempt(nbytes + 64)
      expect(Buffer.compare(inflateSync(packed), input)).toBe(0)
      for (const room of [packed.length - 2, packed.length - 1, packed.length, packed.length + 1])
        expect(attempt(room).length).toBe(room < packed.length ? 0 : packed.length)
    }
  }
})
