import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type CompressionOptions, SChunk } from '../../dist/index.js'
import { pairwise } from '../support/pairwise.js'
import { startPeer } from '../support/peer.js'
import { seeded } from '../support/random.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

const peer = await startPeer('dictionaries in Blosc2 chunks')
const directory = scratchDirectory()

/** Words of a few hundred, in any order. */
function words(nbytes: number): Uint8Array {
  const random = seeded(3)
  const list = Array.from({ length: 300 }, () =>
    String.fromCharCode(...Array.from({ length: 3 + random() * 6 }, () => 97 + random() * 26)),
  )
  let text = ''
  while (text.length < nbytes) text += `${list[Math.floor(random() * list.length)]} `
  return Buffer.from(text.slice(0, nbytes))
}

/**
 * Lines that share most of their words: they get smaller through any filter. A chunk that does not is stored by
 * C-Blosc2 with the flag of a dictionary that is not there, which it then cannot read (we can).
 */
function lines(nbytes: number): Uint8Array {
  const random = seeded(4)
  let text = ''
  while (text.length < nbytes)
    text += `{"station": "S-${Math.floor(random() * 9)}", "temperature": ${Math.floor(random() * 4)}}\n`
  return Buffer.from(text.slice(0, nbytes))
}

const data = words(600_000)
const records = lines(600_000)
const CODECS = ['lz4', 'lz4hc', 'zstd']

async function chunkOf(options: CompressionOptions & { typesize?: number }): Promise<Uint8Array> {
  const s = await SChunk.create({ typesize: 1, chunkSize: 2 ** 18, filters: [], ...options }, data)
  expect(sameBytes(await s.bytes(), data)).toBe(true)
  return s.chunk(0)
}

test.each(CODECS)('%s: a dictionary makes small blocks smaller', async (codec) => {
  const plain = await chunkOf({ codec, blockSize: 2048 })
  const chunk = await chunkOf({ codec, blockSize: 2048, dictionary: true })
  expect([plain[31], chunk[31]]).toEqual([0, 1])
  expect(chunk.length).toBeLessThan(0.9 * plain.length)
  // README_CHUNK_FORMAT: behind the table of blocks, a twentieth of the chunk.
  const size = new DataView(chunk.buffer, chunk.byteOffset).getInt32(32 + 4 * 128, true)
  expect(size).toBe(Math.floor(2 ** 18 / 20))
})

test('chunks that gain nothing have none: small ones, stored ones, those of one value', async () => {
  const flags = async (bytes: Uint8Array, level = 5): Promise<number | undefined> => {
    const s = await SChunk.create({ codec: 'lz4', dictionary: true, level }, bytes)
    expect(sameBytes(await s.bytes(), bytes)).toBe(true)
    return (await s.chunk(0))[31]
  }
  expect(await flags(data.subarray(0, 5000))).toBe(0)
  expect(await flags(data, 0)).toBe(0)
  expect(await flags(new Uint8Array(100_000))).toBe(0x10)
  const random = seeded(5)
  expect(await flags(Uint8Array.from({ length: 100_000 }, () => random() * 256))).toBe(0)
})

test('codecs without dictionaries are refused', async () => {
  const make = (codec: string): Promise<SChunk> => SChunk.create({ codec, dictionary: true }, data)
  await expect(make('blosclz')).rejects.toMatchObject({ code: 'USAGE' })
  await expect(make('zlib')).rejects.toMatchObject({ code: 'USAGE' })
})

const FILTERS: [string, number][][] = [
  [],
  [['shuffle', 0]],
  [['bitshuffle', 0]],
  [
    ['delta', 0],
    ['shuffle', 0],
  ],
]
const cases = pairwise(
  CODECS.flatMap((codec) =>
    FILTERS.flatMap((filters) =>
      [1, 4, 24].flatMap((typesize) =>
        [0, 2400].map((blocksize) => ({ codec, filters, typesize, blocksize })),
      ),
    ),
  ),
  ({ codec, filters, typesize, blocksize }) => [codec, filters, typesize, blocksize],
).map((c) => ({ ...c, label: `${c.codec} ${c.filters.join('+') || 'none'} ${c.typesize} ${c.blocksize}` }))

describe.skipIf(peer === undefined)('the wheel', () => {
  test.each(cases)('$label: reads what we write, and we what it writes', async (c) => {
    if (peer === undefined) return
    const { codec, typesize, blocksize } = c
    const [input, ours, theirs] = ['in', 'ours', 'theirs'].map((name) => join(directory, name))
    if (input === undefined || ours === undefined || theirs === undefined) return
    const chunksize = 120_000
    const filters = c.filters.map(([filter, meta]) => ({ filter, meta }))
    const s = await SChunk.create(
      { codec, typesize, blockSize: blocksize, filters, chunkSize: chunksize, dictionary: true },
      records,
    )
    await s.save(ours, { overwrite: true })
    expect((await s.chunk(0))[31]).toBe(1)
    expect(await peer.call('b2_describe', { input: ours })).toMatchObject({
      nchunks: 5,
      sha256: sha256(records),
    })
    writeFileSync(input, records)
    await peer.call('b2_schunk', { ...c, level: 5, input, output: theirs, chunksize, use_dict: true })
    const read = await SChunk.open(theirs)
    expect((await read.chunk(0))[31]).toBe(1)
    expect(sameBytes(await read.bytes(), records)).toBe(true)
    // What is appended gets a dictionary too, as the frame says.
    await read.append(records)
    expect((await read.chunk(5))[31]).toBe(1)
    await read.save(ours, { overwrite: true })
    const twice = Buffer.concat([records, records])
    expect((await peer.call('b2_describe', { input: ours })).sha256).toBe(sha256(twice))
    await read.close()
  })
})
