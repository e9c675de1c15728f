import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeZstd, parseZstdDictionary } from '../../dist/codecs/zstd-decoder/index.js'
import { ZSTD_SCRATCH_BYTES } from '../../src/kernels/loader.js'
import { some } from '../support/long.js'
import { guarded, mutated, numbers, ROUNDS } from './guarded.js'

const { compress } = createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
}
const library = (zlib as unknown as { zstdDecompressSync?(data: Uint8Array, options: object): Uint8Array })
  .zstdDecompressSync
const NO_DICTIONARY = parseZstdDictionary(new Uint8Array())

function decode(frame: Uint8Array, capacity: number, want = capacity) {
  return guarded({
    input: frame,
    capacity,
    scratch: ZSTD_SCRATCH_BYTES,
    call: (k, src, dst, table) => k.zstdDecompress(src, frame.length, dst, capacity, want, table),
  })
}

/** What another decoder makes of a frame: libzstd where Node has it, else the one that knows dictionaries. */
function reference(frame: Uint8Array, capacity: number): Uint8Array | undefined {
  if (library === undefined) return NO_DICTIONARY && decodeZstd(frame, NO_DICTIONARY, capacity)
  try {
    return library(frame, { maxOutputLength: capacity + 1, chunkSize: capacity + 64 })
  } catch {
    return undefined
  }
}

/** Frames by libzstd 1.5.7 of all levels, strategies, window sizes and flushes: plain size, SHA-256, frame. */
const FRAMES = readFileSync(new URL('../fixtures/zstd-frames.txt', import.meta.url), 'latin1')
  .trim()
  .split('\n')
  .map((line) => {
    const [nbytes, digest, frame] = line.split(' ')
    return { nbytes: Number(nbytes), digest, frame: Uint8Array.from(Buffer.from(frame ?? '', 'base64')) }
  })
const hasChecksum = (frame: Uint8Array) => ((frame[4] ?? 0) & 4) !== 0
const PLAIN_FRAMES = FRAMES.filter(({ frame }) => !hasChecksum(frame))

const KINDS: Record<string, (at: number, next: () => number) => number> = {
  noise: (_, next) => next() & 255,
  letters: (_, next) => 97 + Math.min(25, 31 - Math.clz32(next() >>> 5)),
  'long runs': (at) => (at >> 10) * 37,
  'a period of 13': (at) => (at % 13) ** 2,
  'a period of 40000': (at) => ((at % 40_000) * 2654435761) >>> 13,
}

function plainOf(kind: string, nbytes: number): Uint8Array {
  const next = numbers(nbytes + 3)
  return Uint8Array.from({ length: nbytes }, (_, at) => (KINDS[kind] as (typeof KINDS)[string])(at, next))
}

describe('frames of libzstd', () => {
  it('of many parameters decode to what was packed', () => {
    for (const { nbytes, digest, frame } of FRAMES) {
      const { result, output } = decode(frame, nbytes)
      expect(result).toBe(nbytes)
      expect(createHash('sha256').update(output).digest('hex').slice(0, 16)).toBe(digest)
    }
  })

  it.each(Object.keys(KINDS))('of every level hold %s of all sizes around limits', async (kind) => {
    const sizes = [...Array(20).keys(), 31, 63, 64, 255, 256, 257, 511, 1000, 65_791, 65_792]
    for (const around of [131_072, 262_144]) sizes.push(around - 1, around, around + 1)
    sizes.push(600_000)
    for (const [i, nbytes] of some([...sizes.entries()], 15)) {
      const plain = plainOf(kind, nbytes)
      const frame = await compress(Buffer.from(plain), 1 + (i % 22))
      const { result, output } = decode(frame, nbytes)
      expect(result, `${nbytes} bytes`).toBe(nbytes)
      expect(Buffer.compare(output, plain), `${nbytes} bytes`).toBe(0)
    }
  })

  it('give the beginning, wherever one stops', () => {
    const next = numbers(5)
    for (const { nbytes, frame } of PLAIN_FRAMES) {
      const whole = decode(frame, nbytes).output
      const wants = nbytes < 60 ? [...Array(nbytes).keys()] : Array.from({ length: 8 }, () => next() % nbytes)
      for (const want of wants) {
        const { result, output } = decode(frame, nbytes, want)
        expect(result).toBeGreaterThanOrEqual(want)
        expect(Buffer.compare(output, whole.subarray(0, result))).toBe(0)
      }
    }
  })

  it('are refused, or decoded as by another decoder, where they are damaged', () => {
    const next = numbers(11)
    const seeds = PLAIN_FRAMES.filter(({ nbytes }) => nbytes <= 70_000)
    const frames = seeds.map(({ frame }) => frame)
    let taken = 0
    for (let round = 0; round < ROUNDS; round++) {
      const { frame, nbytes } = seeds[next() % seeds.length] as (typeof seeds)[0]
      const damaged = mutated(frame, frames, next)
      const odd = [0, 1, 255, 256, next() % (nbytes + 99)]
      const capacity = next() % 8 ? nbytes : (odd[next() % odd.length] as number)
      const { result, output } = decode(damaged, capacity)
      if (result < 0) continue
      taken++
      const other = reference(damaged, capacity)
      // The decoder with dictionaries wants all bytes to be there.
      if (result === capacity || library !== undefined)
        expect(other && Buffer.compare(other, output), Buffer.from(damaged).toString('hex')).toBe(0)
      const part = decode(damaged, capacity, next() % (capacity + 1))
      expect(Buffer.compare(part.output, output.subarray(0, part.result))).toBe(0)
    }
    expect(taken).toBeGreaterThan(ROUNDS / 100)
  })
})
