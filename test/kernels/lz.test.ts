import { compressSync, uncompressSync } from 'lz4-napi'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../src/kernels/loader.js'
import { ALL, sized } from '../support/long.js'
import { makeKernels } from './instance.js'

const TABLE = 1 << 16
const SRC = 1 << 20
const PACKED = 3 << 20
const PLAIN = 6 << 20
const GUARD = 0xa5
const GUARD_BYTES = 128

let k: Kernels
let u8: Uint8Array

beforeAll(() => {
  const made = makeKernels(160)
  k = made.k
  u8 = made.u8
})

const LEVELS_OF_BOTH = ['LZ4', 'LZ4HC'].flatMap((name) =>
  Array.from({ length: 9 }, (_, i) => [name, i + 1] as const),
)

/** A small generator of pseudo-random 32-bit numbers, so that failures can be repeated. */
function random(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
}

function shuffled(bytes: Uint8Array, typesize: number): Uint8Array {
  const items = bytes.length / typesize
  return bytes.map((_, at) => bytes[(at % items) * typesize + Math.floor(at / items)] as number)
}

/** A random walk in steps of a thousandth, as sensors give it. */
function walk(items: number, seed: number): Uint8Array {
  const next = random(seed)
  let value = 20
  const floats = Float32Array.from({ length: items }, () => {
    value += ((next() % 2001) - 1000) / 1e5
    return Math.round(value * 1000) / 1000
  })
  return new Uint8Array(floats.buffer)
}

const words = 'the block of data then was packed by that codec and a reader found it in there again '

const MAKERS: Record<string, (nbytes: number) => Uint8Array> = {
  zeros: (n) => new Uint8Array(n),
  random: (n) => {
    const next = random(n + 7)
    return Uint8Array.from({ length: n }, () => next() & 255)
  },
  fewSymbols: (n) => {
    const next = random(n + 8)
    return Uint8Array.from({ length: n }, () => next() % 3)
  },
  text: (n) => {
    const next = random(n + 9)
    let text = ''
    while (text.length < n) text += words.slice(next() % 40, 40 + (next() % 40))
    return new TextEncoder().encode(text.slice(0, n))
  },
  ramp: (n) => Uint8Array.from({ length: n }, (_, at) => at & 255),
  runs: (n) => {
    const next = random(n + 10)
    const out = new Uint8Array(n)
    for (let at = 0; at < n; ) {
      const length = 1 + (next() % 600)
      out.fill(next() & 255, at, at + length)
      at += length
    }
    return out
  },
  period3: (n) => Uint8Array.from({ length: n }, (_, at) => at % 3),
  period7: (n) => Uint8Array.from({ length: n }, (_, at) => (at % 7) * 31),
  period13: (n) => Uint8Array.from({ length: n }, (_, at) => (at % 13) ** 2),
  period1000: (n) => {
    const next = random(11)
    const pattern = Uint8Array.from({ length: 1000 }, () => next() & 255)
    return Uint8Array.from({ length: n }, (_, at) => pattern[at % 1000] as number)
  },
  period40000: (n) => {
    const next = random(12)
    const pattern = Uint8Array.from({ length: 40000 }, () => next() & 255)
    return Uint8Array.from({ length: n }, (_, at) => pattern[at % 40000] as number)
  },
  sensors: (n) => shuffled(walk(n >> 2, 13), 4),
}

/** Makes data of a kind once for each size. */
function remembering(make: (nbytes: number) => Uint8Array): (nbytes: number) => Uint8Array {
  const made = new Map<number, Uint8Array>()
  return (nbytes) => {
    const data = made.get(nbytes) ?? make(nbytes)
    made.set(nbytes, data)
    return data
  }
}

const KINDS = Object.fromEntries(Object.entries(MAKERS).map(([kind, make]) => [kind, remembering(make)]))

interface Codec {
  name: string
  compress(src: number, nbytes: number, dst: number, capacity: number): number
  decompress(src: number, cbytes: number, dst: number, capacity: number): number
  lz4: boolean
}

