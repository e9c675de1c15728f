import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NDArray, SChunk } from '../../dist/index.js'

const FRAMES = join(import.meta.dirname, '..', 'fixtures', 'b2', 'frames')

/** nd2-23x31: chunks of 10 × 12 in blocks of 4 × 5, zstd, so that every block is compressed. */
async function decodedFor(keys: Parameters<NDArray['slice']>[0]): Promise<[number, number]> {
  const array = await NDArray.open(join(FRAMES, 'nd-filter-none.b2nd'))
  await array.slice(keys)
  await array.close()
  return [array.schunk.decoded.chunks, array.schunk.decoded.blocks]
}

describe('a slice decompresses only the blocks that it touches', () => {
  test('one item, one block', async () => {
    expect(await decodedFor([5, 7])).toEqual([1, 1])
  })

  test('a row goes through the blocks along one axis', async () => {
    // Chunks of 12 columns have 3 blocks, of which the last chunk uses two (7 columns).
    expect(await decodedFor([3])).toEqual([3, 3 + 3 + 2])
  })

  test('a box inside four blocks', async () => {
    expect(
      await decodedFor([
        { start: 3, stop: 5 },
        { start: 4, stop: 6 },
      ]),
    ).toEqual([1, 4])
  })

  test('lists of indices decode each block once', async () => {
    expect(
      await decodedFor([
        [0, 22, 1],
        [30, 0, 1],
      ]),
    ).toEqual([4, 4])
  })

  test('steps leave blocks out', async () => {
    expect(await decodedFor([{ start: 0, stop: 10, step: 8 }, 0])).toEqual([1, 2])
  })
})

test('items of a super-chunk come from their blocks only', async () => {
  const s = await SChunk.open(join(FRAMES, 'blocksize512-lz4.b2frame'))
  await s.slice(3, 5)
  expect(s.decoded).toEqual({ chunks: 1, blocks: 1 })
  await s.close()
})
