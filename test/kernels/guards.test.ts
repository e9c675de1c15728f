import { compressSync, uncompressSync } from 'lz4-napi'
import { describe, expect, it } from 'vitest'
import {
  BLOSCLZ_TABLE_BYTES,
  type Kernels,
  LZ4_TABLE_BYTES,
  LZ4HC_SCRATCH_BYTES,
} from '../../src/kernels/loader.js'
import { guarded, mutated, numbers, ROUNDS } from './guarded.js'

interface Packer {
  name: string
  id: number
  scratch: number
  decoder: 'lz4Decompress' | 'blosclzDecompress'
  pack(k: Kernels, src: number, nbytes: number, dst: number, capacity: number, table: number): number
}

const LEVEL = 5
const PACKERS: Packer[] = [
  {
    name: 'blosclz',
    id: 0,
    scratch: BLOSCLZ_TABLE_BYTES,
    decoder: 'blosclzDecompress',
    pack: (k, src, n, dst, room, table) => k.blosclzCompress(src, n, dst, room, LEVEL, table),
  },
  {
    name: 'lz4',
    id: 1,
    scratch: LZ4_TABLE_BYTES,
    decoder: 'lz4Decompress',
    pack: (k, src, n, dst, room, table) => k.lz4Compress(src, n, dst, room, LEVEL, table),
  },
  {
    name: 'lz4hc',
    id: 2,
    scratch: LZ4HC_SCRATCH_BYTES,
    decoder: 'lz4Decompress',
    pack: (k, src, n, dst, room, table) => k.lz4hcCompress(src, n, dst, room, LEVEL, table),
  },
]

/** Pieces of noise, of repeats at all distances, and of runs, in turns. */
function patchwork(nbytes: number, next: () => number): Uint8Array {
  const out = new Uint8Array(nbytes)
  for (let at = 0; at < nbytes; ) {
    const end = Math.min(nbytes, at + 1 + (next() % (next() % 5 ? 40 : 700)))
    const back = next() % 3 ? 0 : Math.min(at, 1 + (next() % (next() % 2 ? 20 : 9000)))
    const value = next() % 4 ? undefined : next() & 255
    for (; at < end; at++) out[at] = back > 0 ? (out[at - back] ?? 0) : (value ?? next() & 255)
  }
  return out
}

function pack(p: Packer, input: Uint8Array, capacity: number): Uint8Array {
  const { scratch } = p
  const call = (k: Kernels, src: number, dst: number, table: number) =>
    p.pack(k, src, input.length, dst, capacity, table)
  return guarded({ input, capacity, scratch, call }).output
}

type Decoder = (k: Kernels, src: number, cbytes: number, dst: number, capacity: number) => number

const decode = (input: Uint8Array, capacity: number, decoder: Decoder, before?: Uint8Array) =>
  guarded({
    input,
    capacity,
    ...(before !== undefined && { before }),
    call: (k, src, dst) => decoder(k, src, input.length, dst, capacity),
  })

/** What another LZ4 makes of a block. */
function otherLz4(block: Uint8Array, nbytes: number): Uint8Array | undefined {
  const framed = Buffer.alloc(block.length + 4)
  framed.writeUInt32LE(nbytes)
  framed.set(block, 4)
  try {
    return uncompressSync(framed)
  } catch {
    return undefined
  }
}

describe.each(PACKERS)('$name', (p) => {
  const plainDecoder: Decoder = (k, src, n, dst, capacity) => k[p.decoder](src, n, dst, capacity)

  it('packs into every capacity around what it needs, or says that it cannot', () => {
    const next = numbers(p.id + 1)
    for (let nbytes = 0; nbytes < 400; nbytes += 1 + (nbytes >> 4)) {
      const input = patchwork(nbytes, next)
      const needed = pack(p, input, 2 * nbytes + 64).length
      for (let room = Math.max(0, needed - 40); room <= needed + 24; room++) {
        const packed = pack(p, input, room)
        if (packed.length > 0)
          expect(Buffer.compare(decode(packed, nbytes, plainDecoder).output, input)).toBe(0)
      }
    }
  })

  it('decodes what is damaged within bounds, and as others do', () => {
    const next = numbers(p.id + 21)
    const plain = Array.from({ length: 12 }, (_, i) => patchwork(20 + 190 * i, next))
    const seeds = plain.map((input) => pack(p, input, 2 * input.length + 64))
    for (let round = 0; round < ROUNDS; round++) {
      const at = next() % seeds.length
      const damaged = mutated(seeds[at] as Uint8Array, seeds, next)
      const nbytes = (plain[at] as Uint8Array).length
      const capacity = next() % 4 ? nbytes : next() % (nbytes + 99)
      const { result, output } = decode(damaged, capacity, plainDecoder)
      const want = next() % (capacity + 1)
      if (p.decoder === 'blosclzDecompress') continue
      const start = decode(damaged, capacity, (k, src, n, dst, room) =>
        k.lz4DecompressStart(src, n, dst, room, want),
      )
      if (result >= 0) {
        expect(start.result).toBeGreaterThanOrEqual(Math.min(want, result))
        expect(Buffer.compare(start.output, output.subarray(0, start.result))).toBe(0)
      }
      const other = result === capacity ? otherLz4(damaged, capacity) : undefined
      if (other !== undefined) expect(Buffer.compare(other, output)).toBe(0)
    }
  })

  it('packs all streams of a block into every room, and unpacks damaged ones within bounds', () => {
    const next = numbers(p.id + 41)
    for (const [streams, size] of [
      [1, 1],
      [3, 17],
      [4, 40],
      [2, 300],
    ] as const) {
      const input = patchwork(streams * size, next)
      const encode = (room: number) =>
        guarded({
          input,
          capacity: room,
          scratch: p.scratch,
          call: (k, src, dst, table) => k.encodeStreams(p.id, src, streams, size, dst, room, LEVEL, table, 0),
        }).output
      const whole = encode(2 * input.length + 99)
      const unpack = (bytes: Uint8Array) =>
        guarded(
          {
            input: bytes,
            capacity: streams * size,
            call: (k, src, dst) => k.decodeStreams(p.id, src, bytes.length, streams, size, dst, 1),
          },
          (result) => result * streams * size,
        )
      expect(Buffer.compare(unpack(whole).output, input)).toBe(0)
      for (let room = 0; room <= whole.length + 30; room++) {
        const packed = encode(room)
        if (packed.length > 0) expect(Buffer.compare(unpack(packed).output, input)).toBe(0)
      }
      for (let round = 0; round < ROUNDS / 4; round++) unpack(mutated(whole, [whole], next))
    }
  })
})

