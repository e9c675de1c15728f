import { expect, test } from 'vitest'
import { Readahead } from '../../dist/sources/readahead.js'

const MIB = 2 ** 20
const SIZE = 64 * MIB
const FRONT = 64 * 1024

/** Words that tell where they stand. */
const WHOLE = Buffer.from(Uint32Array.from({ length: SIZE / 4 }, (_, i) => i * 2_654_435_761).buffer)

function bytes(start: number, stop: number): Uint8Array {
  return WHOLE.subarray(start, stop)
}

function made(size = SIZE) {
  const asked: [number, number][] = []
  let inFlight = 0
  let most = 0
  const fetch = async (start: number, stop: number): Promise<Uint8Array> => {
    asked.push([start, stop])
    most = Math.max(most, ++inFlight)
    await new Promise((resolve) => setTimeout(resolve, 1))
    inFlight--
    return bytes(start, stop)
  }
  const cache = new Readahead(fetch, size, bytes(0, Math.min(size, FRONT)))
  const read = async (at: number, n: number): Promise<void> => {
    const into = new Uint8Array(n)
    const got = await cache.read(at, into)
    expect(got).toBe(Math.max(0, Math.min(n, size - at)))
    expect(Buffer.compare(into.subarray(0, got), bytes(at, at + got))).toBe(0)
  }
  const total = (): number => asked.reduce((sum, [start, stop]) => sum + stop - start, 0)
  return { cache, read, asked, total, most: () => most }
}

test('the front costs nothing, and what lies behind it one request', async () => {
  const { read, asked, total } = made()
  await read(0, 32)
  await read(32, 60_000)
  expect(asked.length).toBe(0)
  await read(FRONT - 10, 100)
  await read(FRONT + 200, 16)
  expect(asked.length).toBe(1)
  expect(total()).toBeLessThanOrEqual(256 * 1024)
})

test('of a stretch that was announced nothing is fetched twice, and nothing beyond it', async () => {
  const { cache, read, asked, total, most } = made()
  const [start, stop] = [3 * MIB + 17, 40 * MIB + 5]
  cache.willRead(start, stop)
  for (let at = start; at < stop; at += 777_777) {
    await read(at, 16)
    await read(at + 16, Math.min(777_761, stop - at - 16))
  }
  expect(total()).toBe(stop - start)
  expect(Math.max(...asked.map(([a, b]) => b - a))).toBeLessThanOrEqual(4 * MIB)
  expect(most()).toBe(4)
})

test('reading all of it in order needs few requests, announced or not', async () => {
  const { read, asked, total } = made()
  for (let at = 0; at < SIZE; at += MIB / 2) await read(at, MIB / 2)
  expect(total()).toBe(SIZE - FRONT)
  expect(asked.length).toBeLessThanOrEqual(24)
})

test('single reads here and there stay small', async () => {
  const { read, asked, total } = made()
  for (let i = 1; i < 20; i++) await read(i * 3 * MIB + i, 16)
  expect(asked.length).toBe(19)
  expect(total()).toBeLessThanOrEqual(19 * 16 * 1024)
})

test('reads at the end, behind it, and backwards', async () => {
  const { cache, read } = made(5 * MIB + 3)
  await read(5 * MIB, 100)
  await read(5 * MIB + 3, 1)
  await read(9 * MIB, 10)
  cache.willRead(MIB, 5 * MIB)
  await read(4 * MIB, 10)
  await read(MIB, 10)
  await read(2 * MIB, 3 * MIB)
})

test('a place smaller than the front needs no request', async () => {
  const { read, asked } = made(100)
  await read(0, 200)
  expect(asked).toEqual([])
})

test('a failure is told to whoever reads, and no sooner', async () => {
  const cache = new Readahead(async () => Promise.reject(new Error('gone')), SIZE, bytes(0, 10))
  cache.willRead(0, SIZE)
  await new Promise((resolve) => setTimeout(resolve, 5))
  await expect(cache.read(100, new Uint8Array(10))).rejects.toThrow('gone')
})
