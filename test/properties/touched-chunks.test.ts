import { expect, test } from 'vitest'
import { layersOf } from '../../dist/format/blosc2/chunks/described.js'
import { packFrame } from '../../dist/format/blosc2/chunks/pack-frame.js'
import { BloscpackSink } from '../../dist/format/bloscpack/sink.js'
import { pack } from '../../dist/format/pack.js'
import { MemorySink } from '../../dist/sinks/memory.js'
import { MemorySource } from '../../dist/sources/memory.js'
import { openPlain } from '../../dist/sources/npy.js'
import { openToUnpack, unpackInto } from '../../dist/verbs/decompress.js'
import { openPlace } from '../../dist/verbs/open.js'
import { npy } from '../cli/run.js'
import { makeData } from '../support/data.js'

/** Counts the bytes that are read. */
class CountingSource extends MemorySource {
  nbytes = 0

  override read(position: number, into: Uint8Array): number {
    const n = super.read(position, into)
    this.nbytes += n
    return n
  }
}

/** 100 chunks of ten rows, which do not compress. */
const DATA = npy('<f8', [1000, 1000], makeData('noise', 8_000_000, 8, 1))
const CHUNK = 80_000

async function packed(format: string): Promise<Uint8Array> {
  const sink = new MemorySink()
  const plain = await openPlain(new MemorySource(DATA))
  const options = { chunkSize: CHUNK, threads: 1 }
  if (format === 'blp') await pack(plain, new BloscpackSink(sink), options)
  else await packFrame(plain, sink, { ...options, vlmeta: layersOf(plain.metadata) })
  return sink.bytes
}

test.each(['blp', 'b2frame'])(
  'only chunks that a slice touches are read, and each once: %s',
  async (format) => {
    const container = await packed(format)
    const read = async (slice: Parameters<typeof openToUnpack>[1]['slice']): Promise<number> => {
      const source = new CountingSource(container)
      const part = slice === undefined ? {} : { slice }
      const opened = await openToUnpack(await openPlace(source), part)
      const before = source.nbytes
      await unpackInto(opened, part, async () => new MemorySink(), { threads: 1 })
      return source.nbytes - before
    }
    // Rows of two chunks, in no order, one of them twice.
    expect(await read([[505, 500, 505, 12, 19], { step: -3 }])).toBeLessThan(2.1 * CHUNK + 5000)
    // A column lies in every chunk, and none is read twice.
    expect(await read([{}, 7])).toBeLessThan(1.05 * container.length)
  },
)
