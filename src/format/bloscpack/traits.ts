// What Bloscpack archives are called, what they are recognised by, and which options they take.

import type { ContainerTraits, Format, Refusal } from '../traits.js'
import { BLOSCPACK_MAGIC } from './magic.js'

const isForBlosc2: Refusal = () => 'it is for Blosc2: name a .b2frame or .b2nd'

export const BLP: Format = {
  id: 'blp',
  extension: '.blp',
  what: 'a Bloscpack archive',
  holds: 'bytes',
  codecs: ['blosclz', 'lz4', 'lz4hc', 'snappy', 'zlib', 'zstd'],
  checksums: ['None', 'adler32', 'crc32', 'md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'xxh64'],
  refuses: {
    filters: (name) => `a .blp archive has one filter: use ${name('shuffle')}, or name a .b2frame or .b2nd`,
    splitMode: isForBlosc2,
    dictionary: isForBlosc2,
    sparse: isForBlosc2,
    chunks: (name) => `it is for arrays (b2nd); to set the chunk size, use ${name('chunkSize')}`,
    blocks: (name) => `it is for arrays (b2nd); to set the block size, use ${name('blockSize')}`,
  },
}

export const BLOSCPACK: ContainerTraits = {
  name: 'bloscpack',
  formats: [BLP],
  wantsName: true,
  recognise: (front) => BLOSCPACK_MAGIC.every((byte, i) => front[i] === byte),
}
