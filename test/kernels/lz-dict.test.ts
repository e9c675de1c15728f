import { expect, test } from 'vitest'
import { between, seeded } from '../support/random.js'
import { makeKernels } from './instance.js'

const TABLE = 1 << 16
const SRC = 2 << 20
const PACKED = 3 << 20
const PLAIN = 5 << 20
const GUARD = 0xa5

const { k, u8 } = makeKernels(160)
const random = seeded(11)
const words = Array.from({ length: 60 }, () =>
  Uint8Array.from({ length: between(random, 3, 12) }, () => between(random, 97, 122)),
)

function text(nbytes: number): Uint8Array {
  const bytes = new Uint8Array(nbytes + 16)
  for (let at = 0; at < nbytes; ) {
    const word = words[between(random, 0, words.length - 1)] ?? new Uint8Array()
    bytes.set(word, at)
    at += word.length
  }
  return bytes.slice(0, nbytes)
}

const CODECS = {
  lz4: (n: number, room: number, d: number) => k.lz4CompressDict(SRC, n, PACKED, room, 5, TABLE, d),
  lz4hc: (n: number, room: number, d: number) => k.lz4hcCompressDict(SRC, n, PACKED, room, 9, TABLE, d),
}

/** Packs behind a dictionary, and unpacks behind a copy of it. @returns the packed size, 0 where it did not fit */
function through(name: keyof typeof CODECS, plain: Uint8Array, dictionary: Uint8Array, room: number): number {
  u8.set(dictionary, SRC - dictionary.length)
  u8.set(plain, SRC)
  u8.fill(GUARD, PACKED, PACKED + room + 64)
  const cbytes = CODECS[name](plain.length, room, dictionary.length)
  expect(cbytes).toBeLessThanOrEqual(room)
  expect(u8.subarray(PACKED + room, PACKED + room + 64).every((byte) => byte === GUARD)).toBe(true)
  if (cbytes === 0) return 0
  u8.set(dictionary, PLAIN - dictionary.length)
  u8.fill(0, PLAIN, PLAIN + plain.length)
  expect(k.lz4DecompressDict(PACKED, cbytes, PLAIN, plain.length, dictionary.length)).toBe(plain.length)
  expect(Buffer.compare(u8.subarray(PLAIN, PLAIN + plain.length), plain)).toBe(0)
  return cbytes
}

test.each(['lz4', 'lz4hc'] as const)('%s packs what a dictionary knows into a fraction', (name) => {
  const dictionary = text(32 * 1024)
  const plain = text(4096)
  const without = through(name, plain, new Uint8Array(), 8192)
  expect(through(name, plain, dictionary, 8192)).toBeLessThan(0.7 * without)
  const known = dictionary.subarray(20_000, 24_096)
  expect(through(name, known, dictionary, 8192)).toBeLessThan(without / 8)
})

test.each(['lz4', 'lz4hc'] as const)('%s: any stream behind any dictionary comes back', (name) => {
  for (let i = 0; i < 400; i++) {
    const dictionary = text(between(random, 0, i % 4 === 0 ? 40 : 32 * 1024))
    const nbytes = between(random, 0, i % 10 === 0 ? 300_000 : 2000)
    const plain = i % 7 === 0 ? Uint8Array.from({ length: nbytes }, () => random() * 256) : text(nbytes)
    // A dictionary that goes on in the stream: matches run over the border.
    if (i % 5 === 0) plain.set(dictionary.subarray(-Math.min(dictionary.length, nbytes)))
    through(name, plain, dictionary, i % 3 === 0 ? Math.ceil(nbytes / 2) : nbytes + 64 + (nbytes >> 6))
  }
})
