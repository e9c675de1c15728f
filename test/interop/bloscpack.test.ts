import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ChecksumName } from '../../dist/chunk/checksums.js'
import type { CodecName } from '../../dist/codecs/registry.js'
import type { PackOptions as BloscpackOptions } from '../../dist/engine/options.js'
import { openArchive } from '../../dist/format/bloscpack/open-archive.js'
import { compress, decompress, type Shuffle } from '../../dist/index.js'
import { DATA_KINDS, type DataKind, makeData } from '../support/data.js'
import { startPeer } from '../support/peer.js'
import { between, pick, type Random, seeded } from '../support/random.js'
import { sameBytes, scratchDirectory, sha256 } from '../support/scratch.js'

type PackOptions = Omit<BloscpackOptions, 'onPlan'>

const directory = scratchDirectory()
const peer = await startPeer('archives of each side read by the other')
const codecs = (peer?.codecs ?? []) as CodecName[]

// Python's C-Blosc has no Snappy: numcodecs.test.ts is where that codec meets a real one.
const SHUFFLES: Shuffle[] = ['none', 'byte', 'bit']
const TYPESIZES = [1, 2, 3, 4, 7, 8, 16, 17, 255]
const CHECKSUMS: ChecksumName[] = [
  'None',
  'adler32',
  'crc32',
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
]
const CHUNK_SIZES = [600, 4096, 30000, 262144]
const METADATA = [
  undefined,
  { dtype: 'f8', shape: [3, 4] },
  { text: 'größer ☃ 😀', nested: { list: [1, 2.5, null, true] }, long: 'x'.repeat(300) },
  [],
  'plain text',
]
/** For each combination of codec, shuffle and typesize. */
const VARIANTS = 3

interface Case {
  name: string
  codec: CodecName
  shuffle: Shuffle
  typesize: number
  level: number
  checksum: ChecksumName
  offsets: boolean
  metadata: unknown
  chunkSize: number
  plain: Uint8Array
}

function sizes(chunkSize: number, random: Random): [string, number][] {
  return [
    ['empty', 0],
    ['one byte', 1],
    ['just under a chunk', chunkSize - 1],
    ['a chunk', chunkSize],
    ['just over a chunk', chunkSize + 1],
    ['several chunks', 3 * chunkSize + between(random, 1, chunkSize - 1)],
    ['whole chunks', 4 * chunkSize],
  ]
}

/** Every codec with every shuffle and typesize; the rest varies by chance, but not from run to run. */
function makeCases(seed: number, chunkSizeFor: (random: Random, typesize: number) => number): Case[] {
  const random = seeded(seed)
  const cases: Case[] = []
  for (const codec of codecs) {
    for (const shuffle of SHUFFLES) {
      for (const typesize of TYPESIZES) {
        for (let variant = 0; variant < VARIANTS; variant++) {
          const chunkSize = chunkSizeFor(random, typesize)
          const [sizeName, size] = pick(random, sizes(chunkSize, random))
          const kind: DataKind = pick(random, DATA_KINDS)
          const rest = {
            level: between(random, 0, 9),
            checksum: pick(random, CHECKSUMS),
            offsets: random() < 0.7,
            metadata: pick(random, METADATA),
          }
          const { level, checksum, offsets } = rest
          const settings = `${codec}-${level} ${shuffle} t${typesize} ${checksum}${offsets ? '' : ' no offsets'}`
          const name = `${cases.length}: ${settings}, ${sizeName} of ${chunkSize}, ${kind}`
          const plain = makeData(kind, size, typesize, seed + cases.length)
          cases.push({ name, codec, shuffle, typesize, chunkSize, plain, ...rest })
        }
      }
    }
  }
  return cases
}

function packOptions(c: Case): PackOptions {
  const { codec, shuffle, typesize, level, checksum, offsets, chunkSize } = c
  const metadata = c.metadata === undefined ? {} : { metadata: JSON.stringify(c.metadata) }
  return { codec, shuffle, typesize, level, checksum, offsets, chunkSize, ...metadata }
}

describe('our archives, read by Python', () => {
  const input = join(directory, 'ours.blp')
  const output = join(directory, 'ours.out')
  const wholeItems = (random: Random, typesize: number): number =>
    Math.ceil(pick(random, CHUNK_SIZES) / typesize) * typesize
  for (const c of makeCases(1, wholeItems)) {
    test(c.name, async () => {
      writeFileSync(input, await compress(c.plain, packOptions(c)))
      const { sha256: digest, metadata } = (await peer?.call('unpack', { input, output })) ?? {}
      expect(digest).toBe(sha256(c.plain))
      expect(metadata).toEqual(c.metadata ?? null)
    })
  }
})

describe("Python's archives, read by us", () => {
  const input = join(directory, 'theirs.bin')
  const output = join(directory, 'theirs.blp')
  for (const c of makeCases(2, (random) => pick(random, CHUNK_SIZES) + between(random, -3, 3))) {
    test(c.name, async () => {
      writeFileSync(input, c.plain)
      await peer?.call('pack', {
        input,
        output,
        chunk_size: c.chunkSize,
        blosc_args: {
          typesize: c.typesize,
          clevel: c.level,
          shuffle: SHUFFLES.indexOf(c.shuffle),
          cname: c.codec,
        },
        bloscpack_args: { offsets: c.offsets, checksum: c.checksum },
        ...(c.metadata !== undefined && { metadata: c.metadata }),
      })
      const packed = readFileSync(output)
      expect(sameBytes(await decompress(packed), c.plain)).toBe(true)
      const archive = await openArchive(packed)
      expect(archive.parseMetadata()).toEqual(c.metadata)
      expect(archive.header).toMatchObject({
        checksum: c.checksum,
        offsets: c.offsets,
        typesize: c.typesize,
      })
    })
  }
})
