import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { instantiateOver, makeKernels } from './instance.js'

const BASE = 65536
const { k, u8 } = makeKernels()

const crc32 = (ptr: number, n: number, seed = 0) => k.crc32(ptr, n, seed) >>> 0
const adler32 = (ptr: number, n: number, seed = 1) => k.adler32(ptr, n, seed) >>> 0

function referenceCrc32(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

function referenceAdler32(bytes: Uint8Array, seed = 1): number {
  let a = seed & 0xffff
  let b = seed >>> 16
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return b * 65536 + a
}

function place(bytes: Uint8Array, misalign = 0): number {
  u8.set(bytes, BASE + misalign)
  return BASE + misalign
}

const random = (n: number) => Uint8Array.from({ length: n }, () => Math.random() * 256)
const sizes = [
  ...Array.from({ length: 100 }, (_, i) => i),
  4079,
  4080,
  4081,
  5551,
  5552,
  5553,
  70001,
  300_000,
]

const sums = [
  { name: 'crc32', kernel: crc32, reference: referenceCrc32 },
  { name: 'adler32', kernel: adler32, reference: referenceAdler32 },
]

describe.each(sums)('$name', ({ kernel, reference }) => {
  it('follows the definition for every size and alignment', () => {
    for (const [i, n] of sizes.entries()) {
      const bytes = random(n)
      expect(kernel(place(bytes, i % 16), n), `${n} bytes`).toBe(reference(bytes))
    }
  })

  it('continues from an earlier value', () => {
    const bytes = random(50_000)
    const ptr = place(bytes)
    const whole = reference(bytes)
    for (const cut of [0, 1, 15, 16, 5552, 49_999, 50_000]) {
      expect(kernel(ptr + cut, bytes.length - cut, kernel(ptr, cut))).toBe(whole)
    }
  })

  it('holds for the largest sums', () => {
    const bytes = new Uint8Array(1 << 20).fill(255)
    const ptr = place(bytes)
    expect(kernel(ptr, bytes.length, 0xfff0fff0)).toBe(reference(bytes, 0xfff0fff0))
  })

  it('gives the seed back for no bytes', () => {
    expect(kernel(BASE, 0, 0x12345678)).toBe(0x12345678)
  })
})

describe('known values', () => {
  const text = new TextEncoder()

  it('crc32', () => {
    expect(crc32(place(text.encode('123456789')), 9)).toBe(0xcbf43926)
    expect(crc32(place(text.encode('The quick brown fox jumps over the lazy dog')), 43)).toBe(0x414fa339)
  })

  it('adler32', () => {
    expect(adler32(place(text.encode('Wikipedia')), 9)).toBe(0x11e60398)
    expect(adler32(place(text.encode('123456789')), 9)).toBe(0x091e01de)
  })

  it.runIf('crc32' in zlib)('crc32 is that of node:zlib', () => {
    const native = (zlib as unknown as { crc32(bytes: Uint8Array): number }).crc32
    for (const n of sizes) {
      const bytes = random(n)
      expect(crc32(place(bytes, 3), n)).toBe(native(bytes))
    }
  })

  it('adler32 is the one that ends a zlib stream', () => {
    const bytes = random(100_000)
    const stream = zlib.deflateSync(bytes)
    expect(adler32(place(bytes), bytes.length)).toBe(stream.readUInt32BE(stream.length - 4))
  })

  it('is the same in a second instance over the same memory, started later', () => {
    const { memory, k: first } = makeKernels()
    const bytes = random(1000)
    new Uint8Array(memory.buffer).set(bytes, BASE)
    const before = first.crc32(BASE, 1000, 0)
    const second = instantiateOver(memory)
    expect(first.crc32(BASE, 1000, 0)).toBe(before)
    expect(second.crc32(BASE, 1000, 0)).toBe(before)
    expect(before >>> 0).toBe(referenceCrc32(bytes))
  })
})
