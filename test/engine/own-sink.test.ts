// `pack` works with the sinks of all containers and with classes of users.

import { expect, test } from 'vitest'
import { Blosc2Sink } from '../../dist/format/blosc2/chunks/pack-frame.js'
import type { ChunkPlan, CompressedSink, Totals } from '../../dist/format/compressed-sink.js'
import { pack } from '../../dist/format/pack.js'
import {
  BloscpackSink,
  BytesPlainSource,
  decompress,
  MemorySink,
  MemorySource,
  SChunk,
  StreamSource,
} from '../../dist/index.js'

const PLAIN = new Uint8Array(250_001).map((_, i) => i >> 7)

/** Chunks that are only turned round. */
class Reversed implements CompressedSink {
  readonly chunks: Uint8Array[] = []
  seen: Totals | undefined

  plan(source: BytesPlainSource): ChunkPlan {
    const how = (_ws: unknown, plain: Uint8Array, packed: Uint8Array): number => {
      packed.set(plain.slice().reverse())
      return plain.length
    }
    return { run: { how, packedBytes: 10_000, speed: 1000 }, chunkSize: 10_000, size: source.size }
  }

  begin(_plan: ChunkPlan, totals: Totals | undefined): void {
    this.seen = totals
  }

  put(i: number, chunk: Uint8Array): void {
    this.chunks[i] = chunk.slice().reverse()
  }

  finish({ nchunks }: Totals): number {
    return nchunks
  }

  abort(): void {}
}

function generated(plain: Uint8Array): BytesPlainSource {
  function* pieces(): Generator<Uint8Array> {
    for (let at = 0; at < plain.length; at += 999) yield plain.subarray(at, at + 999)
  }
  return new BytesPlainSource(new StreamSource(pieces(), 'pieces'))
}

const source = (plain = PLAIN): BytesPlainSource => new BytesPlainSource(new MemorySource(plain))

test('a sink of a user gets every chunk in order, from memory and from a generator', async () => {
  for (const from of [source(), generated(PLAIN)]) {
    const sink = new Reversed()
    expect(await pack(from, sink)).toEqual({ nbytes: PLAIN.length, cbytes: 26, nchunks: 26 })
    expect(Buffer.concat(sink.chunks).equals(PLAIN)).toBe(true)
    expect(sink.seen).toEqual(from.size === undefined ? undefined : { nchunks: 26, lastChunk: 1 })
  }
})

test.each([0, 1, PLAIN.length])(
  'both containers are packed by the same function (%i bytes)',
  async (size) => {
    const plain = PLAIN.subarray(0, size)
    for (const from of [() => source(plain), () => generated(plain)]) {
      const [archive, frame] = [new MemorySink(), new MemorySink()]
      await pack(from(), new BloscpackSink(archive), { chunkSize: 50_000 })
      expect(Buffer.compare(await decompress(archive.bytes), plain)).toBe(0)
      const { nchunks } = await pack(from(), new Blosc2Sink(frame), { chunkSize: 50_000, typesize: 1 })
      expect(nchunks).toBe(Math.ceil(size / 50_000))
      const reader = await SChunk.open(frame.bytes)
      expect(Buffer.compare(await reader.bytes(), plain)).toBe(0)
    }
  },
)
