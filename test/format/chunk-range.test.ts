// Parts of Blosc 1 chunks: every codec and shuffle gives the bytes that the whole chunk has there.

import { describe, expect, test } from 'vitest'
import { decodeRange } from '../../dist/chunk/blosc1/decode.js'
import { parseChunkHeader } from '../../dist/chunk/blosc1/header.js'
import { Workspace } from '../../dist/kernels/workspace.js'
import { encode } from '../support/chunks.js'
import { between, seeded } from '../support/random.js'

const CODECS = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
const SHUFFLES = ['none', 'byte', 'bit'] as const
const BLOCKSIZE = 4096
const ws = new Workspace()

/** Steps with some noise, so that of the streams some are stored and some are compressed. */
function steps(nbytes: number): Uint8Array {
  const random = seeded(7)
  return Uint8Array.from({ length: nbytes }, (_, i) => (i % 4 === 0 ? between(random, 0, 255) : i >> 9))
}

/** A copy in the arena, where the kernels decode all streams at once. */
function inArena(bytes: Uint8Array): Uint8Array {
  const there = ws.view(ws.arena.alloc(bytes.length), bytes.length)
  there.set(bytes)
  return there
}

async function part(chunk: Uint8Array, start: number, stop: number): Promise<Uint8Array> {
  const out = new Uint8Array(stop - start)
  await decodeRange(ws, chunk, parseChunkHeader(chunk), [start, stop], out)
  return out
}

describe.each(CODECS)('part of a chunk by %s', (codec) => {
  test.each(SHUFFLES)('shuffle %s', async (shuffle) => {
    for (const typesize of [1, 3, 4, 8, 17]) {
      const plain = steps(5 * BLOCKSIZE + 1001)
      const chunk = await encode({ codec, level: 5, shuffle, typesize, blocksize: BLOCKSIZE }, plain)
      const random = seeded(typesize)
      for (const there of [chunk, inArena(chunk)])
        for (let i = 0; i < 60; i++) {
          const start = between(random, 0, plain.length)
          const stop = Math.min(plain.length, start + between(random, 0, i % 3 === 0 ? 9000 : 40))
          const got = await part(there, start, stop)
          expect(Buffer.compare(got, plain.subarray(start, stop)), `${typesize} ${start}:${stop}`).toBe(0)
        }
    }
  })
})

test('a block that is not touched need not be there', async () => {
  const plain = steps(3 * BLOCKSIZE)
  const settings = { codec: 'lz4', level: 5, shuffle: 'byte', typesize: 4, blocksize: BLOCKSIZE } as const
  const chunk = await encode(settings, plain)
  const starts = new Uint32Array(chunk.slice(16, 28).buffer)
  const [first = 0, second = 0] = [...starts].sort((a, b) => a - b)
  chunk.fill(0xff, first, second)
  const got = await part(chunk, BLOCKSIZE + 40, BLOCKSIZE + 80)
  expect(got).toEqual(plain.slice(BLOCKSIZE + 40, BLOCKSIZE + 80))
  await expect(part(chunk, 40, 80)).rejects.toMatchObject({ code: 'DAMAGED' })
})