const CODECS: Codec[] = []
for (const acceleration of [1, 5, 9]) {
  CODECS.push({
    name: `lz4 acceleration ${acceleration}`,
    compress: (s, n, d, c) => k.lz4Compress(s, n, d, c, acceleration, TABLE),
    decompress: (s, n, d, c) => k.lz4Decompress(s, n, d, c),
    lz4: true,
  })
}
for (const level of [1, 2, 3, 6, 9, 12]) {
  CODECS.push({
    name: `lz4hc level ${level}`,
    compress: (s, n, d, c) => k.lz4hcCompress(s, n, d, c, level, TABLE),
    decompress: (s, n, d, c) => k.lz4Decompress(s, n, d, c),
    lz4: true,
  })
}
for (const level of [1, 2, 5, 9]) {
  CODECS.push({
    name: `blosclz level ${level}`,
    compress: (s, n, d, c) => k.blosclzCompress(s, n, d, c, level, TABLE),
    decompress: (s, n, d, c) => k.blosclzDecompress(s, n, d, c),
    lz4: false,
  })
}
const SIZES = [1000, 4099, 65535, 65536, 65537, 131072, 300001]
/** Takes as long as all others together. */
const STRONGEST = 'lz4hc level 12'
// One codec per stream format and compressor.
const DISTINCT = () => [CODECS[0], CODECS[5], CODECS[11]] as Codec[]

/** The longest that a stream can get. */
const bound = (nbytes: number) => nbytes + Math.ceil(nbytes / 32) + 16

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

/** Compresses into exactly `capacity` bytes, and sees to it that nothing is written behind them. */
function pack(codec: Codec, data: Uint8Array, capacity = bound(data.length)): Uint8Array {
  u8.set(data, SRC)
  u8.fill(GUARD, PACKED + capacity, PACKED + capacity + GUARD_BYTES)
  const cbytes = codec.compress(SRC, data.length, PACKED, capacity)
  if (!(cbytes >= 0 && cbytes <= capacity)) throw new Error(`${cbytes} bytes are none of ${capacity}`)
  checkGuard(PACKED + capacity)
  return u8.slice(PACKED, PACKED + cbytes)
}

function checkGuard(at: number): void {
  for (let i = 0; i < GUARD_BYTES; i++) {
    if (u8[at + i] !== GUARD) throw new Error(`byte ${i} behind the buffer was written`)
  }
}

/** Decompresses into exactly `capacity` bytes, and sees to it that nothing around them is written. */
function unpack(codec: Codec, packed: Uint8Array, capacity: number): Uint8Array | undefined {
  u8.set(packed, PACKED)
  // What follows the stream must not matter.
  u8.fill(GUARD, PACKED + packed.length, PACKED + packed.length + GUARD_BYTES)
  u8.fill(GUARD, PLAIN - GUARD_BYTES, PLAIN)
  u8.fill(GUARD, PLAIN + capacity, PLAIN + capacity + GUARD_BYTES)
  const nbytes = codec.decompress(PACKED, packed.length, PLAIN, capacity)
  checkGuard(PLAIN - GUARD_BYTES)
  checkGuard(PLAIN + capacity)
  if (nbytes === -1) return undefined
  if (!(nbytes >= 0 && nbytes <= capacity)) throw new Error(`${nbytes} bytes are none of ${capacity}`)
  return u8.slice(PLAIN, PLAIN + nbytes)
}

function checkRoundTrip(codec: Codec, data: Uint8Array): Uint8Array {
  const packed = pack(codec, data)
  if (packed.length === 0) {
    expect(codec.lz4).toBe(false)
    return packed
  }
  const plain = unpack(codec, packed, data.length)
  if (!plain || !same(plain, data)) throw new Error(`${codec.name} fails at ${data.length} bytes`)
  return packed
}

function lz4NapiDecode(packed: Uint8Array, nbytes: number): Uint8Array {
  const framed = Buffer.alloc(packed.length + 4)
  framed.writeUInt32LE(nbytes)
  framed.set(packed, 4)
  return uncompressSync(framed)
}

