import { Blosc } from 'numcodecs'
import { describe, expect, test } from 'vitest'
import type { Shuffle } from '../../dist/index.js'
import { decode, encode } from '../support/chunks.js'
import { DATA_KINDS, makeData } from '../support/data.js'
import { between, pick, seeded } from '../support/random.js'
import { sameBytes } from '../support/scratch.js'

const CODECS = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
const SHUFFLES: Shuffle[] = ['none', 'byte', 'bit']
const TYPESIZES = [1, 2, 3, 4, 7, 8, 16, 17, 255]
const SIZES = [1, 127, 128, 1000, 32767, 32768, 32769, 100003, 700001]
/** Of each codec and shuffle. */
const OF_THEIRS = 12

// It decodes by the header alone, whatever it was made with.
const numcodecs = new Blosc()

describe('our chunks, decoded by numcodecs', () => {
  const random = seeded(5)
  for (const codec of CODECS) {
    for (const shuffle of SHUFFLES) {
      for (const typesize of TYPESIZES) {
        const level = between(random, 0, 8)
        const size = pick(random, SIZES)
        const kind = pick(random, DATA_KINDS)
        const name = `${codec}-${level} ${shuffle} t${typesize}, ${size} bytes, ${kind}`
        test(name, async () => {
          const plain = makeData(kind, size, typesize, size)
          const chunk = await encode({ codec, level, shuffle, typesize }, plain)
          expect(sameBytes(await numcodecs.decode(chunk), plain)).toBe(true)
          expect(sameBytes(await decode(chunk), plain)).toBe(true)
        })
      }
    }
  }
})

describe('chunks of numcodecs, decoded by us', () => {
  const random = seeded(6)
  for (const cname of CODECS) {
    for (const shuffle of [0, 1, 2]) {
      for (let i = 0; i < OF_THEIRS; i++) {
        const clevel = between(random, 0, 9)
        const size = pick(random, SIZES)
        const kind = pick(random, DATA_KINDS)
        const blocksize = pick(random, [0, 0, 1024, 5000])
        test(`${cname}-${clevel} shuffle ${shuffle}, ${size} bytes in blocks of ${blocksize}, ${kind}`, async () => {
          const plain = makeData(kind, size, 4, size)
          const chunk = await new Blosc(clevel, cname, shuffle, blocksize).encode(plain)
          expect(sameBytes(await decode(chunk), plain)).toBe(true)
        })
      }
    }
  }
})