it('LZ4 with a dictionary reads no further back than to its start', () => {
  const next = numbers(61)
  for (let round = 0; round < ROUNDS; round++) {
    const dictionary = patchwork(next() % 200, next)
    const all = Buffer.concat([dictionary, patchwork(1 + (next() % 900), next)])
    const whole = Uint8Array.from(compressSync(all).subarray(4))
    const block = next() % 3 ? mutated(whole, [whole], next) : whole
    const capacity = all.length
    const decoder: Decoder = (k, src, n, dst, room) =>
      k.lz4DecompressDict(src, n, dst, room, dictionary.length)
    const { result, output } = decode(block, capacity, decoder, dictionary)
    if (block !== whole) continue
    expect(result).toBe(all.length)
    expect(Buffer.compare(output, all)).toBe(0)
  }
})

describe('runs of items', () => {
  /** A plan of one axis: runs of (from, to, length) items. */
  const planOf = (stride: number, itemBytes: number, runs: number[][]) =>
    Uint32Array.from([runs.length, stride, stride * itemBytes, ...runs.flat()])

  it.each([1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 31, 32, 100])(
    'of %i bytes are copied and joined exactly',
    (size) => {
      const next = numbers(size + 81)
      for (let round = 0; round < 60; round++) {
        const items = 1 + (next() % 90)
        const input = Uint8Array.from({ length: items * size }, () => next() & 255)
        const from = next() % items
        const length = 1 + (next() % (items - from))
        const plan = planOf(1, size, [[from, 0, length]])
        const bytes = new Uint8Array(plan.buffer)
        const planAt = (k: Kernels, table: number, joins: boolean) => (src: number, dst: number) =>
          joins ? k.joinRuns(table, 1, size, items, src, dst) : k.copyRuns(table, 1, size, src, dst)
        for (const joins of size > 1 ? [false, true] : [false]) {
          // The plan lies before the target.
          const { output } = guarded({
            input,
            capacity: length * size,
            before: bytes,
            call: (k, src, dst) => {
              planAt(k, dst - bytes.length, joins)(src, dst)
              return length * size
            },
          })
          const wanted = Uint8Array.from({ length: length * size }, (_, at) => {
            const item = from + Math.floor(at / size)
            return (joins ? input[(at % size) * items + item] : input[item * size + (at % size)]) as number
          })
          expect(Buffer.compare(output, wanted)).toBe(0)
        }
      }
    },
  )

  it.each([2, 3, 4, 8, 20])('of %i bytes: one of each row is joined exactly', (size) => {
    const next = numbers(size + 99)
    for (let round = 0; round < 40; round++) {
      const [rows, width] = [1 + (next() % 40), 1 + (next() % 9)]
      const items = rows * width
      const input = Uint8Array.from({ length: items * size }, () => next() & 255)
      const column = next() % width
      const words = [1, width, size, 0, 0, rows, ...planOf(1, size, [[column, 0, 1]])]
      const bytes = new Uint8Array(Uint32Array.from(words).buffer)
      const { output } = guarded({
        input,
        capacity: rows * size,
        before: bytes,
        call: (k, src, dst) => {
          k.joinRuns(dst - bytes.length, 2, size, items, src, dst)
          return rows * size
        },
      })
      const wanted = Uint8Array.from({ length: rows * size }, (_, at) => {
        return input[(at % size) * items + Math.floor(at / size) * width + column] as number
      })
      expect(Buffer.compare(output, wanted)).toBe(0)
    }
  })
})

describe('filters', () => {
  it.each([1, 2, 3, 4, 7, 8, 9, 16, 20, 255])(
    'of items of %i bytes write and read exactly their bytes',
    (size) => {
      const next = numbers(size + 121)
      for (let round = 0; round < 40; round++) {
        const nbytes = next() % (round % 2 ? 300 : 5000)
        const input = Uint8Array.from({ length: nbytes }, () => next() & 255)
        const run = (filter: 'shuffle' | 'unshuffle' | 'bitshuffle' | 'bitunshuffle', bytes: Uint8Array) =>
          guarded({
            input: bytes,
            capacity: nbytes,
            scratch: nbytes,
            call(k, src, dst, table) {
              k[filter](size, nbytes, src, dst, table)
              return nbytes
            },
          }).output
        expect(Buffer.compare(run('unshuffle', run('shuffle', input)), input)).toBe(0)
        expect(Buffer.compare(run('bitunshuffle', run('bitshuffle', input)), input)).toBe(0)
      }
    },
  )
})