describe.each(CODECS)('$name', (codec) => {
  it('gives every small size back', () => {
    for (const make of Object.values(KINDS)) {
      for (let nbytes = 0; nbytes <= 300; nbytes += sized(3, 1)) checkRoundTrip(codec, make(nbytes))
    }
  })

  it.each(Object.keys(KINDS))('gives larger buffers of %s back', (kind) => {
    for (const nbytes of codec.name === STRONGEST && !ALL ? [4099, 65537] : SIZES) {
      checkRoundTrip(codec, (KINDS[kind] as (n: number) => Uint8Array)(nbytes))
    }
  })

  it('gives the same stream whatever was in the scratch and wherever the buffers are', () => {
    const data = (KINDS.text as (n: number) => Uint8Array)(70_000)
    u8.fill(0, TABLE, SRC)
    const first = pack(codec, data)
    u8.fill(0x5b, TABLE, SRC)
    expect(same(pack(codec, data), first)).toBe(true)
    u8.set(data, SRC + 4711)
    const cbytes = codec.compress(SRC + 4711, data.length, PACKED + 13, bound(data.length))
    expect(same(u8.subarray(PACKED + 13, PACKED + 13 + cbytes), first)).toBe(true)
  })

  it('uses no byte beyond its capacity, and all of it', () => {
    for (const kind of ['random', 'text', 'runs', 'sensors', 'zeros', 'period7']) {
      const make = KINDS[kind] as (n: number) => Uint8Array
      for (const nbytes of [1, 5, 13, 20, 64, 333, 1500]) {
        const data = make(nbytes)
        const full = pack(codec, data).length
        for (let capacity = 0; capacity <= full + 20; capacity += sized(3, 1)) {
          const packed = pack(codec, data, capacity)
          if (capacity < full - 32) expect(packed.length).toBe(0)
          if (capacity >= full + 20) expect(packed.length).toBe(full)
          if (packed.length) expect(same(unpack(codec, packed, nbytes) as Uint8Array, data)).toBe(true)
        }
      }
      const data = make(40_000)
      const full = pack(codec, data).length
      for (let capacity = full + 40; capacity > full - 40; capacity -= 9) {
        const packed = pack(codec, data, capacity)
        if (packed.length) expect(same(unpack(codec, packed, data.length) as Uint8Array, data)).toBe(true)
        if (capacity === full + 40) expect(packed.length).toBe(full)
      }
    }
  })

  it('writes nothing into no capacity', () => {
    for (const kind of Object.keys(KINDS)) {
      expect(pack(codec, (KINDS[kind] as (n: number) => Uint8Array)(1000), 0).length).toBe(0)
    }
  })

  it('refuses random data that must fit in their own size', () => {
    const data = (KINDS.random as (n: number) => Uint8Array)(131072)
    expect(pack(codec, data, 131072).length).toBe(0)
    expect(pack(codec, data, 1000).length).toBe(0)
  })

  it('refuses every cut stream, or gives less back', () => {
    for (const kind of ['text', 'runs', 'sensors']) {
      const data = (KINDS[kind] as (n: number) => Uint8Array)(2000)
      const packed = pack(codec, data)
      for (let length = 0; length < packed.length; length += sized(3, 1)) {
        const plain = unpack(codec, packed.subarray(0, length), data.length)
        if (plain) {
          expect(plain.length).toBeLessThan(data.length)
          expect(same(plain, data.subarray(0, plain.length))).toBe(true)
        }
      }
    }
  })

  it('refuses a buffer that is too small', () => {
    for (const kind of ['text', 'runs', 'sensors', 'zeros', 'period13']) {
      const data = (KINDS[kind] as (n: number) => Uint8Array)(1300)
      const packed = pack(codec, data)
      for (let capacity = 0; capacity < data.length; capacity += sized(3, 1)) {
        expect(unpack(codec, packed, capacity)).toBeUndefined()
      }
      // A buffer that is too large is none of the codec's business.
      expect(same(unpack(codec, packed, data.length + 1000) as Uint8Array, data)).toBe(true)
    }
  })
})

