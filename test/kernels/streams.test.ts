import { describe, expect, it } from 'vitest'
import { makeKernels } from './instance.js'

const TABLE = 1 << 16
const SRC = 1 << 20
const PACKED = 2 << 20
const PLAIN = 3 << 20
const GUARD = 0xa5
const BLOSCLZ = 0
const LZ4 = 1
const LZ4HC = 2
const ZSTD = 4
const SCRATCH = 4 << 20
const { k, u8 } = makeKernels(256)
const view = new DataView(u8.buffer)

/** Streams in turns: a ramp of few values, noise that cannot be compressed, zeros. */
function fill(streams: number, size: number): void {
  let state = 12345
  for (let i = 0; i < streams * size; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    const kind = Math.floor(i / size) % 3
    u8[SRC + i] = kind === 0 ? (i >> 5) & 15 : kind === 1 ? state >>> 16 : 0
  }
}

function one(codec: number, src: number, size: number, dst: number, capacity: number): number {
  if (codec === BLOSCLZ) return k.blosclzCompress(src, size, dst, capacity, 5, TABLE)
  if (codec === LZ4HC) return k.lz4hcCompress(src, size, dst, capacity, 5, TABLE)
  if (codec === ZSTD) return k.zstdCompress(src, size, dst, capacity, 5, 0, SCRATCH)
  return k.lz4Compress(src, size, dst, capacity, 5, TABLE)
}

function encode(codec: number, streams: number, size: number, room: number, runs = 0): number {
  const table = codec === ZSTD ? SCRATCH : TABLE
  return k.encodeStreams(codec, SRC, streams, size, PACKED, room, 5, table, runs)
}

/** Checks that all at once are what one by one gives. @returns their size */
function checkEach(codec: number, streams: number, size: number): number {
  fill(streams, size)
  const cbytes = encode(codec, streams, size, 1 << 20)
  const packed = u8.slice(PACKED, PACKED + cbytes)
  let at = 0
  for (let i = 0; i < streams; i++) {
    const src = SRC + i * size
    const n = one(codec, src, size, PLAIN, size - 1)
    const stream = n === 0 ? u8.slice(src, src + size) : u8.slice(PLAIN, PLAIN + n)
    expect(view.getUint32(PACKED + at, true)).toBe(stream.length)
    expect(Buffer.compare(packed.subarray(at + 4, at + 4 + stream.length), stream)).toBe(0)
    at += 4 + stream.length
  }
  expect(at).toBe(cbytes)
  return cbytes
}

const SIZES = [
  [1, 1],
  [1, 17],
  [3, 130],
  [4, 4096],
  [7, 9999],
] as const

it.each(SIZES)('Zstandard packs %i streams of %i bytes as one by one', (streams, size) => {
  checkEach(ZSTD, streams, size)
})

describe.each([
  ['blosclz', BLOSCLZ],
  ['lz4', LZ4],
  ['lz4hc', LZ4HC],
])('all streams of a block at once: %s', (_name, codec) => {
  it.each(SIZES)('%i of %i bytes are what one by one gives, and come back', (streams, size) => {
    const cbytes = checkEach(codec, streams, size)
    u8.fill(GUARD, PLAIN - 64, PLAIN + streams * size + 64)
    expect(k.decodeStreams(codec, PACKED, cbytes, streams, size, PLAIN, 0)).toBe(1)
    const source = u8.subarray(SRC, SRC + streams * size)
    expect(Buffer.compare(u8.subarray(PLAIN, PLAIN + streams * size), source)).toBe(0)
    expect(u8[PLAIN - 1]).toBe(GUARD)
    expect(u8[PLAIN + streams * size]).toBe(GUARD)
  })

  it('says when there is no room, and writes nothing beyond it', () => {
    fill(4, 500)
    const needed = encode(codec, 4, 500, 1 << 16)
    for (const room of [0, 3, 4, 5, needed >> 1, needed - 1]) {
      u8.fill(GUARD, PACKED, PACKED + 4096)
      expect(encode(codec, 4, 500, room), `room ${room}`).toBe(0)
      expect(u8.subarray(PACKED + room, PACKED + 4096).every((byte) => byte === GUARD)).toBe(true)
    }
    // BloscLZ asks for more room than it needs in the end.
    expect(encode(codec, 4, 500, needed + 100)).toBe(needed)
  })

  it('writes runs of one byte, where the format has them, if there is room', () => {
    const noise = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 0xff)
    u8.fill(0, SRC, SRC + 100).fill(0xc7, SRC + 100, SRC + 200)
    u8.set(noise, SRC + 200)
    u8.fill(0, SRC + 300, SRC + 400)
    const runs = [0, 0, 0, 0, 0x39, 0xff, 0xff, 0xff, 1, 100, 0, 0, 0, ...noise, 0, 0, 0, 0]
    for (let room = 0; room < runs.length; room++) {
      u8.fill(GUARD, PACKED, PACKED + 200)
      expect(encode(codec, 4, 100, room, 1), `room ${room}`).toBe(0)
      expect(u8.subarray(PACKED + room, PACKED + 200).every((byte) => byte === GUARD)).toBe(true)
    }
    expect(encode(codec, 4, 100, runs.length, 1)).toBe(runs.length)
    expect([...u8.subarray(PACKED, PACKED + runs.length)]).toEqual(runs)
  })

  it('fills in runs of one byte, where the format has them', () => {
    const stored = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 0xff)
    const runs = [0, 0, 0, 0, 0x39, 0xff, 0xff, 0xff, 1, 100, 0, 0, 0, ...stored]
    u8.set(runs, PACKED)
    u8.fill(GUARD, PLAIN - 64, PLAIN + 400)
    const decode = (n: number, withRuns: number) => k.decodeStreams(codec, PACKED, n, 3, 100, PLAIN, withRuns)
    expect(decode(runs.length, 1)).toBe(1)
    const plain = [...new Uint8Array(100), ...new Uint8Array(100).fill(0xc7), ...stored]
    expect([...u8.subarray(PLAIN, PLAIN + 300)]).toEqual(plain)
    expect([u8[PLAIN - 1], u8[PLAIN + 300]]).toEqual([GUARD, GUARD])
    expect(decode(runs.length, 0)).toBe(0)
    for (let n = 0; n < runs.length; n++) expect(decode(n, 1), `${n} bytes`).toBe(0)
    u8[PACKED + 8] = 2
    expect(decode(runs.length, 1), 'an unknown token').toBe(0)
    u8.set([0xff, 0xfe, 0xff, 0xff, 1], PACKED + 4)
    expect(decode(runs.length, 1), 'a size below -255').toBe(0)
  })

  it('refuses streams that are cut, too long, or of another size', () => {
    fill(4, 500)
    const cbytes = encode(codec, 4, 500, 1 << 16)
    const decode = (n: number, size = 500) => k.decodeStreams(codec, PACKED, n, 4, size, PLAIN, 0)
    for (let n = 0; n < cbytes; n++) expect(decode(n), `${n} bytes of ${cbytes}`).toBe(0)
    expect(decode(cbytes, 501)).toBe(0)
    view.setUint32(PACKED, 0xffffffff, true)
    expect(decode(cbytes)).toBe(0)
    view.setUint32(PACKED, 0, true)
    expect(decode(cbytes)).toBe(0)
  })
})
