import type { ChecksumName } from '../../chunk/checksums.js'
import type { CodecName } from '../../codecs/registry.js'

// Said here once more, so that the help needs none of the engine; a test compares them.
export const CODECS: readonly CodecName[] = ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd']
export const CHECKSUMS: readonly ChecksumName[] = [
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
