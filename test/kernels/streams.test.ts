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
const { k, u8 } = makeKernels(96)
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
  return k.lz4Compress(src, size, dst, capacity, 5, TABLE)
}

function encode(codec: number, streams: number, size: number, room: number): number {
  return k.encodeStreams(codec, SRC, streams, size, PACKED, room, 5, TABLE)
}

describe.each([
  ['blosclz', BLOSCLZ],
  ['lz4', LZ4],
  ['lz4hc', LZ4HC],
])('all streams of a block at once: %s', (_name, codec) => {
  it.each([
    [1, 1],
    [1, 17],
    [3, 130],
    [4, 4096],
    [7, 9999],
  ])('%i of %i bytes are what one by one gives, and come back', (streams, size) => {
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