describe.each(CODECS.filter(({ lz4 }) => lz4))('$name', (codec) => {
  it('is read by another LZ4', () => {
    for (const make of Object.values(KINDS)) {
      for (const nbytes of [1, 12, 13, 17, 64, 300, 5000, 65536, 131072]) {
        if (codec.name === STRONGEST && !ALL && nbytes === 131072) continue
        const data = make(nbytes)
        const plain = lz4NapiDecode(checkRoundTrip(codec, data), data.length)
        if (!same(plain, data)) throw new Error(`${codec.name} is misread at ${nbytes} bytes`)
      }
    }
  })
})

describe('LZ4 blocks', () => {
  const decode = (bytes: number[], capacity = 4096) =>
    unpack(CODECS[0] as Codec, Uint8Array.from(bytes), capacity)

  it('reads what another LZ4 wrote', () => {
    for (const make of Object.values(KINDS)) {
      for (const nbytes of [1, 2, 12, 13, 17, 64, 300, 5000, 65536, 131072]) {
        const data = make(nbytes)
        const packed = compressSync(Buffer.from(data)).subarray(4)
        const plain = unpack(CODECS[0] as Codec, packed, nbytes)
        if (!plain || !same(plain, data)) throw new Error(`misread at ${nbytes} bytes`)
      }
    }
  })

  it('compresses about as well as another LZ4', () => {
    for (const kind of ['text', 'runs', 'sensors', 'period1000', 'zeros']) {
      const data = (KINDS[kind] as (n: number) => Uint8Array)(131072)
      const theirs = compressSync(Buffer.from(data)).length - 4
      expect(pack(CODECS[0] as Codec, data).length).toBeLessThan(theirs * 1.02 + 8)
    }
  })

  it('reads every offset and length', () => {
    for (let offset = 1; offset <= 40; offset++) {
      for (const length of [4, 5, 8, 11, 18, 19, 20, 34, 35, 64, 100, 273, 274, 275, 1200]) {
        for (const tail of [0, 1, 5, 12, 70, 200]) {
          const head = Uint8Array.from({ length: 40 }, (_, at) => at + 1)
          const run = (n: number) =>
            n < 15 ? [] : [...Array(Math.floor((n - 15) / 255)).fill(255), (n - 15) % 255]
          const stream = [0xf0 | Math.min(15, length - 4), ...run(40), ...head, offset, 0, ...run(length - 4)]
          stream.push(Math.min(15, tail) << 4, ...run(tail), ...Array(tail).fill(99))
          const wanted = [...head]
          for (let i = 0; i < length; i++) wanted.push(wanted[wanted.length - offset] as number)
          wanted.push(...Array(tail).fill(99))
          const plain = decode(stream, wanted.length)
          if (!plain || !same(plain, Uint8Array.from(wanted))) {
            throw new Error(`offset ${offset}, length ${length}, tail ${tail}`)
          }
        }
      }
    }
  })

  it('refuses malformed streams', () => {
    const letters = [...Array(40).keys()]
    const long = (offset: number) => [0xf0, 25, ...letters, offset & 255, offset >> 8, 0x50, 1, 2, 3, 4, 5]
    const padded = (bytes: number[]) => [...bytes, ...Array(100).fill(0)]
    expect(decode(long(40))?.length).toBe(49)
    expect(decode([])).toBeUndefined()
    expect(decode([0])).toEqual(new Uint8Array(0))
    for (const bytes of [
      long(0),
      long(41),
      long(65535),
      padded(long(0)),
      padded(long(41)),
      [0x10, 1, 0, 0, 0x50, 1, 2, 3, 4, 5],
      padded([0x10, 1, 0, 0]),
      padded([0x10, 1, 2, 0]),
      padded([0x00, 1, 0]),
      [0x10],
      [0x20, 1],
      [0x10, 1, 1],
      [0x10, 1, 1, 0],
      [0xf0],
      [0xf0, 255],
      [0x1f, 1, 1, 0],
      [0x1f, 1, 1, 0, 255],
    ]) {
      expect(decode(bytes), String(bytes)).toBeUndefined()
    }
  })

  it('refuses lengths that never end', () => {
    const endless = (head: number[]) => {
      const bytes = new Uint8Array(2_000_000).fill(255)
      bytes.set(head)
      return bytes
    }
    for (const capacity of [10, 64, 4096, 1_000_000]) {
      expect(unpack(CODECS[0] as Codec, endless([0xf0]), capacity)).toBeUndefined()
      expect(unpack(CODECS[0] as Codec, endless([0x1f, 1, 1, 0]), capacity)).toBeUndefined()
    }
  })
})

