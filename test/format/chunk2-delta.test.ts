import { expect, it } from 'vitest'
import { MemoryChunk } from '../../dist/chunk/blosc2/chunk-bytes.js'
import { OpenChunk } from '../../dist/chunk/blosc2/decode.js'
import { loneChunk } from '../../dist/core/schunk-traits.js'
import { Workspace } from '../../dist/kernels/workspace.js'
import { u32 } from '../hostile/build.js'
import { chunk2, LZ4_2 } from '../hostile/frame-build.js'

const DELTA = 3
const HEADER_BYTES = 32

/** A chunk of two stored blocks of variable length, both xored with the first. */
function deltaChunk(first: number, second: number): Uint8Array {
  const [nbytes, table] = [first + second, HEADER_BYTES + 8]
  const block = (size: number) => [...u32(size), ...new Uint8Array(size).fill(1)]
  const body = [...u32(table, table + 4 + first), ...block(first), ...block(second)]
  const fields = { version: 6, flags: LZ4_2, nbytes, blocksize: 2, flags3: 1, pipeline: [DELTA] }
  return chunk2(fields, body)
}

const open = (chunk: Uint8Array) =>
  OpenChunk.open(new Workspace(), new MemoryChunk(chunk), { itemBytes: 1, schunk: loneChunk(1, 0) })

it('blocks that differ from the first are decoded by it', async () => {
  const chunk = await open(deltaChunk(9, 5))
  expect([...(await chunk.block(1))]).toEqual([0, 1, 0, 1, 0])
})

it('a block that is larger than the one it differs from is refused, for nothing lies behind that', async () => {
  const chunk = await open(deltaChunk(5, 300))
  await expect(chunk.block(1)).rejects.toMatchObject({ code: 'DAMAGED' })
})
