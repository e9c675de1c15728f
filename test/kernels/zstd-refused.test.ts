import { expect, it } from 'vitest'
import { decodeZstd, parseZstdDictionary } from '../../dist/codecs/zstd-decoder/index.js'
import { ZSTD_SCRATCH_BYTES } from '../../src/kernels/loader.js'
import { guarded } from './guarded.js'

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd]
const RAW = 0
const RLE = 1
const PACKED = 2

function decode(frame: readonly number[], capacity: number, want = capacity) {
  const input = Uint8Array.from(frame)
  return guarded({
    input,
    capacity,
    scratch: ZSTD_SCRATCH_BYTES,
    call: (k, src, dst, table) => k.zstdDecompress(src, input.length, dst, capacity, want, table),
  })
}

function block(type: number, content: readonly number[], last = true, size = content.length): number[] {
  const head = (size << 3) | (type << 1) | (last ? 1 : 0)
  return [head & 255, (head >> 8) & 255, head >> 16, ...content]
}

/** A frame that does not name its size, with a window of 1 KiB; the second of 2^`log` bytes. */
const frame = (...blocks: number[][]) => [...MAGIC, 0, 0, ...blocks.flat()]
const framed = (log: number, ...blocks: number[][]) => [...MAGIC, 0, (log - 10) << 3, ...blocks.flat()]
/** One that names it, in a byte. */
const sized = (size: number, ...blocks: number[][]) => [...MAGIC, 0x20, size, ...blocks.flat()]

/** Three literals as they are. */
const literals = [0x18, 1, 2, 3]
/** One sequence, each table one symbol: three literals, and three bytes from the offset before; the bits are a mark. */
const sequence = [...literals, 1, 0x54, 3, 0, 0, 1]
const sequenceAgain = [...literals, 1, 0xfc, 1]
/** Eight literals of a tree: symbols 0 and 1 with a bit each. The second has the tree of the block before. */
const tree = [0x82, 0x00, 0x01, 0x80, 0x10, 0x0f, 0x01, 0]
const treeAgain = [0x83, 0x80, 0x00, 0x0f, 0x01, 0]

it('takes what these tests are made of', () => {
  expect(decode(sized(3, block(RAW, [7, 8, 9])), 3)).toEqual({ result: 3, output: Uint8Array.of(7, 8, 9) })
  expect(decode(frame(block(RLE, [5], true, 4)), 4).output).toEqual(Uint8Array.of(5, 5, 5, 5))
  expect(decode(frame(block(PACKED, [...literals, 0])), 3).output).toEqual(Uint8Array.of(1, 2, 3))
  expect(decode(frame(block(RAW, [1], false), block(RAW, [])), 1).result).toBe(1)
  expect(decode(sized(0, block(RAW, [])), 0).result).toBe(0)
  const sequences = frame(block(PACKED, sequence, false), block(PACKED, sequenceAgain))
  expect(decode(sequences, 12).output).toEqual(Uint8Array.of(1, 2, 3, 3, 3, 3, 1, 2, 3, 3, 3, 3))
  const trees = frame(block(PACKED, tree, false), block(PACKED, treeAgain))
  const bits = [0, 0, 0, 0, 1, 1, 1, 1]
  expect(decode(trees, 16).output).toEqual(Uint8Array.of(...bits, ...bits))
  expect(decode(framed(20, block(RLE, [7], true, 131_072)), 131_072).result).toBe(131_072)
  expect(decode(frame(block(PACKED, [0x05, 0x40, 7, 0])), 1024).result).toBe(1024)
})

it('reads nothing behind a header that is cut short in the size of the content', () => {
  // The missing bytes must not count as a size of 255.
  for (const head of [[0x60], [0x60, 0], [0x40, 0], [0x40, 0, 1]])
    for (const want of [255, 1]) expect(decode([...MAGIC, ...head], 255, want).result).toBe(-1)
})

it.each([
  ['content of another size', sized(4, block(RAW, [7, 8, 9])), 4],
  ['bytes behind the frame', [...sized(3, block(RAW, [7, 8, 9])), 0], 3],
  ['a reserved bit', [...MAGIC, 0x28, 1, ...block(RAW, [7])], 1],
  ['a dictionary', [...MAGIC, 0x21, 9, 1, ...block(RAW, [7])], 1],
  ['a window of 4 GiB', framed(32, block(RAW, [7])), 1],
  ['a reserved block', frame(block(3, [7])), 1],
  ['no last block', frame(block(RAW, [7], false)), 1],
  ['a stored block that is larger than the window', frame(block(RAW, new Array(1025).fill(7))), 1025],
  ['a run that is larger than the window', frame(block(RLE, [7], true, 1025)), 1025],
  ['a run of more than 128 KiB', framed(20, block(RLE, [7], true, 131_073)), 131_073],
  ['literals that make more than the window', frame(block(PACKED, [0x15, 0x40, 7, 0])), 1025],
  [
    'a match that makes more than the window',
    frame(block(PACKED, [...literals, 1, 0x54, 3, 0, 43, 1])),
    9999,
  ],
  ['bytes behind a section without sequences', frame(block(PACKED, [...literals, 0, 9])), 3],
  ['a block of nothing', frame(block(PACKED, [])), 0],
  ['a count of sequences that is cut', frame(block(PACKED, [...literals, 0xff, 0])), 9],
  ['reserved modes', frame(block(PACKED, sequence.with(5, 0x55))), 6],
  ['sequences without a mark', frame(block(PACKED, sequence.with(9, 0))), 6],
  ['bits that are left over', frame(block(PACKED, sequence.with(9, 2))), 6],
  ['a symbol that there is not', frame(block(PACKED, sequence.with(6, 36))), 6],
  ['an offset before the beginning', frame(block(PACKED, [...literals, 1, 0x54, 3, 3, 0, 8])), 6],
  ['an offset of 0', frame(block(PACKED, [...literals, 1, 0x54, 0, 1, 0, 3])), 6],
  [
    'a tree of weights without their first bits',
    frame(block(PACKED, [0x82, 0x80, 1, 3, 0, 0x7e, 1, 255, 1, 0])),
    8,
  ],
  ['a tree without codes of weight 1', frame(block(PACKED, tree.with(4, 0x20))), 8],
  ['a tree that no block had', frame(block(PACKED, treeAgain)), 8],
  ['tables that no block had', frame(block(PACKED, sequenceAgain)), 6],
])('refuses %s', (_what, bytes, capacity) => {
  expect(decode(bytes, capacity).result).toBe(-1)
})

it('keeps no table from one frame to the next, whatever became of that', () => {
  for (const before of [tree, sequence, [...tree, 9], [...sequence, 1]]) {
    decode(frame(block(PACKED, before, false)), 8)
    decode(frame(block(PACKED, before)), 8)
    expect(decode(frame(block(PACKED, treeAgain)), 8).result).toBe(-1)
    expect(decode(frame(block(PACKED, sequenceAgain)), 6).result).toBe(-1)
  }
})

it('the decoder with dictionaries refuses another size than the frame names, and bytes behind it', () => {
  const none = parseZstdDictionary(new Uint8Array())
  if (none === undefined) throw new Error('an empty dictionary is none')
  const plain = (bytes: number[]) => decodeZstd(Uint8Array.from(bytes), none, 3)
  const good = sized(3, block(RAW, [7, 8, 9]))
  expect(plain(good)).toEqual(Uint8Array.of(7, 8, 9))
  expect(plain(good.with(5, 4))).toBeUndefined()
  expect(plain([...good, 0])).toBeUndefined()
})
