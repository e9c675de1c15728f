// Chunks that are frames, found by an index that cannot be right.

import { expect, test } from 'vitest'
import { partition } from '../../dist/array/geometry.js'
import { FrameChunks } from '../../dist/format/hdf5/read/frame-chunks.js'
import { MemorySource } from '../../dist/index.js'

test('a chunk that the index says wrong things of is not looked into', async () => {
  let reads = 0
  class CountingSource extends MemorySource {
    override read(position: number, into: Uint8Array): number {
      reads++
      return super.read(position, into)
    }
  }
  const chunks = new FrameChunks({
    source: new CountingSource(new Uint8Array(1000)),
    table: new Map([
      [0, { address: 900, cbytes: 2 ** 40, mask: 0, damage: 'the chunk reaches beyond the end' }],
    ]),
    cut: partition({ shape: [10], chunkshape: [10], blockshape: [10] }),
    itemBytes: 4,
    fill: undefined,
    isPlain: () => false,
    decode: () => Promise.reject(new Error('it must not be decoded')),
  })
  await expect(chunks.find(0)).rejects.toMatchObject({ code: 'DAMAGED', place: { chunk: 0, offset: 900 } })
  await expect(chunks.bytes(0)).rejects.toMatchObject({ code: 'DAMAGED' })
  expect(reads).toBe(0)
})