/** Where the last match of an LZ4 block starts and where the one that reaches farthest ends, in plain bytes. */
function matchLimits(block: Uint8Array): { start: number; end: number } {
  let at = 0
  let plain = 0
  const limits = { start: 0, end: 0 }
  const extended = (length: number): number => {
    if (length < 15) return length
    for (;;) {
      const more = block[at++] as number
      length += more
      if (more < 255) return length
    }
  }
  for (;;) {
    const token = block[at++] as number
    const literals = extended(token >> 4)
    at += literals
    plain += literals
    if (at >= block.length) return limits
    at += 2
    limits.start = plain
    plain += 4 + extended(token & 15)
    limits.end = plain
  }
}

describe('ends of LZ4 blocks', () => {
  it.each(LEVELS_OF_BOTH)(
    '%s of level %i: the last 5 bytes are literals, and no match starts in the last 12',
    (name, level) => {
      const next = random(level)
      const call = name === 'LZ4' ? () => k.lz4Compress : () => k.lz4hcCompress
      for (let round = 0; round < sized(2000, 20_000); round++) {
        const nbytes = 13 + (next() % (round % 4 === 0 ? 600 : 50))
        const plain = u8.subarray(SRC, SRC + nbytes)
        const period = 1 + (next() % 5)
        for (let i = 0; i < nbytes; i++)
          plain[i] = i > period && next() % 4 !== 0 ? (plain[i - period] as number) : next() % 256
        const cbytes = call()(SRC, nbytes, PACKED, nbytes + 64, level, TABLE)
        const { start, end } = matchLimits(u8.slice(PACKED, PACKED + cbytes))
        expect(start).toBeLessThanOrEqual(nbytes - 12)
        expect(end).toBeLessThanOrEqual(nbytes - 5)
      }
    },
  )
})

