// What Blosc2 frames and arrays are called, what they are recognised by, and which options they take.

import { looksLikeFrame, SPARSE_FRAME_NAME } from '../frame/magic.js'
import type { ContainerTraits, Format } from '../traits.js'

const BLOSCPACK_ONLY: Format['refuses'] = {
  offsets: () => 'a Blosc2 frame always stores the positions of its chunks',
  maxAppChunks: () => 'a Blosc2 frame can grow without reserved room',
}

const CODECS: Format['codecs'] = ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd']
const FILTERS: Format['filters'] = ['shuffle', 'bitshuffle', 'delta', 'bytedelta']
const CHECKSUMS: Format['checksums'] = ['xxh64', 'none']

/** Bytes from the tag of the trailer's length to the end of a frame. */
const TRAILER_END_BYTES = 23

export const B2FRAME: Format = {
  id: 'b2frame',
  extension: '.b2frame',
  otherExtensions: ['.b2f'],
  what: 'a Blosc2 frame',
  holds: 'bytes',
  codecs: CODECS,
  filters: FILTERS,
  checksums: CHECKSUMS,
  refuses: {
    ...BLOSCPACK_ONLY,
    chunks: (name) => `it is for arrays (b2nd); to set the chunk size, use ${name('chunkSize')}`,
    blocks: (name) => `it is for arrays (b2nd); to set the block size, use ${name('blockSize')}`,
  },
}

export const B2ND: Format = {
  id: 'b2nd',
  extension: '.b2nd',
  what: 'a Blosc2 array',
  holds: 'array',
  codecs: CODECS,
  filters: FILTERS,
  checksums: CHECKSUMS,
  refuses: {
    ...BLOSCPACK_ONLY,
    chunkSize: (name) => `chunks of an array have a shape: use ${name('chunks')}`,
    blockSize: (name) => `blocks of an array have a shape: use ${name('blocks')}`,
  },
}

export const BLOSC2: ContainerTraits = {
  name: 'blosc2',
  formats: [B2FRAME, B2ND],
  recognise: looksLikeFrame,
  recogniseEnd(end) {
    const at = end.length - TRAILER_END_BYTES
    return at >= 0 && end[at] === 0xce && end[at + 5] === 0xd8
  },
  fileInDirectory: SPARSE_FRAME_NAME,
  filesInDirectory: /^([0-9A-F]{8}\.chunk|chunks\.b2frame)$/,
}
