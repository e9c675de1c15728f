import { describe, expect, it } from 'vitest'
import { makeKernels } from './instance.js'

const GUARD = 64
const { k, u8 } = makeKernels()

const typesizes = [...Array.from({ length: 33 }, (_, i) => i + 1), 40, 48, 64, 100, 128, 255, 300, 1000]
const sizes = [
  0, 1, 7, 15, 16, 17, 127, 128, 129, 255, 511, 1000, 1024, 2047, 4096, 5000, 16391, 32768, 70001,
]

// A fixed generator keeps a failure repeatable.
let state = 0x2545f491
function randomBytes(n: number): Uint8Array {
  return Uint8Array.from({ length: n }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 255
  })
}

function shuffled(typesize: number, src: Uint8Array): Uint8Array {
  const items = Math.floor(src.length / typesize)
  const dst = src.slice()
  for (let i = 0; i < items; i++) {
    for (let j = 0; j < typesize; j++) dst[j * items + i] = src[i * typesize + j] ?? 0
  }
  return dst
}

function bitshuffled(typesize: number, src: Uint8Array): Uint8Array {
  const items = Math.floor(src.length / typesize / 8) * 8
  const dst = src.slice()
  dst.fill(0, 0, items * typesize)
  for (let i = 0; i < items; i++) {
    for (let j = 0; j < typesize; j++) {
      for (let bit = 0; bit < 8; bit++) {
        const at = ((j * 8 + bit) * items) / 8 + Math.floor(i / 8)
        const value = ((src[i * typesize + j] ?? 0) >> bit) & 1
        dst[at] = (dst[at] ?? 0) | (value << (i % 8))
      }
    }
  }
  return dst
}

type Filter = (typesize: number, nbytes: number, src: number, dst: number, tmp: number) => void

/** Runs a kernel with guard bytes around `dst` and `tmp`, and returns `dst`. */
function run(filter: Filter, typesize: number, input: Uint8Array, misalign: number): Uint8Array {
  const n = input.length
  const src = 65536 + misalign
  const dst = src + n + GUARD
  const tmp = dst + n + GUARD
  u8.fill(0xa5, src - 1, tmp + n + GUARD)
  u8.set(input, src)
  filter(typesize, n, src, dst, tmp)
  const guard = new Uint8Array(GUARD).fill(0xa5)
  const intact =
    u8[src - 1] === 0xa5 &&
    Buffer.compare(u8.slice(src, src + n), input) === 0 &&
    Buffer.compare(u8.slice(src + n, dst), guard) === 0 &&
    Buffer.compare(u8.slice(dst + n, tmp), guard) === 0 &&
    Buffer.compare(u8.slice(tmp + n, tmp + n + GUARD), guard) === 0
  if (!intact) throw new Error(`typesize ${typesize}, ${n} bytes: wrote outside of dst`)
  return u8.slice(dst, dst + n)
}

const pairs = [
  { name: 'shuffle', forward: k.shuffle as Filter, back: k.unshuffle as Filter, reference: shuffled },
  { name: 'bitshuffle', forward: k.bitshuffle, back: k.bitunshuffle, reference: bitshuffled },
]

describe.each(pairs)('$name', ({ forward, back, reference }) => {
  it.each(typesizes)('follows the definition and back, typesize %i', (typesize) => {
    const around = [typesize, 7 * typesize, 8 * typesize, 24 * typesize + 1, 129 * typesize, 1024 * typesize]
    for (const [i, size] of [...sizes, ...around.filter((n) => n < 300_000)].entries()) {
      const input = randomBytes(size)
      const expected = reference(typesize, input)
      const label = `typesize ${typesize}, ${size} bytes`
      expect(Buffer.compare(run(forward, typesize, input, 1 + (i % 16)), expected), label).toBe(0)
      expect(Buffer.compare(run(back, typesize, expected, 1 + (i % 16)), input), `${label}, back`).toBe(0)
    }
  })
})

describe('filters', () => {
  it('work up to the very end of a memory, above 2^31', () => {
    const pages = 32773
    const high = makeKernels(pages)
    const filters = [
      { filter: high.k.shuffle as Filter, reference: shuffled },
      { filter: high.k.bitshuffle, reference: bitshuffled },
    ]
    const n = 4096 * 3 + 5
    const dst = pages * 65536 - n
    const tmp = dst - n
    const src = tmp - n
    const input = randomBytes(n)
    for (const typesize of [1, 2, 3, 4, 8, 12, 16, 31]) {
      for (const { filter, reference } of filters) {
        high.u8.set(input, src)
        filter(typesize, n, src, dst, tmp)
        expect(Buffer.compare(high.u8.slice(dst), reference(typesize, input))).toBe(0)
      }
    }
  })
})
