import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { decodeZstd, parseZstdDictionary } from '../../dist/codecs/zstd-decoder/index.js'
import { Workspace } from '../../dist/kernels/workspace.js'
import { ZSTD_SCRATCH_BYTES } from '../../src/kernels/loader.js'
import { guarded } from './guarded.js'

const { compress } = createRequire(import.meta.url)('@mongodb-js/zstd/bindings') as {
  compress(data: Uint8Array, level: number): Promise<Uint8Array>
}
const dictionaryOf = (text: string) => parseZstdDictionary(Buffer.from(text)) ?? expect.fail('no dictionary')
const NONE = dictionaryOf('')
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]

/** What both decoders make of a stream; they must agree. */
function decode(stream: Uint8Array, nbytes: number): Uint8Array | undefined {
  const { result, output } = guarded({
    input: stream,
    capacity: nbytes,
    scratch: ZSTD_SCRATCH_BYTES,
    call: (k, src, dst, table) => k.zstdDecompress(src, stream.length, dst, nbytes, nbytes, table),
  })
  const plain = result === nbytes ? output : undefined
  const other = decodeZstd(stream, NONE, nbytes)
  expect(other === undefined ? other : Buffer.from(other)).toEqual(
    plain === undefined ? plain : Buffer.from(plain),
  )
  return plain
}

/** A frame of stored bytes that names its size. */
const stored = (text: string, checksum: readonly number[] = []): Buffer =>
  Buffer.concat([
    Buffer.from([...MAGIC, checksum.length > 0 ? 0x24 : 0x20, text.length]),
    Buffer.from([(text.length << 3) | 1, 0, 0]),
    Buffer.from(text),
    Buffer.from(checksum),
  ])
/** The low half of the XXH64 of nothing. */
const OF_NOTHING = [0x99, 0xe9, 0xd8, 0x51]

function skippable(nbytes: number, claimed = nbytes): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(0x184d2a50 + (nbytes % 16))
  head.writeUInt32LE(claimed >>> 0, 4)
  return Buffer.concat([head, Buffer.alloc(nbytes, 0x28)])
}

const text = Buffer.from(Array.from({ length: 3000 }, (_, i) => `sensor ${i % 17}: ${i}\n`).join(''))

describe('several frames in a stream', () => {
  it('decode one behind the other, of all levels, with skippable and empty ones between', async () => {
    for (const level of [1, 3, 9, 19]) {
      const cuts = [0, 1, 700, 700, 20_000, text.length]
      const parts: Uint8Array[] = [skippable(0)]
      for (const [i, end] of cuts.slice(1).entries()) {
        parts.push(await compress(text.subarray(cuts[i], end), level), skippable(i), stored(''))
        if (i === 2) parts.push(stored('', OF_NOTHING))
      }
      expect(Buffer.from(decode(Buffer.concat(parts), text.length) ?? [])).toEqual(text)
    }
  })

  it('give the beginning, where one stops', async () => {
    const stream = Buffer.concat([
      await compress(text.subarray(0, 500), 3),
      await compress(text.subarray(500), 3),
    ])
    for (const want of [1, 499, 500, 501, 20_000]) {
      const { result, output } = guarded({
        input: stream,
        capacity: text.length,
        scratch: ZSTD_SCRATCH_BYTES,
        call: (k, src, dst, table) => k.zstdDecompress(src, stream.length, dst, text.length, want, table),
      })
      expect(result).toBeGreaterThanOrEqual(want)
      expect(Buffer.compare(output.subarray(0, result), text.subarray(0, result))).toBe(0)
    }
  })

  it('may be tens of thousands that hold nothing', () => {
    const empty = stored('')
    const stream = Buffer.alloc(empty.length * 50_000, empty)
    expect(decode(Buffer.concat([stream, stored('ab')]), 2)).toEqual(Uint8Array.of(97, 98))
    expect(decode(stream, 1)).toBeUndefined()
  })

  it.each<[string, Buffer, number]>([
    ['bytes behind a frame that fills the output', Buffer.concat([stored('abc'), Buffer.alloc(9)]), 3],
    ['fewer bytes than a magic behind it', Buffer.concat([stored('abc'), Buffer.from([0x28])]), 3],
    ['a magic, and nothing more', Buffer.concat([stored('abc'), Buffer.from(MAGIC)]), 3],
    ['more content than there is room for', Buffer.concat([stored('abc'), stored('d')]), 3],
    ['less content than is expected', Buffer.concat([stored('abc'), stored('')]), 4],
    ['a skippable frame that is longer than the stream', Buffer.concat([stored('abc'), skippable(4, 5)]), 3],
    ['one whose size wraps around', Buffer.concat([stored('abc'), skippable(4, -4)]), 3],
    ['one whose head is cut', Buffer.concat([stored('abc'), skippable(0).subarray(0, 7)]), 3],
    ['nothing but a skippable frame', skippable(9), 3],
    ['a wrong checksum', Buffer.concat([stored('abc'), stored('', [1, 2, 3, 4])]), 3],
    ['a checksum that is cut', Buffer.concat([stored('abc'), stored('', OF_NOTHING).subarray(0, 11)]), 3],
  ])('refuse %s', (_what, stream, nbytes) => {
    expect(decode(stream, nbytes)).toBeUndefined()
  })

  it('refer to no frame before them, but each to the dictionary', () => {
    const ws = new Workspace()
    const dictionary = Buffer.from('0123456789'.repeat(40))
    const plain = Buffer.concat([dictionary.subarray(0, 90), Buffer.from('!'), dictionary.subarray(7, 200)])
    const at = ws.arena.alloc(dictionary.length + plain.length)
    ws.view(at, dictionary.length).set(dictionary)
    ws.view(at + dictionary.length, plain.length).set(plain)
    const out = ws.arena.alloc(plain.length)
    const scratch = ws.scratch('zstd', ws.kernels.zstdCompressScratch(dictionary.length + plain.length, 5))
    const [src, { length }] = [at + dictionary.length, dictionary]
    const size = ws.kernels.zstdCompress(src, plain.length, out, plain.length, 5, length, scratch)
    const frame = Buffer.from(ws.view(out, size))
    expect(size).toBeGreaterThan(0)
    const parsed = dictionaryOf(dictionary.toString())
    const stream = Buffer.concat([frame, skippable(3), stored('x'), frame])
    const expected = Buffer.concat([plain, Buffer.from('x'), plain])
    expect(Buffer.from(decodeZstd(stream, parsed, expected.length) ?? [])).toEqual(expected)
    expect(decodeZstd(stream, parsed, expected.length - 1)).toBeUndefined()
    expect(decodeZstd(stream, NONE, expected.length)).toBeUndefined()
  })
})
