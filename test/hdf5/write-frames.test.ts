import { describe, expect, test } from 'vitest'
import { parseFrameHeader, peekFrame } from '../../dist/format/frame/header.js'
import { ChunkFramer, chunkLayers } from '../../dist/format/hdf5/write/chunk-frame.js'
import { NDArray, SChunk } from '../../dist/index.js'
import { framerFor, storedChunk } from '../support/hdf5-files.js'

/** The header of a frame and its only chunk. */
function partsOf(frame: Uint8Array) {
  const { headerBytes } = peekFrame(frame, {})
  const header = parseFrameHeader(frame.subarray(0, headerBytes))
  return { header, chunk: frame.subarray(headerBytes, headerBytes + header.cbytes) }
}

const SHAPES: [chunk: number[], block: number[]][] = [
  [
    [40, 60],
    [10, 16],
  ],
  [
    [13, 20, 7],
    [5, 8, 3],
  ],
  [Array(8).fill(3) as number[], Array(8).fill(2) as number[]],
]

describe.each(SHAPES)('chunks of %j in blocks of %j', (chunkshape, blockshape) => {
  test('the frame of a chunk is the array that has its shape', async () => {
    const nbytes = chunkshape.reduce((size, extent) => size * extent, 4)
    const data = Int32Array.from({ length: nbytes / 4 }, (_, i) => i)
    const how = {
      shape: chunkshape,
      chunks: chunkshape,
      blocks: blockshape,
      codec: 'zstd',
      checksum: 'none',
    } as const
    const array = await NDArray.fromTypedArray(data, how)
    const { header, chunk } = partsOf(await array.toCframe())
    const meta = chunkLayers({ chunkshape, blockshape, dtype: '|V4' })
    const framer = new ChunkFramer({ ...header, meta, hasVlmeta: false })
    const frame = framer.frame(chunk)
    expect(frame.length).toBe(framer.extraBytes + chunk.length)
    const found = await NDArray.open(frame)
    expect(found.shape).toEqual(chunkshape)
    expect(found.blocks).toEqual(blockshape)
    expect(found.dtype).toBe('|V4')
    const bytes = (await found.slice([])).data
    expect(Buffer.compare(bytes, new Uint8Array(data.buffer))).toBe(0)
  })
})

test.each([[[100]], [Array(9).fill(2) as number[]]])('chunks of %j are super-chunks', async (chunkshape) => {
  const nbytes = chunkshape.reduce((size, extent) => size * extent, 4)
  const plain = Uint8Array.from({ length: nbytes }, (_, i) => i)
  const schunk = await SChunk.open(framerFor(4, chunkshape).frame(storedChunk(plain, 4)))
  expect([schunk.nchunks, schunk.typesize, schunk.nbytes]).toEqual([1, 4, nbytes])
  expect(Buffer.compare(await schunk.decompressChunk(0), plain)).toBe(0)
})

test.each(['zeros', 'nans'] as const)('a frame of %s has no chunk', async (special) => {
  const framer = framerFor(8, [3, 4])
  const frame = framer.special(special)
  expect(frame.length).toBe(framer.extraBytes)
  const bytes = (await (await NDArray.open(frame)).slice([])).data
  const values = new Float64Array(bytes.slice().buffer)
  expect([...values]).toEqual(Array(12).fill(special === 'zeros' ? 0 : Number.NaN))
})
