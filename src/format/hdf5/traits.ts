// What HDF5 files are called and recognised by. Every start loads this, so it is small.

import type { ReadSome } from '../../bytes/mutable-parts.js'
import type { ContainerTraits, Format } from '../traits.js'

/** The format signature (HDF5 File Format Specification, section II.A). */
export const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)
/** The first position behind a user block, in bytes; each further one is twice the one before. */
const FIRST_USER_BLOCK = 512

export const H5: Format = {
  id: 'h5',
  extension: '.h5',
  otherExtensions: ['.hdf5', '.he5', '.nc', '.nc4'],
  what: 'an HDF5 file',
  holds: 'array',
  codecs: ['blosclz', 'lz4', 'lz4hc', 'zlib', 'zstd'],
  filters: ['shuffle', 'bitshuffle', 'delta', 'bytedelta'],
  checksums: ['none'],
  refuses: {
    offsets: () => 'an HDF5 file always stores the positions of its chunks',
    maxAppChunks: () => 'an HDF5 dataset can grow without reserved room',
    chunkSize: (name) => `chunks of a dataset have a shape: use ${name('chunks')}`,
    blockSize: (name) => `blocks of a dataset have a shape: use ${name('blocks')}`,
    checksum: () => 'chunks always carry one (xxh64) that blpk checks; other readers of HDF5 know none',
    sparse: () => 'an HDF5 file is a single file',
    part: () => 'datasets cannot be joined',
  },
}

function isSignature(bytes: Uint8Array): boolean {
  return bytes.length >= SIGNATURE.length && SIGNATURE.every((byte, i) => bytes[i] === byte)
}

/** Where the superblock is, in bytes; undefined if there is none. */
export async function findSuperblock(read: ReadSome): Promise<number | undefined> {
  for (let at = 0; ; at = at === 0 ? FIRST_USER_BLOCK : at * 2) {
    const bytes = await read(at, SIGNATURE.length)
    if (isSignature(bytes)) return at
    if (bytes.length < SIGNATURE.length) return undefined
  }
}

export const HDF5: ContainerTraits = {
  name: 'hdf5',
  formats: [H5],
  namesInside: true,
  isNeverReplaced: true,
  recognise: isSignature,
  recogniseWithin: async (read) => (await findSuperblock(read)) !== undefined,
}