describe('BloscLZ streams', () => {
  const decode = (bytes: number[], capacity = 100_000) =>
    unpack(CODECS[9] as Codec, Uint8Array.from(bytes), capacity)

  it('refuses inputs under 16 bytes', () => {
    for (let nbytes = 0; nbytes < 16; nbytes++) {
      expect(pack(CODECS[11] as Codec, new Uint8Array(nbytes)).length).toBe(0)
    }
    expect(pack(CODECS[11] as Codec, new Uint8Array(16)).length).toBeGreaterThan(0)
  })

  it('reads every near distance and length', () => {
    for (const distance of [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 32, 40]) {
      for (let length = 3; length <= 600; length += length < 20 ? 1 : 29) {
        for (const tail of [0, 1, 12, 64, 200]) {
          const head = Uint8Array.from({ length: 40 }, (_, at) => at + 1)
          const stream = [31 | 32, ...head.subarray(0, 32), 7, ...head.subarray(32)]
          if (length < 9) stream.push((length - 2) << 5)
          else stream.push(7 << 5, ...Array(Math.floor((length - 9) / 255)).fill(255), (length - 9) % 255)
          stream.push(distance - 1)
          for (let left = tail; left > 0; left -= 32) {
            const run = Math.min(left, 32)
            stream.push(run - 1, ...Array(run).fill(99))
          }
          const wanted = [...head]
          for (let i = 0; i < length; i++) wanted.push(wanted[wanted.length - distance] as number)
          wanted.push(...Array(tail).fill(99))
          const plain = decode(stream, wanted.length)
          if (!plain || !same(plain, Uint8Array.from(wanted))) {
            throw new Error(`distance ${distance}, length ${length}, tail ${tail}`)
          }
        }
      }
    }
  })

  it('reads near and far distances around their border', () => {
    const next = random(14)
    const head = Uint8Array.from({ length: 80_000 }, () => next() & 255)
    for (const distance of [8190, 8191, 8192, 8193, 9000, 65535, 65536, 73726, 73727]) {
      const stream: number[] = []
      for (let at = 0; at < head.length; at += 32) stream.push(31, ...head.subarray(at, at + 32))
      const near = Math.min(distance - 1, 8191)
      stream.push((5 << 5) | (near >> 8), near & 255)
      if (distance > 8191) stream.push((distance - 8192) >> 8, (distance - 8192) & 255)
      const plain = decode(stream) as Uint8Array
      const start = head.length - distance
      expect(same(plain.subarray(head.length), head.subarray(start, start + 7))).toBe(true)
    }
  })

  it('refuses malformed streams', () => {
    const padded = (bytes: number[]) => [...bytes, ...Array(100).fill(0)]
    expect(decode([2, 1, 2, 3])).toEqual(Uint8Array.of(1, 2, 3))
    expect(decode([2, 1, 2, 3, 1 << 5, 2])).toEqual(Uint8Array.of(1, 2, 3, 1, 2, 3))
    for (const bytes of [
      [],
      [2],
      [2, 1, 2],
      [2, 1, 2, 3, 1 << 5],
      [2, 1, 2, 3, 1 << 5, 3],
      padded([2, 1, 2, 3, 1 << 5, 3]),
      [2, 1, 2, 3, 7 << 5],
      [2, 1, 2, 3, 7 << 5, 1],
      [2, 1, 2, 3, 7 << 5, 255],
      [2, 1, 2, 3, (7 << 5) | 1, 1, 2],
      padded([2, 1, 2, 3, (7 << 5) | 1, 1, 2]),
      [2, 1, 2, 3, (1 << 5) | 31, 255],
      [2, 1, 2, 3, (1 << 5) | 31, 255, 0],
      [2, 1, 2, 3, (1 << 5) | 31, 255, 0, 0],
      padded([2, 1, 2, 3, (1 << 5) | 31, 255, 0, 0]),
    ]) {
      expect(decode(bytes), String(bytes)).toBeUndefined()
    }
  })

  it('refuses lengths that never end', () => {
    const bytes = new Uint8Array(2_000_000).fill(255)
    bytes.set([2, 1, 2, 3, 7 << 5])
    for (const capacity of [10, 64, 4096, 1_000_000]) {
      expect(unpack(CODECS[9] as Codec, bytes, capacity)).toBeUndefined()
    }
  })
})

describe('random mutations', () => {
  it.each(DISTINCT())('of $name streams write nothing outside the buffer', (codec) => {
    const next = random(15)
    const streams = ['text', 'runs', 'sensors', 'period13', 'fewSymbols'].map((kind) =>
      pack(codec, (KINDS[kind] as (n: number) => Uint8Array)(1500)),
    )
    for (let round = 0; round < sized(4000, 20_000); round++) {
      const mutated = (streams[round % streams.length] as Uint8Array).slice()
      for (let changes = 1 + (next() % 4); changes > 0; changes--) {
        const at = next() % mutated.length
        mutated[at] = next() % 3 ? next() & 255 : next() % 2 ? 255 : 0
      }
      const cut = next() % 8 ? mutated.length : next() % mutated.length
      unpack(codec, mutated.subarray(0, cut), next() % 4 ? 1500 : next() % 2000)
    }
  })
})

describe('data made against the codecs', () => {
  it.each(CODECS)('do not slow $name down without bounds', (codec) => {
    const next = random(16)
    const broken = new Uint8Array(1 << 20)
    for (let at = 0; at < broken.length; at += 1 + (next() % 900)) broken[at] = next() & 255
    const lists = [new Uint8Array(1 << 20), (KINDS.period13 as (n: number) => Uint8Array)(1 << 20), broken]
    lists.push((KINDS.runs as (n: number) => Uint8Array)(1 << 20))
    for (const data of lists) {
      const start = performance.now()
      checkRoundTrip(codec, data)
      expect(performance.now() - start).toBeLessThan(10_000)
    }
  })
})
