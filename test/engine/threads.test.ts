import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { CodecName } from '../../dist/codecs/registry.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { unpack } from '../../dist/format/bloscpack/unpack.js'
import {
  BloscpackSink,
  BytesPlainSink,
  BytesPlainSource,
  MemorySink,
  pack,
  type Shuffle,
  StreamSink,
  StreamSource,
} from '../../dist/index.js'
import { ALL } from '../support/long.js'

const CODECS: CodecName[] = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
const SHUFFLES: Shuffle[] = ['none', 'byte', 'bit']
const TYPESIZES = [1, 3, 4, 8, 16]

/** A walk in steps that every filter finds something in. */
function walk(nbytes: number): Uint8Array {
  const items = new Int32Array(nbytes / 4)
  let value = 0
  for (let i = 0; i < items.length; i++) {
    value += ((Math.imul(i, 2654435761) >>> 8) % 7) - 3
    items[i] = value
  }
  return new Uint8Array(items.buffer)
}

/** A source and a sink that tell nothing of the size, so that workers are started for few bytes too. */
async function packThroughPipes(
  plain: Uint8Array,
  codec: CodecName,
  shuffle: Shuffle,
  typesize: number,
  threads: number,
  callerWorks = false,
) {
  const pieces: Uint8Array[] = []
  const stream = new Writable({
    write(piece: Uint8Array, _encoding, done) {
      pieces.push(Uint8Array.from(piece))
      done()
    },
  })
  const source = new BytesPlainSource(new StreamSource([plain]))
  const options = { codec, shuffle, typesize, threads, callerWorks, chunkSize: 16 * 1024, level: 4 }
  await pack(source, new BloscpackSink(new StreamSink(stream)), options)
  return Buffer.concat(pieces)
}

async function unpackFromPipe(
  archive: Uint8Array,
  threads: number,
  callerWorks = false,
): Promise<Uint8Array> {
  const sink = new MemorySink()
  await unpack(await openArchive([archive]), new BytesPlainSink(sink), { threads, callerWorks })
  return sink.bytes
}

describe.each([
  [1, false],
  [2, false],
  [2, true],
  [5, true],
])('with %i threads, of them the caller: %s', (threads, callerWorks) => {
  it.each(CODECS)('%s gives the same bytes as with one, and the data back', async (codec) => {
    const plain = walk(160_000)
    for (const [i, shuffle] of SHUFFLES.entries()) {
      for (const [j, typesize] of TYPESIZES.entries()) {
        if (!ALL && (i + j + CODECS.indexOf(codec)) % SHUFFLES.length !== threads % SHUFFLES.length) continue
        const alone = await packThroughPipes(plain, codec, shuffle, typesize, 1)
        const packed = await packThroughPipes(plain, codec, shuffle, typesize, threads, callerWorks)
        expect(packed.equals(alone), `${codec} ${shuffle} ${typesize}`).toBe(true)
        expect(Buffer.compare(await unpackFromPipe(packed, threads, callerWorks), plain)).toBe(0)
      }
    }
  })
})
