import fc from 'fast-check'
import type { ChecksumName } from '../../dist/chunk/checksums.js'
import type { CodecName } from '../../dist/codecs/registry.js'
import type { PackOptions as BloscpackOptions } from '../../dist/engine/options.js'
import { DATA_KINDS, makeData } from './data.js'

type PackOptions = Omit<BloscpackOptions, 'onPlan'>

const CODECS: CodecName[] = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
export const CHECKSUMS: ChecksumName[] = [
  'None',
  'adler32',
  'crc32',
  'md5',
  'sha1',
  'sha224',
  'sha256',
  'sha384',
  'sha512',
  'xxh64',
]
const MAX_BYTES = 300_000

/** Few bytes in any pattern, or many of a kind that compresses well, badly or not at all. */
export function anyBytes(most = MAX_BYTES): fc.Arbitrary<Uint8Array> {
  const made = fc
    .record({
      kind: fc.constantFrom(...DATA_KINDS),
      size: fc.nat(most),
      typesize: fc.constantFrom(1, 2, 4, 8, 12),
      seed: fc.nat(),
    })
    .map(({ kind, size, typesize, seed }) => makeData(kind, size, typesize, seed))
  return fc.oneof(fc.uint8Array({ maxLength: Math.min(most, 600) }), made)
}

/** Chunks of a few bytes are costly, so small ones go with small inputs only. */
function chunkSizes(nbytes: number): fc.Arbitrary<number> {
  return fc.integer({ min: Math.max(1, Math.ceil(nbytes / 40)), max: Math.max(2, nbytes + 10, 70_000) })
}

/** Any options that make sense for so many bytes. zstd 9 is left out: it takes a second a chunk. */
export function anyOptions(nbytes: number): fc.Arbitrary<PackOptions> {
  return fc.record(
    {
      codec: fc.constantFrom(...CODECS),
      level: fc.nat(8),
      shuffle: fc.constantFrom('none' as const, 'byte' as const, 'bit' as const),
      typesize: fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constant('auto' as const)),
      blockSize: fc.integer({ min: 1, max: 100_000 }),
      chunkSize: chunkSizes(nbytes),
      checksum: fc.constantFrom(...CHECKSUMS),
      offsets: fc.boolean(),
      maxAppChunks: fc.oneof(fc.nat(100), fc.record({ times: fc.nat(20) })),
      metadata: fc.jsonValue().map((value) => JSON.stringify(value)),
      threads: fc.constantFrom(1, 2),
    },
    { requiredKeys: ['chunkSize'] },
  )
}

/** Bytes with options for them. */
export function anyInput(most = MAX_BYTES): fc.Arbitrary<{ plain: Uint8Array; options: PackOptions }> {
  return anyBytes(most).chain((plain) =>
    fc.record({ plain: fc.constant(plain), options: anyOptions(plain.length) }),
  )
}
